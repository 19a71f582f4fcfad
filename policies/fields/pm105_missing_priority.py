"""No priority, where the document's format has one.

A document has a priority when its table has a column for it, or when another of its items states one. The profile `strict`
asks for a priority on every open item. A priority in the tracker counts.

## Why

The Site Reliability Workbook, chapter 10, wants every action item to have a priority: without one the urgent items cannot
be told from the good ideas, and a severe incident cannot be seen to have got urgent work (PM404).

## Fails

    ## Action items

    | Action | Owner | Priority | Due |
    |---|---|---|---|
    | Alert on a full disk | Alice | | 2026-06-01 |

## Passes

    ## Action items

    | Action | Owner | Priority | Due |
    |---|---|---|---|
    | Alert on a full disk | Alice | P1 | 2026-06-01 |
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import Profile, Rule, setting
from policies.subjects import live_items, open_items
from tracker.models import Finding, Severity
from tracker.values import dataclass
from tracker.world import World


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PM105."""

    always: bool = setting(
        default=False, about="ask for a priority even where the document states none at all"
    )


def check(world: World, settings: Settings, _calendar: Calendar) -> Iterator[Finding]:
    """Every open item without a priority in a document that has priorities."""
    formats = {tracked.path for tracked in live_items(world) if tracked.item.priority}
    for tracked in open_items(world):
        item = tracked.item
        if item.priority or (tracked.issue and tracked.issue.priority is not None):
            continue
        if settings.always or "priority" in item.spans or tracked.path in formats:
            yield RULE.on(
                tracked, "priority", "no priority", "Say how urgent it is, in the words of this document."
            )


RULE = Rule(
    "PM105",
    "missing-priority",
    Severity.WARNING,
    Profile.STANDARD,
    check,
    Settings,
    strict={"always": True},
)
