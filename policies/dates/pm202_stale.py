"""An open action item that no person has touched for N days.

A change counts when a person made it, in the document or in the tracker: pmtrack's own writes and bots do not. Needs the
history of a state.

## Why

An item that nobody has looked at for a month is forgotten or has silently been given up. Thirty days is what the weekly
review meetings described in Google's and PagerDuty's post-mortem guides leave between two looks at the latest.

## Fails

An open item whose last change by a person is 45 days old, although `dependabot[bot]` commented on its issue yesterday.

## Passes

An open item whose owner changed the due date ten days ago.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fnmatch import fnmatchcase

from policies.calendar import Calendar
from policies.rule import Need, Profile, Rule, setting
from policies.subjects import open_items
from tracker.models import Finding, Severity
from tracker.values import dataclass
from tracker.world import Event, Side, TrackedItem, World

_OWN_WRITE = dt.timedelta(minutes=5)
"""A tracker stamps pmtrack's own write up to this much later than the run records it (clock skew, slow answers)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PM202."""

    days: int = setting(30, "days without a touch by a person", ge=1)
    bots: tuple[str, ...] = setting(
        (
            "*[[]bot]",
            "*-bot",
            "github-actions*",
            "dependabot*",
            "renovate*",
            "jira automation*",
            "automation for jira*",
        ),
        "accounts that are no persons, as patterns",
    )


def check(world: World, settings: Settings, calendar: Calendar) -> Iterator[Finding]:
    """Every open item whose last touch by a person is too old."""
    for tracked in open_items(world):
        last = last_touch(tracked, settings.bots)
        if last is None or (idle := (world.now - last).days) < settings.days:
            continue
        yield RULE.on(
            tracked,
            "item",
            f"nobody has touched this for {idle} days, since {calendar.day(last)}",
            "Ask the owner where it stands; agree a new date or close it with the reason.",
        )


def last_touch(tracked: TrackedItem, bots: tuple[str, ...] = ()) -> dt.datetime | None:
    """When a person last changed the item, on either side; when it was first seen if nobody did since."""
    times = [event.at for event in tracked.events if _by_person(event, bots)]
    times += [tracked.first_seen] if tracked.first_seen else []
    issue = tracked.issue
    if (
        issue
        and issue.updated_at
        and not _is_bot(issue.updated_by, bots)
        and not _is_own(issue.updated_at, tracked)
    ):
        times.append(issue.updated_at)
    return max(times, default=None)


def _by_person(event: Event, bots: tuple[str, ...]) -> bool:
    return (
        event.side is not Side.PMTRACK
        and event.field not in ("gone", "conflict")
        and not _is_bot(event.by, bots)
    )


def _is_own(at: dt.datetime, tracked: TrackedItem) -> bool:
    return any(event.side is Side.PMTRACK and abs(at - event.at) <= _OWN_WRITE for event in tracked.events)


def _is_bot(account: str | None, bots: tuple[str, ...]) -> bool:
    return account is not None and any(
        fnmatchcase(account.casefold(), pattern.casefold()) for pattern in bots
    )


RULE = Rule(
    "PM202",
    "stale",
    Severity.WARNING,
    Profile.STANDARD,
    check,
    Settings,
    needs=frozenset({Need.HISTORY}),
)
