"""Who is meant: the people map, searchable by everything that names somebody.

"alice", "@alice", "Alice Smith" and "alice@example.com" are one person where `[people.alice]` says so. Documents and issues
keep the name as it was written; whoever compares, counts or groups owners asks here. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from tracker.models import Person
from tracker.values import dataclass


@dataclass(frozen=True, slots=True)
class People:
    """The people map with an index of all its names; made by `people_of`.

    Attributes:
        people: Key -> person, as configured.
        keys: Every name, handle, e-mail address and account in plain form -> key.
    """

    people: Mapping[str, Person]
    keys: Mapping[str, str]

    def key_of(self, name: str) -> str | None:
        """The entry that a name, handle, e-mail address or account belongs to; None where the map does not hold it."""
        return self.keys.get(plain(name))

    def person(self, name: str) -> Person | None:
        """The person of that name."""
        key = self.key_of(name)
        return None if key is None else self.people[key]

    def team_of(self, owner: str) -> str | None:
        """Team of whoever is called so."""
        person = self.person(owner)
        return person.team if person is not None else None

    def identity(self, name: str) -> str:
        """The same text for all names of one person: the key, or the name itself in plain form."""
        return self.key_of(name) or plain(name)

    def joined(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names, as written, without further names of a person who was named already."""
        found: dict[str, str] = {}
        for name in names:
            found.setdefault(self.identity(name), name)
        return tuple(found.values())

    def same(self, some: Iterable[str], others: Iterable[str]) -> bool:
        """Whether two lists of names mean the same people, in any order."""
        return set(map(self.identity, some)) == set(map(self.identity, others))


def people_of(people: Mapping[str, Person]) -> People:
    """The map, indexed; where two entries claim a name, the first one has it."""
    keys: dict[str, str] = {}
    for key, person in people.items():
        for name in (key, *person.names, *person.accounts.values(), person.email or key):
            keys.setdefault(plain(name), key)
    return People(people, keys)


@lru_cache(maxsize=4096)  # the same few hundred names are asked for at every item
def plain(name: str) -> str:
    """A name without "@" in front, case and double spaces."""
    return " ".join(name.strip().lstrip("@").casefold().split())
