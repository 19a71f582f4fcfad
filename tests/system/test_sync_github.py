"""`pmtrack sync` as a process against a GitHub that nobody here wrote: create, nothing, edits and closing on both sides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests import emulate
from tests.conftest import Command

_CONFIGURATION = """
documents = ["*.md"]
default_tracker = "github"
[trackers.github]
type = "github"
repository = "{repository}"
api_url = "{url}"
write_interval_s = 0
"""
_DOCUMENT = """# Outage

**Incident ID:** INC-7
**Date:** 2026-05-06

## Action Items

| ID | Action | Owner | Due Date | Status | Ticket |
|---|---|---|---|---|---|
| 1 | Add alerting for payment queue depth | acme | 2026-12-01 | Open | |
| 2 | Write a runbook for broker failover | | 2026-12-02 | Open | |
| 3 | Rotate the signing keys every quarter | | 2026-12-03 | Open | |
"""


def test_create_then_nothing_then_edits_and_closing_on_both_sides(tmp_path: Path, pmtrack: Command) -> None:
    command = emulate.find_emulator()
    if command is None:
        pytest.skip(emulate.HOW)
    document = tmp_path / "outage.md"
    document.write_text(_DOCUMENT, encoding="utf-8")
    with emulate.running(command, tmp_path) as github:
        text = _CONFIGURATION.format(repository=emulate.REPOSITORY, url=github.url)
        (tmp_path / "pmtrack.toml").write_text(text, encoding="utf-8")

        def sync() -> list[dict[str, Any]]:
            done = pmtrack(
                "sync", "--format", "json", "--write-back", cwd=tmp_path, env={"GITHUB_TOKEN": emulate.TOKEN}
            )
            assert done.returncode == 0, done.stderr
            actions: list[dict[str, Any]] = json.loads(done.stdout)["actions"]
            return actions

        assert [each["action"] for each in sync()].count("create") == 3
        assert "acme/incidents#1" in document.read_text(encoding="utf-8")
        assert sync() == []

        github.call("PATCH", f"/repos/{emulate.REPOSITORY}/issues/1", {"state": "closed"})
        github.call(
            "PATCH",
            f"/repos/{emulate.REPOSITORY}/issues/2",
            {"body": "A person wrote this.\n\n" + _body(github, 2)},
        )
        written = document.read_text(encoding="utf-8")
        written = written.replace("Write a runbook for broker", "Write and try a runbook for broker")
        rotate = next(line for line in written.splitlines() if "Rotate" in line)
        document.write_text(written.replace(rotate, rotate.replace("Open", "Done")), encoding="utf-8")
        sync()
        issues = {each["number"]: each for each in github.issues()}
        assert len(issues) == 3
        assert issues[2]["title"] == "Write and try a runbook for broker failover"
        assert issues[2]["body"].startswith("A person wrote this.")
        assert (issues[3]["state"], issues[3]["state_reason"]) == ("closed", "completed")
        alerting = next(
            line for line in document.read_text(encoding="utf-8").splitlines() if "alerting" in line
        )
        assert "Done" in alerting
        assert sync() == []


def _body(github: emulate.Emulator, number: int) -> str:
    return next(str(each["body"]) for each in github.issues() if each["number"] == number)
