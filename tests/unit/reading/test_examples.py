"""The reader finds in `examples/` exactly the action items that their authors wrote (examples.json, written by hand)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.reading.shown import as_dict
from tracker.models import PostMortem
from tracker.reading import read

EXPECTED: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("examples.json").read_text(encoding="utf-8")
)


def reading(repository: Path, name: str) -> PostMortem:
    path = repository / "examples" / name
    return read(f"examples/{name}", path.read_bytes(), {})


FIELDS = ("line", "title", "owners", "due", "priority", "status", "local_id", "section", "category")


def test_every_example_is_described(repository: Path) -> None:
    assert {path.name for path in (repository / "examples").iterdir() if path.suffix in (".md", ".txt")} == {
        *EXPECTED
    }


@pytest.mark.parametrize("name", EXPECTED)
def test_the_items_are_exactly_those_that_the_author_wrote(repository: Path, name: str) -> None:
    optional = EXPECTED[name]["document"]["optional_lines"]
    items = [
        {name: as_dict(item)[name] for name in FIELDS}
        for item in reading(repository, name).items
        if not item.placeholder and item.line not in optional
    ]
    assert items == EXPECTED[name]["items"]


@pytest.mark.parametrize("name", EXPECTED)
def test_template_text_that_was_left_in_is_a_placeholder(repository: Path, name: str) -> None:
    placeholders = [item for item in reading(repository, name).items if item.placeholder]
    assert len(placeholders) == EXPECTED[name]["document"]["placeholders"]


@pytest.mark.parametrize("name", EXPECTED)
def test_the_header_is_read(repository: Path, name: str) -> None:
    expected, document = EXPECTED[name]["document"], reading(repository, name)
    assert (document.title or "").removeprefix("Post-Mortem: ") == expected["title"]
    assert document.incident_id == expected["incident_id"]
    assert document.date is not None
    assert document.date.isoformat() == expected["date"]
    assert document.severity == expected["severity"]


def test_one_example_has_windows_line_ends(repository: Path) -> None:
    data = (repository / "examples" / "2026-09-30-warehouse-sync-deleted-orders.md").read_bytes()
    assert data.count(b"\r\n") == data.count(b"\n") == 51
