"""How a plan, its outcomes and the summary of a sync look; pure, from `tracker.sync.report` to text and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from tracker.cli.output import cell, new_table, one_line

if TYPE_CHECKING:
    from rich.table import Table

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


def plan_table(actions: Sequence[ActionRecord]) -> Table:
    """The plan, one row per action, grouped by document."""
    from rich.text import Text

    table = new_table(
        [
            {"header": "Action", "no_wrap": True},
            {"header": "Line", "justify": "right", "no_wrap": True},
            {"header": "Item", "ratio": 5, "min_width": 24},
            {"header": "Owner", "ratio": 2, "min_width": 10},
            {"header": "Due", "no_wrap": True},
            {"header": "Issue", "no_wrap": True},
            {"header": "Why", "ratio": 3, "min_width": 16},
        ]
    )
    for document, records in groupby(actions, key=lambda record: record.document):
        table.add_row("", "", Text(one_line(document), style="bold"), "", "", "", "")
        for record in records:
            table.add_row(*_plan_row(record))
        table.add_section()
    return table


def _plan_row(record: ActionRecord) -> list[Any]:
    return [
        cell(record.action, _STYLES.get(record.action, "")),
        cell(record.line or ""),
        cell(record.item),
        cell(_people(record.fields)),
        cell(_new(record.fields.get("due"))),
        cell(record.issue or f"new in {record.tracker}" if record.tracker else record.issue or ""),
        cell(record.reason),
    ]


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
    return f"{sign} {word:<12} {one_line(issue or '-'):<12} {one_line(record.item)}  ({where}){trouble}"


def outcome_style(record: ActionRecord) -> str:
    """The colour of that line."""
    return _SIGNS[record.outcome][1]


def summary_lines(report: SyncReport, *, dry_run: bool) -> Iterator[str]:
    """The short summary; the first line says whether anything is left to do."""
    writes = [record for record in report.actions if _is_write(record)]
    world = f"{_count(report.items, 'action item')} in {_count(report.documents, 'document')}"
    if not writes:
        attention = sum(record.action in ATTENTION for record in report.actions)
        suffix = f"; {attention} to look at (above)" if attention else ""
        yield f"Nothing to do: {world}, all in step{suffix}."
    else:
        yield f"{_counts(writes, dry_run=dry_run)}. {world}."
    failed = sum(record.outcome == "failed" for record in report.actions)
    deferred = sum(record.outcome == "deferred" for record in report.actions)
    if failed or deferred:
        yield f"Not done: {failed} failed, {deferred} put off. What was done is recorded; run the same command again."
    if dry_run and writes:
        yield "Nothing was written. `pmtrack sync` with the same arguments does it."


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
