"""The contract on the local tracker, whose people edit the file."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.local import LocalTracker
from tests.contract.suite import TrackerContract, World
from tracker.models import IssueRef, Person, Status
from tracker.remote import Confirmed, Field, Found, IssueChange, NewIssue, NotSent

NOW = dt.datetime(2026, 11, 21, 8, 0, tzinfo=dt.UTC)
_WORDS = {
    Status.OPEN: "open",
    Status.IN_PROGRESS: "in_progress",
    Status.BLOCKED: "blocked",
    Status.DONE: "closed",
    Status.CANCELLED: "closed",
}


class LocalWorld(World):
    """A file and people with an editor."""

    known_person = ("Alice Smith", "asmith")
    other_account = "bob"
    people = (Person("alice", ("Alice Smith",), {"local": "asmith"}),)

    def __init__(self, folder: Path) -> None:
        self.path = folder / "issues.jsonl"

    def tracker(self) -> LocalTracker:
        return LocalTracker("local", self.path, lambda: NOW)

    def writes(self) -> int:
        return self.path.stat().st_mtime_ns if self.path.exists() else 0

    def count(self) -> int:
        return len(self._records())

    def body(self, ref: IssueRef) -> str:
        return str(self._record(ref)["description"])

    def edit_title(self, ref: IssueRef, title: str) -> None:
        self._edit(ref, lambda record: record.update(title=title))

    def surround_body(self, ref: IssueRef, before: str, after: str) -> None:
        self._edit(ref, lambda record: record.update(description=before + record["description"] + after))

    def put_body(self, ref: IssueRef, text: str) -> None:
        self._edit(ref, lambda record: record.update(description=text))

    def reformat_body(self, ref: IssueRef) -> None:
        def change(record: dict[str, Any]) -> None:
            record["description"] = (
                record["description"].replace("- from", "* from").replace("\n", " \r\n") + "\r\n"
            )

        self._edit(ref, change)

    def set_status(self, ref: IssueRef, status: Status) -> None:
        self._edit(ref, lambda record: record.update(status=_WORDS[status]))

    def assign(self, ref: IssueRef, account: str | None) -> None:
        self._edit(ref, lambda record: record.update(assignee=account))

    def add_label(self, ref: IssueRef, label: str) -> None:
        self._edit(ref, lambda record: record["labels"].append(label))

    def drop_status(self, ref: IssueRef) -> str:
        self._edit(ref, lambda record: record.update(status="closed", close_reason="Won't do: superseded"))
        return "Won't do: superseded"

    def delete(self, ref: IssueRef) -> None:
        self._write([record for record in self._records() if record["id"] != ref.id])

    def make_unreadable(self, ref: IssueRef) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write("<<<<<<< a merge conflict\n")

    def _records(self) -> list[dict[str, Any]]:
        text = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def _record(self, ref: IssueRef) -> dict[str, Any]:
        return next(record for record in self._records() if record["id"] == ref.id)

    def _edit(self, ref: IssueRef, change: Callable[[dict[str, Any]], object]) -> None:
        records = self._records()
        for record in records:
            if record["id"] == ref.id:
                change(record)
        self._write(records)

    def _write(self, records: list[dict[str, Any]]) -> None:
        text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        self.path.write_text(text, encoding="utf-8")


class TestLocal(TrackerContract):
    """The local adapter keeps the contract."""

    @pytest.fixture
    def world(self, tmp_path: Path) -> World:
        return LocalWorld(tmp_path)


def test_a_run_that_wrote_alone_gives_a_cursor_after_its_own_writes(tmp_path: Path) -> None:
    tracker = LocalTracker("local", tmp_path / "issues.jsonl", lambda: NOW)
    cursor = tracker.changes(None, []).cursor
    for marker in ("aaaaaaaaaaaa", "bbbbbbbbbbbb"):
        list(tracker.create([NewIssue(marker, "Mend it", "context")]))
    after = tracker.advanced(cursor)
    assert after != cursor
    again = LocalTracker("local", tmp_path / "issues.jsonl", lambda: NOW)
    assert again.changes(after, ["pm-aaaaaaaaaaaa"]).issues == ()
    assert again.requests == 1, "the digest tells that nothing changed"


def test_a_run_beside_which_somebody_else_wrote_gives_no_later_cursor(tmp_path: Path) -> None:
    world = LocalWorld(tmp_path)
    tracker = world.tracker()
    cursor = tracker.changes(None, []).cursor
    (first,) = tracker.create([NewIssue("aaaaaaaaaaaa", "Mend it", "context")])
    assert isinstance(first.outcome, Confirmed)
    world.edit_title(first.outcome.issue.ref, "Edited by a person meanwhile")
    list(tracker.create([NewIssue("bbbbbbbbbbbb", "Mend that", "context")]))
    assert tracker.advanced(cursor) == cursor
    seen = world.tracker().changes(cursor, ["pm-aaaaaaaaaaaa"]).issues
    assert [issue.title for issue in seen] == ["Edited by a person meanwhile"]


def test_fields_of_another_kind_than_beads_writes_are_read_as_none_and_stay_in_the_file(
    tmp_path: Path,
) -> None:
    odd = {"_type": "issue", "id": "pm-odd", "title": "\ud83d cut", "description": 3, "labels": 4, "status": "closed",
           "close_reason": 5, "priority": True, "due_at": 6, "metadata": []}  # fmt: skip
    world = LocalWorld(tmp_path)
    world.path.write_text(json.dumps(odd) + "\n", encoding="utf-8")
    (found,) = world.tracker().fetch(["pm-odd"])
    assert isinstance(found, Found)
    issue = found.issue
    assert (issue.status, issue.labels, issue.due, issue.priority) == (Status.DONE, (), None, None)
    fields: dict[Field, Any] = {Field.LABELS: ("new",), Field.CONTEXT: "text"}
    (only,) = world.tracker().update([IssueChange(issue.ref, "aaaaaaaaaaaa", fields, base=issue)])
    assert isinstance(only.outcome, Confirmed)
    (record,) = world._records()
    assert (record["title"], record["labels"], record["due_at"]) == ("\ud83d cut", ["new"], 6)


def test_a_due_date_that_bd_exported_in_another_zone_is_the_day_that_the_person_typed(tmp_path: Path) -> None:
    record = {"_type": "issue", "id": "pm-tokyo", "title": "Mend it", "due_at": "2026-12-08T15:00:00Z"}
    world = LocalWorld(tmp_path)
    world.path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    (found,) = world.tracker().fetch(["pm-tokyo"])
    assert isinstance(found, Found)
    assert found.issue.due == dt.date(2026, 12, 9)


def test_a_line_that_broke_since_the_file_was_read_is_named_before_anything_is_written(
    tmp_path: Path,
) -> None:
    world = LocalWorld(tmp_path)
    tracker = world.tracker()
    list(tracker.create([NewIssue("aaaaaaaaaaaa", "Mend it", "context")]))
    sound = world.tracker().changes(None, []).cursor
    tracker = world.tracker()
    assert tracker.changes(sound, []).issues == ()
    broken = world.path.read_bytes().replace(b'"title"', b'title"')
    world.path.write_bytes(broken)
    (outcome,) = tracker.create([NewIssue("bbbbbbbbbbbb", "Mend that", "context")])
    assert isinstance(outcome.outcome, NotSent)
    assert "line 1 is not JSON" in outcome.outcome.reason
    assert world.path.read_bytes() == broken
