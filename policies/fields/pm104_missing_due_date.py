"""An open action item without a due date.

A date in the tracker counts. A text that fixes no day ("ASAP", "soon") is reported by PM108 instead; "TBD", "n/a" and an empty
cell give nothing and are reported here.

## Why

Without a date an item is never late, so nobody asks. The Site Reliability Workbook, chapter 10, wants action items that are
tracked to closure; every one of the templates that this tool started from has a due date for each item and says "All action
items must have due dates". `pmtrack check --fix` fills the date from the heading's horizon or the severity's time limit.

## Fails

    ## Action items

    | Action | Owner | Due |
    |---|---|---|
    | Alert on a full disk | Alice | TBD |

## Passes

    ## Action items

    | Action | Owner | Due |
    |---|---|---|
    | Alert on a full disk | Alice | 2026-06-01 |
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import NoSettings, Profile, Rule
from policies.subjects import due_of, open_items, stated_due
from tracker.models import Finding, Severity
from tracker.world import World


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every open item that has a due date on neither side."""
    for tracked in open_items(world):
        if due_of(tracked) is None and stated_due(tracked.item) is None:
            yield RULE.on(
                tracked, "due", "no due date", "Write the day by which it is to be done, as YYYY-MM-DD."
            )


RULE = Rule("PM104", "missing-due-date", Severity.ERROR, Profile.MINIMAL, check, NoSettings)
