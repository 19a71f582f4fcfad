"""The row is gone from its document, the issue is still open.

## Why

Deleting a row is how work is dropped without a decision. pmtrack never closes an issue for that reason: somebody must say
whether the work was done, given up, or written elsewhere.

## Fails

The row "Alert on a full disk" was deleted from the document; its issue OPS-12 is open.

## Passes

The row was deleted and OPS-12 is closed.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import Need, NoSettings, Profile, Rule
from policies.subjects import issue_name
from tracker.models import Finding, Severity, Span
from tracker.world import World


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every removed item whose issue is open."""
    for tracked in world.items:
        if (
            tracked.removed_at is None
            or tracked.issue is None
            or tracked.issue_gone
            or tracked.issue.status.is_closed
        ):
            continue
        yield RULE.on(
            tracked,
            "item",
            f"{tracked.item.title!r} is no longer in the document, but {issue_name(tracked)} is open",
            "Put the row back, or close the issue with the reason.",
            span=Span(0, 0, 1),
        )


RULE = Rule(
    "PM304",
    "removed-item",
    Severity.WARNING,
    Profile.STANDARD,
    check,
    NoSettings,
    needs=frozenset({Need.STATE, Need.TRACKERS}),
)
