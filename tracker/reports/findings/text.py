"""Findings for a terminal: grouped by document, with the source line and a marker under the cell."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from tracker.findings import CheckResult
from tracker.models import Finding, Severity
from tracker.reports.findings import Sources

_WIDTH = 100
"""Columns of a source line that are shown; longer lines are cut around the marker."""


def render(result: CheckResult, sources: Sources) -> str:
    """The findings, then the waived ones, then the counts."""
    blocks = [_document(path, found, sources) for path, found in _by_path(result.findings)]
    if result.waived:
        blocks.append("\n".join(["Waived:", *(_waived(one) for one in result.waived)]))
    blocks.append(summary(result))
    return "\n\n".join(blocks)


def summary(result: CheckResult) -> str:
    """The counts in words."""
    counts = ", ".join(
        _plural(result.count(severity), word)
        for severity, word in (
            (Severity.ERROR, "error"),
            (Severity.WARNING, "warning"),
            (Severity.INFO, "note"),
        )
    )
    lines = [
        f"{counts} in {_plural(result.documents, 'document')} with {_plural(result.items, 'action item')}"
    ]
    if result.waived:
        lines.append(f"{len(result.waived)} waived")
    if result.known:
        lines.append(f"{len(result.known)} known from the baseline")
    if result.resolved:
        lines.append(
            f"{_plural(result.resolved, 'entry of the baseline', 'entries of the baseline')} no longer found"
        )
    if result.unchanged:
        lines.append(f"{result.unchanged} on lines that have not changed")
    return "; ".join(lines) + "." + "".join(f"\n{line}" for line in _skipped(result))


def statistics(result: CheckResult) -> str:
    """How often each rule found something, most often first."""
    counts: dict[tuple[str, str], int] = {}
    for one in result.findings:
        counts[one.code, one.slug] = counts.get((one.code, one.slug), 0) + 1
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    return "\n".join(f"{count:6}  {code}  {slug}" for (code, slug), count in rows)


def _plural(count: int, word: str, words: str | None = None) -> str:
    return f"{count} {word if count == 1 else words or f'{word}s'}"


def _skipped(result: CheckResult) -> Iterator[str]:
    by_reason: dict[str, list[str]] = {}
    for one in result.skipped:
        by_reason.setdefault(one.reason, []).append(one.code)
    for reason, codes in by_reason.items():
        yield f"{_plural(len(codes), 'rule')} skipped ({', '.join(codes)}): {reason}."


def _by_path(findings: Iterable[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    for path, group in groupby(findings, key=lambda one: one.path):
        yield path, list(group)


def _document(path: str, findings: Sequence[Finding], sources: Sources) -> str:
    """The findings of one document; several about one place share its source line."""
    lines = sources(path) if path else ()
    out = [path or "(no document)"]
    for _, group in groupby(findings, key=lambda one: one.span):
        here = list(group)
        out += [line for one in here for line in _finding(one)]
        out += [f"    {line}" for line in marked_line(here[0], lines)]
    return "\n".join(out)


def _finding(one: Finding) -> Iterator[str]:
    span = one.span
    yield f"  {span.line}:{span.column} {one.severity.value} {one.code} {one.slug}: {one.message}"
    if one.advice:
        yield f"      {one.advice}"


def _waived(one: Finding) -> str:
    return f"  {one.path}:{one.span.line}: {one.code} {one.slug}: {one.message}\n      {one.waived_by}"


def marked_line(one: Finding, lines: Sequence[str]) -> list[str]:
    """The source line and the marker below it; nothing where the line is not known or empty."""
    span = one.span
    if not 0 < span.line <= len(lines) or not lines[span.line - 1].strip():
        return []
    line = lines[span.line - 1].replace("\t", " ")
    start = min(max(span.column - 1, 0), len(line))
    same = span.end_line in (0, span.line)
    end = span.end_column - 1 if same and span.end_column > span.column else start + 1
    if not same:
        end = len(line.rstrip())
    shown, start, end = _window(line, start, max(end, start + 1))
    return [f"| {shown}", f"| {' ' * columns(shown[:start])}{'^' * max(1, columns(shown[start:end]))}"]


def _window(line: str, start: int, end: int) -> tuple[str, int, int]:
    """A part of a long line around the marker, and where the marker stands in it."""
    if len(line) <= _WIDTH:
        return line.rstrip(), start, end
    left = max(0, min(start - _WIDTH // 4, len(line) - _WIDTH))
    right = left + _WIDTH
    front, back = "..." if left else "", "..." if right < len(line) else ""
    moved = len(front) - left
    return front + line[left:right].rstrip() + back, start + moved, min(end, right) + moved


def columns(text: str) -> int:
    """Columns that a terminal takes for the text: two for wide characters, none for combining ones."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
