"""Who is meant by a name: the people map as documents and command lines use it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.models import Person


def person_named(name: str, people: Mapping[str, Person]) -> Person | None:
    """The person whom a name, handle, e-mail address, account or key belongs to; case does not matter."""
    wanted = _fold(name)
    return next((person for person in people.values() if wanted in names_of(person)), None)


def names_of(person: Person) -> frozenset[str]:
    """Everything that this person is called, folded."""
    return frozenset(
        _fold(name)
        for name in (person.key, *person.names, *person.accounts.values(), *filter(None, (person.email,)))
    )


def same_person(owner: str, wanted: str, people: Mapping[str, Person]) -> bool:
    """Whether an owner as written is the wanted person, whatever either is called."""
    person = person_named(wanted, people)
    return _fold(owner) == _fold(wanted) or (person is not None and _fold(owner) in names_of(person))


def _fold(name: str) -> str:
    return " ".join(name.casefold().lstrip("@").split())
