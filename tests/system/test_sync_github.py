"""`pmtrack sync` of all examples, as a process, into a GitHub that nobody here wrote: create, nothing, edits on both sides."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import emulate
from tests.conftest import Command

_CONFIGURATION = """
documents = ["examples"]
default_tracker = "github"
[trackers.github]
type = "github"
repository = "{repository}"
api_url = "{url}"
write_interval_s = 0
"""
_LABELS = "examples/2026-05-19-label-printing-stopped.md"
_RUNBOOK = 'Write the runbook "Stations print'
_ISSUES = f"/repos/{emulate.REPOSITORY}/issues"


class Desk:
    """A folder with the examples and a person who runs `pmtrack sync` there."""

    def __init__(self, folder: Path, pmtrack: Command) -> None:
        self.folder, self._pmtrack = folder, pmtrack

    def sync(self) -> list[dict[str, Any]]:
        """The actions of a run that went well."""
        arguments = ("sync", "--yes", "--write-back", "--format", "json")
        done = self._pmtrack(*arguments, cwd=self.folder, env={"GITHUB_TOKEN": emulate.TOKEN})
        assert done.returncode == 0, done.stdout
        actions: list[dict[str, Any]] = json.loads(done.stdout)["actions"]
        return actions

    def line(self, document: str, words: str) -> str:
        """The row of a document with these words."""
        (found,) = [
            line for line in self._text(document).splitlines() if words in line and line.startswith("|")
        ]
        return found

    def rewrite(self, document: str, words: str, old: str, new: str) -> None:
        """A person edits a row."""
        line = self.line(document, words)
        assert old in line
        text = self._text(document).replace(line, line.replace(old, new))
        (self.folder / document).write_text(text, encoding="utf-8")

    def _text(self, document: str) -> str:
        return (self.folder / document).read_text(encoding="utf-8")


def test_all_examples_create_then_nothing_then_edits_and_closing_on_both_sides(
    tmp_path: Path, repository: Path, pmtrack: Command
) -> None:
    command = emulate.find_emulator()
    if command is None:
        pytest.skip(emulate.HOW)
    shutil.copytree(repository / "examples", tmp_path / "examples")
    desk = Desk(tmp_path, pmtrack)
    with emulate.running(command, tmp_path) as github:
        text = _CONFIGURATION.format(repository=emulate.REPOSITORY, url=github.url)
        (tmp_path / "pmtrack.toml").write_text(text, encoding="utf-8")
        titles = _created(desk, github)
        assert desk.sync() == []
        _edit_both_sides(desk, github, titles)
        told = Counter(each["action"] for each in desk.sync())
        assert told["create"] == 0
        _check_both_sides(desk, github, titles)
        assert desk.sync() == []


def _created(desk: Desk, github: emulate.Emulator) -> dict[str, int]:
    """The first run: an issue for every item, done ones closed; gives the numbers by title."""
    actions = Counter(each["action"] for each in desk.sync())
    issues = github.issues()
    assert actions["create"] == len(issues) == 66
    assert all(each["body"].startswith("<!-- pmtrack:begin ") for each in issues)
    assert {label["name"] for each in issues for label in each["labels"]} >= {"pmtrack", "priority: P1"}
    closed = {each["title"] for each in issues if each["state"] == "closed"}
    assert any(title.startswith("Let the certificate controller manage") for title in closed)
    return {each["title"]: each["number"] for each in issues}


def _edit_both_sides(desk: Desk, github: emulate.Emulator, titles: Mapping[str, int]) -> None:
    """A person closes two issues and writes into a third; another edits three rows."""
    keys, cert, probe = (_number(titles, words) for words in ("Move private", "Shorten the", "Probe print"))
    github.call("PATCH", f"{_ISSUES}/{keys}", {"state": "closed", "state_reason": "completed"})
    github.call("PATCH", f"{_ISSUES}/{probe}", {"state": "open"})
    body = github.call("GET", f"{_ISSUES}/{cert}")["body"]
    github.call("PATCH", f"{_ISSUES}/{cert}", {"body": f"A person wrote this.\n\n{body}\n\nAnd this."})
    desk.rewrite(_LABELS, "Shorten the lifetime", "2026-12-18", "2027-01-22")
    desk.rewrite(_LABELS, "Shorten the lifetime", "the lifetime", "the life")
    desk.rewrite(_LABELS, _RUNBOOK, "[ ]", "[x]")


def _check_both_sides(desk: Desk, github: emulate.Emulator, titles: Mapping[str, int]) -> None:
    issues = {each["number"]: each for each in github.issues()}
    assert len(issues) == 66
    cert = issues[_number(titles, "Shorten the")]
    assert cert["title"] == "Shorten the life of internal certificates to 90 days"
    assert cert["body"].startswith("A person wrote this.\n\n<!-- pmtrack:begin ")
    assert cert["body"].endswith("<!-- pmtrack:end -->\n\nAnd this.")
    assert "**Due:** 2027-01-22" in cert["body"]
    done = issues[_number(titles, _RUNBOOK)]
    assert (done["state"], done["state_reason"]) == ("closed", "completed")
    assert issues[_number(titles, "Probe print")]["state"] == "open"
    assert "[x]" in desk.line(_LABELS, "Move private keys")
    assert "[ ]" in desk.line(_LABELS, "Probe print-broker")


def _number(titles: Mapping[str, int], words: str) -> int:
    (found,) = [number for title, number in titles.items() if title.startswith(words)]
    return found
