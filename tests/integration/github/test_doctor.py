"""`pmtrack doctor` with a GitHub tracker: what only the command knows, the owners in the documents and earlier runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Command
from tests.servers.github.world import TOKEN, GitHubWorld

DOCUMENT = """# Outage

**Incident ID:** INC-7

## Action Items

| Action | Owner | Due Date | Status |
|---|---|---|---|
| Add alerting for the queue | Alice Smith | 2026-12-01 | Open |
| Write a runbook | Carol Jones | 2026-12-02 | Open |
| Test the restore | Nobody Atall | 2026-12-03 | Open |
| Rotate the keys | Gone Already | 2026-12-03 | Done |
"""
CONFIGURATION = """
documents = ["docs/*.md"]
default_tracker = "github"
[trackers.github]
type = "github"
repository = "acme/incidents"
api_url = "{url}"
write_interval_s = 0
content_per_hour = 10
[people.alice]
names = ["Alice Smith"]
github = "asmith"
"""


@pytest.fixture
def folder(world: GitHubWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.md").write_text(DOCUMENT, encoding="utf-8")
    (tmp_path / "pmtrack.toml").write_text(CONFIGURATION.format(url=world.server.url), encoding="utf-8")
    return tmp_path


def test_owners_of_open_items_who_cannot_be_assigned_are_told(folder: Path, call: Command) -> None:
    done = call("doctor", cwd=folder)
    assert done.returncode == 0, "a missing owner is no obstacle"
    assert (
        "owner Carol Jones: 'Carol Jones' may be any of cj1, cj2; add the person to [people]" in done.stdout
    )
    assert "owner Nobody Atall: nobody who can be assigned is called 'Nobody Atall'" in done.stdout
    assert "Alice Smith:" not in done.stdout
    assert "Gone Already:" not in done.stdout


def test_many_such_owners_are_named_on_one_line(folder: Path, call: Command) -> None:
    rows = "".join(
        f"| Check pump {n} of the cooling | Stranger {n} | 2026-12-01 | Open |\n" for n in range(4)
    )
    with (folder / "docs/a.md").open("a", encoding="utf-8") as document:
        document.write(rows)
    lines = [line for line in call("doctor", cwd=folder).stdout.splitlines() if "cannot be assigned" in line]
    assert len(lines) == 1
    assert "6 owners cannot be assigned: " in lines[0]


def test_owners_of_another_tracker_s_documents_are_not_asked_for(folder: Path, call: Command) -> None:
    text = (folder / "pmtrack.toml").read_text(encoding="utf-8")
    text += '[trackers.here]\ntype = "local"\npath = "issues.jsonl"\n'
    text += '[[routes]]\ndocuments = "docs/**"\ntracker = "here"\n'
    (folder / "pmtrack.toml").write_text(text, encoding="utf-8")
    assert ": owner " not in call("doctor", cwd=folder).stdout


def test_new_issues_of_earlier_runs_count(world: GitHubWorld, folder: Path, call: Command) -> None:
    assert "10 of 10 new issues this hour are left" in call("doctor", cwd=folder).stdout
    assert call("sync", "--yes", cwd=folder).returncode == 0
    before = world.writes()
    assert "6 of 10 new issues this hour are left" in call("doctor", cwd=folder).stdout
    assert world.writes() == before
