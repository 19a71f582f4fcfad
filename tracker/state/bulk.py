"""Inserting many rows, without what SQLAlchemy does for each of them.

A first sync writes ten rows for each of fifty thousand items, and working out the parameters of a row in Core costs more than the
database needs for it. Here a statement is compiled once for the process, and a row is one tuple.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect

from tracker.state import tables
from tracker.values import dataclass

Row = Mapping[str, Any]
_Change = Callable[[Any], Any]

# What an upsert leaves as it was first written.
_KEPT = {tables.Document: ("first_seen",), tables.Item: ("first_seen",)}


@dataclass(frozen=True, slots=True)
class _Statement:
    """SQL for one row.

    Attributes:
        names: Its parameters in their order; `defaults` has the values of those that the rows leave out.
        positional: Whether the driver takes tuples; else mappings.
        changes: Which of the values, by number, the driver wants in another form.
    """

    sql: str
    names: Sequence[str]
    defaults: Row
    positional: bool
    changes: Sequence[tuple[int, _Change]]

    def parameters(self, rows: Sequence[Row]) -> Iterator[tuple[Any, ...]]:
        """The values of each row in the order of the statement."""
        whole = [{**self.defaults, **row} for row in rows] if self.defaults else rows
        chosen = map(itemgetter(*self.names), whole)
        if not self.changes:
            yield from chosen
            return
        for row in chosen:
            values = list(row)
            for number, change in self.changes:
                values[number] = change(values[number])
            yield tuple(values)


def insert(connection: Connection, table: type[tables.Table], rows: Sequence[Row]) -> None:
    """Insert the rows. All have the same columns, two at least."""
    _send(connection, table, rows, replacing=False)


def upsert(connection: Connection, table: type[tables.Table], rows: Sequence[Row]) -> None:
    """Insert the rows, or replace those whose keys exist. As for `insert`."""
    _send(connection, table, rows, replacing=True)


def _send(connection: Connection, table: type[tables.Table], rows: Sequence[Row], *, replacing: bool) -> None:
    if not rows:
        return
    statement = _statement(table, tuple(rows[0]), replacing, connection.dialect)
    parameters = statement.parameters(rows)
    if statement.positional:
        connection.exec_driver_sql(statement.sql, list(parameters))
    else:
        named = [dict(zip(statement.names, values, strict=True)) for values in parameters]
        connection.exec_driver_sql(statement.sql, named)


@lru_cache(maxsize=128)
def _statement(
    table: type[tables.Table], columns: tuple[str, ...], replacing: bool, dialect: Dialect
) -> _Statement:
    module: Any = import_module(f"sqlalchemy.dialects.{dialect.name}")  # the other one need not be imported
    statement, mapped = module.insert(table), _mapped(table)
    if replacing:
        keys = [column.name for column in mapped.primary_key]
        kept = (*keys, *_KEPT.get(table, ()))
        values = {name: statement.excluded[name] for name in columns if name not in kept}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=values)
    compiled = statement.compile(dialect=dialect, column_keys=list(columns))
    names = tuple(compiled.positiontup or compiled.params)
    bound = [(number, _bound(mapped.columns[name].type, dialect)) for number, name in enumerate(names)]
    changes = [(number, change) for number, change in bound if change is not None]
    defaults = {name: mapped.columns[name].default.arg for name in names if name not in columns}
    return _Statement(compiled.string, names, defaults, bool(compiled.positional), changes)


def _mapped(table: type[tables.Table]) -> Any:
    return table.__table__


def _bound(type_: Any, dialect: Dialect) -> _Change | None:
    change: _Change | None = type_.dialect_impl(dialect).bind_processor(dialect)
    # The rows of one commit share their moments.
    return lru_cache(maxsize=64)(change) if change and isinstance(type_, tables.Moment) else change
