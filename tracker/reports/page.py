"""A report as a page: tiles, sections, tables and charts, before it becomes text, Markdown, HTML, Slack blocks or mail.

Both reports become this one form, and every renderer renders it: no renderer computes a number. Texts are untrusted; they
are put on one line and rid of what a terminal or a bidirectional layout would obey, and each renderer escapes for its own
syntax.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any, Generic, Literal, TypeVar

from tracker.display import neutralise_line
from tracker.values import dataclass

LONGEST = 240

T = TypeVar("T")


class Tone(StrEnum):
    """What a number or word means to the reader; never told by colour alone."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Attributes:
        text: What is shown.
        href: A web address, None for none.
        sort: What it is sorted by, None for the text.
        whole: What the text is the beginning of, "" where it is all.
    """

    text: str
    href: str | None = None
    sort: float | str | None = None
    tone: Tone = Tone.PLAIN
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `wide` ones hold prose, numbers stand on the right; `folds`: one sentence does where all rows say the same."""

    name: str
    numeric: bool = False
    wide: bool = False
    folds: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row; `owner` is what the filter of the HTML page offers."""

    cells: tuple[Cell, ...]
    owner: str = ""


class Rows(Generic[T]):
    """Rows that are made when they are shown: a table may have 50,000 of them, and a page shows 500.

    Args:
        sources: What each row is about.
        make: Makes the row.
    """

    def __init__(self, sources: Sequence[T], make: Callable[[T], Row]) -> None:
        self._sources, self._make = sources, make

    def __len__(self) -> int:
        return len(self._sources)

    def first(self, most: int) -> tuple[Row, ...]:
        """The first rows."""
        return tuple(self._make(one) for one in self._sources[:most])


def few(rows: Sequence[Row]) -> Rows[Row]:
    """Rows that are made already."""
    return Rows(rows, lambda row: row)


@dataclass(frozen=True, slots=True)
class Table:
    """A table with all its rows; how many are shown is the renderer's choice, which then tells the rest."""

    caption: str
    columns: tuple[Column, ...]
    rows: Rows[Any]

    def view(self, most: int) -> View:
        """The first rows, without the columns that say nothing in them and without those that say always the same."""
        rows = self.rows.first(most)
        seen = [{row.cells[place].text for row in rows} for place in range(len(self.columns))]
        empty = {place for place, texts in enumerate(seen) if texts <= _NOTHING}
        same = {
            place
            for place, texts in enumerate(seen)
            if self.columns[place].folds and len(texts) == 1 and _MANY <= len(self.rows) <= most
        } - empty
        kept = [place for place in range(len(self.columns)) if place not in empty | same]
        told = ", ".join(f"{self.columns[place].name.lower()} {min(seen[place])}" for place in sorted(same))
        return View(
            tuple(self.columns[place] for place in kept),
            tuple(Row(tuple(row.cells[place] for place in kept), row.owner) for row in rows),
            f"In every row: {told}." if told else "",
        )


_NOTHING = frozenset({"", "–"})
_MANY = 3


@dataclass(frozen=True, slots=True)
class View:
    """The part of a table that is shown; `same` is a sentence about what all rows have in common, "" for none."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    same: str


@dataclass(frozen=True, slots=True)
class Series:
    """Values of a chart, one a label; `role` chooses the look: `main`, `good`, `bad`, `quiet`."""

    name: str
    values: tuple[float, ...]
    role: Literal["main", "good", "bad", "quiet"] = "main"


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: `lines` and `columns` run over time, `bars` compare. `unit` is "%" or "" for counts."""

    kind: Literal["lines", "columns", "bars"]
    title: str
    summary: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that stands out, with what it was before."""

    label: str
    value: str
    detail: str = ""
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page.

    Attributes:
        key: Stable name, used as anchor and in JSON ("overdue").
        lead: One or two sentences; "" for none.
        tables: With all rows; a section whose tables have none counts as all clear.
    """

    key: str
    title: str
    lead: str = ""
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    tone: Tone = Tone.PLAIN

    @property
    def count(self) -> int:
        """Rows in all tables."""
        return sum(len(table.rows) for table in self.tables)


@dataclass(frozen=True, slots=True)
class Page:
    """A whole report.

    Attributes:
        kind: `audit` or `review`.
        headline: The one sentence that a busy reader reads.
        stamp: As of when, in the time zone of the report, and what it is compared with.
        freshness: One sentence a tracker, with its tone; `stale` says that one of them is not fresh.
        clear: Names of the sections that have nothing to tell.
    """

    kind: Literal["audit", "review"]
    title: str
    headline: str
    stamp: str
    freshness: tuple[Cell, ...]
    stale: bool
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    clear: tuple[str, ...] = ()


def plain(text: object) -> str:
    """The text on one line, without anything that a terminal or a bidirectional layout would obey."""
    return neutralise_line(str(text))


def clip(text: object, most: int = LONGEST) -> str:
    """The plain text, cut off with "…" after `most` characters."""
    shown = plain(text)
    return shown if len(shown) <= most else shown[: most - 1].rstrip() + "…"


def words(text: object) -> Cell:
    """A cell with text."""
    return Cell(clip(text))


def shortened(text: str, most: int) -> Cell:
    """A cell with the beginning of a text, which keeps the whole."""
    shown, whole = clip(text, most), clip(text)
    return Cell(shown, whole="" if shown == whole else whole)


def number(value: float | None, unit: str = "", tone: Tone = Tone.PLAIN) -> Cell:
    """A cell with a number, "–" for none."""
    if value is None:
        return Cell("–", sort=-1)
    shown = f"{value:.1f}" if value % 1 else f"{value:.0f}"
    return Cell(f"{shown}{unit}", sort=value, tone=tone)


def day(value: dt.date | None, tone: Tone = Tone.PLAIN) -> Cell:
    """A cell with a day, "–" for none (sorted last)."""
    return (
        Cell("–", sort="9999")
        if value is None
        else Cell(value.isoformat(), sort=value.isoformat(), tone=tone)
    )


def link(text: object, href: str | None) -> Cell:
    """A cell that leads somewhere; plain text without an address."""
    return Cell(clip(text), href)


def percent(share: float | None) -> str:
    """A share as a whole percentage, "–" for none."""
    return "–" if share is None else f"{share * 100:.0f}%"


def count_of(count: int, one: str, many: str | None = None) -> str:
    """A number with its noun, such as 1 item or 2 items."""
    return f"{count:,} {one if count == 1 else many or one + 's'}".replace(",", " ")


def with_content(sections: Iterable[Section]) -> tuple[Section, ...]:
    """The sections that have something to tell."""
    return tuple(section for section in sections if _tells(section))


def _tells(section: Section) -> bool:
    return bool(section.count or section.charts or (section.lead != "" and not section.tables))


def clear(sections: Sequence[Section]) -> tuple[str, ...]:
    """Titles of the sections that have nothing to tell."""
    return tuple(section.title for section in sections if not _tells(section))
