"""A state machine over documents, two trackers, people on both sides, crashes, partial reads and a jumping clock.

Invariants: one issue per item and none without one; after a complete run every value that a person wrote on either side is
in force in the tracker or kept as a conflict; when people rest, both sides come to rest, and a further run plans and writes
nothing. The long profile takes 50,000 steps, `PMTRACK_TEST_STEPS` another number.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Engine

from adapters.local import LocalTracker
from tests.integration.sync.stage import Stage, document, row
from tracker import faults
from tracker.errors import ExitCode
from tracker.remote import Changes
from tracker.settings import Route, TrackerSettings
from tracker.state.database import make_private, prepare
from tracker.state.store import Store

LONG = os.environ.get("PMTRACK_TEST_PROFILE") == "long"
PER_EXAMPLE = 50 if LONG else 12
STEPS = int(os.environ.get("PMTRACK_TEST_STEPS", "50000" if LONG else "48"))
VERBS = ["Add", "Write", "Raise", "Rotate", "Test", "Document"]
THINGS = ["alerting", "runbook", "connection pool", "signing keys", "restore drill", "dashboard"]
WORDS = {"open": "Open", "in_progress": "In Progress", "done": "Done"}
pytestmark = pytest.mark.timeout(14_400 if LONG else 120)
POINTS = st.sampled_from([point for point in faults.POINTS if point != "during-migration"])


class Killed(BaseException):
    """The process is gone; nothing that it would have done after this happens."""


class Row:
    """What a row of a document says."""

    def __init__(self, title: str, number: int) -> None:
        self.title, self.owner, self.due, self.status = title, f"Person{number}", "2026-12-01", "open"
        self.priority = "P1"

    def text(self) -> str:
        return row(
            self.title, owner=self.owner, priority=self.priority, due=self.due, status=WORDS[self.status]
        )


class Partial(LocalTracker):
    """The local tracker whose reads break off after some issues."""

    def __init__(self, stage: Stage, share: int) -> None:
        super().__init__("local", stage.root / ".pmtrack/issues.jsonl", stage.clock)
        self._share = share

    def changes(self, cursor: str | None, ids: Iterable[str]) -> Changes:
        whole = super().changes(None, list(ids))
        return Changes(whole.issues[: self._share], cursor, complete=False, reason="the answer broke off")


@cache
def workshop() -> tempfile.TemporaryDirectory[str]:
    """The folder of every example: one path for all of them, so that one engine serves them."""
    return tempfile.TemporaryDirectory(prefix="pmtrack-machine-")


class Workshop(Stage):
    """A stage whose runs share SQLAlchemy's engine: making the same statements anew takes half of the time otherwise."""

    engine: Engine | None = None

    def __init__(self, root: Path) -> None:
        """What is new in the second document goes to a tracker of its own."""
        super().__init__(root)
        self.extra = {
            "trackers": {name: TrackerSettings(name, "local") for name in ("local", "far")},
            "routes": (Route("docs/b.md", "far"),),
        }
        self.trackers["far"] = lambda: LocalTracker("far", self.far, self.clock)

    @property
    def far(self) -> Path:
        """The file of the second tracker."""
        return self.root / ".pmtrack/far.jsonl"

    @property
    def beyond(self) -> list[dict[str, Any]]:
        """The records of the second tracker."""
        lines = self.far.read_text(encoding="utf-8").splitlines() if self.far.exists() else []
        return [json.loads(line) for line in lines]

    @property
    def issues(self) -> list[dict[str, Any]]:
        """The records of both trackers."""
        return [*super().issues, *self.beyond]

    def put(self, records: Sequence[dict[str, Any]]) -> None:
        """Write each record where it came from."""
        theirs = {record["id"] for record in self.beyond}
        near = self.root / ".pmtrack/issues.jsonl"
        for path, whose in ((near, False), (self.far, True)):
            kept = [
                {key: value for key, value in record.items() if value is not None}
                for record in records
                if (record["id"] in theirs) is whose
            ]
            path.write_text("".join(json.dumps(record) + "\n" for record in kept), encoding="utf-8")

    def store(self) -> Store:
        if Workshop.engine is None:
            Workshop.engine = super().store().engine
        make_private(self.root / ".pmtrack/state.db")
        prepare(Workshop.engine)
        return Store(Workshop.engine, self.clock)


