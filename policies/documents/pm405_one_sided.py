"""Only mitigation, nothing that prevents or detects.

Every item is known to repair or mitigate, by its category, its heading or its words; where one item's kind is not known the
document is not reported.

## Why

The Site Reliability Workbook, chapter 10, wants action items that prevent the outage, and that detect it earlier, beside those
that repair: otherwise the next incident is handled faster and happens just as often.

## Fails

    # Post-mortem: spool full

    ## Action items

    | Action | Type | Owner | Due |
    |---|---|---|---|
    | Move the old spool files away | mitigate | Alice | 2026-06-01 |
    | Restart the printers every night | mitigate | Bob | 2026-06-01 |

## Passes

    # Post-mortem: spool full

    ## Action items

    | Action | Type | Owner | Due |
    |---|---|---|---|
    | Move the old spool files away | mitigate | Alice | 2026-06-01 |
    | Alert on a full disk | detect | Bob | 2026-06-01 |
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import Profile, Rule, Scope, setting, span_of
from policies.subjects import by_document
from policies.types import type_of_item
from tracker.models import Finding, Severity
from tracker.values import dataclass
from tracker.world import World


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PM405."""

    at_least: int = setting(2, "items from which a document is judged", ge=1)


def check(world: World, settings: Settings, _calendar: Calendar) -> Iterator[Finding]:
    """Every post-mortem whose items all only mitigate."""
    for document, items in by_document(world):
        if len(items) < settings.at_least or any(type_of_item(one.item) != "mitigate" for one in items):
            continue
        yield RULE.about(
            document,
            f"all {len(items)} action items mitigate; none prevents the incident or detects it earlier",
            "Ask what would have prevented it, and what would have shown it sooner.",
            span=span_of(items[0].item, "item"),
        )


RULE = Rule("PM405", "one-sided", Severity.INFO, Profile.STANDARD, check, Settings, scope=Scope.DOCUMENT)
