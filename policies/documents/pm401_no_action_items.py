"""A finished post-mortem without any action item.

A document that calls itself a draft, in review or ongoing is not finished. Where there is truly nothing to do, say why in a
waiver inside the document:

    <!-- pmtrack: ignore PM401 until=2027-01-31 reason="the service was switched off the same day" -->

## Why

"Every finding must lead to an action item" is a rule of the templates that this tool started from; the Site Reliability
Workbook, chapter 10, shows a post-mortem without action items as its example of a bad one.

## Fails

    # Post-mortem: spool full

    **Date:** 2026-05-06
    **Severity:** SEV2

    ## Root cause

    The disk of the spool was full.

## Passes

    # Post-mortem: spool full

    **Date:** 2026-05-06
    **Severity:** SEV2

    ## Action items

    - [ ] Alert on a full disk (owner: Alice, due: 2026-06-01)
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import NoSettings, Profile, Rule, Scope
from policies.subjects import by_document, is_finished
from tracker.models import Finding, Severity
from tracker.world import World


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every finished post-mortem that has no item."""
    for document, items in by_document(world):
        if not items and is_finished(document):
            yield RULE.about(
                document,
                "this post-mortem has no action item",
                "Write down what will be done, or waive this here with the reason why nothing is.",
            )


RULE = Rule(
    "PM401", "no-action-items", Severity.WARNING, Profile.STANDARD, check, NoSettings, scope=Scope.DOCUMENT
)
