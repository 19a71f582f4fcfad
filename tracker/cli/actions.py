"""How the outcomes and the summary of a sync look; pure, from `tracker.sync.report` to text and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tracker.cli.output import one_line

if TYPE_CHECKING:
    from tracker.sync.report import ActionRecord, SyncReport

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


def outcome_line(record: ActionRecord, *, repeated: bool = False) -> str:
    """What became of one action, as one line: `✓ created   pm-7f2  Replace the disk (docs/x.md:12)`.

    Args:
        record: The action and its outcome.
        repeated: Whether the line above had the same trouble, which is then not written out again.
    """
    sign, _style = _SIGNS[record.outcome]
    word = (
        _DONE[record.action]
        if record.outcome in ("done", "unchanged")
        else f"{record.action} {record.outcome}"
    )
    trouble = f": {'as above' if repeated else one_line(record.error)}" if record.error else ""
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
    attention = sum(record.action in ATTENTION for record in report.actions)
    to_look_at = f"{attention} to look at (above)" if attention else ""
    if not writes and undone:
        yield f"Nothing was done: {world}."
    elif not writes:
        yield f"Nothing to do: {world}{to_look_at and f'; {to_look_at}'}."
    else:
        yield f"{_counts(writes, dry_run=dry_run)}{to_look_at and f', {to_look_at}'}. {world}."
    failed = sum(record.outcome == "failed" for record in report.actions)
    deferred = sum(record.outcome == "deferred" for record in report.actions)
    undone_counts = [
        f"{number} {word}"
        for number, word in ((failed, "would fail" if dry_run else "failed"), (deferred, "put off"))
        if number
    ]
    if undone_counts and dry_run:
        yield f"As things are, {', '.join(undone_counts)}; see above why."
    elif undone_counts:
        yield f"Not done: {', '.join(undone_counts)}; see above why. What was done is recorded; the next run goes on from there."
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
        "messages": [*report.warnings, *report.messages],
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
