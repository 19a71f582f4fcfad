"""`pmtrack sync` as an installed command, in a process of its own."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Command


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
    assert second.stderr == "Nothing to do: 66 action items in 10 documents, all in step.\n"


def test_ctrl_c_leaves_with_130_and_the_next_run_goes_on(
    examples: Path, tmp_path: Path, pmtrack: Command
) -> None:
    command = [str(Path(sys.executable).with_name("pmtrack")), "sync", "examples/"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode in (130, 0)
    assert "Traceback" not in errors
    again = pmtrack("sync", "examples/")
    assert again.returncode == 0, again.stderr
    titles = [(issue["title"], issue["id"]) for issue in issues(tmp_path)]
    assert len({identity for _, identity in titles}) == len(titles)
    assert "Nothing to do" in pmtrack("sync", "examples/").stderr


def test_quiet_says_nothing_when_all_went_well(examples: Path, pmtrack: Command) -> None:
    done = pmtrack("sync", "examples", "-q")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
