"""Between pmtrack's values and records in the interchange format of Beads, both ways, without I/O.

Record fields and their meaning: https://github.com/gastownhall/beads, internal/types/types.go (`type Issue struct`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tracker import block
from tracker.interchange import STATUS_OUT, day_of, moment_of, priority_of, status_of, text_of
from tracker.models import Issue, IssueRef, Status
from tracker.remote import Field, IssueChange, NewIssue

ID_PREFIX = "pm-"
TITLE_LIMIT = 500  # types.go, ValidateWithCustom: "title must be 500 characters or less"
DEFAULT_PRIORITY = 2  # what `bd create` gives an issue without a priority; a record cannot be without one

Record = dict[str, Any]

_AS_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def issue_id(marker: str) -> str:
    """The id that the issue of this marker has; chosen by us, so that a repeated create is recognised."""
    return ID_PREFIX + marker


def marker_in(record: Mapping[str, Any]) -> str | None:
    """The marker of pmtrack: from the body's block, else from the metadata, which outlives an edited body."""
    marker, _ = block.find(_text(record.get("description")))
    if marker is not None:
        return marker
    metadata = record.get("metadata")
    kept = metadata.get("pmtrack") if isinstance(metadata, dict) else None
    return kept if isinstance(kept, str) else None


def to_issue(record: Mapping[str, Any]) -> Issue:
    """The issue that a record states."""
    marker, context = block.find(_text(record.get("description")))
    word = str(record.get("status") or "open")
    reason = _text(record.get("close_reason")) or None
    assignee = _text(record.get("assignee"))
    return Issue(
        ref=IssueRef(id=record["id"], key=record["id"]),
        title=str(record.get("title", "")),
        status=status_of(word, reason),
        marker=marker or marker_in(record),
        context=context,
        status_raw=word,
        resolution=reason if word == "closed" else None,
        due=day_of(record.get("due_at")),
        priority=priority_of(record.get("priority")),
        assignees=(assignee,) if assignee else (),
        labels=_labels(record),
        created_at=moment_of(record.get("created_at")),
        updated_at=moment_of(record.get("updated_at")),
        closed_at=moment_of(record.get("closed_at")) if word == "closed" else None,
        version=hashlib.sha256(line_of(record)).hexdigest()[:16],
    )


def to_record(new: NewIssue, now: dt.datetime) -> Record:
    """The record of a new issue."""
    record: Record = {
        "_type": "issue",
        "id": issue_id(new.marker),
        "title": new.title,
        "description": block.render(new.marker, new.context),
        "priority": DEFAULT_PRIORITY if new.priority is None else new.priority,
        "issue_type": "task",
        "created_at": text_of(now),
        "labels": sorted(new.labels),
        "metadata": {"pmtrack": new.marker},
    }
    _set_assignee(record, new.assignees)
    _set_due(record, new.due)
    _set_status(record, new.status, None, now)
    return _stamped(record, now)


def changed(record: Mapping[str, Any], change: IssueChange, now: dt.datetime) -> Record:
    """The record after a change; fields that the change does not name stay, also those that pmtrack does not know."""
    result: Record = dict(record)
    for name, value in change.fields.items():
        match name:
            case Field.TITLE:
                result["title"] = value
            case Field.STATUS:
                _set_status(result, value, change.resolution, now)
            case Field.DUE:
                _set_due(result, value)
            case Field.PRIORITY:
                result["priority"] = DEFAULT_PRIORITY if value is None else value
            case Field.ASSIGNEES:
                _set_assignee(result, value)
            case Field.LABELS:
                result["labels"] = sorted({*_labels(result), *value})
            case Field.CONTEXT:
                result["description"] = block.replace(_text(result.get("description")), change.marker, value)
    return result if result == record else _stamped(result, now)


def line_of(record: Mapping[str, Any]) -> bytes:
    """A record as its line, without the newline: compact like `bd export`, readable in a diff.

    Half of a surrogate pair, which UTF-8 cannot hold, becomes the escape that JSON has for it.
    """
    return _AS_JSON(record).encode(errors="backslashreplace")


def _set_status(record: Record, status: Status, resolution: str | None, now: dt.datetime) -> None:
    record["status"] = STATUS_OUT[status]
    for name in ("closed_at", "close_reason"):
        record.pop(name, None)  # types.go: closed_at is set if and only if the issue is closed
    if status.is_closed:
        record["closed_at"] = text_of(now)
        record["close_reason"] = resolution or ("won't do" if status is Status.CANCELLED else "done")


def _set_due(record: Record, due: dt.date | None) -> None:
    if due is None:
        record.pop("due_at", None)
    else:
        record["due_at"] = f"{due.isoformat()}T00:00:00Z"


def _set_assignee(record: Record, assignees: tuple[str, ...]) -> None:
    if assignees:
        record["assignee"] = assignees[0]
    else:
        record.pop("assignee", None)


def _stamped(record: Record, now: dt.datetime) -> Record:
    return record | {"updated_at": text_of(now)}


def _text(value: object) -> str:
    """A text field; "" where somebody wrote something else into the file."""
    return value if isinstance(value, str) else ""


def _labels(record: Mapping[str, Any]) -> tuple[str, ...]:
    labels = record.get("labels")
    return tuple(str(label) for label in labels) if isinstance(labels, list) else ()
