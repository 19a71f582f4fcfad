"""How a plan, its outcomes and the summary of a sync look; pure, from `tracker.sync.report` to text and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from tracker.cli.output import cell, new_table, one_line
from tracker.display import fit

if TYPE_CHECKING:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from tracker.sync.report import ActionRecord, SyncReport

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
_DONE: Mapping[str, str] = {
    "create": "created",
    "adopt": "adopted",
    "link": "linked",
    "update": "updated",
    "close": "closed",
    "reopen": "reopened",
    "write-back": "written back",
    "conflict": "conflict",
    "orphan": "orphan",
    "skip": "skipped",
}
_SIGNS: Mapping[str, tuple[str, str]] = {
    "done": ("✓", "green"),
    "unchanged": ("=", "dim"),
    "failed": ("✗", "bold red"),
    "deferred": ("…", "yellow"),
    "planned": ("·", "dim"),
}
# These stand in a report without being a write: somebody has to look.
ATTENTION = ("conflict", "orphan", "skip")


def plan_tables(actions: Sequence[ActionRecord], width: int) -> Iterator[Text | Table | Padding]:
    """The plan: for each document a heading and a row per action, columns aligned over all of them.

    Args:
        actions: The plan.
        width: Columns of the terminal.
    """
    from rich.padding import Padding
    from rich.text import Text

    rows = [_plan_row(record) for record in actions]
    widths = _widths([_HEADER, *rows], width)
    below = widths[-1] < min(_READABLE, max(len(row[-1]) for row in rows))
    if below:
        widths = _widths([row[:-1] for row in (_HEADER, *rows)], width)
    for number, (document, group) in enumerate(groupby(zip(actions, rows, strict=True), key=_document)):
        yield Text(("\n" if number else "") + one_line(document), style="bold")
        pairs = list(group)
        for first, part in enumerate([pair] for pair in pairs) if below else [(0, pairs)]:
            yield _table(part, widths, header=number == first == 0)
            if below and part[0][1][-1]:
                yield Padding(cell(part[0][1][-1], "dim"), (0, 0, 0, _INDENT))


def _table(
    pairs: Sequence[tuple[ActionRecord, Sequence[str]]], widths: Sequence[int], *, header: bool
) -> Table:
    """Rows of the plan, in as many columns as there are widths."""
    columns = zip(_HEADER, widths, strict=False)
    table = new_table([{"header": name, "width": size} for name, size in columns])
    table.show_header = header
    for record, row in pairs:
        cells = [cell(value) for value in row[: len(widths)]]
        cells[0].stylize(_STYLES.get(record.action, ""))
        table.add_row(*cells)
    return table


_HEADER = ("Action", "Line", "Item", "Owner", "Due", "Issue", "Why")
_FIXED = (0, 1, 4, 5)
_READABLE = 45  # columns below which a reason stands under its row rather than in a column of its own
_INDENT = 10


def _document(pair: tuple[ActionRecord, Sequence[str]]) -> str:
    return pair[0].document


def _widths(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Columns as wide as their content; item, owner and reason give way where the line is too short."""
    natural = [max(cell(row[number]).cell_len for row in rows) for number in range(len(rows[0]))]
    return fit(natural, width, _FIXED)


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
    """The reason without what the row shows anyway: the place, and that a new issue is not there yet."""
    place = f"{record.document}, line {record.line}"
    reason = record.reason.replace(f" in {place}", "").replace(place, "the document")
    return reason.removesuffix("; it has no issue yet")


def _people(fields: Mapping[str, Any]) -> str:
    people = _new(fields.get("owners", fields.get("assignees")))
    return ", ".join(map(str, people)) if isinstance(people, list | tuple) else str(people or "")


def _new(value: Any) -> Any:
    """The value that a field gets: of a change `{"from": ..., "to": ...}` its `to`."""
    return value.get("to") if isinstance(value, Mapping) else value