class SyncMachine(RuleBasedStateMachine):
    """Two documents and two trackers."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(workshop().name) / "example"
        self.stage = Workshop(self.folder)
        self.pages: dict[str, list[Row]] = {"a.md": [], "b.md": []}
        self.count = 0
        self.titles: set[str] = set()
        self.reassigned: dict[str, str] = {}
        self.renamed: dict[str, str] = {}
        # Values that people wrote since the last complete run: (title of the row, field) -> value.
        self.here: dict[tuple[str, str], str] = {}
        self.there: dict[tuple[str, str], str] = {}
        # What documents and tracker said then.
        self.agreed: tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]] = ({}, {})

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def save(self) -> None:
        for name, rows in self.pages.items():
            self.stage.write(name, document(*(each.text() for each in rows), incident=f"INC-{name}"))

    def rows(self) -> list[Row]:
        return [each for rows in self.pages.values() for each in rows]

    @initialize()
    def begin(self) -> None:
        for name in self.pages:
            for _ in range(2):
                self.insert(name, 0, self.count, 0)
        self.sync()

    # --- people in documents ----------------------------------------------------------------------------------------

    @rule(
        name=st.sampled_from(["a.md", "b.md"]),
        verb=st.integers(0, 5),
        thing=st.integers(0, 5),
        at=st.integers(0, 9),
    )
    def insert(self, name: str, verb: int, thing: int, at: int) -> None:
        self.count += 1
        title = f"{VERBS[verb % 6]} {THINGS[thing % 6]} of system{self.count}x{self.count * 7919}"
        self.titles.add(title)
        rows = self.pages[name]
        rows.insert(at % (len(rows) + 1), Row(title, self.count))
        self.save()

    @precondition(lambda self: self.rows())
    @rule(at=st.integers(0, 99), days=st.integers(1, 28))
    def re_date(self, at: int, days: int) -> None:
        rows = self.rows()
        each = rows[at % len(rows)]
        due = f"2027-01-{days:02}"
        if each.due != due:
            each.due = due
            self.edited_here(each, "due", due)

    @precondition(lambda self: self.rows())
    @rule(at=st.integers(0, 99), level=st.integers(0, 3))
    def give_another_priority(self, at: int, level: int) -> None:
        rows = self.rows()
        each = rows[at % len(rows)]
        if each.priority != f"P{level}":
            each.priority = f"P{level}"
            self.edited_here(each, "priority", str(level))

    @precondition(lambda self: self.rows())
    @rule(at=st.integers(0, 99), status=st.sampled_from(sorted(WORDS)))
    def change_status(self, at: int, status: str) -> None:
        rows = self.rows()
        rows[at % len(rows)].status = status
        self.save()

    @rule()
    def re_order(self) -> None:
        for rows in self.pages.values():
            rows.reverse()
        self.save()

    @precondition(lambda self: len(self.pages["a.md"]) > 1)
    @rule()
    def move(self) -> None:
        self.pages["b.md"].append(self.pages["a.md"].pop())
        self.save()

    # --- people in the tracker --------------------------------------------------------------------------------------

    @precondition(lambda self: self.stage.issues)
    @rule(at=st.integers(0, 99), closed=st.booleans())
    def close_or_open_there(self, at: int, closed: bool) -> None:
        issue = self.issue(at)
        when = self.stage.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        if closed:
            self.stage.edit(issue["title"], status="closed", close_reason="done", closed_at=when)
        else:
            self.stage.edit(issue["title"], status="open", close_reason=None, closed_at=None)

    @precondition(lambda self: self.stage.issues)
    @rule(at=st.integers(0, 99), who=st.sampled_from(["zoe", "yan"]))
    def assign_there(self, at: int, who: str) -> None:
        issue = self.issue(at)
        self.stage.edit(issue["title"], assignee=who)
        self.reassigned[issue["id"]] = who

    @precondition(lambda self: self.stage.issues)
    @rule(at=st.integers(0, 99), days=st.integers(1, 28))
    def re_date_there(self, at: int, days: int) -> None:
        issue, due = self.issue(at), f"2027-02-{days:02}"
        if not issue["due_at"].startswith(due):
            self.stage.edit(issue["title"], due_at=f"{due}T00:00:00Z")
            self.edited_there(self.row_of(issue["title"]), "due", due)

    @precondition(lambda self: self.stage.issues)
    @rule(at=st.integers(0, 99), level=st.integers(0, 3))
    def give_another_priority_there(self, at: int, level: int) -> None:
        issue = self.issue(at)
        if issue["priority"] != level:
            self.stage.edit(issue["title"], priority=level)
            self.edited_there(self.row_of(issue["title"]), "priority", str(level))

    @precondition(lambda self: self.stage.issues)
    @rule(at=st.integers(0, 99))
    def rename_there(self, at: int) -> None:
        issue = self.issue(at)
        self.count += 1
        title = f"Renamed in the tracker for the {self.count}th time"
        self.renamed[self.row_of(issue["title"])] = title
        self.titles.add(title)
        self.stage.edit(issue["title"], title=title)

    @precondition(lambda self: self.stage.issues)
    @rule(at=st.integers(0, 99))
    def write_around_the_block(self, at: int) -> None:
        issue = self.issue(at)
        self.stage.edit(
            issue["title"], description=f"Note {at}\r\n\r\n{issue['description'].replace('- ', '* ')}"
        )

    def issue(self, at: int) -> dict[str, Any]:
        """One of the issues; ids are random, so they are counted in the order of their titles."""
        issues = sorted(self.stage.issues, key=lambda record: str(record["title"]))
        return issues[at % len(issues)]

    def row_of(self, title: str) -> str:
        """The title that the row of an issue has in its document."""
        return next((row for row, there in self.renamed.items() if there == title), title)

    # --- what happens to runs ---------------------------------------------------------------------------------------

    @rule()
    def sync(self) -> None:
        assert self.stage.sync().exit_code is ExitCode.OK
        self.no_edit_is_lost()

    def no_edit_is_lost(self) -> None:
        """What people wrote since the last complete run is in force in the tracker or kept as a conflict."""
        if self.here or self.there:
            kept = self.kept("conflict")
            now = self.in_force()
            edits = [*self.here.items(), *self.there.items()]
            assert all(now[key] == value or (*key, value) in kept for key, value in edits), (edits, now, kept)
        self.here.clear()
        self.there.clear()
        self.agreed = self.in_documents(), self.in_force()

    def a_run_broke_off(self) -> None:
        """Values that it brought over, or noted before somebody overwrote them, are not looked for any more."""
        if self.here:
            now = self.in_force()
            self.here = {key: value for key, value in self.here.items() if now.get(key) != value}
        if self.there:
            noted = self.kept("due") | self.kept("priority")
            self.there = {key: value for key, value in self.there.items() if (*key, value) not in noted}

    def in_force(self) -> dict[tuple[str, str], str]:
        """What the tracker says: (title of the row, field) -> value."""
        found = {}
        for record in self.stage.issues:
            title = self.row_of(record["title"])
            found[title, "due"], found[title, "priority"] = record["due_at"][:10], str(record["priority"])
        return found

    def in_documents(self) -> dict[tuple[str, str], str]:
        """What the documents say."""
        return {
            key: value
            for each in self.rows()
            for key, value in (
                ((each.title, "due"), each.due),
                ((each.title, "priority"), each.priority.removeprefix("P")),
            )
        }

    def edited_here(self, each: Row, name: str, value: str) -> None:
        """A value that is the one of the last complete run again is no edit."""
        if self.agreed[0].get((each.title, name)) == value:
            self.here.pop((each.title, name), None)
        else:
            self.here[each.title, name] = value
        self.save()

    def edited_there(self, title: str, name: str, value: str) -> None:
        """See `edited_here`."""
        if self.agreed[1].get((title, name)) == value:
            self.there.pop((title, name), None)
        else:
            self.there[title, name] = value

    def kept(self, field: str) -> set[tuple[str, str, str]]:
        """Values in the history: both of each conflict, or what the tracker was seen to say in a field."""
        with self.stage.store() as store:
            events = [
                (item.item.title, event)
                for item in store.world().items
                for event in item.events
                if event.field == field
            ]
        if field != "conflict":
            return {(title, field, str(event.new)) for title, event in events if event.side == "tracker"}
        return {
            (title, str(event.old).split(": ")[0], value)
            for title, event in events
            for value in (str(event.old).split(": ")[1], str(event.new))
        }

    @rule()
    def sync_with_write_back(self) -> None:
        self.stage.sync(write_back=True)
        self.no_edit_is_lost()
        for name, rows in self.pages.items():
            lines = (self.folder / "docs" / name).read_text().splitlines()
            for each in rows:
                (line,) = [line for line in lines if each.title in line]
                shown = line.split("|")[6].strip()
                each.status = next(key for key, word in WORDS.items() if word == shown)
        self.save()

    @rule(point=POINTS)
    def killed_sync(self, point: str) -> None:
        def die(reached: str) -> None:
            if reached == point:
                raise Killed

        with pytest.MonkeyPatch.context() as patch, contextlib.suppress(Killed):
            patch.setattr(faults, "reach", die)
            self.stage.sync()
        self.a_run_broke_off()

    @rule()
    def a_sync_that_cannot_read_a_document(self) -> None:
        path = self.folder / "docs/a.md"
        path.unlink()
        path.symlink_to("nowhere")
        assert self.stage.sync().exit_code is ExitCode.PARTIAL
        self.a_run_broke_off()
        path.unlink()
        self.save()

    @rule()
    def a_sync_that_cannot_read_the_tracker(self) -> None:
        path = self.folder / ".pmtrack/issues.jsonl"
        before = path.read_bytes() if path.exists() else b""
        path.write_bytes(before + b"<<<<<<< half of something\n")
        assert self.stage.sync().exit_code is not ExitCode.OK
        path.write_bytes(before)
        self.a_run_broke_off()

    @precondition(lambda self: self.stage.issues)
    @rule(share=st.integers(0, 3))
    def a_sync_that_reads_the_tracker_in_part(self, share: int) -> None:
        """Some of the issues come, then the answer breaks off: what did not come is neither gone nor changed."""
        path = self.stage.root / ".pmtrack/issues.jsonl"
        before = path.read_bytes() if path.exists() else b""
        self.stage.trackers["local"] = lambda: Partial(self.stage, share)
        report = self.stage.sync()
        del self.stage.trackers["local"]
        assert report.exit_code is not ExitCode.OK
        assert all(
            record.action not in ("create", "orphan", "close")
            for record in report.actions
            if record.outcome == "done" and record.tracker == "local"
        )
        assert (path.read_bytes() if path.exists() else b"") == before
        self.a_run_broke_off()

    @rule(name=st.sampled_from(["local", "far"]))
    def a_sync_with_one_tracker(self, name: str) -> None:
        """What is left for the other one is not forgotten."""
        assert self.stage.sync(tracker=name).exit_code is ExitCode.OK
        self.a_run_broke_off()

    @rule(days=st.integers(-3, 30))
    def the_clock_jumps(self, days: int) -> None:
        self.stage.now += dt.timedelta(days=days)

    # --- what must hold ---------------------------------------------------------------------------------------------

    @invariant()
    def no_issue_is_there_twice(self) -> None:
        counts = Counter(record["title"] for record in self.stage.issues)
        assert all(count == 1 for count in counts.values()), counts
        assert set(counts) <= self.titles

    @invariant()
    def an_assignment_made_in_the_tracker_is_not_lost(self) -> None:
        now = {record["id"]: record.get("assignee") for record in self.stage.issues}
        assert all(now[key] == who for key, who in self.reassigned.items())

    @rule()
    def people_rest_and_both_sides_come_to_rest(self) -> None:
        self.sync()
        self.sync()
        before = self.stage.issues
        report = self.stage.sync()
        assert report.actions == ()
        assert self.stage.issues == before
        assert {self.row_of(record["title"]) for record in before} == {each.title for each in self.rows()}


TestSync = SyncMachine.TestCase
TestSync.settings = settings(
    max_examples=STEPS // PER_EXAMPLE, stateful_step_count=PER_EXAMPLE, deadline=None
)
