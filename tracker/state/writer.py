"""Writing many rows with few statements: a `Writer` gathers rows and puts them into the database in one transaction."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, bindparam, delete, update
from sqlalchemy import Table as SqlTable

from tracker.models import ActionItem, Issue, PostMortem
from tracker.state import bulk, codec, headers, tables
from tracker.state.records import BaseValues, ConflictRecord, LinkRecord, NewIntent
from tracker.world import Event

ROWS_HELD = (
    2_000  # documents and items, or actions, that wait in memory at most, where they can be sent ahead
)


class Writer:
    """Rows to be written together.

    Args:
        now: The moment of the write, UTC.
        run_id: The run that writes, for the books.
        relieve: Sends what has been gathered into the transaction that will hold all of it, when that is much. Without it
            nothing reaches the database before `flush`.
    """

    def __init__(
        self,
        now: dt.datetime,
        run_id: str | None = None,
        *,
        relieve: Callable[[Writer], None] | None = None,
    ) -> None:
        self._now, self._run_id = now, run_id
        self._relieve = relieve
        self._puts: dict[type[tables.Table], dict[tuple[Any, ...], dict[str, Any]]] = defaultdict(dict)
        self._inserts: dict[type[tables.Table], list[dict[str, Any]]] = defaultdict(list)
        self._settled: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._items: dict[tuple[tuple[str, Any], ...], list[str]] = defaultdict(list)
        self._statements: list[tuple[Any, list[dict[str, Any]] | None]] = []

    @property
    def empty(self) -> bool:
        """Whether nothing was gathered."""
        return not (
            any(self._puts.values())
            or any(self._inserts.values())
            or self._statements
            or self._settled
            or self._items
        )

    def document(
        self,
        document: PostMortem,
        *,
        size: int,
        mtime_ns: int,
        doubtful: bool,
        ambiguous: Mapping[int, tuple[Sequence[str], str]],
        payload: bytes | None = None,
    ) -> None:
        """A document that was read; `payload` is its `codec.dump` where the caller has made it already."""
        row = {
            "path": document.path,
            "size": size,
            "mtime_ns": mtime_ns,
            "sha256": document.sha256,
            "doubtful": doubtful,
            "incident_id": document.incident_id,
            "payload": codec.dump(document) if payload is None else payload,
            "ambiguous": _unclear(ambiguous),
            "unread": None,
            "first_seen": self._now,
            "read_at": self._now,
            "removed_at": None,
            "items": len(document.action_items),
        }
        self._puts[tables.Document][(document.path,)] = row

    def document_ambiguous(self, path: str, ambiguous: Mapping[int, tuple[Sequence[str], str]]) -> None:
        """The rows of a document that are still unclear."""
        self._later(
            update(tables.Document).where(tables.Document.path == path).values(ambiguous=_unclear(ambiguous))
        )

    def document_unread(self, path: str, reason: str) -> None:
        """A document that could not be read; what is known of it stays."""
        self._later(update(tables.Document).where(tables.Document.path == path).values(unread=reason))

    def documents_removed(self, paths: Iterable[str]) -> None:
        """Documents that are not there any more."""
        for path in paths:
            self._later(
                update(tables.Document)
                .where(tables.Document.path == path)
                .values(removed_at=self._now, ambiguous=None)
            )

    def item(
        self, item_id: str, marker: str, path: str, position: int, item: ActionItem, *, pending: bool = False
    ) -> None:
        """An item as seen in its document now."""
        self._puts[tables.Item][(item_id,)] = {
            "item_id": item_id,
            "marker": marker,
            "path": path,
            "position": position,
            "title": item.title,
            "payload": codec.dump_item(item),
            "pending": pending,
            "first_seen": self._now,
            "removed_at": None,
        }
        held = len(self._puts[tables.Item]) + len(self._puts[tables.Document])
        if self._relieve is not None and held >= ROWS_HELD:
            self._relieve(self)

    def items_removed(self, item_ids: Sequence[str]) -> None:
        """Items whose rows are gone."""
        self._set_items(item_ids, removed_at=self._now)

    def items_pending(self, item_ids: Sequence[str], *, pending: bool) -> None:
        """Whether the next run must look at these items even if nothing changes."""
        self._set_items(item_ids, pending=pending)

    def link(self, link: LinkRecord) -> None:
        """An item's issue."""
        row = {name: getattr(link, name) for name in ("item_id", "tracker", "issue_id", "key", "url", "how")}
        self._puts[tables.Link][(link.item_id,)] = row | {"linked_at": self._now}

    def unlink(self, item_ids: Sequence[str]) -> None:
        """Forget the issues of these items; the issues themselves stay."""
        for table in (tables.Link, tables.Base):
            if item_ids:
                keys = [{"key": item_id} for item_id in item_ids]
                mapped = cast(SqlTable, table.__table__)
                self._many(delete(mapped), mapped.c.item_id, keys)

    def issue(self, tracker: str, issue: Issue) -> None:
        """An issue as read now."""
        self._puts[tables.StoredIssue][tracker, issue.ref.id] = {
            "tracker": tracker,
            "issue_id": issue.ref.id,
            "payload": codec.dump(issue),
            "version": issue.version,
            "read_at": self._now,
            "gone_at": None,
            "unreadable": None,
        }

    def issue_gone(self, tracker: str, issue_id: str) -> None:
        """The tracker said that the issue does not exist any more."""
        self._issue_state(tracker, issue_id, gone_at=self._now, unreadable=None)

    def issue_unreadable(self, tracker: str, issue_id: str, reason: str) -> None:
        """The issue could not be read; nothing follows from that."""
        self._issue_state(tracker, issue_id, unreadable=reason)

    def base(self, item_id: str, fields: BaseValues) -> None:
        """The values on which both sides agree now."""
        text = codec.dump_values(fields)
        self._puts[tables.Base][(item_id,)] = {"item_id": item_id, "fields": text}

    def conflict(self, conflict: ConflictRecord) -> None:
        """A conflict, with both values."""
        self._inserts[tables.Conflict].append(
            {name: getattr(conflict, name) for name in ConflictRecord.__dataclass_fields__}
        )

    def conflicts_settled(self, item_id: str, fields: Iterable[str]) -> None:
        """The open conflicts of these fields are over."""
        table = tables.Conflict
        for name in fields:
            self._later(
                update(table)
                .where(table.item_id == item_id, table.field == name, table.settled_at.is_(None))
                .values(settled_at=self._now)
            )

    def events(self, events: Iterable[Event]) -> None:
        """Observed changes."""
        self._inserts[tables.ObservedChange].extend(
            {
                "at": event.at,
                "item_id": event.item_id,
                "side": event.side.value,
                "field": event.field,
                "old": event.old,
                "new": event.new,
                "by": event.by,
                "run_id": self._run_id,
            }
            for event in events
        )

    def intents(self, intents: Iterable[NewIntent]) -> None:
        """Writes that are about to be sent. Flush before sending."""
        for intent in intents:
            payload = codec.dump_values(intent.payload)
            row = {
                name: getattr(intent, name)
                for name in ("item_id", "kind", "tracker", "marker", "issue_id", "watermark")
            }
            digest = hashlib.sha256(payload.encode()).hexdigest()
            self._inserts[tables.Intent].append(
                row
                | {
                    "run_id": self._run_id or "",
                    "payload": payload,
                    "payload_hash": digest,
                    "made_at": self._now,
                }
            )

    def intent_settled(self, kind: str, marker: str, result: str) -> None:
        """What became of the open intents of an item: confirmed, refused, not-sent, adopted, absent."""
        self._settled[kind, result].append(marker)

    def actions(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Actions of this run and what became of them."""
        gathered = self._inserts[tables.Action]
        for row in rows:
            gathered.append({**row, "run_id": self._run_id, "at": self._now})
            if self._relieve is not None and len(gathered) >= ROWS_HELD:
                self._relieve(self)
                gathered = self._inserts[tables.Action]

    def note(self, key: str, value: str) -> None:
        """A small text under a key."""
        self._puts[tables.Note][(key,)] = {"key": key, "value": value, "written_at": self._now}

    def flush(self, connection: Connection) -> None:
        """Put everything into the database, in one transaction of the caller's."""
        headers.keep_former(connection, list(self._puts[tables.Document].values()))
        for table, rows in self._puts.items():
            bulk.upsert(connection, table, list(rows.values()))
        self._settle_intents()
        self._update_items()
        for statement, parameters in self._statements:
            connection.execute(statement, parameters) if parameters else connection.execute(statement)
        for table, listed in self._inserts.items():
            bulk.insert(connection, table, listed)
        self._puts.clear()
        self._inserts.clear()
        self._statements.clear()

    def _settle_intents(self) -> None:
        table = cast(SqlTable, tables.Intent.__table__)
        for (kind, result), markers in self._settled.items():
            statement = update(table).where(table.c.kind == kind, table.c.settled_at.is_(None))
            values = statement.values(settled_at=self._now, result=result)
            self._many(values, table.c.marker, [{"key": marker} for marker in markers])
        self._settled.clear()

    def _issue_state(self, tracker: str, issue_id: str, **values: Any) -> None:
        put = self._puts[tables.StoredIssue].get((tracker, issue_id))
        if put is not None:
            put.update(values)
            return
        table = tables.StoredIssue
        self._later(
            update(table).where(table.tracker == tracker, table.issue_id == issue_id).values(**values)
        )

    def _set_items(self, item_ids: Sequence[str], **values: Any) -> None:
        for item_id in item_ids:
            put = self._puts[tables.Item].get((item_id,))
            if put is not None:
                put.update(values)
            else:
                self._items[tuple(values.items())].append(item_id)

    def _update_items(self) -> None:
        mapped = cast(SqlTable, tables.Item.__table__)
        for values, item_ids in self._items.items():
            statement = update(mapped).values(**dict(values))
            self._many(statement, mapped.c.item_id, [{"key": item_id} for item_id in item_ids])
        self._items.clear()

    def _many(self, statement: Any, column: Any, keys: list[dict[str, Any]]) -> None:
        self._statements.append((statement.where(column == bindparam("key")), keys))

    def _later(self, statement: Any) -> None:
        self._statements.append((statement, None))


def _unclear(ambiguous: Mapping[int, tuple[Sequence[str], str]]) -> str | None:
    rows = [
        {"index": index, "candidates": list(ids), "reason": why} for index, (ids, why) in ambiguous.items()
    ]
    return json.dumps(rows) if rows else None
