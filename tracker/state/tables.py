"""The tables. Times are UTC without offset in SQLite and with one in PostgreSQL; both come back aware (`Moment`).

Every change here needs a migration in tracker/state/migrations/versions and a new `tracker.state.database.SCHEMA`; a test
compares what the migrations make with what stands here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Moment(TypeDecorator[dt.datetime]):
    """An aware UTC time, in any database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """To the database: UTC."""
        return None if value is None else value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        """From the database: aware."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """SQLite gives texts, which are read in one step: a large history has a quarter of a million."""
        return _of_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


@lru_cache(maxsize=1024)
def _of_text(text: str | None) -> dt.datetime | None:
    """The moment of "2026-05-06 10:02:00.000000" (UTC); the moments of one run are one value."""
    return None if text is None else dt.datetime.fromisoformat(f"{text}+00:00")


class Table(DeclarativeBase):
    """Root of the mappings; names constraints so that migrations can name them too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {str: Text, dt.datetime: Moment, bytes: LargeBinary}  # noqa: RUF012 - read by SQLAlchemy


# Ordered by bytes in any database, so that the documents of a folder are one stretch of the index.
_BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")


class Document(Table):
    """A document as last read. `payload` is the `PostMortem` as JSON, so that an unchanged file is not read again.

    `doubtful`: the file was as young as its reading, so that a later change could have left size and time as they were.
    `ambiguous`: JSON list of the rows that could not be identified (`[{"index", "candidates", "reason"}]`). `items`: how many
    action items it holds.
    """

    __tablename__ = "documents"
    path: Mapped[str] = mapped_column(_BYTEWISE, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    doubtful: Mapped[bool] = mapped_column(default=False)
    incident_id: Mapped[str | None]
    payload: Mapped[bytes] = mapped_column(deferred=True)
    ambiguous: Mapped[str | None]
    unread: Mapped[str | None]
    first_seen: Mapped[dt.datetime]
    read_at: Mapped[dt.datetime]
    removed_at: Mapped[dt.datetime | None]
    items: Mapped[int] = mapped_column(default=0, server_default="0")
    __table_args__ = (Index("ix_documents_ambiguous", "path", sqlite_where=text("ambiguous IS NOT NULL")),)


class FormerHeader(Table):
    """What a document said of itself until it was changed: a `PostMortem` without items; see `tracker.state.headers`."""

    __tablename__ = "former_headers"
    path: Mapped[str] = mapped_column(_BYTEWISE, primary_key=True)
    until: Mapped[dt.datetime] = mapped_column(primary_key=True)
    payload: Mapped[bytes]


class Item(Table):
    """An action item with its identity. `payload` is the `ActionItem` as last read, as JSON, without spans.

    `pending`: the last run left something to be done or told about it, so the next one looks at it even if nothing changed.
    """

    __tablename__ = "items"
    item_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    marker: Mapped[str] = mapped_column(String(32), unique=True)
    path: Mapped[str] = mapped_column(index=True)
    position: Mapped[int]
    title: Mapped[str]
    payload: Mapped[bytes]
    pending: Mapped[bool] = mapped_column(default=False)
    first_seen: Mapped[dt.datetime]
    removed_at: Mapped[dt.datetime | None]
    __table_args__ = (
        Index(
            "ix_items_pending", "item_id", sqlite_where=text("pending = 1"), postgresql_where=text("pending")
        ),
        Index(
            "ix_items_removed_at",
            "removed_at",
            sqlite_where=text("removed_at IS NOT NULL"),
            postgresql_where=text("removed_at IS NOT NULL"),
        ),
    )


class Link(Table):
    """Item to issue, by the tracker's immutable id; one to one."""

    __tablename__ = "links"
    item_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    tracker: Mapped[str]
    issue_id: Mapped[str]
    key: Mapped[str]
    url: Mapped[str | None]
    how: Mapped[str] = mapped_column(String(16))
    linked_at: Mapped[dt.datetime]
    __table_args__ = (
        Index("uq_links_tracker_issue_id", "tracker", "issue_id", unique=True),
        Index("ix_links_key", "key"),
        Index("ix_links_url", "url"),
        Index("ix_links_issue_id", "issue_id"),
    )


class StoredIssue(Table):
    """An issue as last read. `unreadable` says why the last try failed; `gone_at` when the tracker said it is gone."""

    __tablename__ = "issues"
    tracker: Mapped[str] = mapped_column(primary_key=True)
    issue_id: Mapped[str] = mapped_column(primary_key=True)
    payload: Mapped[bytes | None]
    version: Mapped[str | None]
    read_at: Mapped[dt.datetime | None]
    gone_at: Mapped[dt.datetime | None]
    unreadable: Mapped[str | None]


class Base(Table):
    """Per field the values on which both sides last agreed: JSON `{field: [document's, tracker's]}`."""

    __tablename__ = "bases"
    item_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    fields: Mapped[str]


class Conflict(Table):
    """A field that both sides changed differently. Both values are kept, also after a rule took one."""

    __tablename__ = "conflicts"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    item_id: Mapped[str] = mapped_column(String(26), index=True)
    field: Mapped[str] = mapped_column(String(16))
    document_value: Mapped[str | None]
    tracker_value: Mapped[str | None]
    base_value: Mapped[str | None]
    winner: Mapped[str] = mapped_column(String(16))
    seen_at: Mapped[dt.datetime]
    settled_at: Mapped[dt.datetime | None]
    __table_args__ = (
        Index(
            "ix_conflicts_open",
            "item_id",
            "field",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )


class Intent(Table):
    """The journal: a write that is about to be sent, committed before it is. Open while `settled_at` is empty."""

    __tablename__ = "intents"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    run_id: Mapped[str] = mapped_column(String(26))
    item_id: Mapped[str] = mapped_column(String(26))
    kind: Mapped[str] = mapped_column(String(16))
    tracker: Mapped[str]
    marker: Mapped[str] = mapped_column(String(32))
    issue_id: Mapped[str | None]
    payload: Mapped[str]
    payload_hash: Mapped[str] = mapped_column(String(64))
    watermark: Mapped[str | None]
    made_at: Mapped[dt.datetime]
    settled_at: Mapped[dt.datetime | None]
    result: Mapped[str | None]
    __table_args__ = (
        Index(
            "ix_intents_open",
            "tracker",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
        Index(
            "ix_intents_open_marker",
            "marker",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )


class Run(Table):
    """One run of a command."""

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(String(26), primary_key=True)
    command: Mapped[str]
    host: Mapped[str]
    started: Mapped[dt.datetime] = mapped_column(index=True)
    finished: Mapped[dt.datetime | None]
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    deferred: Mapped[int] = mapped_column(default=0)
    exit_code: Mapped[int | None]


class Action(Table):
    """One action of a run and what became of it."""

    __tablename__ = "actions"
    run_id: Mapped[str] = mapped_column(String(26), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[str] = mapped_column(String(26))
    action: Mapped[str] = mapped_column(String(16))
    tracker: Mapped[str | None]
    issue: Mapped[str | None]
    fields: Mapped[str]
    reason: Mapped[str]
    outcome: Mapped[str] = mapped_column(String(16))
    error: Mapped[str | None]
    at: Mapped[dt.datetime]


class ObservedChange(Table):
    """History: one observed change of one item; see `tracker.world.Event`."""

    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[dt.datetime] = mapped_column(index=True)
    item_id: Mapped[str] = mapped_column(String(26), index=True)
    side: Mapped[str] = mapped_column(String(16))
    field: Mapped[str] = mapped_column(String(16))
    old: Mapped[str | None]
    new: Mapped[str | None]
    by: Mapped[str | None]
    run_id: Mapped[str | None] = mapped_column(String(26))


class TrackerMemory(Table):
    """What is kept for each tracker: cursor of the incremental read, the adapter's memory, health, settings' print."""

    __tablename__ = "trackers"
    name: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    cursor: Mapped[str | None]
    memory: Mapped[str] = mapped_column(default="{}")
    fingerprint: Mapped[str | None]
    full_read_at: Mapped[dt.datetime | None]
    last_attempt: Mapped[dt.datetime | None]
    last_success: Mapped[dt.datetime | None]
    error: Mapped[str | None]


class RunLock(Table):
    """Who runs now. One row at most."""

    __tablename__ = "locks"
    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    owner: Mapped[str] = mapped_column(String(26))
    host: Mapped[str]
    pid: Mapped[int]
    command: Mapped[str]
    acquired_at: Mapped[dt.datetime]
    heartbeat_at: Mapped[dt.datetime]


class Note(Table):
    """Small texts that others keep in the state under a key (the last audit's findings, reminders sent)."""

    __tablename__ = "notes"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    written_at: Mapped[dt.datetime]
