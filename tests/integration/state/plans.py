"""Which statements a sync sends, and whether the database answers them without reading whole tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event

LARGE = ("actions", "bases", "conflicts", "documents", "events", "intents", "issues", "items", "links")
# When a document has changed, an item may have come to it from any other: one row for each document, without contents.
ALL_DOCUMENTS = "documents.items \nFROM documents \nWHERE documents.removed_at IS NULL"
# Whether that is needed at all: a number, for which no row is read.
COUNT_OF_DOCUMENTS = "SELECT count(*) AS count_1 \nFROM documents \nWHERE documents.removed_at IS NULL"

Sent = dict[str, Any]


@contextmanager
def recorded() -> Iterator[Sent]:
    """Every different statement that is sent during the block, with its first parameters."""
    sent: Sent = {}

    def note(
        _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool
    ) -> None:
        if statement.split(maxsplit=1)[0] in ("SELECT", "UPDATE", "DELETE"):
            sent.setdefault(statement, parameters[0] if many else parameters)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def whole_tables(connection: Connection, sent: Sent) -> list[tuple[str, str]]:
    """(statement, line of the plan) for each large table that the plan reads from end to end."""
    explain = "EXPLAIN " if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    found = []
    for statement, parameters in sent.items():
        if statement.endswith((ALL_DOCUMENTS, COUNT_OF_DOCUMENTS)):
            continue
        for row in connection.exec_driver_sql(explain + statement, parameters):
            line = str(row[-1])
            if any(f"SCAN {name}" == line or f"Seq Scan on {name}" in line for name in LARGE):
                found.append((statement, line))
    return found
