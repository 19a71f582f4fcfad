"""Between pmtrack's values and the rows of `bd list --json`, `bd import` and `bd batch`, both ways, without I/O.

Fields and their meaning: https://github.com/steveyegge/beads, internal/types/types.go (`type Issue struct`). What an
import does to a row that exists was measured; see docs/explanation/beads.md.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tracker import block
from tracker.interchange import (
    STATUS_OUT,
    day_of,
    means_dropped,
    moment_of,
    priority_of,
    status_of,
    text_of,
)
from tracker.models import Issue, IssueRef, Status
from tracker.remote import Field, IssueChange, NewIssue

Row = dict[str, Any]

TITLE_LIMIT = 500  # types.go, ValidateWithCustom: "title must be 500 characters or less"
DEFAULT_PRIORITY = 2  # of `bd create`; a bead cannot be without one
LOCAL_PREFIX = "pm"  # ids that the local tracker gave; they stay when its file is imported

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*(?:\.\d+)*")
#: Not columns of the row, or merged by their own rules: sending them back could bring back what a person took away.
_NOT_SENT_BACK = (
    "labels", "dependencies", "comments", "dependency_count", "dependent_count", "comment_count", "parent",
    "is_blocked", "lease_expires_at", "heartbeat_at", "lease_granted_node",
)  # fmt: skip


# --- ids -------------------------------------------------------------------------------------------------------------


def issue_id(prefix: str, marker: str) -> str:
    """The id of the bead of this marker; chosen by us, so that a repeated create is recognised."""
    return f"{prefix}-{marker}"


def possible_ids(prefix: str, marker: str) -> tuple[str, ...]:
    """Every id under which the bead of this marker may be: ours, and the one it has when it came from a local file."""
    return tuple(dict.fromkeys((issue_id(prefix, marker), issue_id(LOCAL_PREFIX, marker))))


def epic_id(prefix: str, group: str) -> str:
    """The id of the epic of a post-mortem; the same for the same incident, whoever asks."""
    return f"{prefix}-e{hashlib.blake2b(group.encode(), digest_size=6).hexdigest()}"


def is_id(text: str) -> bool:
    """Whether the text has the form of a bead's id."""
    return _ID.fullmatch(text) is not None and "-" in text


def ids_in(ref: str, prefix: str | None) -> tuple[str, ...]:
    """The ids that a reference in a document may mean, () where it cannot be a bead of a database with this prefix.

    `bd://ID` and `ID` are told apart: the first is always Beads, the second only with a prefix that we know.
    """
    text = ref.strip().strip("`")
    bare = text.removeprefix("bd://").rstrip("/")
    if _ID.fullmatch(bare) is None and not (bare != text and re.fullmatch(r"[A-Za-z0-9]+(?:\.\d+)*", bare)):
        return ()
    known = {"bd", LOCAL_PREFIX} if prefix is None else {"bd", LOCAL_PREFIX, prefix}
    # The name of the database, from which a prefix is guessed, has "_" where the prefix has "-".
    if any(bare.replace("_", "-").startswith(f"{each.replace('_', '-')}-") for each in known):
        return (bare,)
    if bare == text:
        return ()
    if "-" in bare:
        return (bare,) if prefix is None else ()
    return (bare,) if prefix is None else (f"{prefix}-{bare}",)


# --- reading ---------------------------------------------------------------------------------------------------------


def marker_in(row: Mapping[str, Any]) -> str | None:
    """The marker of pmtrack: from the description's block, else from the metadata, which outlive an edited description."""
    marker, _ = block.find(row.get("description"))
    if marker is not None:
        return marker
    kept = _metadata(row).get("pmtrack")
    return kept if isinstance(kept, str) and re.fullmatch(r"[0-9a-z]{8,32}", kept) else None


def to_issue(row: Mapping[str, Any], dropped: Sequence[str] = ()) -> Issue:
    """The issue that a row states; `dropped` are more close reasons that mean "decided against"."""
    marker, context = block.find(row.get("description"))
    word = str(row.get("status") or "open")
    reason = row.get("close_reason") or None
    assignee = row.get("assignee")
    closed = word == "closed"
    return Issue(
        ref=IssueRef(id=str(row["id"]), key=str(row["id"]), url=f"bd://{row['id']}"),
        title=str(row.get("title", "")),
        status=status_of(word, reason, dropped),
        marker=marker or marker_in(row),
        context=context,
        status_raw=word,
        resolution=reason if closed else None,
        due=day_of(row.get("due_at")),
        priority=priority_of(row.get("priority")),
        assignees=(assignee,) if isinstance(assignee, str) and assignee else (),
        labels=tuple(sorted(str(label) for label in row.get("labels") or ())),
        created_at=moment_of(row.get("created_at")),
        updated_at=moment_of(row.get("updated_at")),
        closed_at=moment_of(row.get("closed_at")) if closed else None,
        version=hashlib.sha256(_line(row).encode()).hexdigest()[:16],
    )


