"""The pages of docs/evidence name only tests that exist."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted((ROOT / "docs/evidence").glob("*.md"))
NAMED = re.compile(r"`(tests/[\w/.-]+?\.py)(?:::([\w:]+))?`")


@cache
def definitions(path: Path) -> frozenset[str]:
    """The functions and classes that a test file defines, at any depth."""
    return frozenset(re.findall(r"^\s*(?:def|class) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))


def missing(page: str) -> list[str]:
    """The tests that a page names and that do not exist."""
    return [
        f"{path}::{names}" if names else path
        for path, names in NAMED.findall(page)
        if not (ROOT / path).is_file() or not set(filter(None, names.split("::"))) <= definitions(ROOT / path)
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_named_test_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert NAMED.search(text)
    assert missing(text) == []


def test_a_test_that_does_not_exist_is_found() -> None:
    here = "tests/unit/test_evidence.py"
    assert missing(f"`{here}` `{here}::missing` `{here}::no_such`, `tests/no.py`") == [
        f"{here}::no_such",
        "tests/no.py",
    ]
