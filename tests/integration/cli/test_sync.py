"""`pmtrack sync` as a user sees it: the main job on the examples, and what happens with bad input."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Command
from tracker.errors import ExitCode

DOCUMENT = """# Post-Mortem: Disk full

**Incident ID**: INC-1
**Date**: 2026-05-01
**Severity**: P1

## Action Items

| ID | Action | Owner | Priority | Due Date | Status |
|---|---|---|---|---|---|
| A1 | Add an alert for the disk | Ada Byron | P1 | 2026-06-01 | Open |
| A2 | Write the runbook for a full disk | Bob Jones | P2 | 2026-06-15 | Open |
"""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "docs" / "2026-05-01.md"
    path.parent.mkdir()
    path.write_text(DOCUMENT, encoding="utf-8")
    return path


@pytest.fixture
def examples(repository: Path, tmp_path: Path) -> Path:
    shutil.copytree(repository / "examples", tmp_path / "examples")
    shutil.copy(repository / "pmtrack.toml", tmp_path)
    return tmp_path / "examples"


def actions(done: subprocess.CompletedProcess[str]) -> list[tuple[str, str]]:
    return [(action["action"], action["item"]) for action in json.loads(done.stdout)["actions"]]


def issues(folder: Path) -> list[dict[str, object]]:
    text = (folder / ".pmtrack" / "issues.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_typo_reordering_and_renaming_give_updates_and_no_creates(
    examples: Path, tmp_path: Path, call: Command
) -> None:
    assert call("sync", "examples/").returncode == 0
    before = len(issues(tmp_path))
    path = examples / "2026-08-07-tracking-page-empty.md"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    rows = [number for number, line in enumerate(lines) if line.startswith(("| P1 |", "| P2 |"))]
    lines[rows[0]], lines[rows[1]] = lines[rows[1]], lines[rows[0]]
    text = "".join(lines).replace(
        "Start the lag exporter together", "Start the lag exporter at once together"
    )
    path.write_text(text, encoding="utf-8")
    path.rename(examples / "renamed.md")
    done = call("sync", "--format", "json", "examples/")
    assert done.returncode == 0, done.stderr
    assert "create" not in {action for action, _ in actions(done)}
    assert "update" in {action for action, _ in actions(done)}
    assert len(issues(tmp_path)) == before
    assert actions(call("sync", "--format", "json", "examples/")) == []


def test_the_plan_is_what_the_sync_then_does(document: Path, tmp_path: Path, call: Command) -> None:
    plan = call("plan", "docs", "--format", "json")
    assert not (tmp_path / ".pmtrack" / "issues.jsonl").exists()
    assert actions(plan) == [
        ("create", "Add an alert for the disk"),
        ("create", "Write the runbook for a full disk"),
    ]
    done = call("sync", "docs", "--format", "json")
    assert actions(done) == actions(plan)
    assert {action["outcome"] for action in json.loads(done.stdout)["actions"]} == {"done"}


def test_it_does_not_matter_from_where_it_is_called(document: Path, tmp_path: Path, call: Command) -> None:
    (tmp_path / "pmtrack.toml").write_text('documents = ["docs/**/*.md"]\n', encoding="utf-8")
    assert call("sync").returncode == 0
    for cwd, paths in (
        (document.parent, []),
        (document.parent, ["."]),
        (tmp_path, ["docs"]),
        (tmp_path, [document]),
    ):
        again = call("sync", *paths, cwd=cwd)
        assert again.stderr == "Nothing to do: 2 action items in 1 document.\n", (cwd, paths)


def test_above_the_limit_it_refuses_without_a_terminal_and_takes_yes(
    document: Path, tmp_path: Path, call: Command
) -> None:
    env = {"PMTRACK_LIMITS__CREATES": "1"}
    planned = call("plan", "docs", env=env)
    assert planned.returncode == ExitCode.OK
    assert "a sync asks before that, and without a terminal it needs --yes" in planned.stderr
    refused = call("sync", "docs", env=env)
    assert refused.returncode == ExitCode.FAILED
    assert "--yes" in refused.stderr
    assert not (tmp_path / ".pmtrack" / "issues.jsonl").exists()
    assert call("sync", "docs", "--yes", env=env).returncode == 0


def test_a_folder_that_turned_empty_stops_the_run(document: Path, tmp_path: Path, call: Command) -> None:
    assert call("sync", "docs").returncode == 0
    document.write_text("# Post-Mortem: Disk full\n\nTo be written again.\n", encoding="utf-8")
    stopped = call("sync", "docs")
    assert stopped.returncode == ExitCode.FAILED
    assert "--allow-empty" in stopped.stderr
    assert len(issues(tmp_path)) == 2


# --- bad input -------------------------------------------------------------------------------------------------------


def test_a_missing_path_is_named(tmp_path: Path, call: Command) -> None:
    done = call("sync", "nowhere")
    assert done.returncode == ExitCode.NO_INPUT
    assert "nowhere does not exist" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_paths_and_configuration_the_next_step_is_named(call: Command) -> None:
    done = call("sync")
    assert done.returncode == ExitCode.USAGE
    assert "no paths were given" in done.stderr
    assert "pmtrack.toml" in done.stderr


def test_globs_that_match_nothing_are_named(tmp_path: Path, call: Command) -> None:
    (tmp_path / "pmtrack.toml").write_text('documents = ["incidents/*.md"]\n', encoding="utf-8")
    done = call("sync")
    assert done.returncode == ExitCode.NO_INPUT
    assert "no file matches the configured documents: incidents/*.md" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_folder_is_not_taken_for_an_empty_one(tmp_path: Path, call: Command) -> None:
    (tmp_path / "incidents").mkdir()
    (tmp_path / "incidents" / "a.md").write_text(DOCUMENT, encoding="utf-8")
    (tmp_path / "pmtrack.toml").write_text('documents = ["incidents/*.md"]\n', encoding="utf-8")
    (tmp_path / "incidents").chmod(0)
    done = call("sync")
    (tmp_path / "incidents").chmod(0o700)
    assert done.returncode == ExitCode.NO_INPUT
    assert f"{tmp_path / 'incidents'} cannot be read" in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_reported_and_the_others_are_done(document: Path, call: Command) -> None:
    (document.parent / "secret.md").write_text(DOCUMENT, encoding="utf-8")
    (document.parent / "secret.md").chmod(0)
    done = call("sync", "docs")
    assert "secret.md" in done.stderr
    assert "Permission denied" in done.stderr


@pytest.mark.parametrize(
    ("data", "word", "code"),
    [
        pytest.param(bytes(range(256)) * 8, "docs/bad.md", ExitCode.PARTIAL, id="binary"),
        pytest.param(
            DOCUMENT.replace("Bob", "Zo\u00eb").encode("latin-1"), "docs/bad.md", ExitCode.OK, id="latin-1"
        ),
        pytest.param(b"", "", ExitCode.OK, id="empty"),
    ],
)
def test_a_bad_file_is_named_and_does_not_stop_the_others(
    document: Path, data: bytes, word: str, code: int, call: Command
) -> None:
    (document.parent / "bad.md").write_bytes(data)
    done = call("sync", "docs")
    assert done.returncode == code, done.stderr
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert len(issues(document.parent.parent)) >= 2


def test_a_loop_of_links_ends(document: Path, call: Command) -> None:
    (document.parent / "loop").symlink_to(document.parent, target_is_directory=True)
    (document.parent / "dangling.md").symlink_to(document.parent / "nothing.md")
    done = call("sync", "docs")
    assert done.returncode == ExitCode.PARTIAL, done.stderr
    assert "docs/dangling.md: cannot be read: No such file" in done.stderr
    assert "2 created" in done.stderr


def test_an_impossible_date_is_reported_with_its_line(document: Path, call: Command) -> None:
    document.write_text(DOCUMENT.replace("2026-06-15", "31.02.2026"), encoding="utf-8")
    done = call("sync", "docs")
    assert done.returncode == 0
    assert "docs/2026-05-01.md:12" in done.stderr
    assert "31.02.2026" in done.stderr


@pytest.mark.parametrize("content", [b"this is no database", b"SQLite format 3\x00" + b"\x00" * 500])
def test_a_state_that_is_no_database_is_refused_and_left_alone(
    document: Path, content: bytes, tmp_path: Path, call: Command
) -> None:
    path = tmp_path / ".pmtrack" / "state.db"
    path.parent.mkdir()
    path.write_bytes(content)
    done = call("sync", "docs")
    assert done.returncode == ExitCode.FAILED
    assert "state.db" in done.stderr
    assert "Traceback" not in done.stderr
    assert path.read_bytes() == content
    assert not (tmp_path / ".pmtrack" / "issues.jsonl").exists()


def test_the_state_belongs_to_its_user_alone(document: Path, tmp_path: Path, call: Command) -> None:
    assert call("sync", "docs").returncode == 0
    for path in (tmp_path / ".pmtrack").iterdir():
        if path.name.startswith("state.db"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_json_output_is_one_document_and_nothing_else(document: Path, call: Command) -> None:
    done = call("sync", "docs", "--format", "json")
    assert json.loads(done.stdout)["exit_code"] == 0


def test_texts_of_documents_cannot_command_the_terminal(document: Path, call: Command) -> None:
    document.write_text(
        DOCUMENT.replace("Add an alert", "Add \x1b]0;owned\x07\x1b[2Jan alert \u202e"), encoding="utf-8"
    )
    for command in (["plan", "docs"], ["sync", "docs"], ["status"], ["parse", "docs"]):
        done = call(*command)
        assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout + done.stderr), command
