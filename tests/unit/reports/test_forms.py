"""Every form of both reports: golden files, the same numbers everywhere, and hostile titles that stay text."""

from __future__ import annotations

import csv
import dataclasses
import html
import io
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.reports.scenario import audit_report, review_report
from tracker.models import Severity
from tracker.reports.audit import Audit
from tracker.reports.forms import FORMS, slack
from tracker.reports.forms.charts import ticks
from tracker.reports.forms.csv import safe
from tracker.reports.forms.json import document
from tracker.reports.forms.markdown import escape
from tracker.reports.page import LONGEST, clip, plain
from tracker.reports.report import Report, render, report_of
from tracker.reports.review import Review

GOLDEN = Path(__file__).parent / "golden"
REPORTS = {"audit": audit_report, "review": review_report}
_ENDINGS = {"text": "txt", "markdown": "md", "slack": "slack.json", "email": "mail.html"}


def report(kind: str, *, hostile: bool = False) -> Report:
    return REPORTS[kind](hostile=hostile)


def audit() -> Audit:
    values = audit_report().values
    assert isinstance(values, Audit)
    return values


def review() -> Review:
    values = review_report().values
    assert isinstance(values, Review)
    return values


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", REPORTS)
def test_each_form_is_its_golden_file(kind: str, form: str) -> None:
    """`PMTRACK_TEST_GOLDEN=write` writes them anew; look at the difference before committing it."""
    file = GOLDEN / f"{kind}.{_ENDINGS.get(form, form)}"
    text = render(report(kind), form)
    if os.environ.get("PMTRACK_TEST_GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text.encode())
    assert text == file.read_bytes().decode()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", REPORTS)
def test_every_form_says_how_fresh_each_tracker_is(kind: str, form: str) -> None:
    text = html.unescape(render(report(kind), form))
    if form == "csv":
        assert "freshness" not in text
    else:
        assert "no connection to acme.atlassian.net" in text.replace("\\", "")


@pytest.mark.parametrize("form", ["text", "markdown", "html", "email", "slack"])
def test_the_tiles_bear_the_same_numbers_in_every_form_people_read(form: str) -> None:
    for kind in REPORTS:
        text = html.unescape(render(report(kind), form))
        for tile in report(kind).page.tiles:
            assert re.search(rf"(?s){re.escape(tile.label)}.{{0,80}}?{re.escape(tile.value)}", text), tile


def test_json_and_csv_bear_the_numbers_of_the_audit() -> None:
    values, made = audit(), document(audit_report())
    assert json.loads(render(audit_report(), "json")) == made
    assert json.loads(render(review_report(), "json")) == document(review_report())
    assert made["totals"]["open"] == values.totals.open
    assert made["report"] == "audit"
    rows = list(csv.DictReader(io.StringIO(render(audit_report(), "csv"))))
    numbers = {row["remark"]: row["value"] for row in rows if row["section"] == "number"}
    assert numbers["totals.open"] == str(values.totals.open)
    overdue = [row["item_id"] for row in rows if row["section"] == "overdue"]
    assert overdue == [line.item_id for group in values.overdue for line in group.lines]


def test_the_numbers_of_the_audit_agree_with_each_other() -> None:
    values = audit()
    assert sum(group.count for group in values.overdue) == values.totals.overdue
    assert len(values.unowned) == values.totals.unowned
    assert len(values.undated) == values.totals.undated
    assert values.trend[-1].flow.open_at_end == values.totals.open
    assert sum(rule.count for rule in values.rules) + values.waived == len(values.findings.findings)
    opened = sum(one.kind == "opened" for one in values.new)
    closed = sum(one.kind == "closed" for one in values.resolved)
    reopened = sum(one.kind == "reopened" for one in values.new)
    removed = sum(one.kind == "removed" for one in values.new)
    assert values.totals.open - values.before.open == opened + reopened - closed - removed
    assert [rule.severity for rule in values.rules] == sorted(
        (r.severity for r in values.rules), key=list(Severity).index
    )


def test_the_numbers_of_the_review_agree_with_each_other() -> None:
    values = review()
    assert values.now.flow.open_at_start == values.before.flow.open_at_end
    assert values.now.flow.open_at_end == values.totals.open == sum(count for _, count in values.ages)
    assert sum(group.count for group in values.overdue_by_team) == values.totals.overdue
    for rates in values.on_time_by.values():
        assert sum(rate.of for rate in rates.values()) == values.on_time_trend.of
        assert sum(rate.met for rate in rates.values()) == values.on_time_trend.met
    assert set(values.due_7) <= set(values.due_14)
    assert sum(count for _, count in values.types_open) == values.totals.open
    assert sum(count for _, count in values.types_opened) == values.now.flow.opened > 0
    assert len(values.agenda) == 10
    assert all(one.reasons and one.line.is_open for one in values.agenda)


LISTS = [
    "new",
    "resolved",
    "overdue",
    "due-soon",
    "unowned",
    "undated",
    "stale",
    "drift",
    "unidentified",
    "agenda",
]
ITEM = {"ID", "Action", "Owner", "Due", "Late", "Priority", "Incident", "Issue", "Where"}


@pytest.mark.parametrize("kind", REPORTS)
def test_each_list_of_items_has_everything_that_is_needed_to_act(kind: str) -> None:
    """A column that says nothing in a table is left out where it is shown; see `Table.view`."""
    listed = [section for section in report(kind).page.sections if section.key in LISTS]
    assert len(listed) >= 2
    for section in listed:
        assert {column.name for column in section.tables[-1].columns} >= ITEM, section.key


def test_an_incident_without_an_id_is_called_by_the_beginning_of_its_title() -> None:
    name = "Post-Mortem: Checkout and search unavailable for everybody"
    line = dataclasses.replace(audit().due_soon[0], incident=name)
    made = dataclasses.replace(audit(), due_soon=(line,))
    page = render(report_of(made), "html")
    assert f'title="{name}"' in page
    assert "<bdi>Checkout and search unavail…</bdi>" in page
    assert document(report_of(made))["due_soon"][0]["incident"] == name


def test_what_is_empty_is_left_out_of_the_cards_of_a_phone() -> None:
    cells = re.findall(r"<td([^>]*)><bdi>(–?)</bdi></td>", render(audit_report(), "html"))
    assert {text for _, text in cells} == {"", "–"}
    assert all("data-blank" in attributes for attributes, _ in cells)


# --- hostile texts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", REPORTS)
@pytest.mark.parametrize("form", ["html", "email"])
def test_a_hostile_title_is_text_in_html(kind: str, form: str) -> None:
    text = render(report(kind, hostile=True), form)
    scripts = re.findall(r"<script>(.{0,20})", text, re.DOTALL)
    assert scripts == ([] if form == "email" else ['"use strict";\n(() => {\n'[:20]])
    assert "<b>bold</b>" not in text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b\x07]", text)
    assert "x" * (LONGEST + 1) not in text


