"""SIGKILL before, during and after `bd` commits, to `bd` or to pmtrack: afterwards every item has exactly one bead."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bd import PREFIX, Beads, environment
from tracker.models import Status
from tracker.remote import (
    Absent,
    Adopted,
    Confirmed,
    Field,
    IssueChange,
    NewIssue,
    NotSent,
    ProbeQuery,
    Unknown,
)

RUNS = int(os.environ.get("PMTRACK_KILL_RUNS", "1"))
LONG = RUNS > 1 or os.environ.get("PMTRACK_TEST_PROFILE") == "long"
COUNT = 300 if LONG else 20  # 300: two transactions of one import
MOMENTS = ["before", "0.05", "0.2", "0.6", "1.2", "after"] if LONG else ["0.25", "after"]
CHANGES = [("import", "after")]
if LONG:
    CHANGES = [(command, moment) for command in ("import", "batch") for moment in MOMENTS]
# The real bd, killed at a moment of its import: before it starts, so many milliseconds after, or when it has committed.
KILLED = """#!/bin/sh
case "$1" in {command}) ;; *) exec "{bd}" "$@" ;; esac
case "{moment}" in
  before) kill -KILL $$ ;;
  after) "{bd}" "$@" >/dev/null 2>&1; kill -KILL $$ ;;
esac
cat > "{folder}/stdin"
"{bd}" "$@" < "{folder}/stdin" >/dev/null 2>&1 &
child=$!
sleep {moment}
kill -KILL $child 2>/dev/null
kill -KILL $$
"""


def killed_at(beads: Beads, moment: str, command: str) -> str:
    program = beads.folder / f"killed-{moment}"
    program.write_text(KILLED.format(bd=beads.program, folder=beads.folder, moment=moment, command=command))
    program.chmod(0o755)
    return str(program)


def items(count: int = COUNT) -> list[NewIssue]:
    return [NewIssue(f"k{number:011d}", f"Action {number}", "context") for number in range(count)]


def settle(beads: Beads, batch: list[NewIssue]) -> tuple[int, int]:
    """What the next run does with open intents: probe, adopt, create what is provably absent."""
    tracker = beads.tracker()
    results = {
        result.marker: result for result in tracker.probe([ProbeQuery(new.marker, None) for new in batch])
    }
    assert all(isinstance(result, Adopted | Absent) for result in results.values()), results
    absent = [new for new in batch if isinstance(results[new.marker], Absent)]
    for each in tracker.create(absent):
        assert isinstance(each.outcome, Confirmed), each
    return len(batch) - len(absent), len(absent)


def assert_exactly_once(beads: Beads, batch: list[NewIssue]) -> None:
    rows = beads.export()
    assert sorted(rows) == sorted(f"{PREFIX}-{new.marker}" for new in batch)
    assert {row["metadata"]["pmtrack"] for row in rows.values()} == {new.marker for new in batch}


@pytest.mark.kill
@pytest.mark.parametrize("run", range(RUNS))
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_bd_that_is_killed_while_it_creates_leaves_no_second_issue(
    beads: Beads, moment: str, run: int
) -> None:
    batch = items()
    outcomes = [
        each.outcome for each in beads.tracker(program=killed_at(beads, moment, "import")).create(batch)
    ]
    assert all(isinstance(outcome, Unknown | NotSent) for outcome in outcomes), outcomes[:3]
    adopted, created = settle(beads, batch)
    assert_exactly_once(beads, batch)
    assert settle(beads, batch) == (len(batch), 0), "the run after that finds everything and makes nothing"
    if moment == "before":
        assert (adopted, created) == (0, len(batch))
    if moment == "after":
        assert (adopted, created) == (len(batch), 0)


@pytest.mark.kill
@pytest.mark.parametrize(("command", "moment"), CHANGES)
def test_a_bd_that_is_killed_while_it_changes_is_repeated_without_harm(
    beads: Beads, command: str, moment: str
) -> None:
    batch = items(5)
    issues = [
        each.outcome.issue for each in beads.tracker().create(batch) if isinstance(each.outcome, Confirmed)
    ]
    fields = {Field.TITLE: "New title", Field.STATUS: Status.DONE, Field.CONTEXT: "new context"}
    changes = [IssueChange(issue.ref, issue.marker or "", fields, base=issue) for issue in issues]
    outcomes = beads.tracker(program=killed_at(beads, moment, command)).update(changes)
    assert all(isinstance(each.outcome, Unknown) for each in outcomes)
    for each in beads.tracker().update(changes):
        assert isinstance(each.outcome, Confirmed), each
        issue = each.outcome.issue
        assert (issue.title, issue.status, issue.context) == ("New title", Status.DONE, "new context")
        assert each.outcome.warnings == ()
    assert_exactly_once(beads, batch)


CREATOR = """
import datetime as dt, os, sys
from pathlib import Path
from adapters.beads import open_tracker
from tracker.remote import NewIssue, TrackerContext

context = TrackerContext(Path(sys.argv[1]), dict(os.environ), lambda: dt.datetime.now(dt.UTC), lambda s: None, {})
tracker = open_tracker("beads", {"program": sys.argv[2], "prefix": "acme"}, context)
print("started", flush=True)
list(tracker.create([NewIssue(f"k{n:011d}", f"Action {n}", "context") for n in range(int(sys.argv[3]))]))
"""


@pytest.mark.kill
@pytest.mark.parametrize("run", range(RUNS))
@pytest.mark.parametrize("point", ["while-sent", "after-commit"])
def test_a_pmtrack_that_is_killed_around_the_commit_leaves_no_second_issue(
    beads: Beads, point: str, run: int
) -> None:
    command = [sys.executable, "-c", CREATOR, str(beads.folder), str(beads.program), str(COUNT)]
    done = subprocess.run(
        command, env=environment(PMTRACK_FAULT=point), capture_output=True, check=False, cwd=repository()
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert settle(beads, items()) == ((0, COUNT) if point == "while-sent" else (COUNT, 0))
    assert_exactly_once(beads, items())


@pytest.mark.kill
@pytest.mark.parametrize("run", range(RUNS))
def test_a_bd_that_outlives_a_killed_pmtrack_makes_no_second_issue(beads: Beads, run: int) -> None:
    # The orphan goes on importing while the next run probes and creates the same ids.
    slow = beads.folder / "signals-import"
    slow.write_text(
        f'#!/bin/sh\n[ "$1" = import ] && echo importing > "{beads.folder}/now"\nexec "{beads.program}" "$@"\n'
    )
    slow.chmod(0o755)
    os.mkfifo(beads.folder / "now")
    command = [sys.executable, "-c", CREATOR, str(beads.folder), str(slow), str(COUNT)]
    with subprocess.Popen(command, env=environment(), cwd=repository(), stdout=subprocess.DEVNULL) as process:
        assert (beads.folder / "now").read_text() == "importing\n"
        process.send_signal(signal.SIGKILL)
    settle(beads, items())
    assert_exactly_once(beads, items())


def repository() -> Path:
    return Path(__file__).resolve().parents[3]
