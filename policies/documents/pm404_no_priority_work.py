"""A severe incident without any action item of the top two priorities.

Severe are the top two severities. Documents in which no item states a priority are left to PM105.

## Why

The Site Reliability Workbook, chapter 10: a severe incident whose follow-up work is all of low priority will happen again
before the work is done. Google asks for at least one P0 or P1 item for every user-affecting outage.

## Fails

    # Post-mortem: spool full

    **Severity:** SEV1

    ## Action items

    | Action | Owner | Priority | Due |
    |---|---|---|---|
    | Alert on a full disk | Alice | P3 | 2026-06-01 |

## Passes

    # Post-mortem: spool full

    **Severity:** SEV1

    ## Action items

    | Action | Owner | Priority | Due |
    |---|---|---|---|
    | Alert on a full disk | Alice | P1 | 2026-06-01 |
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import Profile, Rule, Scope, setting
from policies.subjects import by_document
from tracker.models import Finding, Severity
from tracker.severity import severity_rank
from tracker.values import dataclass
from tracker.world import World


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PM404."""

    severities: int = setting(2, "how many of the worst severities are severe", ge=1, le=5)
    level: int = setting(1, "lowest urgent priority: 0 is P0, 1 is P1 or high", ge=0, le=4)


def check(world: World, settings: Settings, _calendar: Calendar) -> Iterator[Finding]:
    """Every severe incident whose items are all of lower priority."""
    for document, items in by_document(world):
        rank = severity_rank(document.severity)
        levels = [one.item.priority_level for one in items if one.item.priority_level is not None]
        if rank is None or rank > settings.severities or not levels or min(levels) <= settings.level:
            continue
        yield RULE.about(
            document,
            f"severity {document.severity}, but no action item has one of the top priorities",
            "Decide which item must be done before the incident can happen again, and say so.",
            place="severity",
        )


RULE = Rule(
    "PM404", "no-priority-work", Severity.WARNING, Profile.STANDARD, check, Settings, scope=Scope.DOCUMENT
)