@pytest.mark.parametrize("kind", REPORTS)
def test_no_control_or_bidirectional_character_reaches_a_terminal(kind: str) -> None:
    for form in ("text", "markdown", "slack"):
        assert not re.search(
            "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]",
            render(report(kind, hostile=True), form),
        )


def test_markdown_makes_neither_links_nor_mentions_nor_cells_of_a_title() -> None:
    text = escape(
        "*bold* _it_ <@U01ALICE> [link](http://evil.example) | pipe `code` @asmith #12 www.evil.example"
    )
    assert not re.search(r"(?<!\\)[*_\[\]|`]", text)
    assert "<" not in text
    assert "http:" not in text
    assert "www." not in text
    assert "@asmith" not in text
    assert "#12" not in text


@pytest.mark.parametrize("kind", REPORTS)
def test_every_row_of_a_markdown_table_has_as_many_cells_as_its_head(kind: str) -> None:
    head = 0
    for line in render(report(kind, hostile=True), "markdown").splitlines():
        bars = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not head or not bars or bars == head, line
        head = bars


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", '=HYPERLINK("http://x")']
)
def test_a_cell_that_a_spreadsheet_would_run_is_disarmed(text: str) -> None:
    assert safe(text).startswith("'")


@given(st.text())
def test_no_text_becomes_a_formula(text: str) -> None:
    assert not safe(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\0"))


def test_numbers_and_days_are_not_touched_in_csv() -> None:
    assert [safe(value) for value in (-3, 2.5, True, None)] == ["-3", "2.5", "True", ""]


@given(st.text(max_size=LONGEST * 2))
def test_a_clipped_text_is_one_short_line_without_controls(text: str) -> None:
    shown = clip(text)
    assert len(shown) <= LONGEST
    assert "\n" not in shown
    assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in shown)
    assert plain(shown) == shown


