"""Findings as SARIF 2.1.0, for code scanning services and editors.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from tracker import __version__
from tracker.findings import CheckResult, RuleInfo, fingerprints
from tracker.models import Finding, Severity
from tracker.reports.findings import Sources

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_NO_LINES = (".docx",)


def render(result: CheckResult, sources: Sources) -> str:  # noqa: ARG001 -- every renderer is called alike
    """One run; waived findings are suppressed results, those of the baseline are `unchanged`."""
    rules = sorted(result.rules.values(), key=lambda rule: rule.code)
    index = {rule.code: number for number, rule in enumerate(rules)}
    results = [
        *_results(result.findings, index, {}),
        *_results(result.waived, index, {}),
        *_results(result.known, index, {"baselineState": "unchanged"}),
    ]
    run = {
        "tool": {"driver": _driver(rules)},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _skipped(result)}],
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _driver(rules: Sequence[RuleInfo]) -> Mapping[str, Any]:
    return {"name": "pmtrack", "semanticVersion": __version__, "rules": [_rule(rule) for rule in rules]}


def _rule(rule: RuleInfo) -> Mapping[str, Any]:
    described = {
        "id": rule.code,
        "name": "".join(part.capitalize() for part in rule.slug.split("-")),
        "shortDescription": {"text": rule.summary},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }
    if rule.documentation:
        described["help"] = {"text": rule.documentation, "markdown": rule.documentation}
    return described


def _results(
    findings: Sequence[Finding], index: Mapping[str, int], more: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    return [
        {**_result(one, name, index), **more}
        for one, name in zip(findings, fingerprints(findings), strict=True)
    ]


def _result(one: Finding, name: str, index: Mapping[str, int]) -> Mapping[str, Any]:
    told: dict[str, Any] = {
        "ruleId": one.code,
        "level": _LEVELS[one.severity],
        "message": {"text": f"{one.message}. {one.advice}".rstrip() if one.advice else one.message},
        "partialFingerprints": {"pmtrackFinding/v1": name},
    }
    if one.code in index:
        told["ruleIndex"] = index[one.code]
    if one.path:
        told["locations"] = [_location(one)]
    if one.waived_by is not None:
        told["suppressions"] = [{"kind": "external", "status": "accepted", "justification": one.waived_by}]
    return told


def _location(one: Finding) -> Mapping[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(one.path, safe="/")}}
    if one.path.lower().endswith(_NO_LINES):
        block = {"fullyQualifiedName": f"block {one.span.line}", "kind": "element"}
        return {"physicalLocation": physical, "logicalLocations": [block]}
    physical["region"] = _region(one)
    return {"physicalLocation": physical}


def _region(one: Finding) -> Mapping[str, int]:
    """The place in lines and columns; `endColumn` is exclusive, as in `Span`."""
    span = one.span
    region = {"startLine": span.line, "startColumn": span.column}
    end_line = max(span.end_line, span.line)
    if span.end_column and (end_line, span.end_column) > (span.line, span.column):
        region |= {"endLine": end_line, "endColumn": span.end_column}
    return region


def _skipped(result: CheckResult) -> list[Mapping[str, Any]]:
    return [
        {"level": "note", "message": {"text": f"{one.code} {one.slug} was skipped: {one.reason}."}}
        for one in result.skipped
    ]
