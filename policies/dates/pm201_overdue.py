"""An action item that is open after its due date.

Open in the document and, where the tracker is known, open there too. Without a date in the document the tracker's counts.

## Why

The purpose of the whole tool: a fix that does not come lets the incident come back. The Site Reliability Workbook, chapter
10, asks that action items are tracked to closure; the nightly audit lists these findings by owner.

## Fails

    ## Action items

    | Action | Owner | Due | Status |
    |---|---|---|---|
    | Alert on a full disk | Alice | 2026-05-01 | Open |

## Passes

    ## Action items

    | Action | Owner | Due | Status |
    |---|---|---|---|
    | Alert on a full disk | Alice | 2026-05-01 | Done |
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import Profile, Rule, setting
from policies.subjects import due_of, open_items
from tracker.models import Finding, Severity
from tracker.values import dataclass
from tracker.world import World


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PM201."""

    grace_days: int = setting(0, "days after the due date before an item is reported", ge=0)


def check(world: World, settings: Settings, calendar: Calendar) -> Iterator[Finding]:
    """Every open item whose due day has passed."""
    today = calendar.day(world.now)
    for tracked in open_items(world):
        due = due_of(tracked)
        if due is None or (late := (today - due).days) <= settings.grace_days:
            continue
        yield RULE.on(
            tracked,
            "due",
            f"was due on {due}, {late} day{'s' if late != 1 else ''} ago",
            "Finish it, agree a new date, or close it with the reason.",
        )


RULE = Rule("PM201", "overdue", Severity.ERROR, Profile.MINIMAL, check, Settings)