def outcome_line(record: ActionRecord) -> str:
    """What became of one action, as one line: `✓ created   pm-7f2  Replace the disk (docs/x.md:12)`."""
    sign, _style = _SIGNS[record.outcome]
    word = (
        _DONE[record.action]
        if record.outcome in ("done", "unchanged")
        else f"{record.action} {record.outcome}"
    )
    trouble = f": {one_line(record.error)}" if record.error else ""
    where = f"{one_line(record.document)}:{record.line}" if record.line else one_line(record.document)
    issue = record.url if record.url and not record.issue else record.issue
    return f"{sign} {word:<12} {one_line(issue or '-'):<16} {one_line(record.item)}  ({where}){trouble}"


def outcome_style(record: ActionRecord) -> str:
    """The colour of that line."""
    return _SIGNS[record.outcome][1]


def summary_lines(report: SyncReport, *, dry_run: bool) -> Iterator[str]:
    """The short summary; the first line says whether anything is left to do."""
    writes = [record for record in report.actions if _is_write(record)]
    world = f"{_count(report.items, 'action item')} in {_count(report.documents, 'document')}"
    world += "".join(f"; {reason}" for reason in _hindered(report))
    undone = any(record.outcome in ("failed", "deferred") for record in report.actions) or report.exit_code
    if not writes and undone:
        yield f"Nothing was done: {world}."
    elif not writes:
        attention = sum(record.action in ATTENTION for record in report.actions)
        suffix = f"; {attention} to look at (above)" if attention else ""
        yield f"Nothing to do: {world}, all in step{suffix}."
    else:
        yield f"{_counts(writes, dry_run=dry_run)}. {world}."
    failed = sum(record.outcome == "failed" for record in report.actions)
    deferred = sum(record.outcome == "deferred" for record in report.actions)
    if (failed or deferred) and dry_run:
        yield f"As things are, {failed} would fail and {deferred} be put off; see above why."
    elif failed or deferred:
        yield f"Not done: {failed} failed, {deferred} put off. What was done is recorded; run the same command again."
    if dry_run and writes:
        yield "Nothing was written. `pmtrack sync` with the same arguments does it."


def _hindered(report: SyncReport) -> Iterator[str]:
    """What the run could not look at; the messages above the summary say why."""
    if report.unread:
        yield f"{_count(report.unread, 'document')} could not be read (see above)"
    if report.troubled:
        yield f"{', '.join(map(one_line, report.troubled))} could not be used to the end (see above)"


def _is_write(record: ActionRecord) -> bool:
    return record.action not in ATTENTION and record.outcome != "unchanged"


def _counts(writes: Sequence[ActionRecord], *, dry_run: bool) -> str:
    counts: dict[str, int] = {}
    for record in writes:
        if dry_run or record.outcome == "done":
            word = f"to {record.action}" if dry_run else _DONE[record.action]
            counts[word] = counts.get(word, 0) + 1
    text = ", ".join(f"{number} {word}" for word, number in counts.items())
    return text[:1].upper() + text[1:] if text else "Nothing was done"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def as_json(report: SyncReport) -> dict[str, Any]:
    """The JSON contract of `pmtrack sync --format json`; counts are derived from the actions."""
    return {
        "actions": [_action_json(record) for record in report.actions],
        "summary": dict(report.summary),
        "requests": dict(report.requests),
        "documents": report.documents,
        "items": report.items,
        "messages": list(report.messages),
        "diagnostics": [
            {
                "path": path,
                "line": found.line,
                "column": found.column,
                "code": found.code,
                "severity": found.severity.value,
                "message": found.message,
            }
            for path, several in report.diagnostics.items()
            for found in several
        ],
        "exit_code": int(report.exit_code),
    }


def _action_json(record: ActionRecord) -> dict[str, Any]:
    return {
        "action": record.action,
        "item": record.item,
        "item_id": record.item_id,
        "document": record.document,
        "line": record.line,
        "tracker": record.tracker,
        "issue": record.issue,
        "url": record.url,
        "fields": dict(record.fields),
        "reason": record.reason,
        "outcome": record.outcome,
        "error": record.error,
    }
