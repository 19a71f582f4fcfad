"""The same id twice in one document.

Plain numbers ("1", "2") are compared within one section only, for every table may count anew; ids like "P1" or "AI-3" are
compared in the whole document.

## Why

People refer to items by these ids in meetings and commits, and pmtrack uses them to recognise a row whose text has changed.
Two rows with one id are mixed up sooner or later.

## Fails

    ## Action items

    | ID | Action | Owner | Due |
    |---|---|---|---|
    | A1 | Alert on a full disk | Alice | 2026-06-01 |
    | A1 | Rotate the logs every day | Bob | 2026-06-01 |

## Passes

    ## Action items

    | ID | Action | Owner | Due |
    |---|---|---|---|
    | A1 | Alert on a full disk | Alice | 2026-06-01 |
    | A2 | Rotate the logs every day | Bob | 2026-06-01 |
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import NoSettings, Profile, Rule, fold
from policies.subjects import live_items
from tracker.models import Finding, Severity
from tracker.world import World


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every row whose id a row above it has already."""
    first: dict[tuple[str, str, str], int] = {}
    for tracked in live_items(world):
        item = tracked.item
        if not item.local_id:
            continue
        section = (item.section or "") if item.local_id.strip("#.").isdigit() else ""
        place = (tracked.path, section, fold(item.local_id))
        line = first.setdefault(place, item.line)
        if line != item.line:
            yield RULE.on(
                tracked,
                "local_id",
                f"the id {item.local_id!r} is used on line {line} already",
                "Give this item an id of its own.",
            )


RULE = Rule("PM109", "duplicate-id", Severity.ERROR, Profile.MINIMAL, check, NoSettings)
