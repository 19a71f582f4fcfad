"""The contract on a local Jira server, as Cloud and as Data Center."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.jira.adapter import JiraTracker
from tests.contract.suite import TrackerContract, World
from tests.jira import Bench, bench
from tests.servers.jira import Fault
from tests.servers.jira.server import _READS
from tracker.models import IssueRef, Person, Status

_NAMES = {
    Status.OPEN: ("To Do", None),
    Status.IN_PROGRESS: ("In Progress", None),
    Status.DONE: ("Done", "Done"),
    Status.CANCELLED: ("Done", "Won't Do"),
}
_REFUSAL = '{"errorMessages":[],"errors":{"summary":"The summary is not wanted today."}}'


class JiraWorld(World):
    """A site and people with browsers."""

    ambiguous_person = "Sam Lee"
    unknown_person = "Nobody At All"
    people = (Person("bob", ("Bob", "@bj"), email="bob@acme.example"),)

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        cloud = bench.site.deployment == "cloud"
        self.known_person = ("Alice Smith", "5b10ac8d82e05b22cc7d4ef5" if cloud else "asmith")
        self.other_account = "5b109f2e9729b51b54dc274d" if cloud else "bjones"

    def tracker(self) -> JiraTracker:
        return self.bench.tracker()

    def writes(self) -> int:
        return len(self.bench.server.writes)

    def count(self) -> int:
        return len(self.bench.site.living())

    def body(self, ref: IssueRef) -> str:
        return str(self._fields(ref)["description"])

    def edit_title(self, ref: IssueRef, title: str) -> None:
        self.bench.site.edit(ref.id, summary=title)

    def surround_body(self, ref: IssueRef, before: str, after: str) -> None:
        self.bench.site.edit(ref.id, description=before + self.body(ref) + after)

    def put_body(self, ref: IssueRef, text: str) -> None:
        self.bench.site.edit(ref.id, description=text)

    def reformat_body(self, ref: IssueRef) -> None:
        text = (
            self.body(ref).replace("{color:#97a0af}", "").replace("{color}", "").replace("* from", "- from")
        )
        text = text.replace("- from", "* from").replace("\n", " \r\n") + "\r\n"
        self.bench.site.edit(ref.id, description=text)

    def set_status(self, ref: IssueRef, status: Status) -> None:
        name, resolution = _NAMES[status]
        self.bench.site.set_status(ref.id, name, resolution)

    def drop_status(self, ref: IssueRef) -> str:
        self.bench.site.set_status(ref.id, "Done", "Duplicate")
        return "Duplicate"

    def assign(self, ref: IssueRef, account: str | None) -> None:
        self.bench.site.edit(ref.id, assignee=account)

    def add_label(self, ref: IssueRef, label: str) -> None:
        self.bench.site.edit(ref.id, labels=[*self._fields(ref)["labels"], label])

    def delete(self, ref: IssueRef) -> None:
        self.bench.site.delete(ref.id)

    def move(self, ref: IssueRef) -> str:
        return self.bench.site.move(ref.id, "PAY")

    def make_unreadable(self, ref: IssueRef) -> None:
        self.bench.site.hide(ref.id)

    def lose_next_answer(self) -> None:
        self.bench.server.faults.append(Fault("drop-after", "POST", "issue/bulk"))

    def refuse_next_write(self) -> None:
        paths = "(?!" + "|".join(_READS) + ").*"
        self.bench.server.faults.append(Fault("answer", "POST|PUT", paths, status=400, body=_REFUSAL))

    def forbid_closing(self, ref: IssueRef) -> None:
        issue = self.bench.site.issue(ref.id)
        assert issue is not None
        issue.blocked_transitions.add("10001")

    def _fields(self, ref: IssueRef) -> dict[str, Any]:
        issue = self.bench.site.issue(ref.id)
        assert issue is not None
        return issue.fields


class TestJiraCloud(TrackerContract):
    """The adapter keeps the contract on Cloud."""

    @pytest.fixture
    def world(self) -> Iterator[World]:
        for made in bench("cloud"):
            yield JiraWorld(made)


class TestJiraDataCenter(TrackerContract):
    """The adapter keeps the contract on Data Center."""

    @pytest.fixture
    def world(self) -> Iterator[World]:
        for made in bench("datacenter"):
            yield JiraWorld(made)
