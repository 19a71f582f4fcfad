"""The threat model names its tests, and what is recorded holds no secret."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    line
    for line in (ROOT / "docs" / "security.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| threat ")
]
SECRETS = re.compile(
    r"(?i)\b(?:basic|bearer|token) [\w+/=.-]{12,}|\bgh[opusr]_\w{20,}|\bgithub_pat_\w{20,}|\bATATT\w{10,}|xox[bap]-|set-cookie"
    r"|BEGIN [A-Z ]*PRIVATE KEY"
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:40])
def test_every_threat_is_held_by_tests_that_are_there(row: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", row.split("|")[3])
    assert named
    for path, name in named:
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path} has no {name}"


def test_the_threat_model_is_there() -> None:
    assert len(ROWS) > 15


@pytest.mark.parametrize("path", sorted((ROOT / "cassettes").rglob("*.yaml")), ids=lambda path: path.stem)
def test_no_cassette_holds_a_secret(path: Path) -> None:
    assert SECRETS.search(path.read_text(encoding="utf-8")) is None


@pytest.mark.parametrize(
    "text", ["authorization: token 0123456789abcdef", "Basic YWRhOmNhbmFyeQ==", "ghp_" + "a1" * 18]
)
def test_a_secret_in_a_cassette_would_be_found(text: str) -> None:
    assert SECRETS.search(text)
