"""An open action item that was due before the incident of its post-mortem.

## Why

Work that follows from an incident cannot have been due before it: the year is wrong (usually in January), or the row was
copied from an older document.

## Fails

    # Post-mortem: spool full

    **Date:** 2026-01-06

    ## Action items

    - [ ] Alert on a full disk (owner: Alice, due: 2025-01-20)

## Passes

    # Post-mortem: spool full

    **Date:** 2026-01-06

    ## Action items

    - [ ] Alert on a full disk (owner: Alice, due: 2026-01-20)
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import NoSettings, Profile, Rule
from policies.subjects import documents_by_path, open_items
from tracker.models import Finding, Severity
from tracker.world import World


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every open item whose due day lies before the day of the incident."""
    documents = documents_by_path(world)
    for tracked in open_items(world):
        document, due = documents.get(tracked.path), tracked.item.due
        if document and document.date and due and due < document.date:
            yield RULE.on(
                tracked,
                "due",
                f"due on {due}, before the incident of {document.date}",
                "Correct the year or the date.",
            )


RULE = Rule("PM205", "due-in-past", Severity.WARNING, Profile.STANDARD, check, NoSettings)
