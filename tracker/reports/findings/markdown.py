"""Findings as Markdown, for a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate, groupby, islice

from tracker.findings import CheckResult
from tracker.models import Finding, Severity
from tracker.reports.findings import Sources
from tracker.reports.findings.text import summary

MOST = 200
"""Findings that are shown, and waivers."""
_ROOM = 60_000
"""Characters for them; a comment on GitHub takes 65,536."""
_SIGNS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_MARKUP = re.compile(r"([\\`*_{}\[\]<>|#@~])")


def render(result: CheckResult, sources: Sources) -> str:  # noqa: ARG001 -- every renderer is called alike
    """A headline with the counts, a table per document, and what was waived."""
    rows = _fitting(map(_row, result.findings), _ROOM)
    shown = zip(result.findings, rows, strict=False)
    parts = ["## pmtrack check", summary(result).replace("\n", "\n\n")]
    parts += [
        _table(path, [row for _, row in group])
        for path, group in groupby(shown, key=lambda pair: pair[0].path)
    ]
    if len(rows) < len(result.findings):
        parts.append(f"{len(result.findings) - len(rows)} more findings are not shown.")
    if result.waived:
        parts.append(_waived(result.waived, _ROOM - sum(map(len, rows))))
    return "\n\n".join(parts)


def _fitting(rows: Iterable[str], room: int) -> list[str]:
    """The first rows, as many as there is room for."""
    sizes = [(row, len(row) + 1) for row in islice(rows, MOST)]
    ends = accumulate(size for _, size in sizes)
    return [row for (row, _), end in zip(sizes, ends, strict=True) if end <= room]


def _row(one: Finding) -> str:
    rule, sign = f"{one.code} {one.slug}", _SIGNS[one.severity]
    return f"| {one.span.line} | {sign} | {rule} | {_text(one.message)} | {_text(one.advice)} |"


def _table(path: str, rows: Iterable[str]) -> str:
    head = f"**{_text(path or 'no document')}**"
    return "\n".join([head, "", "| line | | rule | finding | what to do |", "|---|---|---|---|---|", *rows])


def _waived(waived: Sequence[Finding], room: int) -> str:
    said = (f"- {_text(one.path)}:{one.span.line} {one.code}: {_text(one.waived_by or '')}" for one in waived)
    rows = _fitting(said, room)
    more = [f"- and {len(waived) - len(rows)} more"] if len(rows) < len(waived) else []
    return "\n".join([f"<details><summary>{len(waived)} waived</summary>\n", *rows, *more, "\n</details>"])


def _text(text: str) -> str:
    """Text without markup: no mention is sent, no link is made, no cell is broken."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split())).replace("\\@", "@\u200b")
