"""Tables of action items: the same columns in every section of both reports."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from tracker.reports.lines import NOBODY, ItemLine
from tracker.reports.page import (
    Cell,
    Column,
    Row,
    Rows,
    Table,
    Tone,
    clip,
    day,
    link,
    number,
    shortened,
    words,
)
from tracker.values import dataclass

_KIND = re.compile(r"^(?:post[- ]?mortem|incident report)\s*[:–—-]\s*", re.IGNORECASE)
_NAME = 28  # characters of an incident's name: one without an id is called by its title
_FLAGS = {
    "removed": "row removed from the document",
    "gone": "issue no longer exists",
    "ambiguous": "could be either of two known items",
    "conflict": "both sides changed a field",
    "unreadable": "issue could not be read",
    "drift": "document and issue disagree on done",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A column and how a line fills it."""

    column: Column
    cell: Callable[[ItemLine], Cell]


def _due(line: ItemLine) -> Cell:
    return day(line.due, Tone.BAD if line.late_days else Tone.PLAIN)


def _late(line: ItemLine) -> Cell:
    if not line.late_days:
        return Cell("", sort=0)
    return number(line.late_days, " d", Tone.BAD)


def _priority(line: ItemLine) -> Cell:
    shown = line.priority_shown or ("" if line.priority is None else f"P{line.priority}")
    return Cell(clip(shown, 24), sort=9 if line.priority is None else line.priority)


def _owner(line: ItemLine) -> Cell:
    return Cell(clip(line.owner, 60), tone=Tone.WARN if line.owner == NOBODY else Tone.PLAIN)


def _incident(line: ItemLine) -> Cell:
    """Its id; the beginning of its title where it has none, without the words that all titles begin with."""
    cell, name = shortened(line.incident or "", _NAME), _KIND.sub("", line.incident or "")
    return replace(cell, text=clip(name, _NAME)) if cell.whole and name else cell


def flags_in_words(line: ItemLine) -> str:
    """What is wrong with the item, in words."""
    return "; ".join(_FLAGS[flag] for flag in line.flags)


ID = Field(Column("ID"), lambda line: words(clip(line.id, 20)))
ACTION = Field(Column("Action", wide=True), lambda line: words(line.title))
OWNER = Field(Column("Owner", folds=True), _owner)
DUE = Field(Column("Due", folds=True), _due)
LATE = Field(Column("Late", numeric=True, folds=True), _late)
PRIORITY = Field(Column("Priority", folds=True), _priority)
INCIDENT = Field(Column("Incident", folds=True), _incident)
ISSUE = Field(Column("Issue"), lambda line: link(line.issue or "", line.url))
PLACE = Field(Column("Where"), lambda line: link(line.place, line.source_url))
TOUCHED = Field(Column("Last touched", folds=True), lambda line: day(line.touched))
CLOSED = Field(Column("Closed", folds=True), lambda line: day(line.closed))
SLIPS = Field(Column("Moved", numeric=True), lambda line: number(line.slips, "×"))
SLIPPED = Field(Column("By", numeric=True), lambda line: number(line.slipped_days, " d"))
FIRST_DUE = Field(Column("First due"), lambda line: day(line.first_due))
FLAGS = Field(Column("What is wrong", wide=True), lambda line: words(flags_in_words(line)))

STANDARD = (ID, ACTION, OWNER, DUE, LATE, PRIORITY, INCIDENT, ISSUE, PLACE)
BY_OWNER = (OWNER, DUE, LATE, ID, ACTION, PRIORITY, INCIDENT, ISSUE, PLACE)


def table_of(caption: str, lines: Sequence[ItemLine], fields: tuple[Field, ...] = STANDARD) -> Table:
    """A table with one row an item."""

    def make(line: ItemLine) -> Row:
        return Row(tuple(field.cell(line) for field in fields), line.owners[0] if line.owners else NOBODY)

    return Table(caption, tuple(field.column for field in fields), Rows(lines, make))


def noted_table(
    caption: str,
    pairs: Sequence[tuple[str, ItemLine, str]],
    names: tuple[str, str] = ("What", "Detail"),
    fields: tuple[Field, ...] = (ACTION, OWNER, DUE, LATE, PRIORITY, INCIDENT, ISSUE, PLACE),
) -> Table:
    """The same with a word and the id before the action, and a remark right after it.

    Args:
        caption: Name of the table.
        pairs: Word, item and remark of each row.
        names: Headings of word and remark.
        fields: The action first, then what follows the remark.
    """
    first, *rest = fields

    def make(pair: tuple[str, ItemLine, str]) -> Row:
        word, line, remark = pair
        cells = (words(word), ID.cell(line), first.cell(line), words(remark))
        owner = line.owners[0] if line.owners else NOBODY
        return Row((*cells, *(field.cell(line) for field in rest)), owner)

    what, detail = names
    columns = (
        Column(what), ID.column, first.column, Column(detail, wide=True), *(field.column for field in rest)
    )  # fmt: skip
    return Table(caption, columns, Rows(pairs, make))
