"""An action item without a type or category.

The type is a column ("Type", "Category") or the heading that the item stands under ("Detection Actions").

## Why

The Site Reliability Workbook, chapter 10, sorts action items into prevent, detect, mitigate, and so on, to see at a glance
whether a post-mortem only repairs or also prevents; PM405 and the weekly review's type mix need it. Only few teams work
that way, so the rule is in the profile `strict` only.

## Fails

    ## Action items

    - [ ] Alert on a full disk (owner: Alice, due: 2026-06-01)

## Passes

    ## Action items

    | Action | Type | Owner | Due |
    |---|---|---|---|
    | Alert on a full disk | detect | Alice | 2026-06-01 |
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import NoSettings, Profile, Rule
from policies.subjects import open_items
from tracker.models import Finding, Severity
from tracker.world import World


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every open item without a category."""
    for tracked in open_items(world):
        if not tracked.item.category:
            yield RULE.on(
                tracked,
                "category",
                "no type",
                "Say what it does: prevent, detect, mitigate, respond, document or investigate.",
            )


RULE = Rule("PM111", "missing-type", Severity.INFO, Profile.STRICT, check, NoSettings)
