"""The state as JSON lines and back: for moving it to another database, for looking at it, for keeping it elsewhere.

The first line says what it is, the last how many rows there are: an export that broke off would lack links, and the items without
them would get second issues. Every other line is `[table, row]`. Rows of the run lock are left out.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from typing import Any, cast

from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy import Table as SqlTable
from sqlalchemy.exc import IntegrityError, InvalidRequestError

from tracker.errors import StateError
from tracker.state.database import SCHEMA
from tracker.state.database_errors import explained
from tracker.state.store import Store
from tracker.state.tables import Moment, RunLock, Table

FORMAT = "pmtrack-state"
ROWS_AT_ONCE = 1_000


def export_lines(store: Store) -> Iterator[str]:
    """The whole state, a line at a time, in a stable order."""
    yield json.dumps({"format": FORMAT, "schema": SCHEMA})
    count = 0
    with store.reading() as connection:
        for table in _tables():
            for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings():
                count += 1
                values = {key: _outward(value) for key, value in row.items()}
                # In ASCII: nothing that is written to a terminal or a pipe on its way may change a character.
                yield json.dumps([table.name, values]).replace("\x7f", "\\u007f")
    yield json.dumps({"rows": count})


def import_lines(store: Store, lines: Iterable[str]) -> int:
    """Put an exported state into an empty one, all or nothing; gives the number of rows.

    Raises:
        StateError: the state is not empty, or the lines are not a whole export of this version.
    """
    rest = iter(lines)
    _check_header(next(rest, ""))
    known = {table.name: table for table in _tables()}
    count = 0
    with explained(store.place), store.engine.begin() as connection:
        for table in known.values():
            if (
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                and table.name != "notes"
            ):
                raise StateError(
                    f"the state {store.place} is not empty",
                    hint="Set `state` to a new place and import there.",
                )
        connection.execute(known["notes"].delete())
        for name, rows in _gathered(rest, known):
            _insert(connection, known[name], rows)
            count += len(rows)
        if connection.dialect.name == "postgresql":
            _continue_sequences(connection, known.values())
    return count


def _insert(connection: Connection, table: SqlTable, rows: list[dict[str, Any]]) -> None:
    try:
        connection.execute(insert(table), rows)
    except (IntegrityError, InvalidRequestError) as error:
        raise StateError(
            f"the exported state has rows that do not fit into the table {table.name}",
            hint="The file is damaged; export again. Nothing was imported.",
        ) from error


def _tables() -> list[SqlTable]:
    return [
        cast(SqlTable, mapper.local_table)
        for mapper in sorted(Table.registry.mappers, key=lambda mapper: str(mapper.local_table))
        if mapper.class_ is not RunLock
    ]


def _check_header(line: str) -> None:
    try:
        header = json.loads(line)
    except ValueError:
        header = None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise StateError(
            "this is not an exported state", hint="Give a file that `pmtrack state export` has made."
        )
    if header.get("schema") != SCHEMA:
        raise StateError(
            f"the exported state is of schema {header.get('schema')}, this pmtrack has {SCHEMA}",
            hint="Export and import with the same version of pmtrack.",
        )


def _gathered(lines: Iterable[str], known: dict[str, SqlTable]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    name, rows = "", list[dict[str, Any]]()
    for table, row in _entries(lines, known):
        if rows and (table != name or len(rows) >= ROWS_AT_ONCE):
            yield name, rows
            rows = []
        name = table
        rows.append(row)
    if rows:
        yield name, rows


def _entries(lines: Iterable[str], known: dict[str, SqlTable]) -> Iterator[tuple[str, dict[str, Any]]]:
    count, announced = 0, None
    for number, line in enumerate(lines, 2):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            if isinstance(entry, dict):
                announced = entry["rows"]
                break
            table, row = entry
            inward = {key: _inward(known[table], key, value) for key, value in row.items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            hint = "The file is damaged; export again."
            raise StateError(f"line {number} of the exported state cannot be read", hint=hint) from error
        count += 1
        yield table, inward
    if announced != count:
        found = (
            f"{count} of {announced} rows are there"
            if announced is not None
            else f"it ends after {count} rows"
        )
        raise StateError(
            f"the exported state is not whole: {found}",
            hint="The file was cut off or changed; export again. Nothing was imported.",
        )


def _outward(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return value.decode() if isinstance(value, bytes) else value


def _inward(table: SqlTable, key: str, value: Any) -> Any:
    column = table.c[key]
    if value is None:
        return None
    if isinstance(column.type, Moment):
        return dt.datetime.fromisoformat(value)
    return value.encode() if column.type.python_type is bytes else value


def _continue_sequences(connection: Any, tables: Iterable[SqlTable]) -> None:
    for table in tables:
        for column in table.primary_key.columns:
            if column.autoincrement is True:
                statement = f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), (SELECT COALESCE(MAX({column.name}), 0) + 1 FROM {table.name}), false)"  # noqa: S608 - names of our own tables
                connection.execute(text(statement))
