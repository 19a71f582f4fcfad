"""The guide page of the reports shows real output and settings that are accepted."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.unit.reports.test_forms import GOLDEN
from tracker.notify.channel import channel_of
from tracker.reports.settings import report_settings
from tracker.settings import Settings


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "reports.md").read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.MULTILINE | re.DOTALL)


def test_the_output_in_the_guide_is_that_of_the_scenario(page: str) -> None:
    golden = "".join((GOLDEN / f"{kind}.txt").read_text(encoding="utf-8") for kind in ("audit", "review"))
    shown = blocks(page, "text")
    assert len(shown) == 4
    assert [text for text in shown if text not in golden] == []


def test_the_settings_in_the_guide_are_accepted(page: str) -> None:
    tables = [tomllib.loads(text) for text in blocks(page, "toml")]
    made = Settings(Path(), notify=tables[0]["notify"], reports=tables[1]["reports"])
    assert {channel_of(made, name).type for name in made.notify} == {"slack", "email", "webhook"}
    assert report_settings(made).country == "DE"
