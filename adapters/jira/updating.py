"""Changing issues: fields by one edit, the status by walking the workflow, what is there read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from adapters.jira import mapping, transitions
from adapters.jira.client import Answer, Client, Rejected
from adapters.jira.config import JiraOptions
from adapters.jira.people import People
from adapters.jira.pull import Pull
from adapters.jira.reader import BATCH, Reader, no_name
from adapters.jira.references import is_id
from adapters.jira.site import Site
from adapters.jira.transitions import Goal, Mover, Step
from adapters.pool import in_order
from tracker.errors import AdapterError, AuthError, NotFoundError
from tracker.models import Issue, Status
from tracker.remote import (
    ChangeOutcome,
    Confirmed,
    Field,
    IssueChange,
    NotSent,
    Outcome,
    Refused,
    Unknown,
)
from tracker.values import dataclass

_NEEDS_CURRENT = (Field.CONTEXT, Field.STATUS)
_WIRE_NAMES = {
    "summary": Field.TITLE,
    "duedate": Field.DUE,
    "priority": Field.PRIORITY,
    "assignee": Field.ASSIGNEES,
    "labels": Field.LABELS,
    "description": Field.CONTEXT,
}
Raw = Mapping[str, Any]


class Updater:
    """Changes issues, each with its own requests, several at once; what they need to know first is read in batches."""

    def __init__(
        self,
        client: Client,
        options: JiraOptions,
        site: Site,
        *,
        reader: Reader,
        pull: Pull,
        people: People,
        ahead: dict[str, list[Step]] | None = None,
    ) -> None:
        self._client = client
        self._options = options
        self._site = site
        self._reader = reader
        self._pull = pull
        self._people = people
        self._ahead = ahead

    def update(self, changes: Sequence[IssueChange]) -> Iterator[ChangeOutcome]:
        """See `tracker.remote.Tracker.update`."""
        for start in range(0, len(changes), BATCH):
            part = changes[start : start + BATCH]
            current, problems = self._current(part)
            edits = [self._edit_for(change, current, problems) for change in part]
            outcomes = in_order(self._carried_out, edits, self._options.connections)
            for edit, outcome in zip(edits, outcomes, strict=True):
                if isinstance(outcome, Confirmed):
                    self._pull.note_read([outcome.issue])
                yield ChangeOutcome(edit.change.ref.id, outcome)

    def _current(self, changes: Sequence[IssueChange]) -> tuple[dict[str, Raw], dict[str, Outcome]]:
        """Issues as they are right now, where the change needs that; and outcomes for those that cannot be read."""
        names = [
            change.ref.id
            for change in changes
            if is_id(change.ref.id) and any(name in change.fields for name in _NEEDS_CURRENT)
        ]
        if not names:
            return {}, {}
        try:
            found, errors = self._reader.raws(names)
        except AdapterError as error:
            return {}, dict.fromkeys(names, NotSent(f"could not be read before the change: {error.message}"))
        missing = {name: errors.get(name) for name in names if name not in found}
        return found, {name: _unread(error) for name, error in missing.items()}

    def _edit_for(
        self, change: IssueChange, current: Mapping[str, Raw], problems: Mapping[str, Outcome]
    ) -> _Edit:
        """All that a change needs, made before any is carried out: conversions of texts are for one thread alone."""
        name = change.ref.id
        raw = current.get(name) or {}
        if not is_id(name):
            return _Edit(change, raw, problem=Refused(no_name(name), "Link the item anew: `pmtrack link`."))
        if name in problems:
            return _Edit(change, raw, problem=problems[name])
        try:
            dialect = self._site.dialect
        except AdapterError as error:
            return _Edit(change, raw, problem=NotSent(error.message))
        body = mapping.change_fields(
            change,
            dialect,
            (raw.get("fields") or {}).get("description"),
            entity_property=self._options.entity_property,
            mentions=self._people.mentions(
                owners(change), str(change.fields.get(Field.CONTEXT, "")), cloud=dialect.cloud
            ),
        )
        return _Edit(change, raw, body)

    def _carried_out(self, edit: _Edit) -> Outcome:
        if edit.problem is not None:
            return edit.problem
        warnings: list[str] = []
        if edit.body:
            problem = self._edit(edit.change.ref.id, edit.body, warnings)
            if problem is not None:
                return problem
        if Field.STATUS in edit.change.fields:
            problem = self._move(edit.change, edit.current, edited=bool(edit.body), warnings=warnings)
            if problem is not None:
                return problem
        return self._read_back(edit.change, tuple(warnings))

    def _edit(self, issue_id: str, body: dict[str, Any], warnings: list[str]) -> Outcome | None:
        written = self._client.write("PUT", f"issue/{issue_id}", body=body, api=self._site.dialect.style.api)
        if isinstance(written, Answer):
            return None
        if not isinstance(written, Rejected):
            return written
        lighter = without(body, _named_fields(written))
        if lighter is None:
            return Refused(written.reason, written.hint)
        # Jira refused single fields and did nothing: the others are sent without them.
        warnings.append(f"not changed, Jira says: {written.reason}")
        return self._edit(issue_id, lighter, warnings)

    def _move(
        self, change: IssueChange, current: Raw, *, edited: bool, warnings: list[str]
    ) -> Outcome | None:
        status: Status = change.fields[Field.STATUS]
        fields = current.get("fields") or {}
        dialect = self._site.dialect
        if mapping.to_issue(current, dialect).status is status:
            return None
        goal = Goal(status, transitions.resolution_for(status, change.resolution, self._options))
        try:
            mover = Mover(self._client, self._options, dialect, ahead=self._ahead)
            moved = mover.move(change.ref.id, fields.get("status") or {}, goal)
        except AdapterError as error:
            return Unknown(f"the status could not be changed: {error.message}")
        if moved.problem is not None and (moved.taken or edited) and isinstance(moved.problem, NotSent):
            return Unknown(moved.problem.reason)
        if moved.problem is not None:
            return moved.problem
        if moved.reason is not None and not moved.taken and not edited:
            return Refused(moved.reason, "Change the workflow, or settle it by hand in Jira.")
        warnings += [moved.reason] if moved.reason is not None else []
        return None

    def _read_back(self, change: IssueChange, warnings: tuple[str, ...]) -> Outcome:
        try:
            issue = self._reader.issue(change.ref.id)
        except AdapterError as error:
            return Unknown(f"written, but it could not be read back: {error.message}")
        return Confirmed(issue, (*warnings, *differences(change, issue)))


@dataclass(frozen=True, slots=True)
class _Edit:
    """A change with the issue as it is and the body to send, or with the problem that stopped it."""

    change: IssueChange
    current: Raw
    body: dict[str, Any] = field(default_factory=dict)
    problem: Outcome | None = None


def owners(change: IssueChange) -> tuple[str, ...]:
    """The accounts that the issue is assigned to after the change."""
    told = change.fields.get(Field.ASSIGNEES)
    if told is not None:
        return tuple(told)
    return change.base.assignees if change.base else ()


def differences(change: IssueChange, issue: Issue) -> list[str]:
    """What Jira stored otherwise than it was asked to, without an error."""
    found: dict[Field, Any] = {
        Field.DUE: issue.due,
        Field.STATUS: issue.status,
        Field.ASSIGNEES: issue.assignees,
    }
    out = []
    for name, value in found.items():
        asked = change.fields.get(name, value)
        asked = tuple(asked)[:1] if name is Field.ASSIGNEES else asked
        if asked != value:
            out.append(f"{name.value}: asked for {_shown(asked)}, Jira has {_shown(value)}")
    return out


def without(body: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any] | None:
    """An edit without some fields; None where they are not in it, or nothing else is."""
    fields = dict(body.get("fields") or {})
    gone = [name for name in names if name in fields]
    left = {name: value for name, value in fields.items() if name not in gone}
    if not gone or not (left or body.get("update")):
        return None
    return {
        **{key: value for key, value in body.items() if key != "fields"},
        **({"fields": left} if left else {}),
    }


def _named_fields(rejected: Rejected) -> list[str]:
    errors = rejected.data.get("errors") if isinstance(rejected.data, dict) else None
    return [name for name in errors if name in _WIRE_NAMES] if isinstance(errors, dict) else []


def _unread(error: AdapterError | None) -> Outcome:
    if isinstance(error, NotFoundError | AuthError):
        return Refused(error.message, "The issue is gone or out of sight; nothing was changed.")
    return NotSent(error.message if error else "the issue could not be read before the change")


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "nobody"
    return "nothing" if value is None else str(value)
