"""A report for a terminal, with rich: colour only where the console has it, charts as blocks and sparklines."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from tracker.display import GAP, fit, folded
from tracker.reports.page import Cell, Chart, Column, Page, Row, Section, Table, Tile, Tone, View, count_of
from tracker.reports.report import Report

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

ROWS = 25
WIDTH = 160
_STYLES = {Tone.PLAIN: "", Tone.GOOD: "green", Tone.WARN: "yellow", Tone.BAD: "red"}
_SPARKS = "▁▂▃▄▅▆▇█"
_BAR = 32
_WIDEST = 60
_LEAST_PROSE, _LEAST_PLACE, _LONGEST_WORD = 20, 16, 18


def render(report: Report) -> str:
    """The page as plain text, 160 columns wide, without colour."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(file=out, width=WIDTH, no_color=True, highlight=False, markup=False, emoji=False)
    write(report, console)
    return out.getvalue()


def write(report: Report, console: Console) -> None:
    """The page on a console; without trailing blanks where that is no terminal.

    Args:
        report: The report.
        console: Made by the caller, who knows whether it is a terminal and how wide.
    """
    if console.is_terminal:
        _write_page(report.page, console)
        return
    with console.capture() as capture:
        _write_page(report.page, console)
    console.file.write("".join(f"{line.rstrip()}\n" for line in capture.get().splitlines()))


def _write_page(page: Page, console: Console) -> None:
    from rich.text import Text

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
        if chart.kind == "bars" and len(section.charts) > 1:
            console.print(Text(chart.title, style="italic"))
        for line in chart_lines(chart):
            console.print(Text(line), no_wrap=True, overflow="ellipsis")
    tables = [table for table in section.tables if table.rows]
    for table in tables:
        if len(tables) > 1:
            console.print(Text(table.caption, style="italic"))
        _write_table(table, console)
        if len(table.rows) > ROWS:
            more = count_of(len(table.rows) - ROWS, "more row")
            console.print(Text(f"{more} in the html, csv and json forms", style="dim"))


def _write_table(table: Table, console: Console) -> None:
    """As a table where its columns fit, else as cards: nothing is ever cut off."""
    from rich.console import Group
    from rich.text import Text

    view = table.view(ROWS)
    widths = column_widths(view.columns, view.rows, console.width)
    console.print(
        Group(*map(partial(_card, view.columns), view.rows)) if widths is None else _grid(view, widths)
    )
    if view.same:
        console.print(Text(view.same, style="dim"))


def column_widths(columns: Sequence[Column], rows: Sequence[Row], room: int) -> list[int] | None:
    """Widths with which the table fits into the room, None where even folded it does not.

    Prose and what is longer than a line's quarter may fold; an id, a day or a number keeps its width.
    """
    from rich.cells import cell_len

    natural = [
        max(cell_len(text) for text in (column.name, *(row.cells[number].text for row in rows)))
        for number, column in enumerate(columns)
    ]
    least = [
        min(width, _LEAST_PROSE if column.wide else _LEAST_PLACE if width > _LONGEST_WORD else width)
        for width, column in zip(natural, columns, strict=True)
    ]
    if sum(least) + GAP * (len(columns) - 1) > room:
        return None
    widths = [
        min(width, _WIDEST) if column.wide else width for width, column in zip(natural, columns, strict=True)
    ]
    return fit(widths, room, least=least)


def _grid(view: View, widths: Sequence[int]) -> RichTable:
    from rich.table import Table as RichTable

    made = RichTable(box=None, padding=(0, GAP, 0, 0), header_style="dim", pad_edge=False)
    for column, width in zip(view.columns, widths, strict=True):
        made.add_column(
            column.name, justify="right" if column.numeric else "left", overflow="fold", width=width
        )
    for row in view.rows:
        made.add_row(*(_shown(cell, width) for cell, width in zip(row.cells, widths, strict=True)))
    return made


def _card(columns: Sequence[Column], row: Row) -> RichTable:
    """A row for a narrow screen: the prose first, the other columns below it with their names."""
    from rich.table import Table as RichTable
    from rich.text import Text

    pairs = [(column, cell) for column, cell in zip(columns, row.cells, strict=True) if _says(cell)]
    lead = next((pair for pair in pairs if pair[0].wide), pairs[0])
    rest = [pair for pair in pairs if pair is not lead]
    named = [Text.assemble((_card_name(column, cell), "dim"), _shown(cell)) for column, cell in rest]
    made = RichTable.grid()
    made.add_column(width=2)
    made.add_column(overflow="fold")
    made.add_row("•", _shown(lead[1]))
    made.add_row("", Text(" · ", style="dim").join(named))
    return made


def _card_name(column: Column, cell: Cell) -> str:
    """The name of what would not be understood without: numbers, days, levels and ids."""
    return f"{column.name.lower()} " if column.numeric or cell.sort is not None or column.name == "ID" else ""


def _says(cell: Cell) -> bool:
    return cell.text not in ("", "–")


def _shown(cell: Cell, width: int | None = None) -> Text:
    from rich.text import Text

    text = cell.text if width is None else folded(cell.text, width)
    return Text(text, style=_style(cell.tone, cell.href))


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
