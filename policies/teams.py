"""Which owners are a group and not a person: by the people map, by well-known names, by a word for a group. Pure."""

from __future__ import annotations

from collections.abc import Collection

from policies.rule import fold
from policies.wording import any_language
from tracker.patterns import pattern
from tracker.world import World

_WORD = pattern(r"[^\W_]+(?:-[^\W_]+)*")


def teams_of(world: World) -> frozenset[str]:
    """The teams of the people map, folded."""
    return frozenset(fold(person.team) for person in world.people.values() if person.team)


def is_team(owner: str, teams: Collection[str]) -> bool:
    """Whether an owner is one of `teams`, "SRE" or "everyone", or has a word for a group at either end ("Platform team")."""
    name = fold(owner)
    if name in teams or name in any_language("teams"):
        return True
    words, groups = _WORD.findall(name), any_language("group")
    return len(words) > 1 and (words[0] in groups or words[-1] in groups)
