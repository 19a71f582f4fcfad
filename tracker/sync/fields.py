"""The fields of an item on both sides, as JSON values that can be compared and kept as base.

`title` str, `status` str, `due` ISO date or None, `priority` 0-4 or None, `assignees` sorted list (owners as written in
the document, accounts in the tracker), `labels` sorted list, `context` str.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tracker import block
from tracker.models import ActionItem, Issue, Status
from tracker.people import People
from tracker.remote import Capabilities, Field
from tracker.state.records import BaseValues

Values = Mapping[Field, Any]

COMPARED = (Field.TITLE, Field.STATUS, Field.DUE, Field.PRIORITY, Field.ASSIGNEES)
# The number of a line, and the commit, in a document's address (`tracker.sync.permalink`).
_LINE = re.compile(r"(, line )\d+|(#(?:L|lines-|(?=\d+\))))\d+")
_COMMIT = re.compile(r"(/(?:blob|src)/)(?:[0-9a-f]{40,64}|HEAD)(?=/)|\?at=[0-9a-f]{40,64}(?=#)")


def of_document(item: ActionItem, context: str, labels: Sequence[str]) -> dict[Field, Any]:
    """What the document says. A due date or priority that cannot be read is no statement and is left out."""
    values: dict[Field, Any] = {
        Field.TITLE: " ".join(item.title.split()),
        Field.STATUS: (item.status or Status.OPEN).value,
        Field.ASSIGNEES: sorted(item.owners),
        Field.LABELS: sorted(set(labels)),
        Field.CONTEXT: context,
    }
    if item.due is not None or not item.due_raw:
        values[Field.DUE] = item.due.isoformat() if item.due else None
    if item.priority_level is not None:
        values[Field.PRIORITY] = item.priority_level
    return values


def of_issue(issue: Issue) -> dict[Field, Any]:
    """What the tracker says."""
    return {
        Field.TITLE: " ".join(issue.title.split()),
        Field.STATUS: issue.status.value,
        Field.DUE: issue.due.isoformat() if issue.due else None,
        Field.PRIORITY: issue.priority,
        Field.ASSIGNEES: sorted(issue.assignees),
        Field.LABELS: sorted(issue.labels),
        Field.CONTEXT: issue.context,
    }


def respelled(base: BaseValues, owners: Sequence[str], people: People) -> BaseValues:
    """The base with the owners as the document writes them now, if those are the same people: no change to merge."""
    name = Field.ASSIGNEES.value
    before, there = base.get(name, (None, None))
    if not before or not owners or before == sorted(owners) or not people.same(before, owners):
        return base
    return {**base, name: (sorted(owners), there)}


def held(capabilities: Capabilities) -> frozenset[Field]:
    """The fields that the tracker has."""
    fields = {Field.TITLE, Field.STATUS, Field.CONTEXT}
    for field, has in (
        (Field.DUE, capabilities.due),
        (Field.PRIORITY, capabilities.priority),
        (Field.ASSIGNEES, capabilities.assignees > 0),
        (Field.LABELS, capabilities.labels),
    ):
        if has:
            fields.add(field)
    return frozenset(fields)


def projected(field: Field, value: Any, capabilities: Capabilities) -> Any:
    """A document's value as the tracker can hold it: its nearest status, a title that is not too long."""
    if field is Field.STATUS:
        return nearest(Status(value), capabilities).value
    limit = capabilities.title_limit
    if field is Field.TITLE and limit and len(value) > limit:
        return value[: limit - 1].rstrip() + "…"
    return value


def nearest(status: Status, capabilities: Capabilities) -> Status:
    """The status itself, or what the tracker has instead.

    That is open for work under way or blocked, blocked for what was put off where there is such a status, else open, and
    done for what was decided against.
    """
    if status in capabilities.statuses:
        return status
    if status is Status.DEFERRED and Status.BLOCKED in capabilities.statuses:
        return Status.BLOCKED
    return Status.DONE if status.is_closed else Status.OPEN


def stable(context: str | None) -> str | None:
    """A context for comparing: normalised, without line numbers and commits.

    A row inserted above is no news to the tracker, and the address at an earlier commit stays right.
    """
    if context is None:
        return None
    text = _COMMIT.sub(lambda match: match[1] or "", block.normalise(context))
    return _LINE.sub(lambda match: match[1] or match[2], text)


def native(field: Field, value: Any) -> Any:
    """A JSON value as `tracker.remote.IssueChange` wants it."""
    if field is Field.STATUS:
        return Status(value)
    if field is Field.DUE:
        return dt.date.fromisoformat(value) if value else None
    if field in (Field.ASSIGNEES, Field.LABELS):
        return tuple(value)
    return value


def text(value: Any) -> str | None:
    """A JSON value for people and for the history: None for nothing."""
    if value is None or value in ([], ""):
        return None
    return ", ".join(str(each) for each in value) if isinstance(value, list | tuple) else str(value)