# --- Slack -----------------------------------------------------------------------------------------------------------


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("kind", REPORTS)
@pytest.mark.parametrize("hostile", [False, True])
def test_a_slack_message_keeps_to_slacks_limits(kind: str, hostile: bool) -> None:
    message = slack.message(report(kind, hostile=hostile), "https://ci.acme.example/report.html")
    assert len(message["blocks"]) <= 50
    for block in message["blocks"]:
        if block["type"] == "header":
            assert len(block["text"]["text"]) <= 150
        elif block["type"] == "section":
            assert len(block.get("text", {}).get("text", "")) <= 3000
            assert len(block.get("fields", [])) <= 10
            assert all(len(field["text"]) <= 2000 for field in block.get("fields", []))
        elif block["type"] == "context":
            assert len(block["elements"]) <= 10


def test_more_blocks_than_slack_takes_are_cut_and_said_to_be() -> None:
    blocks = slack.fit([slack.context(str(number)) for number in range(80)])
    assert len(blocks) == 50
    assert "html form" in blocks[-1]["elements"][0]["text"]


def test_a_section_that_grows_too_long_says_how_many_lines_are_missing() -> None:
    text = slack.text_block(["x" * 200] * 40)["text"]["text"]
    assert len(text) <= 3000
    assert text.endswith("more")


def test_a_title_mentions_nobody_in_slack() -> None:
    for text in _texts(slack.message(report("audit", hostile=True))):
        assert not re.search(r"<[@!#]", text)
    assert (
        slack.escape("<@U01ALICE> <!channel> *b* _i_ `c`") == "&lt;@U01ALICE&gt; &lt;!channel&gt; ∗b∗ ˍiˍ ˋcˋ"
    )


@pytest.mark.parametrize(
    ("account", "shown"),
    [
        ("U01ALICE", "<@U01ALICE>"),
        (None, "alice"),
        ("!channel", "alice"),
        ("U1> <!here", "alice"),
        ("", "alice"),
    ],
)
def test_only_a_slack_id_of_the_people_map_becomes_a_mention(account: str | None, shown: str) -> None:
    assert slack.mention(account, "alice") == shown


def test_an_address_that_is_too_long_for_a_link_is_left_out_and_never_cut() -> None:
    base = "https://git.acme.example/"
    assert slack.linked("Cap it", f"{base}a|b") == f"<{base}a%7Cb|Cap it>"
    assert slack.linked("Cap it", base + "x" * 800) == "Cap it"


def test_slack_blocks_are_json() -> None:
    assert json.loads(render(review_report(), "slack"))["text"].startswith("Weekly review")


# --- charts ----------------------------------------------------------------------------------------------------------


@given(st.floats(0, 1e7))
def test_the_scale_of_a_chart_is_whole_numbers_up_to_the_highest_value(highest: float) -> None:
    scale = ticks(highest)
    assert scale[0] == 0
    assert scale[-1] >= highest
    assert 2 <= len(scale) <= 9
    assert all(tick == round(tick) for tick in scale)


def test_each_chart_has_a_name_a_description_and_its_numbers_as_a_table() -> None:
    text = render(review_report(), "html")
    charts = [chart for section in review_report().page.sections for chart in section.charts]
    assert text.count('<svg class="chart"') == text.count("<desc") == len(charts) == 7
    assert text.count("<details>") == len(charts)


def test_the_html_asks_nobody_for_anything() -> None:
    text = render(audit_report(), "html")
    assert "default-src 'none'" in text
    assert not re.search(r'<(?:img|link|script|iframe)[^>]+(?:src|href)="(?!data:)', text)
    assert "@import" not in text
    assert "url(" not in text
