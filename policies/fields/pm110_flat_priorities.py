"""Four or more action items, all of one priority.

## Why

Where everything is "High" nothing is: the order in which the work is to be done is not decided. The Site Reliability
Workbook, chapter 10, asks that action items are prioritised against each other.

## Fails

    ## Action items

    | Action | Owner | Priority | Due |
    |---|---|---|---|
    | Alert on a full disk | Alice | High | 2026-06-01 |
    | Rotate the logs every day | Bob | High | 2026-06-01 |
    | Move the spool to its own volume | Carol | High | 2026-06-01 |
    | Test the restore | Dan | High | 2026-06-01 |

## Passes

    ## Action items

    | Action | Owner | Priority | Due |
    |---|---|---|---|
    | Alert on a full disk | Alice | High | 2026-06-01 |
    | Rotate the logs every day | Bob | High | 2026-06-01 |
    | Move the spool to its own volume | Carol | Medium | 2026-06-01 |
    | Test the restore | Dan | High | 2026-06-01 |
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import Profile, Rule, Scope, fold, setting, span_of
from policies.subjects import by_document
from tracker.models import Finding, Severity
from tracker.values import dataclass
from tracker.world import World


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PM110."""

    at_least: int = setting(4, "items from which one priority for all is reported", ge=2)


def check(world: World, settings: Settings, _calendar: Calendar) -> Iterator[Finding]:
    """Every document whose items all have one and the same priority."""
    for document, items in by_document(world):
        words = [tracked.item.priority for tracked in items if tracked.item.priority]
        if (
            len(words) < settings.at_least
            or len(words) < len(items)
            or len({fold(word) for word in words}) > 1
        ):
            continue
        yield RULE.about(
            document,
            f"all {len(words)} action items have the priority {words[0]!r}",
            "Decide which of them are to be done first.",
            span=span_of(items[0].item, "priority"),
        )


RULE = Rule(
    "PM110", "flat-priorities", Severity.INFO, Profile.STANDARD, check, Settings, scope=Scope.DOCUMENT
)
