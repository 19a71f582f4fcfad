"""The findings of the policy rules in the forms that people and other tools read.

A renderer takes a `CheckResult` and the texts of the documents and gives the whole output as text; it reads no files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import cast

from tracker.findings import CheckResult

Sources = Callable[[str], Sequence[str]]
"""Path -> lines of the document, without line ends; empty where it has none (DOCX) or cannot be read."""
Renderer = Callable[[CheckResult, Sources], str]

FORMATS: Mapping[str, str] = {
    "text": "tracker.reports.findings.text:render",
    "json": "tracker.reports.findings.json:render",
    "sarif": "tracker.reports.findings.sarif:render",
    "junit": "tracker.reports.findings.junit:render",
    "github": "tracker.reports.findings.github:render",
    "gitlab": "tracker.reports.findings.gitlab:render",
    "markdown": "tracker.reports.findings.markdown:render",
}


def renderer(form: str) -> Renderer:
    """The renderer of a format, imported when asked for."""
    module, _, name = FORMATS[form].partition(":")
    return cast(Renderer, getattr(import_module(module), name))
