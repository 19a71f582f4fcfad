"""A follow-up review of the document whose day has passed without a record that it took place.

## Why

One of the templates that this tool started from plans reviews after one week, one month, three and six months. A review that
is planned and not held is the first sign that a post-mortem is forgotten. Record it by ticking its box or writing "done".

## Fails

    # Post-mortem: spool full

    ## Follow-up plan

    ### Review schedule

    - **1 Week Review**: 2026-05-13

## Passes

    # Post-mortem: spool full

    ## Follow-up plan

    ### Review schedule

    - **1 Week Review**: 2026-05-13 (done)
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import Profile, Rule, Scope, setting
from policies.subjects import post_mortems
from tracker.models import Finding, Severity
from tracker.values import dataclass
from tracker.world import World


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PM407."""

    grace_days: int = setting(0, "days after the review before it counts as missed", ge=0)


def check(world: World, settings: Settings, calendar: Calendar) -> Iterator[Finding]:
    """Every review that was due and is not recorded."""
    today = calendar.day(world.now)
    for document in post_mortems(world):
        for review in document.reviews:
            if review.done or review.due is None or (today - review.due).days <= settings.grace_days:
                continue
            yield RULE.at(
                document,
                review.line,
                f"the review {review.label!r} was due on {review.due} and is not recorded",
                "Hold it and record it here, or set a new day.",
                key=review.label,
            )


RULE = Rule("PM407", "review-missed", Severity.WARNING, Profile.STANDARD, check, Settings, scope=Scope.NOTE)
