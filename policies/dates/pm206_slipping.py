"""An open action item whose due date has been moved out again and again.

Counted are moves to a later day, on either side. Needs the history of a state.

## Why

One move is planning, two are a sign that the work competes with something and loses. Say so in the review, and decide: staff
it, or close it.

## Fails

An open item whose due date went from 2026-05-01 to 2026-05-15 and then to 2026-06-15.

## Passes

An open item whose due date went from 2026-05-01 to 2026-05-08.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import Need, Profile, Rule, setting
from policies.subjects import open_items
from tracker.models import Finding, Severity
from tracker.values import dataclass
from tracker.world import Side, TrackedItem, World


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PM206."""

    times: int = setting(2, "moves from which an item is reported", ge=1)
    days: int = setting(30, "days in all beyond which an item is reported, however few the moves", ge=1)


def check(world: World, settings: Settings, _calendar: Calendar) -> Iterator[Finding]:
    """Every open item that has slipped too often or too far."""
    for tracked in open_items(world):
        moves = slips(tracked)
        total = sum(moves)
        if len(moves) >= settings.times or total > settings.days:
            yield RULE.on(
                tracked,
                "due",
                f"the due date was moved out {len(moves)} time{'s' if len(moves) != 1 else ''}, {total} days in all",
                "Decide in the review: give it the time it needs, or close it with the reason.",
            )


def slips(tracked: TrackedItem) -> list[int]:
    """By how many days each move to a later day moved it; pmtrack's copying from side to side is no move."""
    return [
        days
        for event in tracked.events
        if event.field == "due"
        and event.side is not Side.PMTRACK
        and (days := _days(event.old, event.new)) > 0
    ]


def _days(old: str | None, new: str | None) -> int:
    try:
        return (dt.date.fromisoformat(new or "") - dt.date.fromisoformat(old or "")).days
    except ValueError:
        return 0


RULE = Rule(
    "PM206",
    "slipping",
    Severity.WARNING,
    Profile.STANDARD,
    check,
    Settings,
    needs=frozenset({Need.HISTORY}),
)
