"""Closed as won't do, duplicate or cancelled, without a reason.

The reason may stand in the document (in the status cell behind the word, or below the item) or, as a link, in the issue.

## Why

An item that was dropped counts as not fixed: the incident can happen again. That may be the right decision, and then its
reason belongs into the post-mortem. The Site Reliability Workbook, chapter 10, calls for exactly that honesty about what
will not be done.

## Fails

    ## Action items

    | Action | Owner | Due | Status |
    |---|---|---|---|
    | Alert on a full disk | Alice | 2026-05-01 | Won't do |

## Passes

    ## Action items

    | Action | Owner | Due | Status |
    |---|---|---|---|
    | Alert on a full disk | Alice | 2026-05-01 | Won't do: the volume was replaced by object storage |
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import NoSettings, Profile, Rule
from policies.subjects import live_items
from policies.wording import any_pattern
from tracker.models import Finding, Severity, Status
from tracker.patterns import pattern
from tracker.world import TrackedItem, World

_DROPPED = pattern(
    r"won.?t|not[ _]planned|duplicate|cancel|reject|declined|obsolete|invalid|cannot reproduce|abandon",
    re.IGNORECASE,
)
_WORDS_OF_A_REASON = 4


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every dropped item for which nobody says why."""
    for tracked in live_items(world):
        if (word := dropped_as(tracked)) and not _has_reason(tracked):
            yield RULE.on(
                tracked,
                "status",
                f"dropped ({word}) without a reason; it counts as not fixed",
                "Write the reason behind the status or below the item.",
            )


def dropped_as(tracked: TrackedItem) -> str | None:
    """The word with which the item was dropped, on either side; None where it was not."""
    issue, item = tracked.issue, tracked.item
    if issue and issue.status.is_closed:
        if issue.status is Status.CANCELLED or _DROPPED.search(issue.resolution or ""):
            return issue.resolution or issue.status_raw or issue.status.value
        return None
    return (item.status_raw or item.status.value) if item.status is Status.CANCELLED else None


def _has_reason(tracked: TrackedItem) -> bool:
    item = tracked.item
    if item.description.strip() or (tracked.issue and tracked.issue.evidence):
        return True
    said = item.status_raw or ""
    return len(said.split()) >= _WORDS_OF_A_REASON or bool(
        any_pattern("reason").search(f"{said} {item.title}")
    )


RULE = Rule("PM305", "dropped", Severity.WARNING, Profile.STANDARD, check, NoSettings)