def blockers(row: Mapping[str, Any]) -> list[str]:
    """Ids of the beads that this one says it is blocked by, whatever their status."""
    return [
        str(each["depends_on_id"]) for each in row.get("dependencies") or () if each.get("type") == "blocks"
    ]


def without_counts(row: Mapping[str, Any]) -> Row:
    """The row without what `bd export` computes."""
    return {key: value for key, value in row.items() if not key.endswith("_count")}


# --- creating --------------------------------------------------------------------------------------------------------


def to_row(new: NewIssue, prefix: str, type_: str, now: dt.datetime) -> Row:
    """The row of a new bead."""
    row: Row = {
        "_type": "issue",
        "id": issue_id(prefix, new.marker),
        "title": one_line(new.title)[:TITLE_LIMIT] or "(no title)",
        "description": block.render(new.marker, new.context),
        "status": STATUS_OUT[new.status],
        "priority": DEFAULT_PRIORITY if new.priority is None else new.priority,
        "issue_type": type_,
        "labels": sorted(set(new.labels)),
        "external_ref": f"pmtrack:{new.marker}",
        "metadata": _metadata_of(new),
        "created_at": text_of(now),
        "updated_at": text_of(now),
    }
    if new.assignees:
        row["assignee"] = new.assignees[0]
    if new.due is not None:
        row["due_at"] = f"{new.due.isoformat()}T00:00:00Z"
    if new.status.is_closed:
        row |= {"closed_at": text_of(now), "close_reason": reason_for(new.status, None)}
    return row


def to_epic(new: NewIssue, prefix: str, now: dt.datetime) -> Row:
    """The row of the epic that this new issue's post-mortem has."""
    group = new.group or ""
    return {
        "_type": "issue",
        "id": epic_id(prefix, group),
        "title": one_line(new.group_title or group)[:TITLE_LIMIT],
        "description": f"Action items of {group}.",
        "status": "open",
        "priority": DEFAULT_PRIORITY,
        "issue_type": "epic",
        "labels": sorted(set(new.labels)),
        "metadata": {"pmtrack_group": group},
        "created_at": text_of(now),
        "updated_at": text_of(now),
    }


def link(source: str, target: str, type_: str) -> Row:
    """A dependency record: `parent-child` (child to parent) or `related`."""
    return {"issue_id": source, "depends_on_id": target, "type": type_}


def related_groups(new: NewIssue) -> tuple[str, ...]:
    """Incidents that the post-mortem names as related (`extra["related"]`, separated by blanks)."""
    return tuple(dict.fromkeys(new.extra.get("related", "").split()))


