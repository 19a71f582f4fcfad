"""The shapes of the JSON that commands print, for programs that read it; JSON Schema files are made from these.

Adding a key is free, renaming or removing one is a breaking change. `tests/integration/cli/test_contracts.py` holds real output against
the schemas in `docs/reference/schemas`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, get_args, get_type_hints

from typing_extensions import TypedDict  # pydantic takes typing's own only from Python 3.12 on

StatusName = Literal["open", "in_progress", "blocked", "deferred", "done", "cancelled"]
ReadStatusName = Literal["open", "in_progress", "blocked", "done", "cancelled"]
SeverityName = Literal["error", "warning", "info"]


class DiagnosticJson(TypedDict):
    """Trouble in a document: 1-based line and column, a stable code, a text for people."""

    line: int
    column: int
    code: str
    message: str


class ItemJson(TypedDict):
    """An action item as the document states it; dates are ISO, a missing value is null or [].

    `refs` are as shown, `links` their addresses as far as they are known: `#45` with the repository put in.
    """

    title: str
    line: int
    local_id: str | None
    owners: list[str]
    due: str | None
    due_raw: str | None
    priority: str | None
    status: ReadStatusName | None
    category: str | None
    section: str | None
    refs: list[str]
    links: list[str]
    placeholder: bool


class DocumentJson(TypedDict):
    """A document with everything that was read from it."""

    path: str
    title: str | None
    incident_id: str | None
    date: str | None
    severity: str | None
    items: list[ItemJson]
    diagnostics: list[DiagnosticJson]


class ActionJson(TypedDict):
    """One action of a sync and what became of it."""

    action: Literal[
        "create", "update", "close", "reopen", "link", "adopt", "write-back", "conflict", "orphan", "skip"
    ]
    item: str
    item_id: str
    document: str
    line: int
    tracker: str | None
    issue: str | None
    url: str | None
    fields: dict[str, Any]
    reason: str
    outcome: Literal["planned", "done", "unchanged", "failed", "deferred"]
    error: str | None


class PlacedDiagnosticJson(DiagnosticJson):
    """A diagnostic with its document."""

    path: str
    severity: SeverityName


class SyncJson(TypedDict):
    """The result of `pmtrack sync` and `pmtrack plan`; counts are derived from the actions, requests went over the wire."""

    actions: list[ActionJson]
    summary: dict[str, int]
    requests: dict[str, int]
    documents: int
    items: int
    messages: list[str]
    diagnostics: list[PlacedDiagnosticJson]
    exit_code: int


class TrackedJson(TypedDict):
    """A tracked item with its issue."""

    item: str
    item_id: str
    owners: list[str]
    due: str | None
    overdue_days: int
    status: StatusName
    priority: str | None
    tracker: str | None
    issue: str | None
    url: str | None
    document: str
    line: int
    issue_gone: bool
    unreadable: str | None
    removed: str | None


class StatusJson(TypedDict):
    """The result of `pmtrack status`."""

    items: list[TrackedJson]


class CheckJson(TypedDict):
    """One finding of the preflight."""

    area: str
    ok: bool
    severity: SeverityName | None
    message: str
    hint: str | None


class DoctorJson(TypedDict):
    """The result of `pmtrack doctor`."""

    checks: list[CheckJson]


class FindingJson(TypedDict):
    """A finding of a policy rule; 1-based lines and columns, the end is exclusive."""

    code: str
    slug: str
    severity: SeverityName
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    advice: str
    item: str | None
    item_id: str | None
    waived_by: str | None
    fingerprint: str


class SkippedRuleJson(TypedDict):
    """A rule that could not run, and why."""

    code: str
    slug: str
    reason: str


class FindingsJson(TypedDict):
    """The result of `pmtrack check`."""

    findings: list[FindingJson]
    waived: list[FindingJson]
    known: list[FindingJson]
    skipped: list[SkippedRuleJson]
    summary: dict[str, int]


def _audit() -> Any:
    from tracker.reports.audit import Audit

    return Audit


def _review() -> Any:
    from tracker.reports.review import Review

    return Review


# Name of the schema file -> what gives its type. `parse` prints an array; the reports are the dataclasses of the metrics.
CONTRACTS: Mapping[str, Callable[[], Any]] = {
    "parse": lambda: list[DocumentJson],
    "sync": lambda: SyncJson,
    "status": lambda: StatusJson,
    "doctor": lambda: DoctorJson,
    "check": lambda: FindingsJson,
    "audit": _audit,
    "review": _review,
}


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of what a command prints with `--format json`."""
    from pydantic import TypeAdapter

    contract = CONTRACTS[name]()
    made = TypeAdapter(contract).json_schema(mode="serialization")
    if isinstance(contract, type) and dataclasses.is_dataclass(contract):
        _add_properties(made, contract)
        made["properties"] |= {key: {"type": kind} for key, kind in _REPORT_HEAD.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"pmtrack {name} --format json",
        **made,
    }


_REPORT_HEAD = {"report": "string", "version": "integer", "headline": "string"}


def _add_properties(made: dict[str, Any], contract: type) -> None:
    """Reports are written with the properties of their dataclasses, which pydantic leaves out."""
    from pydantic import TypeAdapter

    known = {kind.__name__: kind for kind in _dataclasses(contract)}
    for name, described in [(contract.__name__, made), *made.get("$defs", {}).items()]:
        for key, one in vars(known.get(name, object)).items():
            if isinstance(one, property):
                answer = get_type_hints(one.fget)["return"]
                told = TypeAdapter(answer).json_schema(mode="serialization")
                told.pop("$defs", None)
                described["properties"][key] = told


def _dataclasses(kind: Any) -> Iterator[type]:
    """The dataclasses within a type, itself included."""
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        yield kind
        for hint in get_type_hints(kind).values():
            yield from _dataclasses(hint)
    for part in get_args(kind):
        yield from _dataclasses(part)
