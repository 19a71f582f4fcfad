"""A gap in the timeline that no entry explains, or entries out of order.

A gap is explained when the entry before or after it says so ("waiting for the vendor", "monitoring"). Off unless selected:
few teams keep timelines this closely.

## Why

One of the templates that this tool started from checks its timelines: "Gaps longer than 5 minutes are noted and explained",
"Events are in chronological order". What happened in a gap is often what made the incident long.

## Fails

    # Post-mortem: spool full

    **Date:** 2026-05-06

    ## Timeline

    | Time | Event |
    |---|---|
    | 10:02 | First alert |
    | 10:40 | Spool moved to another volume |

## Passes

    # Post-mortem: spool full

    **Date:** 2026-05-06

    ## Timeline

    | Time | Event |
    |---|---|
    | 10:02 | First alert |
    | 10:06 | Waiting for access to the host |
    | 10:40 | Spool moved to another volume |
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise

from policies.calendar import Calendar
from policies.rule import Profile, Rule, Scope, setting
from policies.subjects import post_mortems
from policies.wording import any_pattern
from tracker.models import Finding, PostMortem, Severity, TimelineEntry
from tracker.values import dataclass
from tracker.world import World


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PM408."""

    minutes: int = setting(5, "longest gap that needs no explanation", ge=1)


def check(world: World, settings: Settings, _calendar: Calendar) -> Iterator[Finding]:
    """Every unexplained gap and every entry that is earlier than the one above it."""
    for document in post_mortems(world):
        entries = [entry for entry in document.timeline if entry.at is not None]
        for before, entry in pairwise(entries):
            yield from _between(document, before, entry, settings.minutes)


def _between(
    document: PostMortem, before: TimelineEntry, entry: TimelineEntry, most: int
) -> Iterator[Finding]:
    gap = _gap(before, entry)
    if gap < dt.timedelta():
        message, advice = (
            f"{entry.time} stands below {before.time}",
            "Put the entries into the order of time.",
        )
    elif gap > dt.timedelta(minutes=most) and not _explains(before.text) and not _explains(entry.text):
        minutes = int(gap.total_seconds() // 60)
        message = f"{minutes} minutes without an entry, from {before.time} to {entry.time}"
        advice = "Say what happened in between, or why nothing did."
    else:
        return
    yield RULE.at(document, entry.line, message, advice, key=f"{entry.time} {entry.text}")


def _gap(before: TimelineEntry, entry: TimelineEntry) -> dt.timedelta:
    if before.at is None or entry.at is None:
        return dt.timedelta()
    if (before.at.tzinfo is None) != (entry.at.tzinfo is None):
        return dt.timedelta()
    return entry.at - before.at


def _explains(text: str) -> bool:
    return bool(any_pattern("explained").search(text))


RULE = Rule("PM408", "timeline-gap", Severity.INFO, Profile.SELECTED, check, Settings, scope=Scope.NOTE)
