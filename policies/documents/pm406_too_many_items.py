"""More action items than a team can do.

## Why

Of a list of thirty items none is done: the few that matter are lost among the wishes. The post-mortem guides of PagerDuty and
incident.io both advise a short list of what will really be done, and a place elsewhere for ideas.

## Fails

A post-mortem with sixteen action items.

## Passes

A post-mortem with six action items.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import Profile, Rule, Scope, setting, span_of
from policies.subjects import by_document
from tracker.models import Finding, Severity
from tracker.values import dataclass
from tracker.world import World


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PM406."""

    most: int = setting(15, "items that a post-mortem may have", ge=1)


def check(world: World, settings: Settings, _calendar: Calendar) -> Iterator[Finding]:
    """Every post-mortem with too many items, at the first one beyond the limit."""
    for document, items in by_document(world):
        if len(items) > settings.most:
            yield RULE.about(
                document,
                f"{len(items)} action items; more than {settings.most} are seldom done",
                "Keep what will be done, and move the rest to the backlog.",
                span=span_of(items[settings.most].item, "item"),
            )


RULE = Rule("PM406", "too-many-items", Severity.INFO, Profile.STANDARD, check, Settings, scope=Scope.DOCUMENT)
