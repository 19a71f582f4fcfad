"""Owner, due date or priority differ between the document and the tracker, and no sync has settled it.

## Why

Two dates are no date. A sync settles a field where one side changed since both agreed; where both did, or where the
configuration says `manual`, a person must.

## Fails

A row that is due on 2026-06-01 whose issue is due on 2026-06-15.

## Passes

A row and an issue that are both due on 2026-06-01.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import Need, NoSettings, Profile, Rule
from policies.subjects import issue_name, live_items
from tracker.models import Finding, Issue, Severity
from tracker.people import People, people_of
from tracker.world import TrackedItem, World

_PLACES = {"assignees": "owners", "owner": "owners"}


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every field of an open item on which both sides differ."""
    people = people_of(world.people)
    for tracked in live_items(world):
        if tracked.issue is None or tracked.issue_gone or tracked.issue.status.is_closed:
            continue
        for field, values in sorted(_differences(tracked, tracked.issue, people).items()):
            yield RULE.on(
                tracked,
                field,
                f"{field} differs from {issue_name(tracked)}: {values}",
                "Run `pmtrack sync`, or decide which is right and change the other.",
            )


def _differences(tracked: TrackedItem, issue: Issue, people: People) -> dict[str, str]:
    item = tracked.item
    found = {_PLACES.get(name, name): "both sides changed" for name in tracked.conflicts}
    if item.due and issue.due and item.due != issue.due:
        found["due"] = f"{item.due} here, {issue.due} there"
    if (
        item.priority_level is not None
        and issue.priority is not None
        and item.priority_level != issue.priority
    ):
        found["priority"] = f"{item.priority} here, priority {issue.priority} there"
    accounts = {account for owner in item.owners if (account := _account(owner, tracked.tracker, people))}
    if accounts and issue.assignees and not accounts & set(issue.assignees):
        found["owners"] = f"{', '.join(item.owners)} here, {', '.join(issue.assignees)} there"
    return found


def _account(owner: str, tracker: str | None, people: People) -> str | None:
    person = people.person(owner)
    return person.accounts.get(tracker) if person and tracker else None


RULE = Rule(
    "PM307",
    "field-drift",
    Severity.INFO,
    Profile.STANDARD,
    check,
    NoSettings,
    needs=frozenset({Need.TRACKERS}),
)
