"""Reading the state: each question is one statement (or one per thousand keys), never one per item."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from tracker.errors import StateError
from tracker.models import ActionItem, Issue, IssueRef, PostMortem
from tracker.state import codec
from tracker.state.records import DocumentRecord, IntentRecord, ItemRecord, LinkRecord, TrackerRecord
from tracker.state.tables import (
    Base,
    Conflict,
    Document,
    Intent,
    Item,
    Link,
    ObservedChange,
    StoredIssue,
    TrackerMemory,
)

_DOCUMENTS_AT_ONCE = 200
_ROOTS_AT_ONCE = 200  # SQLite takes 1,000 terms that are joined by OR: https://www.sqlite.org/limits.html
ROWS_AT_ONCE = 2_000
KEYS_AT_ONCE = 5_000  # SQLite takes 32,766 variables, PostgreSQL 65,535: https://www.sqlite.org/limits.html
_DOCUMENT = (
    Document.path,
    Document.size,
    Document.mtime_ns,
    Document.sha256,
    Document.doubtful,
    Document.incident_id,
    Document.ambiguous,
    Document.unread,
    Document.removed_at,
    Document.items,
)


def documents(connection: Connection, below: Sequence[str] | None = None) -> dict[str, DocumentRecord]:
    """Every document that is there, by path, without contents.

    Args:
        connection: Open.
        below: Only documents that are one of these paths or stand in one of these folders, each without a "/" at its end.
    """
    statement = select(*_DOCUMENT).where(Document.removed_at.is_(None))
    if below is None:
        return {row[0]: _document(row) for row in connection.execute(statement)}
    return {
        row[0]: _document(row)
        for part in _parts(below, _ROOTS_AT_ONCE)
        for row in connection.execute(statement.where(or_(*map(_is_below, part))))
    }


def count_documents(connection: Connection) -> int:
    """How many documents are there."""
    statement = select(func.count()).select_from(Document).where(Document.removed_at.is_(None))
    return connection.execute(statement).scalar_one()


def _is_below(root: str) -> ColumnElement[bool]:
    # "0" follows "/": the stretch of all paths that begin with the folder.
    return or_(Document.path == root, and_(Document.path > f"{root}/", Document.path < f"{root}0"))


def _document(row: Any) -> DocumentRecord:
    path, size, mtime_ns, sha256, doubtful, incident_id, ambiguous, *rest = row
    return DocumentRecord(path, size, mtime_ns, sha256, doubtful, incident_id, _ambiguous(ambiguous), *rest)


def post_mortems(connection: Connection, paths: Sequence[str] | None = None) -> dict[str, PostMortem]:
    """Documents with their contents; all that are there if no paths are given."""
    statement = select(Document.path, Document.payload)
    if paths is None:
        found = connection.execute(statement.where(Document.removed_at.is_(None))).all()
    else:
        found = [
            row
            for part in _parts(paths)
            for row in connection.execute(statement.where(Document.path.in_(part)))
        ]
    return {path: codec.post_mortem(payload) for path, payload in found}


def post_mortems_for_reports(connection: Connection) -> dict[str, PostMortem]:
    """All documents that are there, each decoded as it comes and its items' places only when asked for."""
    statement = select(Document.path, Document.payload).where(Document.removed_at.is_(None))
    return {
        path: codec.post_mortem_for_reports(payload)
        for part in connection.execute(statement).partitions(_DOCUMENTS_AT_ONCE)
        for path, payload in part
    }


def removed_post_mortems(connection: Connection) -> dict[str, PostMortem]:
    """Documents that are not there any more, as last read."""
    statement = select(Document.path, Document.payload).where(Document.removed_at.is_not(None))
    return {path: codec.post_mortem(payload) for path, payload in connection.execute(statement)}


def items_by_id(connection: Connection, item_ids: Sequence[str]) -> list[ItemRecord]:
    """Items with their links, issues and bases."""
    return [
        _item(row)
        for part in _parts(item_ids)
        for row in connection.execute(_items().where(Item.item_id.in_(part)))
    ]


def items_in(connection: Connection, paths: Sequence[str]) -> list[ItemRecord]:
    """Items whose rows stand in these documents, in their order."""
    return [
        _item(row)
        for part in _parts(paths)
        for row in connection.execute(
            _items().where(Item.path.in_(part), Item.removed_at.is_(None)).order_by(Item.path, Item.position)
        )
    ]


def items_removed_since(connection: Connection, since: dt.datetime) -> list[ItemRecord]:
    """Items whose rows were found gone after `since`, without those that a person parted from their issue: they are over."""
    parted = exists().where(ObservedChange.item_id == Item.item_id, ObservedChange.field == "unlinked")
    return [_item(row) for row in connection.execute(_items().where(Item.removed_at > since, ~parted))]


