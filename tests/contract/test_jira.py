"""The contract on a local Jira server, as Cloud and as Data Center."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.jira.adapter import JiraTracker
from tests.contract.suite import TrackerContract, World
from tests.jira import Bench, bench
from tests.servers.jira import Fault, documents
from tests.servers.jira.server import READS
from tracker.models import IssueRef, Person, Status

_NAMES = {
    Status.OPEN: ("To Do", None),
    Status.IN_PROGRESS: ("In Progress", None),
    Status.DONE: ("Done", "Done"),
    Status.CANCELLED: ("Done", "Won't Do"),
}
_REFUSAL = '{"errorMessages":[],"errors":{"summary":"The summary is not wanted today."}}'


def rewritten(node: dict[str, Any]) -> dict[str, Any]:
    """A document as an editor stores it again: ids on blocks, no colours, texts in pieces, links as cards."""
    out = {**node}
    if "content" in node:
        pieces = [piece for child in node["content"] for piece in _pieces(child)]
        out["content"] = [rewritten(piece) for piece in pieces]
        if node["type"] != "doc":
            out["attrs"] = {**node.get("attrs", {}), "localId": "f6a1"}
    marks = [mark for mark in node.get("marks", []) if mark["type"] != "textColor"]
    return {**out, "marks": marks} if marks else {key: value for key, value in out.items() if key != "marks"}


def _pieces(node: dict[str, Any]) -> list[dict[str, Any]]:
    text = node.get("text", "")
    links = [mark for mark in node.get("marks", []) if mark["type"] == "link"]
    if links and links[0]["attrs"]["href"] == text:
        return [{"type": "inlineCard", "attrs": {"url": text}}]
    return [{**node, "text": part} for part in (text[:3], text[3:]) if part] if text else [node]


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
        stored = self._fields(ref)["description"]
        return documents.text_of(stored) if isinstance(stored, dict) else str(stored)

    def edit_title(self, ref: IssueRef, title: str) -> None:
        self.bench.site.edit(ref.id, summary=title)

    def surround_body(self, ref: IssueRef, before: str, after: str) -> None:
        stored = self._fields(ref)["description"]
        if isinstance(stored, dict):
            head, tail = documents.of_text(before)["content"], documents.of_text(after)["content"]
            self.bench.site.edit(
                ref.id, description={**stored, "content": [*head, *stored["content"], *tail]}
            )
        else:
            self.bench.site.edit(ref.id, description=before + self.body(ref) + after)

    def put_body(self, ref: IssueRef, text: str) -> None:
        self.bench.site.edit(ref.id, description=text)

    def reformat_body(self, ref: IssueRef) -> None:
        stored = self._fields(ref)["description"]
        if isinstance(stored, dict):
            self.bench.site.edit(ref.id, description=rewritten(stored))
            return
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
        paths = "(?!" + "|".join(READS) + ").*"
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
