"""A post-mortem that was completed more than N business days after the incident.

Counted from the end of the incident where the document tells it, else from its day. A document that still calls itself a
draft after that time is reported too.

## Why

"Post-mortems must be completed within 5 business days" (the templates that this tool started from; PagerDuty's guide asks for
three to five days by severity, Atlassian's for the review within five). Memories fade and logs expire.

## Fails

    # Post-mortem: spool full

    **Date:** 2026-05-06
    **Completed:** 2026-06-02

## Passes

    # Post-mortem: spool full

    **Date:** 2026-05-06
    **Completed:** 2026-05-11
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import Profile, Rule, Scope, setting
from policies.subjects import is_finished, post_mortems
from tracker.models import Finding, Severity
from tracker.values import dataclass
from tracker.world import World


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PM403."""

    business_days: int = setting(5, "business days that a post-mortem may take", ge=0)


def check(world: World, settings: Settings, calendar: Calendar) -> Iterator[Finding]:
    """Every post-mortem that came too late, or has not come yet."""
    today = calendar.day(world.now)
    for document in post_mortems(world):
        start = document.last_day
        end = document.completed or (None if is_finished(document) else today)
        if start is None or end is None or end <= calendar.after_business_days(start, settings.business_days):
            continue
        days = calendar.business_days(start, end)
        state = "completed" if document.completed else "still not completed"
        yield RULE.about(
            document,
            f"{state} {days} business days after the incident of {start}",
            f"Complete post-mortems within {settings.business_days} business days.",
            place="completed" if document.completed else "status",
        )


RULE = Rule(
    "PM403", "late-post-mortem", Severity.WARNING, Profile.STANDARD, check, Settings, scope=Scope.DOCUMENT
)
