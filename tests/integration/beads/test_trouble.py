"""What can go wrong with `bd` itself, and what the person is told."""

from __future__ import annotations

import datetime as dt
import fcntl
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from adapters.beads import open_tracker
from adapters.beads.client import Answer
from tests.bd import Beads, environment
from tracker.errors import BadResponseError, NotFoundError, UnreachableError, UserError
from tracker.remote import (
    Confirmed,
    CreateOutcome,
    Field,
    IssueChange,
    NewIssue,
    NotSent,
    TrackerContext,
    Unknown,
    Unreadable,
)

NEW = NewIssue("7k3m9q2wxa4t", "Title", "context")


def script(path: Path, text: str) -> Path:
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return path


def world(root: Path, **environ: str) -> TrackerContext:
    return TrackerContext(
        root=root,
        environ=environment(**environ),
        now=lambda: dt.datetime(2026, 11, 21, tzinfo=dt.UTC),
        sleep=lambda _seconds: None,
        memory={},
    )


def only(outcomes: Sequence[CreateOutcome]) -> object:
    (one,) = outcomes
    return one.outcome


def test_a_missing_bd_is_named_with_how_to_get_it(tmp_path: Path) -> None:
    tracker = open_tracker("beads", {}, world(tmp_path, PATH=str(tmp_path)))
    with pytest.raises(NotFoundError, match="cannot find the program 'bd'") as caught:
        tracker.check()
    assert caught.value.hint is not None
    assert "https://github.com/steveyegge/beads" in caught.value.hint
    outcome = only(list(tracker.create([NEW])))
    assert isinstance(outcome, NotSent)
    assert "cannot find the program" in outcome.reason


@pytest.mark.parametrize(
    "told", ['{"version": "0.63.3"}', '{"data": {"version": "1.1.0"}, "schema_version": 1}', "{}"]
)
def test_a_bd_that_is_too_old_is_refused_before_anything_else(tmp_path: Path, told: str) -> None:
    program = script(tmp_path / "old", f"echo '{told}'\n")
    tracker = open_tracker("beads", {"program": str(program)}, world(tmp_path))
    with pytest.raises(UnreachableError, match=r"pmtrack needs 1\.1\.2 or newer"):
        tracker.check()
    (result,) = tracker.fetch(["acme-1"])
    assert isinstance(result, Unreadable)


def test_an_unknown_option_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="did you mean 'directory'"):
        open_tracker("beads", {"directroy": "."}, world(tmp_path))


def test_a_folder_without_database_says_what_to_do(bd: Path, tmp_path: Path) -> None:
    tracker = open_tracker("beads", {"program": str(bd)}, world(tmp_path))
    with pytest.raises(NotFoundError, match="no Beads database at") as caught:
        tracker.check()
    assert "bd init" in (caught.value.hint or "")
    outcome = only(list(tracker.create([NEW])))
    assert isinstance(outcome, NotSent)


def test_an_answer_that_is_no_json_is_an_error(tmp_path: Path) -> None:
    program = script(tmp_path / "odd", "echo 'Welcome!'\n")
    with pytest.raises(BadResponseError, match="bd version gave no JSON"):
        open_tracker("beads", {"program": str(program)}, world(tmp_path)).check()


@pytest.mark.parametrize("out", ['{"data": [{"id": "a"}], "schema_version": 1}', '[{"id": "a"}]'])
def test_both_shapes_of_an_answer_are_read(out: str) -> None:
    assert Answer(0, out, "").payload == [{"id": "a"}]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            Answer(
                1, '{"data": {"error": "x", "message": "No  such\\nthing"}, "schema_version": 1}', "noise"
            ),
            "No such thing",
        ),
        (Answer(1, '{"error": "not found: acme-1"}', ""), "not found: acme-1"),
        (Answer(1, "", "warning\nError: bad flag\nusage"), "bad flag"),
        (Answer(3, "", ""), "ended with exit code 3"),
    ],
)
def test_a_complaint_is_one_line_from_wherever_bd_wrote_it(answer: Answer, said: str) -> None:
    assert answer.complaint == said


@pytest.mark.sleeps
def test_a_bd_that_hangs_is_ended_and_its_write_is_unknown(beads: Beads) -> None:
    # It has written, and when it is told to end it tidies up and leaves like one that refused.
    program = script(
        beads.folder / "hangs",
        f'if [ "$1" = import ]; then trap "exit 1" TERM; "{beads.program}" "$@" >/dev/null; '
        f'while :; do sleep 0.05; done; fi\nexec "{beads.program}" "$@"\n',
    )
    tracker = beads.tracker(program=str(program), timeout_s=1)
    outcome = only(list(tracker.create([NEW])))
    assert isinstance(outcome, Unknown)
    assert "no answer within" in outcome.reason


def test_a_locked_database_is_tried_again_and_then_nothing_was_sent(beads: Beads, tmp_path: Path) -> None:
    program = script(
        beads.folder / "locked",
        f'if [ "$1" = import ]; then echo "Error: failed to open database: the database is locked by another dolt '
        f'process" >&2; exit 1; fi\nexec "{beads.program}" "$@"\n',
    )
    tracker = beads.tracker(program=str(program), lock_wait_s=5)
    before = tracker.requests
    outcome = only(list(tracker.create([NEW])))
    assert isinstance(outcome, NotSent)
    assert "locked" in outcome.reason
    assert tracker.requests - before > 4, "it was tried again"
    assert beads.export() == {}


@pytest.mark.sleeps
def test_while_another_process_holds_the_database_nothing_is_sent(beads: Beads) -> None:
    # The lock of the embedded Dolt (github.com/dolthub/fslock), held as a bd that is at work holds it.
    lock = beads.folder / ".beads" / "embeddeddolt" / "acme" / ".dolt" / "noms" / "LOCK"
    heard: list[str] = []
    with lock.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        tracker = beads.tracker(timeout_s=0.5, lock_wait_s=0.4, announce=heard.append)
        outcome = only(list(tracker.create([NEW])))
    assert isinstance(outcome, NotSent)
    assert "locked by another bd" in outcome.reason
    assert any("trying again" in text for text in heard)
    assert isinstance(only(list(beads.tracker().create([NEW]))), Confirmed)


def test_two_that_write_at_the_same_time_wait_for_each_other(beads: Beads) -> None:
    rows = "".join(f'{{"title": "Row {number}"}}\n' for number in range(60))
    other = subprocess.Popen(
        [beads.program, "import", "-"], cwd=beads.folder, env=environment(), stdin=subprocess.PIPE, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert other.stdin is not None
    other.stdin.write(rows)
    other.stdin.close()
    outcome = only(list(beads.tracker().create([NEW])))
    assert other.wait() == 0
    assert isinstance(outcome, Confirmed)
    assert len(beads.export()) == 61


def test_a_lost_answer_to_an_update_is_unknown_and_the_next_run_sees_the_truth(beads: Beads) -> None:
    (created,) = beads.tracker().create([NEW])
    assert isinstance(created.outcome, Confirmed)
    program = script(
        beads.folder / "dies",
        f'if [ "$1" = batch ]; then "{beads.program}" "$@" >/dev/null; kill -KILL $$; fi\nexec "{beads.program}" "$@"\n',
    )
    issue = created.outcome.issue
    change = IssueChange(issue.ref, NEW.marker, {Field.TITLE: "New"}, base=issue)
    (result,) = beads.tracker(program=str(program)).update([change])
    assert isinstance(result.outcome, Unknown)
    (again,) = beads.tracker().update([change])
    assert isinstance(again.outcome, Confirmed)
    assert again.outcome.issue.title == "New"
