"""Migrating an older schema with Alembic, after a back-up copy. Imported only when there is something to migrate."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from tracker import faults
from tracker.state.database import SCHEMA, keep_others_out, make_private, place_of
from tracker.state.database_errors import explained

SCRIPTS = Path(__file__).with_name("migrations")


def upgrade(engine: Engine, revision: str, *, target: str = SCHEMA) -> Path | None:
    """Back up, then migrate to `target` in one transaction; killed half-way, the old schema is still there.

    Returns:
        The back-up copy; None for a server database, whose back-ups are its administrator's.

    Raises:
        StateError: the disk is full, the database is read-only, and so on.
    """
    with explained(place_of(engine.url)):
        copy = back_up(engine, f"before-{target}-from-{revision}")
        with engine.begin() as connection:
            keep_others_out(connection)
            config = Config()
            config.set_main_option("script_location", str(SCRIPTS))
            config.attributes["connection"] = connection
            command.upgrade(config, target)
            faults.reach("during-migration")
    return copy


def back_up(engine: Engine, name: str) -> Path | None:
    """A consistent copy of an SQLite file beside it, with SQLite's own back-up, which also copies what the WAL holds."""
    if engine.url.get_backend_name() != "sqlite" or not engine.url.database:
        return None
    source = Path(engine.url.database)
    copy = source.with_name(f"{source.name}.{name}.bak")
    temporary = copy.with_suffix(".tmp")
    temporary.unlink(missing_ok=True)
    make_private(temporary)
    reader, writer = sqlite3.connect(source), sqlite3.connect(temporary)
    try:
        reader.backup(writer)
    finally:
        reader.close()
        writer.close()
    temporary.replace(copy)
    return copy
