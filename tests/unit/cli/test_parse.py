"""`pmtrack parse`: what it prints in each form."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tracker.cli.main import main
from tracker.errors import ExitCode

TEXT = """# Outage\n\n**Date**: 2026-03-04\n**Severity**: P1\n\n## Timeline\n\n| Time | Action | Owner |\n|---|---|---|\n| 10:00 | restart | Ann |

## Action items\n\n| ID | Action | Owner | Due |\n|---|---|---|---|\n| A1 | =do it | Ann Lee | Q2 2026 |\n| A2 | [Action] | [Name] | |\n"""


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    Path("a.md").write_text(TEXT, encoding="utf-8")
    return "a.md"


def test_json_is_one_array_with_the_fields_of_the_contract(
    document: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["parse", document, "--format", "json"]) == ExitCode.OK
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["path"], found["title"], found["date"], found["severity"]) == (
        "a.md",
        "Outage",
        "2026-03-04",
        "P1",
    )
    first, second = found["items"]
    assert first["title"] == "=do it"
    assert (first["line"], first["local_id"], first["owners"], first["due"], first["due_raw"]) == (
        16,
        "A1",
        ["Ann Lee"],
        "2026-06-30",
        "Q2 2026",
    )
    assert (first["priority"], first["refs"], first["placeholder"], second["placeholder"]) == (
        None,
        [],
        False,
        True,
    )


def test_jsonl_is_an_object_per_line(document: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", document, "--format", "jsonl"]) == ExitCode.OK
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["path"] == "a.md"


def test_csv_has_a_row_per_item_and_starts_no_formula(
    document: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["parse", document, "--format", "csv"]) == ExitCode.OK
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["title"], row["owners"], row["due"]) == ("'=do it", "Ann Lee", "2026-06-30")


def test_the_table_names_the_document_and_counts_on_standard_error(
    document: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["parse", document]) == ExitCode.OK
    shown = capsys.readouterr()
    assert "a.md: Outage (2026-03-04, P1)" in shown.out
    assert "1 action item in 1 document, 1 left as template text." in shown.err


def test_explain_says_why_each_section_and_table_was_taken_or_left(
    document: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["parse", document, "--explain"]) == ExitCode.OK
    shown = capsys.readouterr().out
    assert "section 'Timeline': timeline" in shown
    assert "table left with" in shown
    assert "section 'Action items': action" in shown
    assert "table taken with" in shown


def test_a_folder_without_documents_leaves_with_no_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["parse", str(tmp_path)]) == ExitCode.NO_INPUT
    assert "no documents in" in capsys.readouterr().err


def test_trouble_in_a_document_is_told_with_file_and_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.md").write_bytes(TEXT.replace("Q2 2026", "31.02.2026").encode())
    assert main(["parse", "a.md"]) == ExitCode.OK
    assert "a.md:16:" in capsys.readouterr().err


def test_documents_without_action_items_are_named(
    document: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = [tmp_path / f"notes-{number}.md" for number in range(6)]
    for path in empty:
        path.write_text("# Notes\n\nNothing to do.\n", encoding="utf-8")
    assert main(["parse", document, *map(str, empty[:2])]) == ExitCode.OK
    assert (
        f"No action items in {empty[0]}, {empty[1]}: `pmtrack parse --explain PATH`"
        in capsys.readouterr().err
    )
    main(["parse", *map(str, empty)])
    assert f"{empty[4]} and 1 more: " in capsys.readouterr().err
