"""A report for a terminal, with rich: colour only where the console has it, charts as blocks and sparklines."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tracker.reports.page import Chart, Page, Section, Table, Tile, Tone, count_of
from tracker.reports.report import Report

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as RichTable

ROWS = 25
WIDTH = 160
_STYLES = {Tone.PLAIN: "", Tone.GOOD: "green", Tone.WARN: "yellow", Tone.BAD: "red"}
_SPARKS = "▁▂▃▄▅▆▇█"
_BAR = 32


def render(report: Report) -> str:
    """The page as plain text, 160 columns wide, without colour."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(file=out, width=WIDTH, no_color=True, highlight=False, markup=False, emoji=False)
    write(report, console)
    return "\n".join(line.rstrip() for line in out.getvalue().split("\n"))


def write(report: Report, console: Console) -> None:
    """The page on a console.

    Args:
        report: The report.
        console: Made by the caller, who knows whether it is a terminal and how wide.
    """
    from rich.text import Text

    page = report.page
    _write_head(page, console)
    for section in page.sections:
        console.print()
        console.print(Text(section.title, style=f"bold {_STYLES[section.tone]}".strip()))
        if section.lead:
            console.print(Text(section.lead, style="dim"))
        _write_section(section, console)
    if page.clear:
        console.print()
        console.print(Text(f"All clear: {', '.join(page.clear)}.", style="green"))


def _write_head(page: Page, console: Console) -> None:
    from rich.text import Text

    console.print(Text(f"{page.title}: {page.headline}", style="bold"))
    console.print(Text(page.stamp, style="dim"))
    for line in page.freshness:
        console.print(Text(line.text, style=_STYLES[line.tone]))
    console.print()
    console.print(_tiles(page.tiles))


def _tiles(tiles: Sequence[Tile]) -> RichTable:
    from rich.table import Table as RichTable
    from rich.text import Text

    grid = RichTable.grid(padding=(0, 3))
    for tile in tiles:
        grid.add_row(
            Text(tile.label),
            Text(tile.value, style="bold", justify="right"),
            Text(tile.detail, style=_STYLES[tile.tone]),
        )
    return grid


def _write_section(section: Section, console: Console) -> None:
    from rich.text import Text

    for chart in section.charts:
        for line in chart_lines(chart):
            console.print(Text(line), no_wrap=True, overflow="ellipsis")
    tables = [table for table in section.tables if table.rows]
    for table in tables:
        if len(tables) > 1:
            console.print(Text(table.caption, style="italic"))
        console.print(_table(table))
        if len(table.rows) > ROWS:
            more = count_of(len(table.rows) - ROWS, "more row")
            console.print(Text(f"{more} in the html, csv and json forms", style="dim"))


def _table(table: Table) -> RichTable:
    from rich.table import Table as RichTable
    from rich.text import Text

    made = RichTable(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for column in table.columns:
        made.add_column(
            column.name,
            justify="right" if column.numeric else "left",
            overflow="fold",
            ratio=None,
            min_width=20 if column.wide else None,
            max_width=60 if column.wide else None,
        )
    for row in table.rows.first(ROWS):
        made.add_row(*(Text(cell.text, style=_style(cell.tone, cell.href)) for cell in row.cells))
    return made


def _style(tone: Tone, href: str | None) -> str:
    style = _STYLES[tone]
    return f"{style} link {href}".strip() if href is not None and " " not in href else style


def chart_lines(chart: Chart) -> Sequence[str]:
    """The chart as lines of text: sparklines over time, blocks for comparisons."""
    if chart.kind == "bars":
        values = chart.series[0].values
        highest = max([*values, 1.0])
        wide = max(map(len, chart.labels))
        return [
            f"  {label:<{wide}}  {'█' * max(1 if value else 0, round(value / highest * _BAR))} {value:g}"
            for label, value in zip(chart.labels, values, strict=True)
        ]
    name = max(len(f"{chart.title}, {series.name.lower()}") for series in chart.series)
    return [
        f"  {f'{chart.title}, {series.name.lower()}':<{name}}  {sparkline(series.values)}  "
        f"{series.values[0]:g} to {series.values[-1]:g}"
        for series in chart.series
        if series.role != "quiet"
    ]


def sparkline(values: Sequence[float]) -> str:
    """One block a value, the highest one full."""
    highest = max([*values, 1.0])
    return "".join(_SPARKS[round(value / highest * (len(_SPARKS) - 1))] for value in values)
