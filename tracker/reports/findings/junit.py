"""Findings as JUnit XML, as Jenkins and GitLab read it: a suite per document, a failed test per finding.

Notes (severity info) and waived findings are skipped tests: they are shown and do not fail the build.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from tracker.findings import CheckResult
from tracker.models import Finding, Severity
from tracker.reports.findings import Sources

# What XML 1.0 cannot hold, not even escaped: https://www.w3.org/TR/xml/#charsets
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(result: CheckResult, sources: Sources) -> str:  # noqa: ARG001 -- every renderer is called alike
    """The suites; one passed test stands for everything that was in order."""
    findings = sorted((*result.findings, *result.waived), key=lambda one: one.path)
    suites = [
        _suite(path or "pmtrack", list(group)) for path, group in groupby(findings, key=lambda one: one.path)
    ]
    passed = f'<testcase classname="pmtrack.check" name={_attribute(f"{result.documents} documents read")}/>'
    whole = f'  <testsuite name="pmtrack check" tests="1" failures="0" errors="0" skipped="0">\n    {passed}\n  </testsuite>'
    failures = sum(_fails(one) for one in findings)
    head = f'<testsuites name="pmtrack" tests="{len(findings) + 1}" failures="{failures}" errors="0">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, whole, *suites, "</testsuites>"])


def _suite(path: str, findings: Sequence[Finding]) -> str:
    failures = sum(_fails(one) for one in findings)
    head = (
        f'  <testsuite name={_attribute(path)} tests="{len(findings)}" failures="{failures}" errors="0"'
        f' skipped="{len(findings) - failures}">'
    )
    return "\n".join([head, *_cases(path, findings), "  </testsuite>"])


def _cases(path: str, findings: Iterable[Finding]) -> Iterable[str]:
    for one in findings:
        name = f"{one.code} {one.slug}, line {one.span.line}, column {one.span.column}"
        yield f"    <testcase classname={_attribute(path)} name={_attribute(name)}>"
        if _fails(one):
            kind = f"type={_attribute(one.severity.value)} message={_attribute(one.message)}"
            yield f"      <failure {kind}>{_text(f'{path}:{one.span.line}: {one.message}. {one.advice}')}</failure>"
        else:
            yield f"      <skipped>{_text(one.waived_by or one.message)}</skipped>"
        yield "    </testcase>"


def _fails(one: Finding) -> bool:
    return one.waived_by is None and one.severity is not Severity.INFO


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", text))


def _attribute(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("\ufffd", text))
