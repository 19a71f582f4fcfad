"""Colours for the findings of `pmtrack check` on a terminal; the text itself stays as it is everywhere else."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TextIO

import click

from tracker.display import neutralise
from tracker.patterns import pattern

_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}
_FINDING = pattern(r"  \d+:\d+ (?P<severity>error|warning|info) ")
_MARKER = pattern(r"    \| *\^+")


def wanted(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a stream gets colours: a terminal, unless `NO_COLOR` is set (https://no-color.org)."""
    return stream.isatty() and not environ.get("NO_COLOR")


def painted(text: str) -> str:
    """Findings with their severities and markers in colour and the names of documents in bold.

    What would steer the terminal is neutralised first, so that the colours are the only escape sequences.
    """
    return "\n".join(_lines(neutralise(text)))


def _lines(text: str) -> Iterator[str]:
    colour = None
    for line in text.split("\n"):
        finding = _FINDING.match(line)
        if finding:
            severity = finding["severity"]
            colour = _COLOURS[severity]
            start, end = finding.span("severity")
            yield line[:start] + click.style(severity, fg=colour, bold=True) + line[end:]
        elif _MARKER.fullmatch(line):
            yield click.style(line, fg=colour)
        else:
            yield click.style(line, bold=True) if line and not line.startswith(" ") else line
