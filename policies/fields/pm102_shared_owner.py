"""Several owners, or a team, where one person is asked for.

Two names of one person of the people map are one owner. A team counts as such when its name holds a word for a group ("Platform
team", "SRE", "everyone"), or when the people map knows it as a team.

## Why

The Site Reliability Workbook, chapter 10, asks for "a single owner and multiple collaborators": of several owners each
waits for the others. Name one, and mention the others in the text.

## Fails

    ## Action items

    - [ ] Alert on a full disk (owner: Alice and Bob, due: 2026-06-01)

## Passes

    ## Action items

    - [ ] Alert on a full disk (owner: Alice, due: 2026-06-01)
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import Profile, Rule, setting
from policies.subjects import open_items
from policies.teams import is_team, teams_of
from tracker.models import Finding, Severity
from tracker.people import people_of
from tracker.values import dataclass
from tracker.world import World


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PM102."""

    most: int = setting(1, "owners that an item may have", ge=1)
    allow_teams: bool = setting(default=False, about="accept a team as the owner")


def check(world: World, settings: Settings, _calendar: Calendar) -> Iterator[Finding]:
    """Every open item with more owners than allowed, or with a team for an owner."""
    people = people_of(world.people)
    teams = teams_of(world)
    for tracked in open_items(world):
        owners = people.joined(tracked.item.owners)
        if len(owners) > settings.most:
            yield RULE.on(
                tracked,
                "owners",
                f"{len(owners)} owners share this action item: {', '.join(owners)}",
                "Name one of them; mention the others as collaborators.",
            )
        elif not settings.allow_teams and (
            team := next((one for one in owners if is_team(one, teams)), None)
        ):
            yield RULE.on(
                tracked,
                "owners",
                f"{team!r} is a group, not a person",
                "Name the person of it who answers for this.",
            )


RULE = Rule("PM102", "shared-owner", Severity.INFO, Profile.STANDARD, check, Settings)
