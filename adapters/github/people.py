"""Who is meant: owners as documents write them, to logins that can be assigned in this repository."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from adapters.github import queries
from adapters.github.mapping import ASSIGNEE_LIMIT
from adapters.github.repository import Repository
from tracker.errors import AdapterError
from tracker.models import Person
from tracker.remote import Resolution

_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38}(?:\[bot\])?\Z")
_BATCH = 50


class People:
    """Knows after one request for each fifty names who can be assigned; remembers it for the run."""

    def __init__(self, repository: Repository, tracker: str) -> None:
        self._repository = repository
        self._tracker = tracker
        self._assignable: dict[str, str | None] = {}
        self._checkable: bool | None = None

    def resolve(self, names: Sequence[str], people: Sequence[Person]) -> dict[str, Resolution]:
        """See `tracker.remote.Tracker.resolve`."""
        mapped = {name: _account(name, people, self._tracker) for name in names}
        try:
            self._learn(login for login in mapped.values() if login)
            found = self._search([name for name, login in mapped.items() if login is None])
        except AdapterError as error:
            return {
                name: Resolution(name, None, f"could not be looked up: {error.message}") for name in names
            }
        return {name: self._mapped(name, login) if login else found[name] for name, login in mapped.items()}

    def assignable(self, logins: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Logins that can be assigned, and those that cannot: one of these would make GitHub refuse a whole create.

        Raises:
            AdapterError: it could not be found out.
        """
        self._learn(logins)
        good = tuple(login for login in logins if self._assignable.get(login.casefold()))
        return good, tuple(login for login in logins if login not in good)

    def accepted(self, logins: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The logins to assign, as many as GitHub takes, and warnings about those that are left out.

        Raises:
            AdapterError: it could not be found out who can be assigned.
        """
        if not logins:
            return (), ()
        good, bad = self.assignable(logins)
        warnings = tuple(f"{login} cannot be assigned in {self._repository.name}" for login in bad)
        most = ASSIGNEE_LIMIT
        warnings += tuple(f"GitHub takes {most} assignees; {login} was left out" for login in good[most:])
        return good[:most], warnings

    def _mapped(self, name: str, login: str) -> Resolution:
        real = self._assignable.get(login.casefold())
        reason = None if real else f"{login} cannot be assigned in {self._repository.name}"
        return Resolution(name, real, reason)

    def _learn(self, logins: Iterable[str]) -> None:
        unknown = list(dict.fromkeys(login for login in logins if login.casefold() not in self._assignable))
        for start in range(0, len(unknown), _BATCH):
            chunk = unknown[start : start + _BATCH]
            users = self._query(chunk)
            for index, login in enumerate(chunk):
                real = self._unchecked(login) if users is None else _exact(login, users[index])
                self._assignable[login.casefold()] = real

    def _direct(self, login: str) -> str | None:
        """Ask for one login, without GraphQL: 204 or 404 (https://docs.github.com/en/rest/issues/assignees)."""
        path = f"{self._repository.path}/assignees"
        client = self._repository.client
        if self._checkable is None:
            # A server that does not know the list cannot say who is not on it.
            self._checkable = client.read(path, params={"per_page": 1}, expect=(200, 404)).status == 200
        if not self._checkable:
            return None
        return login if client.read(f"{path}/{login}", expect=(204, 404)).status == 204 else None

    def _unchecked(self, login: str) -> str | None:
        """A login that the configuration names and that this server cannot check; GitHub has the last word."""
        return self._direct(login) or (None if self._checkable else login)

    def _search(self, names: Sequence[str]) -> dict[str, Resolution]:
        found: dict[str, Resolution] = {}
        for start in range(0, len(names), _BATCH):
            chunk = names[start : start + _BATCH]
            users = self._query(chunk)
            for index, name in enumerate(chunk):
                found[name] = self._by_login(name) if users is None else _chosen(name, users[index])
        for resolution in found.values():
            if resolution.account:
                self._assignable[resolution.account.casefold()] = resolution.account
        return found

    def _by_login(self, name: str) -> Resolution:
        login = name.removeprefix("@")
        real = self._direct(login) if _LOGIN.match(login) else None
        return Resolution(name, real, None if real else _unknown(name, self._repository.name))

    def _query(self, searches: Sequence[str]) -> list[list[dict[str, Any]]] | None:
        texts = [search.removeprefix("@") for search in searches]
        known = self._repository.recurring.users(texts)
        unknown = [text for text in dict.fromkeys(texts) if text not in known]
        if unknown:
            result = self._repository.query(queries.people(unknown), self._repository.variables)
            if result is None:
                return None
            node = result[0].get("repository") or {}
            known |= {
                text: (node.get(f"p{index}") or {}).get("nodes") or [] for index, text in enumerate(unknown)
            }
        return [known[text] for text in texts]


def _account(name: str, people: Sequence[Person], tracker: str) -> str | None:
    """The login that the people map gives, None where it says nothing."""
    wanted = name.removeprefix("@").casefold()
    for person in people:
        known = {each.removeprefix("@").casefold() for each in (person.key, *person.names)}
        if person.email:
            known.add(person.email.casefold())
        if wanted in known:
            login = person.accounts.get(tracker) or person.accounts.get("github")
            return login.removeprefix("@") if login else None
    return None


def _exact(login: str, users: Iterable[Mapping[str, Any]]) -> str | None:
    return next((str(user["login"]) for user in users if _is(user.get("login"), login)), None)


def _chosen(name: str, users: Sequence[Mapping[str, Any]]) -> Resolution:
    """The one person of this login, name or e-mail address; several are not guessed."""
    text = name.removeprefix("@")
    if name.startswith("@") and (login := _exact(text, users)):
        return Resolution(name, login)
    exact = [user for user in users if any(_is(user.get(key), text) for key in ("login", "name", "email"))]
    if not exact:
        words = text.casefold().split()
        exact = [
            user for user in users if words and set(words) <= set(str(user.get("name")).casefold().split())
        ]
    if len(exact) == 1:
        return Resolution(name, str(exact[0]["login"]))
    if exact:
        logins = ", ".join(sorted(str(user["login"]) for user in exact))
        return Resolution(name, None, f"{name!r} may be any of {logins}; add the person to [people]")
    return Resolution(
        name, None, f"nobody who can be assigned is called {name!r}; add the person to [people]"
    )


def _is(value: Any, text: str) -> bool:
    return isinstance(value, str) and value.casefold() == text.casefold()


def _unknown(name: str, repository: str) -> str:
    return f"{name!r} is not the login of anybody who can be assigned in {repository}; add the person to [people]"
