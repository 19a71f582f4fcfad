"""What the documents said of themselves before they were changed: titles, severities, reviews, causes of a past day.

The history of events follows the items. Of everything else in a document the state keeps the reading that a later one replaced,
without items, and only where it said something else: a status that is set in a table every day costs nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from tracker.models import PostMortem
from tracker.state import codec
from tracker.state.database import dialect_of
from tracker.state.tables import Document, FormerHeader, Note

NOTE = "headers"
"""Key of the note that a migration leaves: before its moment no former headers were kept."""
_AT_ONCE = 500


def keep_former(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep the headers that these rows of documents are about to replace.

    A document that is the same and was read again (by a newer pmtrack, with other settings) has the new reading for its past too.
    """
    new = {row["path"]: row for row in rows}
    known = _stored(connection, Document.sha256, list(new))
    changed = [path for path, sha256 in known if sha256 != new[path]["sha256"]]
    found: list[dict[str, Any]] = []
    for path, payload in _stored(connection, Document.payload, changed):
        row, header = new[path], _header(codec.post_mortem(payload))
        if _said(header) != _said(_header(codec.post_mortem(row["payload"]))):
            found.append({"path": path, "until": row["read_at"], "payload": codec.dump(header)})
    if found:
        dialect = dialect_of(connection)
        # Of two changes within one moment the first knows what was there before it.
        connection.execute(dialect.insert(FormerHeader).on_conflict_do_nothing(), found)


def _stored(connection: Connection, column: Any, paths: Sequence[str]) -> Iterator[Any]:
    """Path and column of those documents that are known."""
    columns = select(Document.path, column)
    for start in range(0, len(paths), _AT_ONCE):
        yield from connection.execute(columns.where(Document.path.in_(paths[start : start + _AT_ONCE])))


def _header(document: PostMortem) -> PostMortem:
    return replace(document, items=(), header_spans={}, diagnostics=(), sha256="")


def _said(header: PostMortem) -> PostMortem:
    """Without line numbers, which change with every line above."""
    return replace(
        header,
        timeline=tuple(replace(one, line=0) for one in header.timeline),
        notes=tuple(replace(one, line=0) for one in header.notes),
        reviews=tuple(replace(one, line=0) for one in header.reviews),
        suppressions=tuple(replace(one, line=0) for one in header.suppressions),
    )


def headers_at(connection: Connection, moment: dt.datetime) -> Mapping[str, PostMortem]:
    """The headers of a past moment, for the documents whose headers have changed since."""
    columns = select(FormerHeader.path, FormerHeader.payload)
    rows = connection.execute(columns.where(FormerHeader.until > moment).order_by(FormerHeader.until.desc()))
    # The oldest of those that are newer comes last, and stays.
    payloads: dict[str, bytes] = {path: payload for path, payload in rows}  # noqa: C416 - rows are no pairs
    return {path: codec.post_mortem(payload) for path, payload in payloads.items()}


def kept_since(connection: Connection) -> dt.datetime | None:
    """From when on headers are kept; None where that is from the beginning of the state."""
    return connection.execute(select(Note.written_at).where(Note.key == NOTE)).scalar()
