"""An open action item without an owner.

Nobody is named in the document, and the tracker (where it is known) has no assignee either. Placeholders such as
"[Name]", "TBD" or "-" name nobody.

## Why

Work that belongs to everybody is done by nobody. The Site Reliability Workbook, chapter 10 "Postmortem Culture", lists
action items without an owner among the marks of a bad post-mortem; the post-mortem templates of PagerDuty and Atlassian
ask for one owner for every item.

## Fails

    ## Action items

    | Action | Owner | Due |
    |---|---|---|
    | Alert on a full disk | | 2026-06-01 |

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
from policies.subjects import open_items
from tracker.models import Finding, Severity
from tracker.world import World


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every open item that has no owner on either side."""
    for tracked in open_items(world):
        if tracked.item.owners or (tracked.issue and tracked.issue.assignees):
            continue
        yield RULE.on(
            tracked, "owners", "nobody owns this action item", "Name the one person who answers for it."
        )


RULE = Rule("PM101", "missing-owner", Severity.ERROR, Profile.MINIMAL, check, NoSettings)
