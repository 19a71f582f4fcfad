"""From owners as documents write them to accounts: the people map first, then the site's search for assignable users.

Nobody is guessed: only a user whose full name, e-mail or user name is exactly the owner's name counts as a match. Who was found
is kept for half a day; who was not is asked for again by the next run that needs them, so that a correction counts at once.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from adapters.jira.client import Client
from adapters.jira.config import JiraOptions
from adapters.pool import in_order
from tracker.errors import AdapterError
from tracker.models import Person, Severity
from tracker.remote import Problem, Resolution
from tracker.values import dataclass

MEMORY = "people"
HANDLES = "mentioned"
KEPT_FOR = dt.timedelta(hours=12)
PAGE = 50
_Answer = tuple[str | None, str | None, dt.datetime]


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked about an owner: the account of the people map, or whoever is called so; `key` in the memory."""

    key: str
    searched: str
    account: str | None = None
    person: str | None = None


class People:
    """Finds accounts; remembers what it found."""

    def __init__(
        self,
        name: str,
        client: Client,
        options: JiraOptions,
        memory: MutableMapping[str, str],
        now: Callable[[], dt.datetime],
    ) -> None:
        self._name = name
        self._client = client
        self._options = options
        self._memory = memory
        self._now = now
        self._names: dict[str, set[str]] = {}
        self._nobody: dict[str, _Answer] = {}

    def resolve(
        self, names: Sequence[str], people: Sequence[Person], *, cloud: Callable[[], bool]
    ) -> dict[str, Resolution]:
        """One resolution for each name; `cloud` is asked only if the site must be searched.

        An account of the people map is asked for too: Jira would refuse one that cannot be assigned, with the issue.
        """
        known = self._known() | self._nobody
        questions = {name: self._question(name, people) for name in names}
        fresh = list(dict.fromkeys(each for each in questions.values() if each.key not in known))
        failed: dict[str, str] = {}
        for question, found in self._answers(fresh, cloud) if fresh else ():
            if isinstance(found, AdapterError):
                failed[question.key] = f"could not be looked up: {found.message}"
            else:
                known[question.key] = (found.account, found.reason, self._now())
        out: dict[str, Resolution] = {}
        for name, question in questions.items():
            if question.key in failed:
                # An account that could not be asked for is believed; a name is nobody's.
                why = None if question.account else failed[question.key]
                out[name] = Resolution(name, question.account, why)
            else:
                out[name] = Resolution(name, *known[question.key][:2])
        self._nobody = {key: each for key, each in known.items() if each[0] is None}
        self._keep(known)
        self._note_names(out, people)
        return out

    def _question(self, name: str, people: Sequence[Person]) -> _Question:
        person = person_called(name, people)
        account = self._account_of(person)
        if person is not None and account:
            return _Question(f"account {account}", account, account, person.key)
        searched = (person.email if person and person.email else None) or name
        return _Question(searched, searched)

    def _answers(
        self, questions: Sequence[_Question], cloud: Callable[[], bool]
    ) -> Iterator[tuple[_Question, Resolution | AdapterError]]:
        try:
            on_cloud = cloud()
        except AdapterError as error:
            yield from ((question, error) for question in questions)
            return

        def ask(question: _Question) -> Resolution | AdapterError:
            try:
                if question.account is not None:
                    return self._asked_for(question, question.account, on_cloud)
                users = self._assignable(_query(question.searched, on_cloud))
            except AdapterError as error:
                return error
            return chosen(question.searched, users, self._options.project)

        yield from zip(questions, in_order(ask, questions, self._options.connections), strict=True)

    def _asked_for(self, question: _Question, account: str, cloud: bool) -> Resolution:
        why = self._unassignable_account(account, cloud)
        if why is None:
            return Resolution(question.searched, account)
        hint = f"change [people.{question.person}], or let the account be assigned"
        return Resolution(question.searched, None, f"{why}; {hint}")

    def mentions(self, accounts: Sequence[str], text: str, *, cloud: bool) -> dict[str, str]:
        """Whom a text may mention: names (lower case, without "@") of people who have one of the accounts -> account.

        A person is of the people map, and known once `resolve` was asked about them in this run. What a mention was written
        as is kept beside it: on Cloud in the node and in the entity property, so that nobody is mentioned where that is
        switched off; on Data Center, whose markup holds the user name only, in pmtrack's own memory, one name for each user.
        """
        known = {name: account for account in accounts for name in self._names.get(account, ())}
        if cloud:
            return known if self._options.entity_property else {}
        handles = handles_in(self._memory)
        used = [name for name in sorted(known) if f"@{name}" in text.casefold()]
        fresh = {known[name]: name for name in reversed(used) if known[name] not in handles}
        if fresh:
            self._memory[HANDLES] = json.dumps(handles | fresh)
        return {name: who for who, name in (handles | fresh).items() if known.get(name) == who}

    def _note_names(self, found: Mapping[str, Resolution], people: Sequence[Person]) -> None:
        for name, resolution in found.items():
            person = person_called(name, people)
            if resolution.account and person:
                names = (person.key, *person.names)
                self._names.setdefault(resolution.account, set()).update(
                    each.casefold().lstrip("@") for each in names if each.strip("@ ")
                )

    def problems(self, people: Sequence[Person], *, cloud: bool) -> Iterator[Problem]:
        """Who of the people map cannot be assigned as exactly one account.

        Raises:
            AdapterError: the site could not be asked.
        """
        good = 0
        for person in people:
            why = self._unassignable(person, cloud)
            if why is None:
                good += 1
            else:
                hint = f"Set {self._name} in [people.{person.key}], or let the account be assigned."
                yield Problem(f"people: {person.key}: {why}", Severity.WARNING, hint)
        if people and good:
            told = f"people: {good} of {len(people)} can be assigned in {self._options.project}"
            yield Problem(told, Severity.INFO, ok=True)

    def _unassignable(self, person: Person, cloud: bool) -> str | None:
        account = self._account_of(person)
        if account is not None:
            return self._unassignable_account(account, cloud)
        reasons = []
        for name in dict.fromkeys(filter(None, (person.email, *person.names))):
            found = chosen(name, self._assignable(_query(name, cloud)), self._options.project)
            if found.account is not None:
                return None
            reasons.append(found.reason)
        return reasons[0] if reasons else "has no account, name or e-mail"

    def _unassignable_account(self, account: str, cloud: bool) -> str | None:
        users = self._assignable({"accountId" if cloud else "username": account})
        told = {str(user.get(key)).casefold() for user in users for key in ("accountId", "name")}
        # Data Center searches for parts of names too, and tells a page of what it finds: more than that is no answer.
        if account.casefold() in told or len(users) >= PAGE:
            return None
        return f"{account} cannot be assigned in {self._options.project}"

    def _account_of(self, person: Person | None) -> str | None:
        if person is None:
            return None
        return person.accounts.get(self._name) or person.accounts.get("jira")

    def forget(self) -> None:
        """Ask the site again next time."""
        self._memory.pop(MEMORY, None)

    def _assignable(self, query: Mapping[str, str]) -> list[Mapping[str, Any]]:
        params = {"project": self._options.project, "maxResults": str(PAGE), **query}
        users = self._client.read("GET", "user/assignable/search", params=params)
        return users if isinstance(users, list) else []

    def _known(self) -> dict[str, _Answer]:
        try:
            stored = json.loads(self._memory.get(MEMORY, "{}"))
            entries = {
                name: (who, why, dt.datetime.fromisoformat(at)) for name, (who, why, at) in stored.items()
            }
        except (ValueError, TypeError, AttributeError):
            return {}
        oldest = self._now() - KEPT_FOR
        return {name: entry for name, entry in entries.items() if entry[2] > oldest}

    def _keep(self, known: Mapping[str, _Answer]) -> None:
        found = {
            name: (who, why, at.isoformat()) for name, (who, why, at) in known.items() if who is not None
        }
        text = json.dumps(found)
        if text != self._memory.get(MEMORY, "{}"):
            self._memory[MEMORY] = text


