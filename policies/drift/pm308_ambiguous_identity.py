"""A row that could be either of two known items.

## Why

pmtrack does not guess which item a changed row is: a wrong guess makes a duplicate issue or changes somebody else's. Until a
person says which it is, nothing is created or changed for the row.

## Fails

Two rows "Alert on full disks" were replaced by one row "Alert when a disk is full".

## Passes

The row still carries its id or its issue.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import Need, NoSettings, Profile, Rule
from policies.subjects import live_items
from tracker.models import Finding, Severity
from tracker.world import World


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every item whose identity is not settled."""
    for tracked in live_items(world):
        if tracked.candidates:
            names = " or ".join(repr(title) for title in tracked.candidates)
            yield RULE.on(
                tracked,
                "title",
                f"this could be {names}",
                "Say which it is with `pmtrack link`, or write its issue here.",
            )


RULE = Rule(
    "PM308",
    "ambiguous-identity",
    Severity.ERROR,
    Profile.MINIMAL,
    check,
    NoSettings,
    needs=frozenset({Need.STATE}),
)
