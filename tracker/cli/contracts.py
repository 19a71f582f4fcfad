"""The shapes of the JSON that commands print, for programs that read it; JSON Schema files are made from these.

Adding a key is free, renaming or removing one is a breaking change. `tests/integration/cli/test_contracts.py` holds real output against
the schemas in `docs/reference/schemas`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

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


# Name of the schema file -> what it describes. `parse` prints an array.
CONTRACTS: Mapping[str, Any] = {
    "parse": list[DocumentJson],
    "sync": SyncJson,
    "status": StatusJson,
    "doctor": DoctorJson,
}


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of what a command prints with `--format json`."""
    from pydantic import TypeAdapter

    made = TypeAdapter(CONTRACTS[name]).json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"pmtrack {name} --format json",
        **made,
    }
