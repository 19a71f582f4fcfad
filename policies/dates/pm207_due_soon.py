"""Due within N days and not started.

Started is what is in progress, in the document or in the tracker; blocked is reported too.

## Why

The last moment at which a reminder still helps.

## Fails

With 2026-05-06 as today:

    ## Action items

    | Action | Owner | Due | Status |
    |---|---|---|---|
    | Alert on a full disk | Alice | 2026-05-08 | Open |

## Passes

    ## Action items

    | Action | Owner | Due | Status |
    |---|---|---|---|
    | Alert on a full disk | Alice | 2026-05-08 | In progress |
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import Profile, Rule, setting
from policies.subjects import due_of, open_items
from tracker.models import Finding, Severity, Status
from tracker.values import dataclass
from tracker.world import TrackedItem, World


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PM207."""

    days: int = setting(3, "days before the due date", ge=0)


def check(world: World, settings: Settings, calendar: Calendar) -> Iterator[Finding]:
    """Every open item that is due soon and that nobody works on."""
    today = calendar.day(world.now)
    for tracked in open_items(world):
        due = due_of(tracked)
        if due is None or not 0 <= (left := (due - today).days) <= settings.days or _is_started(tracked):
            continue
        when = "today" if left == 0 else "tomorrow" if left == 1 else f"in {left} days"
        yield RULE.on(
            tracked, "due", f"due {when} ({due}) and not started", "Start it, or agree a new date now."
        )


def _is_started(tracked: TrackedItem) -> bool:
    issue = tracked.issue
    return Status.IN_PROGRESS in (tracked.item.status, issue.status if issue else None)


RULE = Rule("PM207", "due-soon", Severity.INFO, Profile.STANDARD, check, Settings)
