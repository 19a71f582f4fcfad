"""The store: one object through which everybody else uses the state."""

from __future__ import annotations

import datetime as dt
import json
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, func, insert, select, update
from ulid import ULID

from tracker.models import Person, PostMortem
from tracker.state import bulk, reader
from tracker.state.database import BUSY_TIMEOUT_S, SCHEMA, open_engine, place_of, prepare, resolve_url
from tracker.state.database_errors import explained
from tracker.state.lock import StateLock, read_lock
from tracker.state.records import (
    DocumentRecord,
    IntentRecord,
    ItemRecord,
    LinkRecord,
    LockRecord,
    TrackerRecord,
)
from tracker.state.tables import Conflict, Intent, Item, Link, Note, Run, Table, TrackerMemory
from tracker.state.writer import Writer
from tracker.world import RunRecord, World


def open_store(
    state: str,
    *,
    root: Path,
    now: Callable[[], dt.datetime],
    busy_timeout_s: float = BUSY_TIMEOUT_S,
    migrate: bool = True,
) -> Store:
    """Open the state, make it if it is not there, migrate it if it is of an older pmtrack.

    Args:
        state: The `state` setting, any SQLAlchemy URL.
        root: Folder of the configuration; relative SQLite paths start there.
        now: The clock, aware UTC.
        busy_timeout_s: How long to wait for another writer of an SQLite file.
        migrate: Whether an older schema may be migrated now, after a back-up copy.

    Raises:
        StateError: it is not a database, of a newer pmtrack, read-only, damaged, or its disk is full.
        LockedError: another program holds it.
        UserError: the setting is no URL, or the driver is not installed.
    """
    engine = open_engine(resolve_url(state, root), busy_timeout_s=busy_timeout_s)
    with ExitStack() as on_failure:
        on_failure.callback(engine.dispose)
        prepare(engine, migrate=migrate)
        on_failure.pop_all()
    return Store(engine, now)


