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
