"""Labels and the milestone of new issues: found, created with a colour where missing and allowed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from adapters.github import queries
from adapters.github.answers import reason_of
from adapters.github.budget import Budget
from adapters.github.repository import Repository
from adapters.github.transport import Lost, NotConnected, Redirected
from tracker.errors import AdapterError, BadResponseError

# Requests in a run for creating labels. One is enough for fifty where the service has GraphQL; without, more labels than
# this are left to GitHub, which makes them by itself, grey, so that the number of requests stays small.
_MOST_REQUESTS = 5
_BATCH = 50
_MOST_PAGES = 5
_COLOURS = {
    "pmtrack": "5319e7",
    "priority: P0": "b60205",
    "priority: P1": "d93f0b",
    "priority: P2": "fbca04",
    "priority: P3": "c2e0c6",
    "priority: P4": "ededed",
}
_DEFAULT_COLOUR = "bfd4f2"
_DESCRIPTION = "Set by pmtrack"
_UNCOLOURED = "the label {name!r} was left to GitHub, which gives it no colour: the run's requests for labels are used up"


class Labels:
    """The repository's labels, read once in a run and only if one is needed."""

    def __init__(self, repository: Repository, budget: Budget) -> None:
        self._repository = repository
        self._budget = budget
        self._known: set[str] | None = None
        self._sent = 0
        self._failed: dict[str, str] = {}
        self._milestones: dict[str, int] | None = None

    def prepare(self, wanted: Iterable[str]) -> None:
        """Create what is missing for many issues at once.

        Raises:
            AdapterError: the labels could not be read.
        """
        names = tuple(dict.fromkeys(wanted))
        if names and self._repository.options.create_labels and (missing := self.missing(names)):
            self._create(missing)

    def usable(self, wanted: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The labels to ask for, and warnings about those that are left out or have no colour; each is told once.

        Raises:
            AdapterError: the labels could not be read.
        """
        names = tuple(dict.fromkeys(wanted))
        if not self._repository.options.create_labels:
            missing = self.missing(names)
            left = tuple(name for name in names if name not in missing)
            return left, tuple(f"there is no label {name!r}, and create_labels is off" for name in missing)
        self.prepare(names)
        return names, tuple(self._failed.pop(name) for name in names if name in self._failed)

    def missing(self, names: Iterable[str]) -> list[str]:
        """The labels that the repository does not have.

        Raises:
            AdapterError: the labels could not be read.
        """
        return [name for name in names if name.casefold() not in self._all()]

    def milestone(self, title: str) -> int | None:
        """The number of an open milestone, None where there is none of that title.

        Raises:
            AdapterError: the milestones could not be read.
        """
        if self._milestones is None:
            path = f"{self._repository.path}/milestones"
            pages = self._repository.client.pages(path, {"state": "open", "per_page": 100})
            self._milestones = {
                str(each.get("title")): int(each["number"]) for page in pages for each in page
            }
        return self._milestones.get(title)

    def _all(self) -> set[str]:
        if self._known is None:
            self._known = set()
            pages = self._repository.client.pages(f"{self._repository.path}/labels", {"per_page": 100})
            for count, page in enumerate(pages, 1):
                self._known |= {str(each.get("name")).casefold() for each in page}
                if count == _MOST_PAGES:
                    break
        return self._known

    # --- creating ---------------------------------------------------------------------------------------------------

    def _create(self, names: Sequence[str]) -> None:
        """Create labels with their colours; no issue fails for what goes wrong here."""
        self._all().update(name.casefold() for name in names)
        if not self._repository.ensure().may_write:
            return  # GitHub drops them from the issues, which is told there.
        for start in range(0, len(names), _BATCH):
            chunk = names[start : start + _BATCH]
            failed = self._at_once(chunk)
            self._failed |= self._singly(chunk) if failed is None else failed

    def _at_once(self, names: Sequence[str]) -> dict[str, str] | None:
        """One request for all; what failed, by name. None where the service cannot do it."""
        if not self._repository.has_graphql or not self._repository.node_id:
            return None
        if not self._admitted():
            return {name: _UNCOLOURED.format(name=name) for name in names}
        variables = {
            "repository": self._repository.node_id,
            **{f"l{index}": name for index, name in enumerate(names)},
        }
        text = queries.create_labels([self._colour(name) for name in names], _DESCRIPTION)
        try:
            result = self._repository.mutate(text, variables)
        except BadResponseError:
            return None  # A server whose schema lacks the mutation refuses the whole of it; nothing was done.
        except (AdapterError, NotConnected, Lost, Redirected) as error:
            return {name: f"the label {name!r} was not created: {error}" for name in names}
        return None if result is None else dict(_refused(names, result[1]))

    def _singly(self, names: Sequence[str]) -> dict[str, str]:
        """One request for each; what failed, by name."""
        return {name: warning for name in names if (warning := self._one(name))}

    def _one(self, name: str) -> str | None:
        if not self._admitted():
            return _UNCOLOURED.format(name=name)
        body = {"name": name, "color": self._colour(name), "description": _DESCRIPTION}
        try:
            answer = self._repository.client.send("POST", f"{self._repository.path}/labels", body=body)
        except (NotConnected, Lost, Redirected) as error:
            return f"the label {name!r} was not created: {error}"
        if answer.status == 201 or "already_exists" in answer.text:
            return None
        return f"the label {name!r} was not created: {reason_of(answer)}"

    def _admitted(self) -> bool:
        if self._sent >= _MOST_REQUESTS or self._budget.admit(content=False):
            return False
        self._sent += 1
        return True

    def _colour(self, name: str) -> str:
        return self._repository.options.label_colours.get(name) or _COLOURS.get(name, _DEFAULT_COLOUR)


def _refused(names: Sequence[str], errors: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Name and reason of each label that the answer names in an error; one that is there meanwhile is none."""
    aliases = {f"l{index}": name for index, name in enumerate(names)}
    for error in errors:
        path = error.get("path") or ()
        message = str(error.get("message"))
        name = aliases.get(str(path[0])) if path else None
        if name and "already" not in message.casefold():
            yield name, f"the label {name!r} was not created: {message}"
