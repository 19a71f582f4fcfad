"""`pmtrack sync` as an installed command, in a process of its own."""

from __future__ import annotations

import json
import re
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.faults.arena import Ground, finished
from tests.faults.arenas import JiraArena
from tracker.errors import ExitCode


@pytest.fixture
def examples(repository: Path, tmp_path: Path) -> Path:
    shutil.copytree(repository / "examples", tmp_path / "examples")
    shutil.copy(repository / "pmtrack.toml", tmp_path)
    return tmp_path / "examples"


def issues(folder: Path) -> list[dict[str, object]]:
    text = (folder / ".pmtrack" / "issues.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_the_examples_become_issues_and_the_second_run_has_nothing_to_do(
    examples: Path, tmp_path: Path, pmtrack: Command
) -> None:
    first = pmtrack("sync", "examples/")
    assert first.returncode == 0, first.stderr
    assert "66 action items in 10 documents" in first.stderr
    assert len(issues(tmp_path)) == first.stdout.count("✓")
    second = pmtrack("sync", "examples/")
    assert second.returncode == 0
    assert second.stdout == ""
    assert second.stderr == "Nothing to do: 66 action items in 10 documents.\n"


@pytest.mark.sleeps
def test_ctrl_c_while_the_tracker_works_leaves_with_130_and_the_next_run_goes_on(tmp_path: Path) -> None:
    arena = JiraArena("cloud")
    try:
        ground = Ground(tmp_path / "ground", arena)
        arena.misbehave("time-out")  # the issues are made, and no answer comes
        process = ground.start()
        while not arena.titles():
            assert process.poll() is None, process.communicate()
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        run = finished(process)
        assert run.code == 130
        assert run.errors.strip().splitlines() == [
            "pmtrack: interrupted",
            "  What was done is recorded. Run the same command again to go on.",
        ]
        again = ground.sync()
        assert (again.code, {record["action"] for record in again.actions}) == (0, {"adopt"})
        ground.until_quiet()
        ground.check()
    finally:
        arena.close()


def test_quiet_says_nothing_when_all_went_well(examples: Path, call: Command) -> None:
    done = call("sync", "examples", "-q", cwd=examples.parent)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


def test_documents_that_cannot_be_read_are_named_as_the_reason_in_every_run(
    tmp_path: Path, call: Command
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.md").write_text("# Outage\n\n## Action Items\n\n- [ ] Add an alert - Owner: Bob\n")
    (tmp_path / "docs/b.md").write_bytes(b"\0\0")
    (tmp_path / "pmtrack.toml").write_text("[trackers.local]\ntype = 'local'\n")
    first, second = call("sync", "docs", cwd=tmp_path), call("sync", "docs", cwd=tmp_path)
    reason = "1 action item in 2 documents; 1 document could not be read (see above).\n"
    assert first.returncode == second.returncode == 5
    assert first.stderr.endswith(f"1 created. {reason}")
    assert second.stderr.endswith(f"Nothing was done: {reason}")
    assert "docs/b.md: the file is binary" in second.stderr


def test_state_info_is_worded_for_people(tmp_path: Path, call: Command) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.md").write_text("# Outage\n\n## Action Items\n\n- [ ] Add an alert - Owner: Bob\n")
    (tmp_path / "pmtrack.toml").write_text("[trackers.local]\ntype = 'local'\n")
    call("sync", "docs", cwd=tmp_path)
    facts = dict(line.split(maxsplit=1) for line in call("state", "info", cwd=tmp_path).stdout.splitlines())
    assert facts["lock"] == "free"
    assert facts["size"].endswith(" kB")
    last = call("state", "info", cwd=tmp_path).stdout.splitlines()[-1]
    assert re.fullmatch(
        r"last run +sync, [\d-]+ [\d:]+ UTC: 1 done, 0 failed, 0 put off, exit code 0", last
    ), last


def test_a_terminal_that_does_not_know_a_character_ends_no_report(
    examples: Path, call: Command, pmtrack: Command
) -> None:
    call("sync", examples, "--yes", "--quiet", cwd=examples.parent)
    done = pmtrack("audit", cwd=examples.parent, env={"PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (ExitCode.OK, "")
    assert done.stdout.isascii()
    assert "Backlog, open     ???" in done.stdout
