"""Findings as Markdown, for a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from tracker.findings import CheckResult
from tracker.models import Finding, Severity
from tracker.reports.findings import Sources
from tracker.reports.findings.text import summary

MOST = 200
"""Rows that are shown; a comment on GitHub takes 65,536 characters."""
_SIGNS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_MARKUP = re.compile(r"([\\`*_{}\[\]<>|#@~])")


def render(result: CheckResult, sources: Sources) -> str:  # noqa: ARG001 -- every renderer is called alike
    """A headline with the counts, a table per document, and what was waived."""
    shown = result.findings[:MOST]
    parts = ["## pmtrack check", summary(result).replace("\n", "\n\n")]
    parts += [_table(path, group) for path, group in groupby(shown, key=lambda one: one.path)]
    if len(result.findings) > MOST:
        parts.append(f"{len(result.findings) - MOST} more findings are not shown.")
    if result.waived:
        rows = [
            f"- {_text(one.path)}:{one.span.line} {one.code}: {_text(one.waived_by or '')}"
            for one in result.waived
        ]
        parts.append(
            "\n".join([f"<details><summary>{len(result.waived)} waived</summary>\n", *rows, "\n</details>"])
        )
    return "\n\n".join(parts)


def _table(path: str, findings: Iterable[Finding]) -> str:
    rows = [
        f"| {one.span.line} | {_SIGNS[one.severity]} | {one.code} {one.slug} | {_text(one.message)} | {_text(one.advice)} |"
        for one in findings
    ]
    head = f"**{_text(path or 'no document')}**"
    return "\n".join([head, "", "| line | | rule | finding | what to do |", "|---|---|---|---|---|", *rows])


def _text(text: str) -> str:
    """Text without markup: no mention is sent, no link is made, no cell is broken."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split())).replace("\\@", "@\u200b")
