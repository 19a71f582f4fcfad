"""Findings as a GitLab code quality report, shown in merge requests.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import json

from tracker.findings import CheckResult, fingerprints
from tracker.models import Severity
from tracker.reports.findings import Sources

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(result: CheckResult, sources: Sources) -> str:  # noqa: ARG001 -- every renderer is called alike
    """One entry per finding about a document; GitLab compares them by fingerprint."""
    entries = [
        {
            "description": f"{one.message}. {one.advice}".rstrip(),
            "check_name": f"{one.code}-{one.slug}",
            "fingerprint": name,
            "severity": _SEVERITIES[one.severity],
            "location": {
                "path": one.path.removeprefix("./"),
                "lines": {"begin": one.span.line, "end": max(one.span.end_line, one.span.line)},
            },
        }
        for one, name in zip(result.findings, fingerprints(result.findings), strict=True)
        if one.path
    ]
    return json.dumps(entries, indent=2, ensure_ascii=False)
