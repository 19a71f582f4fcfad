"""A report as GitHub-flavoured Markdown, for a wiki page or a pull request.

Document texts are escaped so that none of them becomes a link, a mention, HTML or the end of a table cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tracker.reports.forms.text import chart_lines
from tracker.reports.page import Cell, Page, Section, Table
from tracker.reports.report import Report

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~$^-])")
_LINKS = re.compile(r"(?i)(https?|ftp|mailto)(:)|(www)(\.)")
_AT = re.compile(r"@(?=\w)")
_REFERENCE = re.compile(r"\\#(?=\d)")


def escape(text: str) -> str:
    """The text such that GitHub, GitLab and CommonMark show exactly it.

    Auto-links, mentions and issue references are broken with an entity or an invisible word joiner, since a backslash does
    not stop them.
    """
    made = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    made = _SPECIAL.sub(r"\\\1", made)
    made = _LINKS.sub(lambda found: f"{found[1] or found[3]}{'&#58;' if found[2] else '&#46;'}", made)
    made = _AT.sub("@\u2060", made)
    return _REFERENCE.sub("\\#\u2060", made)


def render(report: Report) -> str:
    """The page as Markdown."""
    return "\n".join(_lines(report.page, report.rows)).rstrip() + "\n"


def _lines(page: Page, most: int) -> Iterator[str]:
    yield f"# {page.title}"
    yield ""
    yield f"**{escape(page.headline)}**"
    yield ""
    yield f"{escape(page.stamp)}."
    yield ""
    for line in page.freshness:
        yield f"- {escape(line.text)}"
    yield ""
    yield "| | | |"
    yield "|---|---:|---|"
    for tile in page.tiles:
        yield f"| {escape(tile.label)} | {escape(tile.value)} | {escape(tile.detail)} |"
    for section in page.sections:
        yield from _section(section, most)
    if page.clear:
        yield ""
        yield f"All clear: {escape(', '.join(page.clear))}."


def _section(section: Section, most: int) -> Iterator[str]:
    yield ""
    yield f"## {section.title}"
    if section.lead:
        yield ""
        yield escape(section.lead)
    for chart in section.charts:
        yield ""
        yield f"{escape(chart.title)}: {escape(chart.summary)}"
        yield ""
        yield "```text"
        yield from (line.replace("`", "'") for line in chart_lines(chart))
        yield "```"
    tables = [table for table in section.tables if table.rows]
    for table in tables:
        if len(tables) > 1:
            yield ""
            yield f"### {escape(table.caption)}"
        yield ""
        yield from _table(table, most)


def _table(table: Table, most: int) -> Iterator[str]:
    view = table.view(most)
    yield _row([escape(column.name) for column in view.columns])
    yield _row(["---:" if column.numeric else "---" for column in view.columns])
    for row in view.rows:
        yield _row([_cell(cell) for cell in row.cells])
    if view.same:
        yield ""
        yield escape(view.same)
    if len(table.rows) > most:
        yield ""
        yield f"{len(table.rows) - most} more rows are in the CSV and JSON forms."


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    if cell.href is None or not cell.text:
        return escape(cell.text)
    address = cell.href.translate({ord(char): f"%{ord(char):02X}" for char in "()<> |\\\"'`\t\r\n"})
    return f"[{escape(cell.text)}]({address})"
