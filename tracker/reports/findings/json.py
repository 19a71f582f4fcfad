"""Findings as one JSON document; adding keys is free, renaming one is a breaking change."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tracker.findings import CheckResult, fingerprints
from tracker.models import Finding, Severity
from tracker.reports.findings import Sources


def render(result: CheckResult, sources: Sources) -> str:  # noqa: ARG001 -- every renderer is called alike
    """`findings`, `waived`, `known`, `skipped` and a `summary` of the counts."""
    value = {
        "findings": _list(result.findings),
        "waived": _list(result.waived),
        "known": _list(result.known),
        "skipped": [{"code": one.code, "slug": one.slug, "reason": one.reason} for one in result.skipped],
        "summary": {
            **{severity.value: result.count(severity) for severity in Severity},
            "waived": len(result.waived),
            "known": len(result.known),
            "unchanged": result.unchanged,
            "resolved": result.resolved,
            "skipped": len(result.skipped),
            "documents": result.documents,
            "items": result.items,
        },
    }
    return json.dumps(value, indent=2, ensure_ascii=False)


def _list(findings: Sequence[Finding]) -> list[Mapping[str, Any]]:
    return [_finding(one, name) for one, name in zip(findings, fingerprints(findings), strict=True)]


def _finding(one: Finding, name: str) -> Mapping[str, Any]:
    span = one.span
    return {
        "code": one.code,
        "slug": one.slug,
        "severity": one.severity.value,
        "path": one.path,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line or span.line,
        "end_column": span.end_column or span.column,
        "message": one.message,
        "advice": one.advice,
        "item": one.item,
        "item_id": one.item_id,
        "waived_by": one.waived_by,
        "fingerprint": name,
    }
