"""An action item whose title is written in capitals.

The example of a rule that comes from another package.

## Why

Capitals are read more slowly, and do not make the work more urgent. The priority column does.

## Fails

    ## Action items

    | Action | Owner | Due |
    |---|---|---|
    | REPLACE THE DISK NOW | Alice | 2026-06-01 |

## Passes

    ## Action items

    | Action | Owner | Due |
    |---|---|---|
    | Replace the disk | Alice | 2026-06-01 |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from policies.calendar import Calendar
from policies.rule import Profile, Rule, setting
from tracker.models import Finding, Severity
from tracker.world import World


@dataclass(frozen=True, slots=True)
class Settings:
    """`[policies.rules.shouting]` of the configuration."""

    words: int = setting(3, "Titles of fewer words may be written in capitals.", ge=1)


def check(world: World, settings: Settings, _calendar: Calendar) -> Iterator[Finding]:
    """Every item in capitals; pure, as all rules are: the clock is `world.now`."""
    for tracked in world.items:
        title = tracked.item.title
        if title.isupper() and len(title.split()) >= settings.words:
            yield RULE.on(tracked, "title", "the action is written in capitals", "Write it as a sentence.")


RULE = Rule("EX001", "shouting", Severity.INFO, Profile.STANDARD, check, Settings)