def all_items(connection: Connection) -> Iterator[ItemRecord]:
    """Every item, also those whose rows are gone, ordered by document and position."""
    statement = _items().order_by(Item.path, Item.position)
    for part in connection.execute(statement).partitions(ROWS_AT_ONCE):
        yield from map(_item, part)


class ItemView(NamedTuple):
    """What reports need of an item; a tuple, because a large archive makes fifty thousand.

    `issue` is as last read and may be that of an issue that is gone; `ref` is None where there is no link.
    """

    item_id: str
    path: str
    item: ActionItem
    first_seen: dt.datetime
    removed_at: dt.datetime | None
    tracker: str | None
    ref: IssueRef | None
    issue: Issue | None
    gone_at: dt.datetime | None
    unreadable: str | None


def items_for_reports(connection: Connection, documents: Mapping[str, PostMortem]) -> Iterator[ItemView]:
    """Every item, also those whose rows are gone, ordered by document and position.

    Args:
        connection: Open.
        documents: Those that are there: an item that stands in one is taken from it, which for a large archive saves a
            quarter of the time and memory.
    """
    columns: Sequence[Any] = (
        Item.item_id,
        Item.path,
        Item.position,
        Item.title,
        Item.payload,
        Item.first_seen,
    )
    columns = (*columns, Item.removed_at, Link.tracker, Link.issue_id, Link.key, Link.url)
    columns = (*columns, StoredIssue.payload.label("issue"), StoredIssue.gone_at, StoredIssue.unreadable)
    statement = _with_issues(select(*columns)).order_by(Item.path, Item.position)
    known = _Known(documents)
    for part in connection.execute(statement).partitions(ROWS_AT_ONCE):
        yield from map(known.view, part)


class _Known:
    """The action items of the documents by position; rows come in the order of their documents."""

    def __init__(self, documents: Mapping[str, PostMortem]) -> None:
        self._documents, self._path = documents, ""
        self._items: Sequence[ActionItem] = ()

    def view(self, row: Any) -> ItemView:
        # Taken apart at once: a name that is looked up in a row costs five times as much.
        item_id, path, position, title, payload, first_seen, removed_at, *linked = row
        tracker, issue_id, key, url, stored, gone_at, unreadable = linked
        if path != self._path:
            self._open(path)
        item = self._find(position, title) if removed_at is None else None
        issue = codec.issue(stored) if stored is not None else None
        return ItemView(
            item_id,
            self._path,
            item or codec.action_item(payload),
            first_seen,
            removed_at,
            tracker,
            None if tracker is None else _ref(issue, issue_id, key, url),
            issue,
            gone_at,
            unreadable,
        )

    def _open(self, path: str) -> None:
        document = self._documents.get(path)
        self._path = path
        self._items = document.action_items if document else ()

    def _find(self, position: int, title: str) -> ActionItem | None:
        """The item at that place where it is the same one."""
        if not 0 <= position < len(self._items):
            return None
        found = self._items[position]
        return found if found.title == title else None


def _ref(issue: Issue | None, issue_id: str, key: str, url: str | None) -> IssueRef:
    """The issue's own reference where it is the same, so that a large archive holds each only once."""
    known = issue.ref if issue is not None else None
    if known is not None and (known.id, known.key, known.url) == (issue_id, key, url):
        return known
    return IssueRef(issue_id, key, url)


def pending_items(connection: Connection) -> list[str]:
    """Items that the last run left something to do with."""
    return list(connection.scalars(select(Item.item_id).where(Item.pending)))


def linked_issues(connection: Connection, tracker: str) -> list[str]:
    """Ids of the issues that are linked in a tracker."""
    return list(connection.scalars(select(Link.issue_id).where(Link.tracker == tracker)))


def items_of_issues(connection: Connection, tracker: str, issue_ids: Sequence[str]) -> dict[str, str]:
    """Issue id -> item id, for linked issues."""
    return {
        issue_id: item_id
        for part in _parts(issue_ids)
        for issue_id, item_id in connection.execute(
            select(Link.issue_id, Link.item_id).where(Link.tracker == tracker, Link.issue_id.in_(part))
        )
    }


def versions(connection: Connection, tracker: str) -> dict[str, str | None]:
    """Issue id -> version as last read."""
    statement = select(StoredIssue.issue_id, StoredIssue.version).where(StoredIssue.tracker == tracker)
    return dict(connection.execute(statement).all())


