"""Reports on terminals of any width: nothing is cut off, no line is too long."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from tests.unit.reports.scenario import audit_report, review_report
from tracker.display import GAP
from tracker.reports.forms.text import ROWS, column_widths, write
from tracker.reports.page import Cell, Column, Row
from tracker.reports.report import Report

REPORTS = {"audit": audit_report, "review": review_report}


def shown(report: Report, width: int) -> Sequence[str]:
    out = io.StringIO()
    write(report, Console(file=out, width=width, no_color=True, highlight=False, markup=False, emoji=False))
    return out.getvalue().splitlines()


def letters(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("width", [60, 80, 110, 200])
@pytest.mark.parametrize("kind", REPORTS)
def test_no_line_is_wider_than_the_terminal_or_ends_in_blanks(kind: str, width: int) -> None:
    lines = shown(REPORTS[kind](), width)
    assert max(map(len, lines)) <= width
    assert not [line for line in lines if line != line.rstrip()]


@pytest.mark.parametrize("kind", REPORTS)
def test_a_narrow_terminal_shows_every_cell_in_full(kind: str) -> None:
    report = REPORTS[kind]()
    text = letters("".join(shown(report, 60)))
    cells = [
        cell.text
        for section in report.page.sections
        for table in section.tables
        if table.columns[0].name != "Week"
        for row in table.rows.first(ROWS)
        for cell in row.cells
    ]
    assert len(cells) > 100
    assert [cell for cell in cells if cell != "–" and letters(cell) not in text] == []


def test_a_narrow_terminal_names_days_and_numbers_and_a_wide_one_has_columns() -> None:
    narrow, wide = shown(audit_report(), 80), shown(audit_report(), 200)
    assert any("· due 20" in line and "· late " in line for line in narrow)
    assert not any("· due 20" in line for line in wide)
    assert any(line.split()[:3] == ["Owner", "Due", "Late"] for line in wide)


_WORDS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=80)


@given(st.lists(st.tuples(_WORDS, st.booleans()), min_size=1, max_size=9), st.integers(20, 250))
def test_columns_fit_into_the_room_or_are_not_tried(cells: list[tuple[str, bool]], room: int) -> None:
    columns = [Column("c", wide=wide) for _, wide in cells]
    widths = column_widths(columns, [Row(tuple(Cell(text) for text, _ in cells))], room)
    if widths is None:
        return
    assert sum(widths) + GAP * (len(widths) - 1) <= room
    assert all(width >= min(cell_len(text), 16) for (text, _), width in zip(cells, widths, strict=True))
