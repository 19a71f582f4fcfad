"""Findings as GitHub workflow commands, shown as annotations in the changed files.

https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from tracker.findings import CheckResult
from tracker.models import Finding, Severity
from tracker.reports.findings import Sources

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_MESSAGE, ":": "%3A", ",": "%2C"}


def render(result: CheckResult, sources: Sources) -> str:  # noqa: ARG001 -- every renderer is called alike
    """One command per finding."""
    return "\n".join(_command(one) for one in result.findings)


def _command(one: Finding) -> str:
    span = one.span
    place = {
        "file": one.path,
        "line": span.line,
        "endLine": max(span.end_line, span.line),
        "col": span.column,
    }
    if span.end_line == span.line and span.end_column > span.column:
        place["endColumn"] = span.end_column
    title = {"title": f"{one.code} {one.slug}"}
    known = {**(place if one.path else {}), **title}
    properties = ",".join(f"{name}={_escape(str(value), _PROPERTY)}" for name, value in known.items())
    message = _escape(f"{one.message}. {one.advice}".rstrip(), _MESSAGE)
    return f"::{_COMMANDS[one.severity]} {properties}::{message}"


def _escape(text: str, signs: dict[str, str]) -> str:
    return "".join(signs.get(char, char) for char in text)