def links_named(connection: Connection, refs: Sequence[str]) -> list[LinkRecord]:
    """Links whose issue has one of these keys, URLs or ids."""
    columns = (Link.item_id, Link.tracker, Link.issue_id, Link.key, Link.url, Link.how)
    return [
        LinkRecord(*row)
        for part in _parts(refs)
        for row in connection.execute(
            select(*columns).where(or_(Link.key.in_(part), Link.url.in_(part), Link.issue_id.in_(part)))
        )
    ]


def open_conflicts(connection: Connection) -> dict[tuple[str, str], tuple[str | None, str | None]]:
    """(item id, field) -> (document's value, tracker's value) of conflicts that nobody has settled."""
    columns = (Conflict.item_id, Conflict.field, Conflict.document_value, Conflict.tracker_value)
    rows = connection.execute(select(*columns).where(Conflict.settled_at.is_(None)))
    return {(item_id, name): (document, tracker) for item_id, name, document, tracker in rows}


def open_intents(connection: Connection, tracker: str | None = None) -> list[IntentRecord]:
    """Writes of unknown outcome, oldest first.

    Raises:
        StateError: an entry is damaged; no run may go on then.
    """
    names = ("id", "item_id", "kind", "tracker", "marker", "issue_id", "payload", "watermark", "made_at")
    statement = select(Intent.payload_hash, *(getattr(Intent, name) for name in names)).where(
        Intent.settled_at.is_(None)
    )
    if tracker is not None:
        statement = statement.where(Intent.tracker == tracker)
    rows = connection.execute(statement.order_by(Intent.id))
    return [_intent(dict(row)) for row in rows.mappings()]


def _intent(row: dict[str, Any]) -> IntentRecord:
    payload: str = row["payload"]
    if hashlib.sha256(payload.encode()).hexdigest() != row.pop("payload_hash"):
        raise StateError(
            f"the journal is damaged: entry {row['id']} for item {row['item_id']} does not have its own checksum",
            hint="Restore the newest back-up of the state; do not run sync before that, it could create issues twice.",
        )
    return IntentRecord(**row | {"payload": json.loads(payload)})


def trackers(connection: Connection) -> dict[str, TrackerRecord]:
    """What is kept for each tracker, by name."""
    names = (
        "name",
        "type",
        "cursor",
        "memory",
        "fingerprint",
        "full_read_at",
        "last_attempt",
        "last_success",
        "error",
    )
    rows = connection.execute(select(*(getattr(TrackerMemory, name) for name in names)))
    records = [TrackerRecord(**{**row, "memory": json.loads(row["memory"])}) for row in rows.mappings()]
    return {record.name: record for record in records}


def _items() -> Select[Any]:
    columns: Sequence[Any] = (
        *(Item.item_id, Item.marker, Item.path, Item.position, Item.payload),
        *(Item.first_seen, Item.pending, Item.removed_at),
        *(Link.tracker, Link.issue_id, Link.key, Link.url, Link.how),
        *(StoredIssue.payload.label("issue"), StoredIssue.gone_at, StoredIssue.unreadable, Base.fields),
    )
    return _with_issues(select(*columns)).outerjoin(Base, Base.item_id == Item.item_id)


def _with_issues(statement: Select[Any]) -> Select[Any]:
    same_issue = (StoredIssue.tracker == Link.tracker) & (StoredIssue.issue_id == Link.issue_id)
    return statement.outerjoin(Link, Link.item_id == Item.item_id).outerjoin(StoredIssue, same_issue)


def _item(row: Any) -> ItemRecord:
    # Taken apart at once: a name that is looked up in a row costs five times as much.
    item_id, marker, path, position, payload, *rest = row
    first_seen, pending, removed_at, tracker, issue_id, key, url, how, *rest = rest
    issue, gone_at, unreadable, fields = rest
    agreed = json.loads(fields) if fields else {}
    return ItemRecord(
        item_id=item_id,
        marker=marker,
        path=path,
        position=position,
        item=codec.action_item(payload),
        first_seen=first_seen,
        pending=pending,
        removed_at=removed_at,
        link=None if tracker is None else LinkRecord(item_id, tracker, issue_id, key, url, how),
        issue=codec.issue(issue) if issue is not None else None,
        gone_at=gone_at,
        unreadable=unreadable,
        base={name: (values[0], values[1]) for name, values in agreed.items()},
    )


def _ambiguous(text: str | None) -> dict[int, tuple[tuple[str, ...], str]]:
    if not text:
        return {}
    return {each["index"]: (tuple(each["candidates"]), each["reason"]) for each in json.loads(text)}


def _parts(keys: Sequence[str], size: int = KEYS_AT_ONCE) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
