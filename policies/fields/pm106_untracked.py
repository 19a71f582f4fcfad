"""An open action item with no issue in a tracker.

The row names no issue, and pmtrack has not made or linked one.

## Why

PagerDuty's and Atlassian's guides both ask for a ticket for every action item: what is only in a document is in nobody's
queue. `pmtrack sync` makes the missing issues.

## Fails

    ## Action items

    - [ ] Alert on a full disk (owner: Alice, due: 2026-06-01)

## Passes

    ## Action items

    - [ ] Alert on a full disk (owner: Alice, due: 2026-06-01, ticket: OPS-12)
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import NoSettings, Profile, Rule
from policies.subjects import open_items
from tracker.models import Finding, Severity
from tracker.world import World


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every open item that no issue stands for."""
    for tracked in open_items(world):
        if tracked.ref is None and not tracked.item.refs:
            yield RULE.on(
                tracked,
                "refs",
                "no issue tracks this action item",
                "Run `pmtrack sync`, or write the issue into the row.",
            )


RULE = Rule("PM106", "untracked", Severity.WARNING, Profile.STANDARD, check, NoSettings)
