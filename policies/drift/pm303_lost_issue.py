"""The linked issue is gone, or can no longer be read.

Gone is said only when the tracker says so; an issue that moved is followed and is not lost.

## Why

Work that was taken for tracked is tracked no more: somebody deleted the issue, or the account that pmtrack uses has lost the
right to see it, and with it everybody's view of the item.

## Fails

An open item whose issue #45 the tracker reports as deleted.

## Passes

An open item whose issue #45 was transferred to another repository.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import Need, NoSettings, Profile, Rule
from policies.subjects import issue_name, live_items
from tracker.models import Finding, Severity
from tracker.world import World


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every item whose issue is deleted or unreadable."""
    for tracked in live_items(world):
        if tracked.issue_gone:
            yield RULE.on(
                tracked,
                "refs",
                f"{issue_name(tracked)} no longer exists",
                "Run `pmtrack unlink` to have a new issue made, or close the item with the reason.",
            )
        elif tracked.unreadable:
            yield RULE.on(
                tracked,
                "refs",
                f"{issue_name(tracked)} cannot be read: {tracked.unreadable}",
                "Give pmtrack's account the right to read it, or link the item to another issue.",
            )


RULE = Rule(
    "PM303",
    "lost-issue",
    Severity.ERROR,
    Profile.MINIMAL,
    check,
    NoSettings,
    needs=frozenset({Need.TRACKERS}),
)