def open_by_group(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Ids of the beads that are not closed, by the incident of their post-mortem."""
    found: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: str(row["id"])):
        group = _metadata(row).get("pmtrack_group")
        if isinstance(group, str) and row.get("status") != "closed":
            found.setdefault(group, []).append(str(row["id"]))
    return found


# --- changing --------------------------------------------------------------------------------------------------------


def rewritten(row: Mapping[str, Any], change: IssueChange, stamp: dt.datetime) -> Row | None:
    """The row to import for the parts of a change that no other command takes, None where there are none.

    A new inside of the block replaces columns, so the row gets `stamp` as its time, which `bd` accepts only over an
    older one; labels alone keep the time, and then an import adds them and leaves every column as it is.
    """
    labels = set(change.fields.get(Field.LABELS, ())) - set(row.get("labels") or ())
    context = change.fields.get(Field.CONTEXT)
    result: Row = {key: value for key, value in row.items() if key not in _NOT_SENT_BACK} | {"_type": "issue"}
    if context is not None:
        result["description"] = block.replace(row.get("description"), change.marker, context)
        result["metadata"] = {**_metadata(row), "pmtrack": change.marker}
        if (result["description"], result["metadata"]) != (row.get("description"), row.get("metadata")):
            result["updated_at"] = text_of(stamp)
        elif not labels:
            return None
    elif not labels:
        return None
    return result | ({"labels": sorted(labels)} if labels else {})


def batch_lines(row: Mapping[str, Any], change: IssueChange, dropped: Sequence[str] = ()) -> list[str]:
    """The lines of `bd batch` for the parts of a change that it takes; each changes its one field and no other."""
    id_, fields = str(row["id"]), change.fields
    pairs: list[str] = []
    closing: list[str] = []
    if Field.TITLE in fields:
        pairs.append(f"title={one_line(fields[Field.TITLE])[:TITLE_LIMIT]}")
    if Field.PRIORITY in fields:
        value = fields[Field.PRIORITY]
        pairs.append(f"priority={DEFAULT_PRIORITY if value is None else value}")
    if Field.ASSIGNEES in fields:
        pairs.append(f"assignee={one_line(next(iter(fields[Field.ASSIGNEES]), ''))}")
    if Field.STATUS in fields and _differs(row, change, dropped):
        pairs, closing = _status_lines(row, change, pairs, dropped)
    first = [" ".join(["update", id_, *map(_quoted, pairs)])] if pairs else []
    return first + closing


def _differs(row: Mapping[str, Any], change: IssueChange, dropped: Sequence[str]) -> bool:
    now = to_issue(row, dropped)
    return now.status is not change.fields[Field.STATUS] or bool(
        change.resolution and now.status.is_closed and now.resolution != change.resolution
    )


def _status_lines(
    row: Mapping[str, Any], change: IssueChange, pairs: list[str], dropped: Sequence[str]
) -> tuple[list[str], list[str]]:
    status: Status = change.fields[Field.STATUS]
    if not status.is_closed:
        return [*pairs, f"status={STATUS_OUT[status]}"], []
    # `close` leaves a closed bead as it is, with its old reason: open it in the same transaction.
    reopened = [*pairs, "status=open"] if row.get("status") == "closed" else pairs
    reason = reason_for(status, change.resolution, dropped)
    return reopened, [f"close {row['id']} {_quoted(one_line(reason))}"]


def reason_for(status: Status, resolution: str | None, dropped: Sequence[str] = ()) -> str:
    """The close reason that says this status when it is read again."""
    if not resolution:
        return "Won't do" if status is Status.CANCELLED else "Done"
    if means_dropped(resolution, dropped) is (status is Status.CANCELLED):
        return resolution
    return f"Won't do: {resolution}" if status is Status.CANCELLED else f"Done: {resolution}"


def mismatches(issue: Issue, change: IssueChange) -> tuple[str, ...]:
    """What of a change the bead does not show afterwards."""
    now: dict[Field, object] = {
        Field.TITLE: issue.title,
        Field.STATUS: issue.status,
        Field.DUE: issue.due,
        Field.PRIORITY: issue.priority,
        Field.ASSIGNEES: issue.assignees,
    }
    asked = {
        **change.fields,
        Field.TITLE: one_line(str(change.fields.get(Field.TITLE, "")))[:TITLE_LIMIT],
        Field.ASSIGNEES: tuple(change.fields.get(Field.ASSIGNEES, ()))[:1],
        Field.PRIORITY: DEFAULT_PRIORITY if (p := change.fields.get(Field.PRIORITY)) is None else p,
    }
    wrong = [
        f"{name}: is {now[name]!s}" for name in change.fields if name in now and now[name] != asked[name]
    ]
    missing = sorted(set(change.fields.get(Field.LABELS, ())) - set(issue.labels))
    return (*wrong, *(f"label {label!r} was not added" for label in missing))


# --- texts -----------------------------------------------------------------------------------------------------------


def jsonl(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as the lines that `bd import -` reads."""
    return "".join(_line(row) + "\n" for row in rows)


def one_line(text: str) -> str:
    """The text with every line end and control character as a blank: a batch is read line by line."""
    return re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", text).strip()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _metadata(row: Mapping[str, Any]) -> Mapping[str, Any]:
    value = row.get("metadata")
    return value if isinstance(value, dict) else {}


def _metadata_of(new: NewIssue) -> Row:
    kept = {f"pmtrack_{key}": value for key, value in sorted(new.extra.items()) if value}
    group = {"pmtrack_group": new.group} if new.group else {}
    return {"pmtrack": new.marker, **group, **kept}