def handles_in(memory: Mapping[str, str]) -> dict[str, str]:
    """User name -> the name (lower case, without "@") that documents call the user by, for those mentioned so far."""
    try:
        return dict(json.loads(memory.get(HANDLES, "{}")))
    except (ValueError, TypeError):
        return {}


def _query(name: str, cloud: bool) -> dict[str, str]:
    return {"query" if cloud else "username": name}


def person_called(name: str, people: Sequence[Person]) -> Person | None:
    """The person of the people map with this name, handle or e-mail."""
    wanted = name.casefold().lstrip("@")
    for person in people:
        names = (person.key, *person.names, person.email or "")
        if wanted in (each.casefold().lstrip("@") for each in names if each):
            return person
    return None


def chosen(name: str, users: Sequence[Mapping[str, Any]], project: str) -> Resolution:
    """The one user who is called exactly so; nobody where there is none or more than one."""
    wanted = name.casefold().lstrip("@")
    exact = [
        user
        for user in users
        if wanted
        in (
            str(user.get(key) or "").casefold()
            for key in ("displayName", "emailAddress", "name", "accountId")
        )
    ]
    if len(exact) == 1:
        return Resolution(name, str(exact[0].get("accountId") or exact[0].get("name")))
    likely = exact or list(users)
    if not likely:
        return Resolution(name, None, f"nobody called {name!r} can be assigned in {project}")
    told = ", ".join(
        sorted(
            f"{user.get('displayName')} ({user.get('accountId') or user.get('name')})" for user in likely[:5]
        )
    )
    why = "several people are called so" if len(exact) > 1 else "nobody is called exactly so"
    return Resolution(name, None, f"{why}: {told}; name the account in [people]")
