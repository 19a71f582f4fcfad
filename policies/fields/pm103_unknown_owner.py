"""An owner whom neither the people map nor the tracker knows.

Needs a people map (`[people.NAME]` in the configuration) or a state with a tracker. An owner is known when the people map
names the person or the team, or when the item's issue has an assignee.

## Why

An owner who cannot be matched to an account is never told: the issue stays unassigned and no reminder reaches anybody. The
usual reasons are a typing error, a first name that two people share, and somebody who has left.

## Fails

    ## Action items

    - [ ] Alert on a full disk (owner: Alcie, due: 2026-06-01)

## Passes

    ## Action items

    - [ ] Alert on a full disk (owner: Alice, due: 2026-06-01)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policies.calendar import Calendar
from policies.rule import Need, NoSettings, Profile, Rule
from policies.subjects import open_items
from tracker.models import Finding, Severity
from tracker.people import plain
from tracker.world import TrackedItem, World


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every owner of an open item who is known nowhere."""
    known, messages = _known(world), dict[str, str]()
    for tracked in open_items(world):
        for owner in tracked.item.owners:
            if _is_unknown(owner, tracked, known):
                if owner not in messages:
                    messages[owner] = f"nobody is known as {owner!r}{_meant(owner, known)}"
                yield RULE.on(
                    tracked,
                    "owners",
                    messages[owner],
                    f"Correct the name, or add it to `names` of a [people.…] entry: names = [{owner!r}].",
                )


def _meant(owner: str, known: Mapping[str, str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(plain(owner), known, n=1, cutoff=0.75) if known else ()
    return f", is {known[near[0]]!r} meant?" if near else ""


def _known(world: World) -> dict[str, str]:
    names: dict[str, str] = {}
    for person in world.people.values():
        texts = (person.key, *person.names, person.email, person.team, *person.accounts.values())
        names |= {plain(text): text for text in texts if text}
    return names


def _is_unknown(owner: str, tracked: TrackedItem, known: dict[str, str]) -> bool:
    if plain(owner) in known:
        return False
    if tracked.issue is not None:
        return not tracked.issue.assignees
    return bool(known)


RULE = Rule(
    "PM103",
    "unknown-owner",
    Severity.WARNING,
    Profile.STANDARD,
    check,
    NoSettings,
    needs=frozenset({Need.PEOPLE}),
)
