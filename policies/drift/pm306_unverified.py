"""Done more than N days ago, and nothing says that it works.

Evidence is a link (a merged change, a test, a dashboard) in the issue or below the item, or a word such as "verified" there.
Needs a state, for documents do not say when an item was closed.

## Why

"Every finding leads to an action" is half of it: "verify effectiveness of implemented actions after deployment" stands in the
templates that this tool started from. incident.io and Google's guides likewise ask for a check that the fix would have
prevented the incident.

## Fails

An item that was closed 60 days ago and that neither links to a change nor says that it was tested.

## Passes

An item that was closed 60 days ago with a link to the merged pull request.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import Need, Profile, Rule, setting
from policies.subjects import live_items
from policies.wording import any_pattern
from tracker.models import Finding, Severity, Status
from tracker.patterns import pattern
from tracker.values import dataclass
from tracker.world import TrackedItem, World

_LINK = pattern(r"https?://|/pull/|/merge_requests/", re.IGNORECASE)
_CHANGE = pattern(r"/(?:pull|merge_requests|commit|changes|c)/", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PM306."""

    days: int = setting(30, "days after closing before an item is reported", ge=0)


def check(world: World, settings: Settings, _calendar: Calendar) -> Iterator[Finding]:
    """Every item that is done for long enough without evidence."""
    for tracked in live_items(world):
        done = done_at(tracked)
        if done is None or (age := (world.now - done).days) <= settings.days or is_verified(tracked):
            continue
        yield RULE.on(
            tracked,
            "status",
            f"done for {age} days without evidence that it works",
            "Link the change or the test that shows it, or write what was observed.",
        )


def done_at(tracked: TrackedItem) -> dt.datetime | None:
    """When the item was done; None where it is not, or nobody knows when."""
    issue = tracked.issue
    if Status.DONE not in (tracked.item.status, issue.status if issue else None):
        return None
    if issue and issue.closed_at:
        return issue.closed_at
    times = [
        event.at for event in tracked.events if event.field == "status" and event.new == Status.DONE.value
    ]
    return max(times, default=None)


def is_verified(tracked: TrackedItem) -> bool:
    """Whether anything says that the work has its effect."""
    item, issue = tracked.item, tracked.issue
    if (issue and issue.evidence) or any(_CHANGE.search(ref) for ref in item.refs):
        return True
    text = f"{item.status_raw or ''} {item.description}"
    return bool(_LINK.search(item.description) or any_pattern("verified").search(text))


RULE = Rule(
    "PM306",
    "unverified",
    Severity.INFO,
    Profile.STANDARD,
    check,
    Settings,
    needs=frozenset({Need.STATE}),
)
