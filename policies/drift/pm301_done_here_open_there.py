"""Done in the document, open in the tracker.

## Why

One of the two is wrong: the work is reported as done and is not, or the issue was forgotten and fills somebody's queue.
`pmtrack sync` settles it where one side has changed since both agreed.

## Fails

A row with the status "Done" whose issue OPS-12 is "In Progress".

## Passes

A row with the status "Done" whose issue OPS-12 is closed.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import Need, NoSettings, Profile, Rule
from policies.subjects import issue_name, live_items
from tracker.models import Finding, Severity, Status
from tracker.world import World


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every item that is done in the document while its issue is open."""
    for tracked in live_items(world):
        issue = tracked.issue
        if (
            issue is None
            or tracked.issue_gone
            or issue.status.is_closed
            or tracked.item.status is not Status.DONE
        ):
            continue
        yield RULE.on(
            tracked,
            "status",
            f"done here, but {issue_name(tracked)} is {issue.status_raw or issue.status.value}",
            "Close the issue if the work is done, or open the item again; `pmtrack sync` does either.",
        )


RULE = Rule(
    "PM301",
    "done-here-open-there",
    Severity.WARNING,
    Profile.STANDARD,
    check,
    NoSettings,
    needs=frozenset({Need.TRACKERS}),
)
