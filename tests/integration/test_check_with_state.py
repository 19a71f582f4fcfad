"""`pmtrack check` over a real state that a real sync has written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.sync.stage import Stage, document, row
from tracker.cli.main import main


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pmtrack.toml").write_text('documents = ["docs/*.md"]\n', encoding="utf-8")
    return Stage(tmp_path)


def check(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    main(["check", "--format", "json", *arguments])
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def codes(told: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(one["code"], one["path"], one["line"]) for one in told["findings"]]


def test_rules_that_need_a_tracker_run_once_there_is_a_state(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.write("a.md", document(row("Alert on a full disk"), row("Rotate the logs")))
    assert len(check(capsys, "--select", "PM3,PM106")["skipped"]) == 7
    assert stage.sync().exit_code == 0
    told = check(capsys, "--select", "PM3,PM106")
    assert told["skipped"] == []
    assert codes(told) == []


def test_an_edited_document_is_read_anew_and_keeps_what_is_known_of_its_items(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.write("a.md", document(row("Alert on a full disk"), row("Rotate the logs")))
    stage.sync()
    stage.write(
        "a.md", document(row("Buy disks"), row("Alert on a full disk", status="Done"), row("Rotate the logs"))
    )
    told = check(capsys, "--select", "PM301,PM106")
    assert codes(told) == [("PM106", "docs/a.md", 11), ("PM301", "docs/a.md", 12)]
    assert told["findings"][1]["item_id"]


def test_a_removed_row_whose_issue_is_open_is_found(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.write("a.md", document(row("Alert on a full disk"), row("Rotate the logs")))
    stage.sync()
    stage.write("a.md", document(row("Alert on a full disk")))
    stage.sync()
    assert codes(check(capsys, "--select", "PM304")) == [("PM304", "docs/a.md", 1)]


def test_a_related_document_is_looked_up_in_the_state(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.write("old.md", document(row("Alert on a full disk"), incident="INC-7"))
    stage.sync()
    again = "# INC-12: spool full again\n\n**Date:** 2026-06-06\n**Related incidents:** INC-7\n"
    stage.write("new.md", again)
    told = check(capsys, "--select", "PM409", "docs/new.md")
    assert codes(told) == [("PM409", "docs/new.md", 4)]
    assert told["summary"]["documents"] == 1


def test_the_state_can_be_left_out(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.write("a.md", document(row("Alert on a full disk")))
    stage.sync()
    assert codes(check(capsys, "--select", "PM106", "--no-state")) == [("PM106", "docs/a.md", 11)]


def test_documents_are_found_by_the_configuration_from_another_folder(
    stage: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.write("a.md", document(row("Alert on a full disk", owner="")))
    stage.sync()
    monkeypatch.chdir(stage.root / "docs")
    assert codes(check(capsys, "--select", "PM101")) == [("PM101", "a.md", 11)]
