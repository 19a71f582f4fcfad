"""A state machine over documents, a tracker, people on both sides, crashes, unreadable files and a jumping clock.

Invariants: one issue per item and none without one; an edit of a person is in force on its side or recorded as a
conflict; when people rest, a few runs bring both sides to a state in which a further run plans and writes nothing.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.integration.sync.stage import Stage, document, row
from tracker import faults
from tracker.errors import ExitCode

LONG = os.environ.get("PMTRACK_TEST_PROFILE") == "long"
VERBS = ["Add", "Write", "Raise", "Rotate", "Test", "Document"]
THINGS = ["alerting", "runbook", "connection pool", "signing keys", "restore drill", "dashboard"]
WORDS = {"open": "Open", "in_progress": "In Progress", "done": "Done"}
POINTS = st.sampled_from([point for point in faults.POINTS if point != "during-migration"])


class Killed(BaseException):
    """The process is gone; nothing that it would have done after this happens."""


class Row:
    """What a row of a document says."""

    def __init__(self, title: str, number: int) -> None:
        self.title, self.owner, self.due, self.status = title, f"Person{number}", "2026-12-01", "open"

    def text(self) -> str:
        return row(self.title, owner=self.owner, due=self.due, status=WORDS[self.status])


class SyncMachine(RuleBasedStateMachine):
    """Two documents and the local tracker."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="pmtrack-machine-"))
        self.stage = Stage(self.folder)
        self.pages: dict[str, list[Row]] = {"a.md": [], "b.md": []}
        self.count = 0
        self.titles: set[str] = set()
        self.reassigned: dict[str, str] = {}

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
        rows[at % len(rows)].due = f"2027-01-{days:02}"
        self.save()

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
        issue = self.stage.issues[at % len(self.stage.issues)]
        when = self.stage.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        if closed:
            self.stage.edit(issue["title"], status="closed", close_reason="done", closed_at=when)
        else:
            self.stage.edit(issue["title"], status="open", close_reason=None, closed_at=None)

    @precondition(lambda self: self.stage.issues)
    @rule(at=st.integers(0, 99), who=st.sampled_from(["zoe", "yan"]))
    def assign_there(self, at: int, who: str) -> None:
        issue = self.stage.issues[at % len(self.stage.issues)]
        self.stage.edit(issue["title"], assignee=who)
        self.reassigned[issue["id"]] = who

    @precondition(lambda self: self.stage.issues)
    @rule(at=st.integers(0, 99))
    def write_around_the_block(self, at: int) -> None:
        issue = self.stage.issues[at % len(self.stage.issues)]
        self.stage.edit(
            issue["title"], description=f"Note {at}\r\n\r\n{issue['description'].replace('- ', '* ')}"
        )

    # --- what happens to runs ---------------------------------------------------------------------------------------

    @rule()
    def sync(self) -> None:
        assert self.stage.sync().exit_code is ExitCode.OK

    @rule()
    def sync_with_write_back(self) -> None:
        self.stage.sync(write_back=True)
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

    @rule()
    def a_sync_that_cannot_read_a_document(self) -> None:
        path = self.folder / "docs/a.md"
        path.unlink()
        path.symlink_to("nowhere")
        assert self.stage.sync().exit_code is ExitCode.PARTIAL
        path.unlink()
        self.save()

    @rule()
    def a_sync_that_cannot_read_the_tracker(self) -> None:
        path = self.folder / ".pmtrack/issues.jsonl"
        before = path.read_bytes() if path.exists() else b""
        path.write_bytes(before + b"<<<<<<< half of something\n")
        assert self.stage.sync().exit_code is not ExitCode.OK
        path.write_bytes(before)

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
        assert {record["title"] for record in before} == {each.title for each in self.rows()}


TestSync = SyncMachine.TestCase
TestSync.settings = settings(
    max_examples=1_000 if LONG else 4, stateful_step_count=50 if LONG else 12, deadline=None
)
