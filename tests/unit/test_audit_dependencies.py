"""What `make audit-dependencies` makes of the answers of pip-audit."""

from __future__ import annotations

from scripts.audit_dependencies import findings, unread

CLEAN = {"name": "click", "version": "8.5.1", "vulns": []}
CONCERNED = {"name": "pip", "version": "26.1", "vulns": [{"id": "PYSEC-2026-3721", "fix_versions": ["26.2"]}]}
OPEN = {"name": "pip", "version": "26.1", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": []}]}
SILENT = {
    "name": "lxml",
    "skip_reason": "Dependency not found on PyPI and could not be audited: lxml (6.1.3)",
}


def test_an_advisory_is_told_with_the_version_that_mends_it() -> None:
    assert list(findings([CLEAN, CONCERNED, OPEN])) == [
        "pip 26.1: PYSEC-2026-3721, mended in 26.2",
        "pip 26.1: PYSEC-2026-1, mended in no version",
    ]


def test_what_the_source_does_not_know_is_not_taken_for_clean() -> None:
    assert list(findings([CLEAN, SILENT])) == []
    assert unread([CLEAN, SILENT]) == ["lxml"]
