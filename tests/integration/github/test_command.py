"""`pmtrack sync` on a GitHub with limits, as the command shows it: what is put off, with which exit code, and the next run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.servers.github import Fault, Kind
from tests.servers.github.world import TOKEN, GitHubWorld

DOCUMENT = """# Outage

**Incident ID:** INC-7

## Action Items

| Action | Due Date | Status |
|---|---|---|
| Add alerting for the queue | 2026-12-01 | Open |
| Write a runbook | 2026-12-02 | Open |
| Test the restore | 2026-12-03 | Open |
"""
CONFIGURATION = """
documents = ["docs/*.md"]
default_tracker = "github"
[trackers.github]
type = "github"
repository = "acme/incidents"
api_url = "{url}"
write_interval_s = 0
{more}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.md").write_text(DOCUMENT, encoding="utf-8")
    return tmp_path


def configure(folder: Path, world: GitHubWorld, more: str) -> None:
    text = CONFIGURATION.format(url=world.server.url, more=more)
    (folder / "pmtrack.toml").write_text(text, encoding="utf-8")


def test_what_does_not_fit_the_budget_is_deferred_with_exit_code_5_and_done_by_a_later_run(
    fast: GitHubWorld, folder: Path, call: Command
) -> None:
    configure(folder, fast, "content_per_hour = 2")
    done = call("sync", "--format", "json", cwd=folder)
    assert done.returncode == 5
    outcomes = [each["outcome"] for each in json.loads(done.stdout)["actions"]]
    assert outcomes == ["done", "done", "deferred"]
    assert "the limit of 2 new issues an hour is used up; try again in 3" in done.stdout
    again = call("sync", cwd=folder)
    assert again.returncode == 5, "the hour is not over"
    assert fast.count() == 2
    configure(folder, fast, "content_per_hour = 9")
    assert call("sync", cwd=folder).returncode == 0
    assert fast.count() == 3
    assert json.loads(call("sync", "--format", "json", cwd=folder).stdout)["actions"] == []


def test_what_github_puts_off_holds_back_the_next_run_too(
    fast: GitHubWorld, folder: Path, call: Command
) -> None:
    configure(folder, fast, "connections = 1\n")
    body = '{"message": "You have exceeded a secondary rate limit."}'
    fast.server.faults.add(Fault(Kind.STATUS, status=429, body=body, headers={"Retry-After": "900"}))
    done = call("sync", cwd=folder)
    assert done.returncode == 5
    assert "GitHub asks to wait (rate limit); try again in" in done.stdout
    before = fast.server.content_requests()
    assert call("sync", cwd=folder).returncode == 5
    assert fast.server.content_requests() == before == 1


def test_the_json_of_a_run_names_the_requests_as_the_server_counted_them(
    fast: GitHubWorld, folder: Path, call: Command
) -> None:
    configure(folder, fast, "")
    told = json.loads(call("sync", "--format", "json", cwd=folder).stdout)
    assert told["requests"] == {"github": len(fast.server.log)}
    before = len(fast.server.log)
    quiet = json.loads(call("sync", "--format", "json", cwd=folder).stdout)
    assert quiet["requests"] == {"github": len(fast.server.log) - before}
    assert quiet["requests"]["github"] <= 3
    assert TOKEN not in json.dumps([told, quiet])


def test_a_row_that_names_a_pull_request_gets_an_issue_of_its_own(
    fast: GitHubWorld, folder: Path, call: Command
) -> None:
    configure(folder, fast, "")
    fast.store.create(fast.repository, "bob", "Mend the queue", "", pull_request=True)
    rows = [
        f"| Mend the queue | Open | {fast.server.url}/acme/incidents/pull/1 |",
        "| Drain it | Open | #1 |",
    ]
    table = "| Action | Status | Ticket |\n|---|---|---|\n" + "\n".join(rows) + "\n"
    (folder / "docs/a.md").write_text(f"# Outage\n\n## Action Items\n\n{table}", encoding="utf-8")
    done = json.loads(call("sync", "--format", "json", cwd=folder).stdout)
    assert [(each["action"], each["issue"]) for each in done["actions"]] == [
        ("create", "acme/incidents#2"),
        ("create", "acme/incidents#3"),
    ]
    assert json.loads(call("sync", "--format", "json", cwd=folder).stdout)["actions"] == []
    assert fast.repository.issues[1].title == "Mend the queue"
    assert "pmtrack" not in (fast.repository.issues[1].body or "")
