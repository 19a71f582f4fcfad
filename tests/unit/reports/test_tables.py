"""What a table shows of its rows, what is said of findings, and lines that are parted where people would part them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.unit.reports.scenario import NOW, audit_report, ledger
from tests.unit.reports.simulation import simulate
from tests.unit.reports.test_forms import audit, review
from tracker.display import folded
from tracker.models import Finding, Severity, Span
from tracker.reports import metrics
from tracker.reports.audit import Audit, Findings, audit_of
from tracker.reports.finding_tables import findings_section
from tracker.reports.ledger import earlier, ledger_of
from tracker.reports.page import Cell, Column, Row, Section, Table, few
from tracker.reports.periods import period_since
from tracker.reports.report import render, report_of
from tracker.reports.review import review_of
from tracker.reports.settings import ReportSettings
from tracker.world import RunRecord, World

COLUMNS = (Column("Action", wide=True), Column("Due", folds=True), Column("Owner", folds=True), Column("No."))


def table(*rows: Sequence[str]) -> Table:
    return Table("Items", COLUMNS, few([Row(tuple(map(Cell, row))) for row in rows]))


def test_a_column_that_is_empty_in_every_row_is_left_out() -> None:
    view = table(("a", "–", "ann", "1"), ("b", "–", "", "2")).view(10)
    assert [column.name for column in view.columns] == ["Action", "Owner", "No."]
    assert [[cell.text for cell in row.cells] for row in view.rows] == [["a", "ann", "1"], ["b", "", "2"]]


def test_what_all_rows_have_in_common_becomes_a_sentence() -> None:
    view = table(("a", "2026-11-20", "ann", "1"), ("b", "–", "ann", "1"), ("c", "–", "ann", "1")).view(10)
    assert [column.name for column in view.columns] == ["Action", "Due", "No."]
    assert view.same == "In every row: owner ann."


def test_nothing_is_said_of_every_row_where_only_some_are_shown() -> None:
    found = table(*([("a", "–", "ann", "1")] * 4)).view(3)
    assert ("Owner" in [column.name for column in found.columns], found.same, len(found.rows)) == (
        True,
        "",
        3,
    )


def cells(section: Section, table: int) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in section.tables[table].view(99).rows]


def test_findings_of_a_rule_in_a_document_are_one_row_and_items_of_other_sections_none() -> None:
    section = findings_section(audit())
    assert section.lead.startswith("4 findings, 1 waived. 1 of them is an item of another section.")
    assert [row[1] for row in cells(section, 0)] == ["PM201", "PM204", "PM202"]
    assert cells(section, 1) == [
        ["warning", "PM202", "docs/postmortems/2026/inc-030.md:13", "1", "untouched for 40 days"],
        [
            "warning",
            "PM204",
            "docs/postmortems/2026/inc-030.md:13, 14",
            "2",
            "due 20 days later than the severity allows; and 1 more like it",
        ],
    ]


def test_each_finding_is_counted_once_in_its_rule_and_is_in_a_group_or_in_a_section() -> None:
    values = audit()
    lines = [line for line in ledger().open_lines if not line.owners or line.due is None]
    found = tuple(
        Finding(code, "rule", Severity.ERROR, line.path, Span(0, 1, line.line), "wrong", advice)
        for line in lines
        for code, advice in (("PM101", "name somebody"), ("PM900", f"look at {line.line % 2}"))
    )
    made = dataclasses.replace(
        values, findings=Findings(found, evaluated=True, sections={"PM101": "unowned"})
    )
    grouped = [(row[0], int(row[2])) for row in cells(findings_section(made), 1)]
    listed = {(line.path, line.line) for line in values.unowned}
    assert sum(count for _, count in grouped) == len(found) - len(listed)
    assert {code for code, _ in grouped} == {"PM101", "PM900"}


def empty(runs: tuple[RunRecord, ...] = ()) -> World:
    return World(now=NOW, documents=(), items=(), runs=runs)


@pytest.mark.parametrize("form", ["text", "markdown", "html", "slack", "email"])
def test_where_nothing_was_read_a_report_says_so_and_what_to_do_and_calls_nothing_clear(form: str) -> None:
    made = ledger_of(empty(), ReportSettings())
    values = audit_of(made, earlier(made, NOW - dt.timedelta(days=1)), Findings(evaluated=True))
    weekly = review_of(made, period_since("7d", NOW, made.calendar))
    for text in (render(report_of(values), form), render(report_of(weekly), form)):
        assert "Nothing was read yet: run" in text
        assert "pmtrack sync" in text
        assert "All clear" not in text


def test_a_sync_that_found_no_document_sends_to_the_configuration() -> None:
    made = ledger_of(empty((RunRecord("1", "sync", NOW, NOW),)), ReportSettings())
    values = audit_of(made, earlier(made, NOW - dt.timedelta(days=1)))
    assert report_of(values).page.headline.startswith(
        "Nothing was read: the last sync found no post-mortem; see `documents`"
    )


def imported_late() -> tuple[Audit, int]:
    """The audit of a world of which everything was read on the last day."""
    world = simulate().world(NOW)
    seen = NOW - dt.timedelta(hours=5)
    items = tuple(dataclasses.replace(one, first_seen=seen, events=(), issue=None) for one in world.items)
    made = ledger_of(dataclasses.replace(world, items=items), ReportSettings())
    before = earlier(made, NOW - dt.timedelta(days=1))
    return audit_of(made, before), sum(life.opened <= before.moment for life in made.lives)


def test_items_of_an_archive_that_was_read_since_the_last_audit_are_said_to_count_from_their_own_days() -> (
    None
):
    values, old = imported_late()
    page = report_of(values).page
    assert values.imported == old > 50
    assert (
        f"history: {old} items of post-mortems that were read for the first time since then"
        in page.freshness[-1].text
    )
    assert "at the last audit" not in " ".join(tile.detail for tile in page.tiles)
    assert page.tiles[0].detail.endswith("on Thu 19 Nov 2026")
    alone = dataclasses.replace(values, new=(), resolved=())
    assert alone.changed
    assert report_of(alone).page.headline == f"{old} items of older post-mortems read for the first time."


def test_where_nothing_was_imported_the_numbers_before_are_those_of_the_last_audit() -> None:
    assert metrics.imported(ledger().lives, audit().since) == audit().imported == 0
    assert review().imported == 0
    assert audit_report().page.tiles[0].detail.endswith("at the last audit")


@given(st.text(st.sampled_from("ab1-/. 語"), max_size=60), st.integers(2, 30))
def test_folded_lines_are_no_wider_than_asked_and_lose_nothing_but_blanks(text: str, width: int) -> None:
    lines = folded(text, width).split("\n")
    assert max(map(cell_len, lines)) <= width
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_lines_are_parted_at_slashes_and_hyphens_and_never_within_a_day() -> None:
    assert folded("docs/2026-11-20-login-loop.md:18", 20) == "docs/2026-11-20-\nlogin-loop.md:18"
    assert folded("docs/postmortems/inc-030.md:13", 20) == "docs/postmortems/\ninc-030.md:13"
    assert folded("due on 2026-11-20", 10) == "due on\n2026-11-20"
