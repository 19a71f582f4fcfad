"""A due date that cannot be read as one day, or that can be read as two.

"ASAP", "soon", "next sprint" fix no day. "03/04/2026" is the 3rd of April or the 4th of March.

## Why

A date that people read differently is not agreed, and one that no tool can read is never reported as overdue. ISO 8601
(`2026-04-03`) is read the same everywhere. `pmtrack check --fix` turns every date that *can* be read into that form.

## Fails

    ## Action items

    | Action | Owner | Due |
    |---|---|---|
    | Alert on a full disk | Alice | ASAP |

## Passes

    ## Action items

    | Action | Owner | Due |
    |---|---|---|
    | Alert on a full disk | Alice | 2026-04-03 |
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from policies.calendar import Calendar
from policies.rule import Profile, Rule, setting
from policies.subjects import has_two_readings, open_items, stated_due
from tracker.models import Finding, Severity
from tracker.values import dataclass
from tracker.world import World


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PM108."""

    order: Literal["unknown", "mdy", "dmy"] = setting(
        default="unknown",
        about='what "03/04/2026" means here; with "mdy" or "dmy" such dates are not reported',
    )


def check(world: World, settings: Settings, _calendar: Calendar) -> Iterator[Finding]:
    """Every due text of an open item that fixes no day, or two."""
    for tracked in open_items(world):
        item = tracked.item
        if settings.order == "unknown" and has_two_readings(item.due_raw):
            yield RULE.on(
                tracked, "due", f"{item.due_raw!r} can be read as two days", "Write the date as YYYY-MM-DD."
            )
        elif (text := stated_due(item)) is not None:
            yield RULE.on(
                tracked, "due", f"{text!r} cannot be read as one day", "Write the day as YYYY-MM-DD."
            )


RULE = Rule("PM108", "unreadable-date", Severity.WARNING, Profile.STANDARD, check, Settings)
