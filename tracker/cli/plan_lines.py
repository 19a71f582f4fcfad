"""How the plan of a sync looks: for each document a heading and a row per action, columns aligned over all of them.

Laid out here and not by a table of rich: a first sync plans fifty thousand actions, and laying out their tables cost more than
reading the documents and writing the state together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, Any

from tracker.cli.output import Line, one_line, wide, wrapped
from tracker.display import GAP, fit

if TYPE_CHECKING:
    from tracker.sync.report import ActionRecord

# Colours say how much attention an action deserves.
_STYLES: Mapping[str, str] = {
    "create": "green",
    "adopt": "green",
    "link": "green",
    "update": "yellow",
    "close": "cyan",
    "reopen": "yellow",
    "write-back": "cyan",
    "conflict": "bold red",
    "orphan": "magenta",
    "skip": "dim",
}
_HEADER = ("Action", "Line", "Item", "Owner", "Due", "Issue", "Why")
_FIXED = (0, 1, 4, 5)
_READABLE = 45  # columns below which a reason stands under its row rather than in a column of its own
_INDENT = 10
_MANY = 3  # for so many items a reason is given with each, for more of them once
_PLAIN = "new action item"  # what "create" says already: worth a column, not a line of its own
_GAP = " " * GAP


def plan_lines(actions: Sequence[ActionRecord], width: int) -> Iterator[Line]:
    """The plan, line by line. What many items wait for is said once.

    Args:
        actions: The plan; looked through twice, so that no row of it is kept.
        width: Columns of the terminal.
    """
    common = _common(actions)
    rows = [record for record in actions if _waits_for(record) not in common] if common else actions
    if rows:
        yield from _table(rows, width)
    for number, (why, waiting) in enumerate(common.items()):
        if rows and not number:
            yield ()
        items = f"{len(waiting)} action items in {_documents(waiting)} wait: {why}"
        for each, line in enumerate(wrapped(items, width - _INDENT)):
            yield (
                ("" if each else "skip", _STYLES["skip"]),
                (" " * (_INDENT if each else _INDENT - 4) + line, ""),
            )


def _common(actions: Sequence[ActionRecord]) -> dict[str, list[ActionRecord]]:
    """Reasons for which more than `_MANY` items wait, with those."""
    found: dict[str, list[ActionRecord]] = {}
    for record in actions:
        if why := _waits_for(record):
            found.setdefault(why, []).append(record)
    return {why: waiting for why, waiting in found.items() if len(waiting) > _MANY}


def _waits_for(record: ActionRecord) -> str:
    return _why(record) if record.action == "skip" and record.outcome == "deferred" else ""


def _documents(records: Sequence[ActionRecord]) -> str:
    number = len({record.document for record in records})
    return one_line(records[0].document) if number == 1 else f"{number} documents"


def _table(actions: Sequence[ActionRecord], width: int) -> Iterator[Line]:
    natural = _natural(map(_plan_row, actions))
    widths = fit(natural, width, _FIXED)
    below = widths[-1] < min(_READABLE, natural[-1])
    if below:
        widths = fit(natural[:-1], width, _FIXED)
    for number, (document, group) in enumerate(groupby(actions, key=lambda record: record.document)):
        if number:
            yield ()
        yield ((one_line(document), "bold"),)
        if not number:
            yield from _header(widths)
        for record in group:
            row = _plan_row(record)
            yield from _row(row[: len(widths)], widths, _STYLES.get(record.action, ""))
            if below and row[-1] not in ("", _PLAIN):
                yield from (((" " * _INDENT + line, "dim"),) for line in wrapped(row[-1], width - _INDENT))


def _natural(rows: Iterable[Sequence[str]]) -> list[int]:
    """Columns as wide as their content."""
    natural = [len(name) for name in _HEADER]
    for row in rows:
        natural = [
            size if size >= (needed := wide(value)) else needed
            for size, value in zip(natural, row, strict=True)
        ]
    return natural


def _header(widths: Sequence[int]) -> Iterator[Line]:
    names = _HEADER[: len(widths)]
    yield ((_GAP.join(map(_padded, names, widths)), "bold"),)
    yield (("─" * (sum(widths) + GAP * (len(widths) - 1)), ""),)


def _row(values: Sequence[str], widths: Sequence[int], style: str) -> Iterator[Line]:
    """A row in its columns; what is too long for its column goes on in further lines."""
    if all(map(_fits, values, widths)):
        lines: Iterable[Sequence[str]] = (values,)
    else:
        lines = zip_longest(*map(wrapped, values, widths), fillvalue="")
    for first, *rest in lines:
        yield (_padded(first, widths[0]), style), (_GAP + _GAP.join(map(_padded, rest, widths[1:])), "")


def _fits(value: str, width: int) -> bool:
    return wide(value) <= width


def _padded(value: str, width: int) -> str:
    return value + " " * (width - wide(value))


def _plan_row(record: ActionRecord) -> list[str]:
    issue = record.issue or (f"new in {record.tracker}" if record.action == "create" else "")
    values = (
        record.action,
        record.line or "",
        record.item,
        _people(record.fields),
        _new(record.fields.get("due")),
        issue,
        _why(record),
    )
    return [one_line("" if value is None else str(value)) for value in values]


def _why(record: ActionRecord) -> str:
    """The reason, or what stands in its way."""
    if record.error and record.error != record.reason:
        return f"cannot be done: {record.error}"
    return record.reason


def _people(fields: Mapping[str, Any]) -> str:
    people = _new(fields.get("owners", fields.get("assignees")))
    return ", ".join(map(str, people)) if isinstance(people, list | tuple) else str(people or "")


def _new(value: Any) -> Any:
    """The value that a field gets: of a change `{"from": ..., "to": ...}` its `to`."""
    return value.get("to") if isinstance(value, Mapping) else value
