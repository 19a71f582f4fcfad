"""Labels and the milestone of new issues: found, created with a colour where missing and allowed."""

from __future__ import annotations

from collections.abc import Iterable

from adapters.github.answers import reason_of
from adapters.github.budget import Budget
from adapters.github.client import Lost, NotConnected, Redirected
from adapters.github.repository import Repository

# More are left to GitHub, which makes missing labels by itself, grey; so the number of requests stays small.
_MOST_CREATED = 5
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


class Labels:
    """The repository's labels, read once in a run and only if one is needed."""

    def __init__(self, repository: Repository, budget: Budget) -> None:
        self._repository = repository
        self._budget = budget
        self._known: set[str] | None = None
        self._created = 0
        self._milestones: dict[str, int] | None = None

    def usable(self, wanted: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The labels to ask for, and warnings about those that are left out.

        Raises:
            AdapterError: the labels could not be read.
        """
        names = tuple(dict.fromkeys(wanted))
        missing = self.missing(names)
        if not missing:
            return names, ()
        if not self._repository.options.create_labels:
            left = tuple(name for name in names if name not in missing)
            return left, tuple(f"there is no label {name!r}, and create_labels is off" for name in missing)
        return names, tuple(warning for name in missing if (warning := self._create(name)))

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

    def _create(self, name: str) -> str | None:
        """Create one label with its colour; gives a warning where that failed, which no issue fails for."""
        assert self._known is not None  # noqa: S101 - read by `usable`
        self._known.add(name.casefold())
        permissions = self._repository.permissions
        if self._created >= _MOST_CREATED or (permissions and not permissions.may_write):
            return None
        if self._budget.admit(content=False):
            return None
        self._created += 1
        colour = self._repository.options.label_colours.get(name) or _COLOURS.get(name, _DEFAULT_COLOUR)
        body = {"name": name, "color": colour, "description": _DESCRIPTION}
        try:
            answer = self._repository.client.send("POST", f"{self._repository.path}/labels", body=body)
        except (NotConnected, Lost, Redirected) as error:
            return f"the label {name!r} was not created: {error}"
        if answer.status == 201 or "already_exists" in answer.text:
            return None
        return f"the label {name!r} was not created: {reason_of(answer)}"
