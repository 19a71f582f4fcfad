"""What happens to documents and trackers while a run is under way."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from adapters.local import LocalTracker
from tests.integration.sync.stage import ALERT, POOL, RUNBOOK, Stage, document, linked, names, row
from tracker.errors import AdapterError, ExitCode
from tracker.remote import CreateOutcome, NewIssue
from tracker.sync.writeback import CHANGED


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def while_creating(stage: Stage, happens: Callable[[int], object]) -> None:
    """Let something happen before the answer about each new issue; it is told how many answers were given."""

    class Interrupted(LocalTracker):
        def create(self, batch: Sequence[NewIssue]) -> Iterator[CreateOutcome]:
            for number, outcome in enumerate(super().create(batch)):
                happens(number)
                yield outcome

    path = stage.root / ".pmtrack/issues.jsonl"
    stage.trackers["local"] = lambda: Interrupted("local", path, stage.clock)


def test_no_reference_gets_into_the_row_of_another_item_when_a_row_was_put_above(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT), row(RUNBOOK)))
    edited = document(row(POOL), row(ALERT), row(RUNBOOK))
    while_creating(stage, lambda _number: stage.write("a.md", edited))
    report = stage.sync(write_back=True)
    assert [(each.action, each.outcome, each.error) for each in report.actions[2:]] == [
        ("write-back", "deferred", CHANGED)
    ] * 2
    assert (stage.root / "docs/a.md").read_text() == edited
    del stage.trackers["local"]
    assert names(stage.sync(write_back=True)) == ["create", *["write-back"] * 3]
    lines = (stage.root / "docs/a.md").read_text().splitlines()
    for title in (POOL, ALERT, RUNBOOK):
        assert sum(title in line and stage.issue(title)["id"] in line for line in lines) == 1


def test_a_document_that_vanished_before_the_write_back_is_reported(stage: Stage) -> None:
    path = stage.write("a.md", document(row(ALERT)))
    while_creating(stage, lambda _number: path.unlink())
    report = stage.sync(write_back=True)
    assert report.exit_code is ExitCode.PARTIAL
    assert report.actions[-1].error == "the document cannot be read: No such file or directory"
    with stage.store() as store:
        assert store.runs(limit=1)[0].finished is not None


def test_answers_before_the_tracker_failed_are_recorded(stage: Stage) -> None:
    def fail(number: int) -> None:
        if number == 2:
            raise AdapterError("the connection broke", tracker="local")

    stage.write("a.md", document(row(ALERT), row(RUNBOOK), row(POOL)))
    while_creating(stage, fail)
    stage.sync()
    assert len(linked(stage)) == 3, "two by their answers, the third by looking for its marker"
    with stage.store() as store:
        assert store.open_intents() == []


def test_an_edit_within_the_time_stamp_of_a_file_that_was_just_read_is_seen_by_the_next_run(
    stage: Stage,
) -> None:
    path = stage.write("a.md", document(row(ALERT)))
    stage.sync()
    stamp = int((stage.now + dt.timedelta(hours=1)).timestamp()) * 10**9

    def edit(owner: str) -> None:
        path.write_text(document(row(ALERT, owner=owner)))
        os.utime(path, ns=(stamp, stamp))

    def slow() -> LocalTracker:
        edit("Carol")
        stage.now += dt.timedelta(seconds=30)
        return LocalTracker("local", stage.root / ".pmtrack/issues.jsonl", stage.clock)

    edit("Bobby")
    stage.trackers["local"] = slow
    assert names(stage.sync()) == ["update"]
    assert stage.issue(ALERT)["assignee"] == "Bobby"
    assert names(stage.sync()) == ["update"]
    assert stage.issue(ALERT)["assignee"] == "Carol"
