"""One parent issue for each post-mortem, with the items as its sub-issues.

A parent is created as carefully as an item: what is about to be created is noted in the tracker's memory first, and where
no answer came the next run looks above the noted number, and once more when the lost request can no longer be carried out,
before it creates another one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from adapters.github.answers import Answer, is_issue, reason_of
from adapters.github.mapping import defuse, title_for
from adapters.github.probe import above, watermark
from adapters.github.repository import Repository
from adapters.github.sending import Sender
from tracker.errors import AdapterError
from tracker.remote import NewIssue

_PARENTS = "parents"


class Parents:
    """Parent issues by post-mortem, kept in the memory of the tracker."""

    def __init__(self, repository: Repository, sender: Sender) -> None:
        self._repository = repository
        self._send, self._settle = sender.send, sender.settle

    def of(self, new: NewIssue) -> int | None:
        """Number of the parent of a new issue, created where there is none yet; None without `parent_issues`.

        Raises:
            AdapterError: there is no parent, and none could be created for certain.
        """
        if not self._repository.options.parent_issues or not new.group:
            return None
        entry = self._all().get(new.group, {})
        number = entry.get("number")
        if number is None and "from" in entry:
            number = self._find(new.group, int(entry["from"]))
        if number is None:
            number = self._create(new.group, new.group_title or new.group)
        self._note(new.group, {"number": number})
        return int(number)

    def adopt(self, parent: int, raw: Mapping[str, Any]) -> list[str]:
        """Make an issue a sub-issue; gives warnings. Doing it twice does no harm: the second is refused."""
        path = f"{self._repository.path}/issues/{parent}/sub_issues"
        answer = self._send("POST", path, {"sub_issue_id": raw.get("id")})
        if not isinstance(answer, Answer):
            return [f"it is not a sub-issue of #{parent}: {answer.reason}"]
        if answer.status in (200, 201):
            return []
        return [f"it is not a sub-issue of #{parent}: {reason_of(answer)}"]

    def _create(self, group: str, title: str) -> int:
        self._note(group, {"from": watermark(self._repository)})
        body = f"{_token(group)}\nAction items of {defuse(title, ())}, kept in step by pmtrack."
        payload = {"title": title_for(title), "body": body}
        answer = self._send("POST", f"{self._repository.path}/issues", payload, content=True)
        if not isinstance(answer, Answer):
            raise AdapterError(f"the parent issue of {group} was not created: {answer.reason}")
        raw = answer.record()
        if answer.status != 201 or not is_issue(raw):
            raise AdapterError(f"the parent issue of {group} was not created: {reason_of(answer)}")
        return int(raw["number"])

    def _find(self, group: str, start: int) -> int | None:
        found = self._above(group, start)
        return self._above(group, start) if found is None and self._settle() else found

    def _above(self, group: str, start: int) -> int | None:
        token = _token(group)
        return next(
            (int(raw["number"]) for raw in above(self._repository, start) if token in str(raw.get("body"))),
            None,
        )

    def _all(self) -> dict[str, dict[str, Any]]:
        try:
            data = json.loads(self._repository.memory.get(_PARENTS, "{}"))
        except ValueError:
            return {}
        return data if isinstance(data, dict) else {}

    def _note(self, group: str, entry: Mapping[str, Any]) -> None:
        known = self._all()
        if known.get(group) != entry:
            self._repository.memory[_PARENTS] = json.dumps({**known, group: dict(entry)}, sort_keys=True)


def _token(group: str) -> str:
    # Another comment than an item's block has, so that a parent is never taken for an item.
    return f"<!-- pmtrack:parent {hashlib.blake2b(group.encode(), digest_size=8).hexdigest()} -->"
