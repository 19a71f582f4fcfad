"""The table of measured figures."""

from __future__ import annotations

from bench.__main__ import earlier

TABLE = [
    "Measured on 2026-11-21, 2 cores.",
    "",
    "| bench | subject | measured | target | met | yardstick |",
    "|---|---|---|---|---|---|",
    "| startup | pmtrack --help | 1.06 x | at most 1.5 x | yes | import click |",
    "| reading | one.md | 2 x |  |  |  |",
    "| reading | two.md | 3 x |  |  |  |",
    "| forgotten | a bench that is gone | 1 x |  |  |  |",
]


def test_the_rows_of_what_is_not_measured_again_stay() -> None:
    assert earlier(TABLE, ["startup"])["reading"] == TABLE[5:7]


def test_what_is_measured_again_keeps_its_place_and_loses_its_figures() -> None:
    rows = earlier(TABLE, ["startup"])
    assert list(rows) == ["startup", "reading"]
    assert rows["startup"] == []


def test_headings_and_benches_that_are_gone_are_no_rows() -> None:
    assert earlier(TABLE, []).keys() == {"startup", "reading"}
