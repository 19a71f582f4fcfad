"""What a run is likely to ask beside the list of changes, asked in one request.

A run in which nothing changed reads issues that the list does not tell (transferred ones, a part of the round), may look for
owners whom nobody was found for, and for issues that rows name and that are not there. Each of these would be a request. So
the questions of the last run are remembered and go along with what the next one reads by id.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Any

from adapters.github import queries
from adapters.github.references import Place
from tracker.errors import AdapterError
from tracker.values import dataclass

if TYPE_CHECKING:
    from adapters.github.repository import Repository

MEMORY = "questions"
MOST_SEARCHES, MOST_NUMBERS = 50, 100
"""That go along; GitHub gives up on a query after ten seconds."""


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked of the repository.

    Attributes:
        searches: Parts of logins or names.
        numbers: Of issues.
    """

    searches: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.searches or self.numbers)


class Recurring:
    """The questions of the last run, their answers as soon as there are some, and the questions of this run."""

    def __init__(self, memory: MutableMapping[str, str]) -> None:
        self._memory = memory
        self._coming = _load(memory.get(MEMORY, ""))
        self._users: dict[str, list[dict[str, Any]]] = {}
        self._issues: dict[int, Any] = {}
        self._searches: dict[str, None] = {}
        self._numbers: dict[int, None] = {}

    def __bool__(self) -> bool:
        """Whether there are questions that have not been asked yet."""
        return bool(self._coming)

    def take(self) -> Questions:
        """The questions, to be asked now; they are given once."""
        coming, self._coming = self._coming, Questions()
        return coming

    def answered(self, asked: Questions, node: Any, failed: Iterable[str]) -> None:
        """Note the answers, but those under the aliases that failed for another reason than that nothing is there."""
        if not isinstance(node, dict):
            return
        failures = set(failed)
        for index, text in enumerate(asked.searches):
            if (alias := f"p{index}") not in failures:
                self._users[text] = (node.get(alias) or {}).get("nodes") or []
        for number in asked.numbers:
            if (alias := f"n{number}") not in failures:
                self._issues[number] = node.get(alias)

    def users(self, searches: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        """Who was found for these, as far as it was asked for."""
        self._searches |= (asked := dict.fromkeys(searches))
        return {text: self._users[text] for text in asked if text in self._users}

    def issues(self, numbers: Iterable[int]) -> dict[int, Any]:
        """What has these numbers, None for nothing at all, as far as it was asked for."""
        self._numbers |= (asked := dict.fromkeys(numbers))
        return {number: self._issues[number] for number in asked if number in self._issues}

    def keep(self) -> None:
        """Remember what this run asked."""
        text = json.dumps([list(self._searches)[:MOST_SEARCHES], list(self._numbers)[:MOST_NUMBERS]])
        if text != self._memory.get(MEMORY, "[[], []]"):
            self._memory[MEMORY] = text


@dataclass(frozen=True, slots=True)
class Answers:
    """What a query told.

    Attributes:
        nodes: For each node id what it is, None for nothing.
        places: For each place likewise.
        failed_nodes: Why the node at a position could not be told.
        failed_places: Why the place at a position could not be told.
    """

    nodes: Sequence[Any]
    places: Sequence[Any]
    failed_nodes: Mapping[int, str]
    failed_places: Mapping[int, str]


def ask(repository: Repository, nodes: Sequence[str] = (), places: Sequence[Place] = ()) -> Answers | None:
    """Read issues by node id and by place, at most `queries.BATCH`, and what recurs; None without GraphQL.

    Raises:
        AdapterError: the query failed.
    """
    beside = repository.recurring.take()
    try:
        return _asked(repository, nodes, places, beside)
    except AdapterError:
        if not beside or not (nodes or places):
            raise
        # Whatever is wrong with what goes along, the issues are read.
        return _asked(repository, nodes, places, Questions())


def _asked(
    repository: Repository, nodes: Sequence[str], places: Sequence[Place], beside: Questions
) -> Answers | None:
    query = queries.together(
        repository.options,
        nodes=bool(nodes),
        places=places,
        searches=beside.searches,
        numbers=beside.numbers,
    )
    variables = ({"ids": list(nodes)} if nodes else {}) | (repository.variables if beside else {})
    result = repository.query(query, variables)
    if result is None:
        return None
    data, errors = result
    # Nothing there is an answer; whatever else went wrong is none.
    broken = {_path(each): str(each.get("message")) for each in errors if each.get("type") != "NOT_FOUND"}
    aliases = [str(second) for first, second in broken if first == "repository"]
    repository.recurring.answered(beside, data.get("repository"), aliases)
    told = data.get("nodes")
    return Answers(
        told if isinstance(told, list) else [],
        [(data.get(f"m{index}") or {}).get("issueOrPullRequest") for index in range(len(places))],
        {second: why for (first, second), why in broken.items() if first == "nodes"},
        {int(first[1:]): why for (first, _), why in broken.items() if first[:1] == "m"},
    )


def _path(error: Mapping[str, Any]) -> tuple[str, Any]:
    first, second = (*(error.get("path") or ()), "", "")[:2]
    return str(first), second


def _load(text: str) -> Questions:
    try:
        searches, numbers = json.loads(text)
        return Questions(tuple(str(each) for each in searches), tuple(int(each) for each in numbers))
    except (ValueError, TypeError):
        return Questions()