class Store:
    """What pmtrack remembers. Reads see committed data; writes are gathered in a `Writer` and committed together."""

    def __init__(self, engine: Engine, now: Callable[[], dt.datetime]) -> None:
        self._engine = engine
        self._lock: StateLock | None = None
        self.now = now

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    @property
    def engine(self) -> Engine:
        """The engine, for tests that count statements and for back-ups."""
        return self._engine

    @property
    def place(self) -> str:
        """The database for people: the file, or the URL without its password."""
        return place_of(self._engine.url)

    # --- reading ----------------------------------------------------------------------------------------------------

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection on which several questions see the same data."""
        with explained(self.place), self._engine.connect().execution_options(read_only=True) as connection:
            yield connection

    def documents(self, below: Sequence[str] | None = None) -> dict[str, DocumentRecord]:
        """Every document that is there, by path, without contents; of some files and folders only if they are given."""
        with self.reading() as connection:
            return reader.documents(connection, below)

    def count_documents(self) -> int:
        """How many documents are there."""
        with self.reading() as connection:
            return reader.count_documents(connection)

    def post_mortems(self, paths: Sequence[str] | None = None) -> dict[str, PostMortem]:
        """Documents with their contents as last read; all if no paths are given."""
        with self.reading() as connection:
            return reader.post_mortems(connection, paths)

    def items(
        self, *, ids: Sequence[str] | None = None, paths: Sequence[str] | None = None
    ) -> list[ItemRecord]:
        """Items by identity, or those in documents; all, also removed ones, if neither is given."""
        with self.reading() as connection:
            if ids is not None:
                return reader.items_by_id(connection, ids)
            if paths is not None:
                return reader.items_in(connection, paths)
            return list(reader.all_items(connection))

    def strays(self, since: dt.datetime) -> list[ItemRecord]:
        """Items whose rows were found gone after `since` and which may come back."""
        with self.reading() as connection:
            return reader.items_removed_since(connection, since)

    def pending(self) -> list[str]:
        """Items that the last run left something to do with."""
        with self.reading() as connection:
            return reader.pending_items(connection)

    def linked_issues(self, tracker: str) -> list[str]:
        """Ids of the issues that are linked in a tracker."""
        with self.reading() as connection:
            return reader.linked_issues(connection, tracker)

    def items_of_issues(self, tracker: str, issue_ids: Sequence[str]) -> dict[str, str]:
        """Issue id -> item id, for linked issues of a tracker."""
        with self.reading() as connection:
            return reader.items_of_issues(connection, tracker, issue_ids)

    def issue_versions(self, tracker: str) -> dict[str, str | None]:
        """Issue id -> version as last read."""
        with self.reading() as connection:
            return reader.versions(connection, tracker)

    def open_conflicts(self) -> dict[tuple[str, str], tuple[str | None, str | None]]:
        """(item id, field) -> (document's value, tracker's value) of conflicts that nobody has settled."""
        with self.reading() as connection:
            return reader.open_conflicts(connection)

    def open_intents(self, tracker: str | None = None) -> list[IntentRecord]:
        """Writes of unknown outcome, oldest first."""
        with self.reading() as connection:
            return reader.open_intents(connection, tracker)

    def trackers(self) -> dict[str, TrackerRecord]:
        """What is kept for each tracker, by name."""
        with self.reading() as connection:
            return reader.trackers(connection)

    def links_named(self, refs: Sequence[str]) -> list[LinkRecord]:
        """Links whose issue has one of these keys, URLs or ids."""
        with self.reading() as connection:
            return reader.links_named(connection, refs)

    def world(
        self,
        now: dt.datetime | None = None,
        *,
        people: Mapping[str, Person] | None = None,
        as_of: dt.datetime | None = None,
    ) -> World:
        """The tracked world for rules and reports.

        Args:
            now: The moment for which is asked; the clock's by default.
            people: The people map of the configuration.
            as_of: Tell what was known and true at that moment, from the history.
        """
        from tracker.state.worldview import world_at

        with self.reading() as connection:
            return world_at(connection, now or as_of or self.now(), people=people or {}, as_of=as_of)

    def info(self) -> Mapping[str, object]:
        """Facts about the state for `pmtrack state info`: place, schema, counts, lock, last run."""
        with self.reading() as connection:
            counts = {
                table.__tablename__: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (Item, Link, Conflict, Run)
            }
            open_intents = connection.execute(
                select(func.count()).select_from(Intent).where(Intent.settled_at.is_(None))
            ).scalar_one()
            documents = reader.count_documents(connection)
        return {
            "place": self.place,
            "schema": SCHEMA,
            "documents": documents,
            **counts,
            "open_intents": open_intents,
            "lock": self.holder(),
            "size": self._size(),
        }

    def recall(self, key: str) -> str | None:
        """A text kept by `remember`, None where there is none."""
        with self.reading() as connection:
            return connection.execute(select(Note.value).where(Note.key == key)).scalar()

    # --- writing ----------------------------------------------------------------------------------------------------

    @contextmanager
    def writing(self, run_id: str | None = None) -> Iterator[Writer]:
        """Gather rows and commit them together at the end; nothing is written if the block raises."""
        with ExitStack() as transaction:
            connections: list[Connection] = []

            def relieve(writer: Writer) -> None:
                if not connections:
                    transaction.enter_context(explained(self.place))
                    connections.append(transaction.enter_context(self._engine.begin()))
                writer.flush(connections[0])

            writer = Writer(self.now(), run_id, relieve=relieve)
            yield writer
            if connections:
                writer.flush(connections[0])
            else:
                self.commit(writer)

    def commit(self, writer: Writer) -> None:
        """Commit what a writer has gathered; nothing is sent if that is nothing."""
        if writer.empty:
            return
        with explained(self.place), self._engine.begin() as connection:
            writer.flush(connection)

    def remember(self, key: str, value: str) -> None:
        """Keep a small text under a key (for reports: the findings of the last audit, reminders sent)."""
        with self.writing() as writer:
            writer.note(key, value)

    def save_tracker(self, record: TrackerRecord) -> None:
        """Keep a tracker's cursor and health; what its adapter remembers is left as it is (`save_memory`)."""
        row = {name: getattr(record, name) for name in TrackerRecord.__dataclass_fields__ if name != "memory"}
        with explained(self.place), self._engine.begin() as connection:
            bulk.upsert(connection, TrackerMemory, [row])

    def save_memory(self, name: str, type_: str, memory: Mapping[str, str]) -> None:
        """Keep what a tracker's adapter remembers, committed when this returns."""
        row = {"name": name, "type": type_, "memory": json.dumps(dict(memory), sort_keys=True)}
        with explained(self.place), self._engine.begin() as connection:
            bulk.upsert(connection, TrackerMemory, [row])

    # --- runs -------------------------------------------------------------------------------------------------------

    def start_run(self, command: str, run_id: str | None = None) -> str:
        """Note that a run starts; gives its id."""
        run_id = run_id or str(ULID())
        row = {"id": run_id, "command": command, "host": socket.gethostname(), "started": self.now()}
        with explained(self.place), self._engine.begin() as connection:
            connection.execute(insert(Run), [row])
        return run_id

    def finish_run(self, run_id: str, *, done: int, failed: int, deferred: int, exit_code: int) -> None:
        """Note how a run ended."""
        values: dict[str, Any] = {
            "done": done,
            "failed": failed,
            "deferred": deferred,
            "exit_code": exit_code,
        }
        with explained(self.place), self._engine.begin() as connection:
            connection.execute(update(Run).where(Run.id == run_id).values(finished=self.now(), **values))

    def runs(self, limit: int = 20) -> tuple[RunRecord, ...]:
        """The latest runs, newest first."""
        from tracker.state.worldview import runs

        with self.reading() as connection:
            return runs(connection, limit=limit)

    def lock(self, owner: str) -> StateLock:
        """The run lock; `owner` is a run's id."""
        self._lock = StateLock(self._engine, owner, self.now)
        return self._lock

    def beat(self) -> None:
        """Say that the run which holds the lock through this store is alive; nothing if there is none.

        Raises:
            LockedError: the lock was taken over; stop.
        """
        if self._lock is not None and self._lock.held:
            self._lock.beat()

    @contextmanager
    def exclusively(self, command: str) -> Iterator[None]:
        """Hold the run lock during the block.

        Raises:
            LockedError: a run holds it.
        """
        lock = self.lock(str(ULID()))
        lock.acquire(command)
        try:
            yield
        finally:
            lock.release()

    def holder(self) -> LockRecord | None:
        """Who runs now."""
        return read_lock(self._engine)

    def tables(self) -> Mapping[str, type[Table]]:
        """Table name -> mapping, for export and import."""
        return {mapper.class_.__tablename__: mapper.class_ for mapper in Table.registry.mappers}

    def _size(self) -> int | None:
        if self._engine.url.get_backend_name() != "sqlite" or not self._engine.url.database:
            return None
        path = Path(self._engine.url.database)
        return path.stat().st_size if path.exists() else None
