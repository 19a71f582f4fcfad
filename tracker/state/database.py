"""Opening the database: engine, pragmas, schema version, migration after a back-up copy."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from tracker.errors import StateError, UserError
from tracker.state.database_errors import explained
from tracker.state.tables import Table

SCHEMA = "0003"  # the newest revision in migrations/versions
ADVISORY_KEY = 0x706D7472  # "pmtr"; PostgreSQL's advisory locks are numbers
BUSY_TIMEOUT_S = 5.0  # how long SQLite waits for another writer before it says "locked"


def resolve_url(state: str, root: Path) -> URL:
    """The setting as a URL; a relative SQLite path starts at `root`. A bare `postgresql://` means psycopg 3.

    Raises:
        UserError: it is no SQLAlchemy URL.
    """
    try:
        url = make_url(state)
    except ArgumentError as error:
        hint = "Write for example sqlite:///.pmtrack/state.db or postgresql://user@host/database."
        raise UserError(f"`state` is not a database URL: {state!r}", hint=hint) from error
    if _is_file(url):
        return url.set(database=str(root / str(url.database)))
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    return url


def _is_file(url: URL) -> bool:
    if url.get_backend_name() != "sqlite" or not url.database:
        return False
    return url.database != ":memory:" and not url.database.startswith("file:")


def place_of(url: URL) -> str:
    """The database for people: the file, or the URL without its password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "in memory"
    return url.render_as_string(hide_password=True)


def open_engine(url: URL, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Engine:
    """An engine on the database; makes the folder of an SQLite file.

    Raises:
        StateError: the folder cannot be made.
        UserError: the database's driver is not installed.
    """
    sqlite = url.get_backend_name() == "sqlite"
    arguments: Mapping[str, Any] = {"timeout": busy_timeout_s} if sqlite else {}
    if _is_file(url):
        with explained(place_of(url)):
            make_private(Path(str(url.database)))
    try:
        engine = create_engine(url, connect_args=dict(arguments))
    except (ImportError, NoSuchModuleError) as error:
        hint = "For PostgreSQL install pmtrack with its extra `postgres`."
        raise UserError(f"no driver for {url.drivername}: {error}", hint=hint) from error
    if sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediately)
    return engine


def make_private(path: Path) -> None:
    """An empty file that only its user can read, in place of none; SQLite gives its side files the same permissions."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def prepare(engine: Engine, *, migrate: bool = True) -> None:
    """Bring the schema to this version: made anew, left alone, or migrated after a back-up copy.

    Args:
        engine: From `open_engine`.
        migrate: Whether an older schema may be migrated now.

    Raises:
        StateError: not a database, of a newer pmtrack, or of an older one where `migrate` is false.
    """
    place = place_of(engine.url)
    with explained(place):
        with engine.connect().execution_options(read_only=True) as connection:
            revision = revision_of(connection)
        if revision is None:
            with engine.begin() as connection:
                keep_others_out(connection)
                if revision_of(connection) is None:  # another process may have been faster
                    _create(connection, place)
            return
        if revision == SCHEMA:
            return
        _refuse_newer(revision, place)
        if not migrate:
            raise StateError(f"the state {place} is of an older pmtrack", hint="Run `pmtrack state migrate`.")
        from tracker.state.migration import upgrade

        upgrade(engine, revision)


def revision_of(connection: Connection) -> str | None:
    """The revision of the schema, None for a database without tables of ours."""
    known = {
        "sqlite": "SELECT name FROM sqlite_master WHERE name = 'alembic_version'",
        # Not to_regclass: it may answer from a cache of before the wait for another process that made the tables.
        "postgresql": "SELECT tablename FROM pg_tables WHERE tablename = 'alembic_version' "
        "AND schemaname = ANY (current_schemas(false))",
    }.get(connection.dialect.name)
    if known is None:
        exists = inspect(connection).has_table("alembic_version")
    else:
        exists = connection.execute(text(known)).scalar() is not None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() if exists else None


def dialect_of(connection: Connection) -> Any:
    """The module with the database's own `insert`; PostgreSQL's takes 30 ms to import, so only where it is spoken."""
    return import_module(f"sqlalchemy.dialects.{connection.dialect.name}")


def keep_others_out(connection: Connection) -> None:
    """Wait until no other process makes or migrates the schema. SQLite's BEGIN IMMEDIATE has done that already."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_KEY + 1})


def _create(connection: Connection, place: str) -> None:
    # Without Alembic, whose import costs 750 ms; a test proves that the migrations make the same tables.
    strangers = set(inspect(connection).get_table_names()) & set(Table.metadata.tables)
    if strangers:
        hint = "Set `state` to a database of its own, or finish the interrupted restore."
        raise StateError(f"the state {place} has tables but no schema version", hint=hint)
    Table.metadata.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": SCHEMA})


def _refuse_newer(revision: str, place: str) -> None:
    if not (revision.isdigit() and int(revision) < int(SCHEMA)):
        raise StateError(
            f"the state {place} was written by a newer pmtrack (schema {revision}, this one knows {SCHEMA})",
            hint="Install the newer version again, or restore the back-up beside the state from before its migration.",
        )


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun by us, see below
    # FULL: a committed intent must outlive a power cut, or a create could be repeated.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_immediately(connection: Connection) -> None:
    # A read that later turns into a write fails at once with SQLITE_BUSY instead of waiting, so begin as a writer does.
    # https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#serializable-isolation-savepoints-transactional-ddl
    read_only = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
