"""Due later than the severity of the incident allows.

The limits come from a published table (`preset`) or an own one (`days`), and are counted from the incident, its resolution or
the review, in calendar or business days.

## Why

PagerDuty's post-mortem guide gives action items of a Sev-1 15 days and of a Sev-2 30 days; GitLab's handbook gives corrective
actions 7, 30, 60 and 90 days for S1 to S4; Atlassian's incident handbook sets four or eight weeks, by service. A limit
that is known beforehand ends the haggling about dates. `effective_from` spares the incidents before the rule was agreed.

## Fails

    # Post-mortem: spool full

    **Date:** 2026-05-06
    **Severity:** SEV1

    ## Action items

    - [ ] Alert on a full disk (owner: Alice, due: 2026-07-31)

## Passes

    # Post-mortem: spool full

    **Date:** 2026-05-06
    **Severity:** SEV1

    ## Action items

    - [ ] Alert on a full disk (owner: Alice, due: 2026-05-20)
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import Profile, Rule
from policies.sla import Settings, latest_day
from policies.subjects import documents_by_path, due_of, open_items
from tracker.models import Finding, Severity
from tracker.world import World


def check(world: World, settings: Settings, calendar: Calendar) -> Iterator[Finding]:
    """Every open item that is due after the day that the severity allows."""
    latest = {path: latest_day(one, settings, calendar) for path, one in documents_by_path(world).items()}
    for tracked in open_items(world):
        due, last = due_of(tracked), latest.get(tracked.path)
        if due is not None and last is not None and due > last:
            days = (due - last).days
            yield RULE.on(
                tracked,
                "due",
                f"due on {due}, {days} day{'s' if days != 1 else ''} later than the severity allows ({last})",
                "Bring the date forward, or waive it with the reason and an end date.",
            )


RULE = Rule("PM204", "past-sla", Severity.WARNING, Profile.STANDARD, check, Settings)
