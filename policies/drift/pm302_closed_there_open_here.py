"""Closed in the tracker, open in the document.

Only where the document says how far the item is, by a status or a check box.

## Why

Readers of the post-mortem take the fix for missing. `pmtrack sync --write-back` ticks the box or sets the status.

## Fails

An unticked check box whose issue OPS-12 is closed.

## Passes

A ticked check box whose issue OPS-12 is closed.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import Need, NoSettings, Profile, Rule
from policies.subjects import is_closed, issue_name, live_items
from tracker.models import Finding, Severity
from tracker.world import World


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every item that the document shows as open while its issue is closed."""
    for tracked in live_items(world):
        issue, item = tracked.issue, tracked.item
        if issue is None or tracked.issue_gone or not issue.status.is_closed or is_closed(item):
            continue
        if item.status is not None or "status" in item.spans:
            yield RULE.on(
                tracked,
                "status",
                f"open here, but {issue_name(tracked)} is {issue.status_raw or issue.status.value}",
                "Set the status here (`pmtrack sync --write-back` does), or open the issue again.",
            )


RULE = Rule(
    "PM302",
    "closed-there-open-here",
    Severity.WARNING,
    Profile.STANDARD,
    check,
    NoSettings,
    needs=frozenset({Need.TRACKERS}),
)
