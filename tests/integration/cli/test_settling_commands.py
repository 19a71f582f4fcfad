"""What people settle from the command line: link, unlink, adopt, the state elsewhere, the state lost, the lock, the guard."""

from __future__ import annotations

import datetime as dt
import json
import os
import pty
import re
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command
from tests.integration.sync.stage import document, row
from tracker.errors import ExitCode
from tracker.state.store import open_store

ALERT, RUNBOOK = "Add alerting for payment queue depth", "Write a runbook for broker failover"
ROW = "docs/a.md:11"


@pytest.fixture
def docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one document of two rows, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, row(ALERT), row(RUNBOOK))
    return tmp_path


def write(folder: Path, *rows: str) -> None:
    (folder / "docs").mkdir(exist_ok=True)
    (folder / "docs/a.md").write_text(document(*rows), encoding="utf-8")


def issues(folder: Path) -> dict[str, str]:
    """Title -> id of the issues of the embedded tracker."""
    lines = (folder / ".pmtrack/issues.jsonl").read_text(encoding="utf-8").splitlines()
    return {record["title"]: record["id"] for record in map(json.loads, lines)}


def planned(call: Command) -> list[str]:
    done = call("sync", "docs", "--format", "json")
    report: dict[str, Any] = json.loads(done.stdout)
    return [action["action"] for action in report["actions"]]


def test_an_unclear_row_is_settled_and_an_issue_parted_from_it(docs: Path, call: Command) -> None:
    write(docs, row(ALERT), row(ALERT))
    assert planned(call) == ["create", "create"]
    write(docs, row(ALERT))
    told = call("sync", "docs")
    assert told.returncode == ExitCode.PARTIAL
    (command,) = re.findall(r"`pmtrack (link docs/a\.md:11 pm-\w+)`", " ".join(told.stdout.split()))
    chosen = command.split()[-1]
    assert call(*command.split()).stderr == f'"{ALERT}" has {chosen} now\n'
    assert planned(call) == []
    assert f"{chosen} are parted" in call("unlink", chosen).stderr
    assert planned(call) == ["create"]
    assert call("link", ROW, "--new").returncode == ExitCode.USAGE
    assert call("link", ROW).returncode == ExitCode.USAGE
    assert call("link", "docs/a.md:²", chosen).returncode == ExitCode.USAGE
    assert "local has no readable issue pm-000000000000" in call("link", ROW, "pm-000000000000").stderr


def test_a_state_is_exported_imported_and_rebuilt(docs: Path, call: Command) -> None:
    assert planned(call) == ["create", "create"]
    assert call("adopt").stderr == "local: 0 issues linked.\n"
    assert "rows written to" in call("state", "export", "--output", "kept.jsonl").stderr
    refused = call("state", "import", "kept.jsonl")
    assert refused.returncode == ExitCode.FAILED
    assert "is not empty" in refused.stderr
    for again in (("state", "import", "kept.jsonl"), ("state", "rebuild", "docs")):
        for path in (docs / ".pmtrack").glob("state.db*"):
            path.unlink()
        done = call(*again)
        assert done.returncode == ExitCode.OK, done.stderr
        assert planned(call) == []
    assert done.stderr == "2 items linked, 0 issues without a row, 0 rows unclear.\n"
    assert len(issues(docs)) == 2


def test_a_command_that_finds_the_state_locked_says_by_whom(docs: Path, call: Command) -> None:
    assert planned(call) == ["create", "create"]
    with (
        open_store("sqlite:///.pmtrack/state.db", root=docs, now=lambda: dt.datetime.now(dt.UTC)) as store,
        store.exclusively("pmtrack sync"),
    ):
        for command in (("sync", "docs"), ("unlink", issues(docs)[ALERT])):
            told = call(*command)
            assert told.returncode == ExitCode.LOCKED
            assert "another run holds the lock" in told.stderr
            assert f"process {os.getpid()}" in told.stderr
    assert planned(call) == []


@pytest.mark.sleeps
def test_above_the_limit_a_person_on_a_terminal_is_asked(docs: Path) -> None:
    (docs / "pmtrack.toml").write_text("[limits]\ncreates = 1\n", encoding="utf-8")
    for answer, code, count in (("n", ExitCode.FAILED, 0), ("y", ExitCode.OK, 2)):
        ours, theirs = pty.openpty()
        command = [str(Path(sys.executable).with_name("pmtrack")), "sync", "docs"]
        with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs) as process:
            os.close(theirs)
            said = ""
            while "[y/N]" not in said:
                assert select.select([ours], [], [], 60)[0], said
                said += os.read(ours, 4096).decode()
            os.write(ours, f"{answer}\n".encode())
            assert process.wait(60) == code
        os.close(ours)
        assert "2 issues would be created and 0 changed in one run" in said
        path = docs / ".pmtrack/issues.jsonl"
        assert (len(issues(docs)) if path.exists() else 0) == count
