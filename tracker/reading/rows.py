"""A row of an action table to a draft: each cell read by the role of its column. Pure."""

from __future__ import annotations

from dataclasses import replace

from tracker.models import ActionItem, Span, Status
from tracker.reading import references
from tracker.reading.blocks import Row, Text
from tracker.reading.columns import Columns
from tracker.reading.drafts import Draft
from tracker.reading.entries import Reader
from tracker.reading.labelled import set_due
from tracker.reading.placeholders import is_placeholder
from tracker.vocabulary import Vocabulary, fold

_FIELDS = {
    "action": "title",
    "owner": "owners",
    "due": "due",
    "status": "status",
    "priority": "priority",
    "ref": "refs",
    "id": "local_id",
    "category": "category",
}


def read(row: Row, columns: Columns, reader: Reader) -> Draft:
    """The fields of a row; the action cell is read like an entry, the other cells by their column."""
    cell = _cell(row, columns, "action")
    draft = reader.read(cell) if cell is not None else Draft(Text(row.source, row.start, row.start), 0)
    for index, role in enumerate(columns.roles):
        take = _CELLS.get(role)
        if take and index < len(row.cells):
            text = row.cells[index]
            _locate(draft, _FIELDS.get(role, ""), row, text)
            take(draft, text, reader)
    return draft


def names_group(row: Row, columns: Columns, words: Vocabulary) -> bool:
    """Whether a row only names what the rows below it are ("Immediate actions", nothing in the other cells), as a heading would."""
    cell = _cell(row, columns, "action")
    if cell is None or any(other.plain.strip() for other in row.cells if other is not cell):
        return False
    title = cell.plain.strip()
    return not is_placeholder(title) and not {"action", "horizon"}.isdisjoint(words.exact("heading", title))


def goes_on(row: Row, above: Row | None, columns: Columns) -> bool:
    """Whether a row shares its action with the row above: one cell over both of them."""
    cell = _cell(row, columns, "action")
    return above is not None and cell is not None and cell is _cell(above, columns, "action")


def with_owners(item: ActionItem, draft: Draft) -> ActionItem:
    """The item of the rows above with the owners of a further one."""
    return replace(item, owners=tuple(dict.fromkeys((*item.owners, *draft.owners))))


_SIGNS = 0x2000
"""Characters above this that are no letters are signs: a coloured dot before "High"."""


def _locate(draft: Draft, name: str, row: Row, text: Text) -> None:
    """Note where a field's cell stands; a reference in the action cell is not hidden by an empty ticket cell."""
    if name and (name != "refs" or "refs" not in draft.spans or text.plain.strip()):
        place = _place(row, text)
        if place:
            draft.spans[name] = place


def _cell(row: Row, columns: Columns, role: str) -> Text | None:
    index = columns.at(role)
    return row.cells[index] if 0 <= index < len(row.cells) else None


def _place(row: Row, cell: Text) -> Span | None:
    """Where a cell's content stands, or the empty cell itself; None for a cell that the row does not have."""
    source = row.source
    raw = source.data[cell.start : cell.end]
    if not raw.strip():
        inside = (
            row.start < cell.start
            and cell.end <= row.end
            and source.data[cell.end : cell.end + 1] not in (b"", b"\n", b"\r")
        )
        return source.span(cell.start, cell.end) if inside and cell.start <= cell.end else None
    left = len(raw) - len(raw.lstrip())
    return source.span(cell.start + left, cell.start + len(raw.rstrip()))


def _owner(draft: Draft, text: Text, reader: Reader) -> None:
    status = reader.states.exact(text.plain.strip())
    if status in (Status.DONE, Status.CANCELLED):  # "Done" in the column of owners: nobody is called so
        if draft.status is None:
            draft.status, draft.status_raw = status, text.plain.strip()
        return
    names = reader.people.owners(text.plain)
    if names:
        draft.owners = list(names)
        draft.evidence.append("owners")
    if not draft.refs and not any(references.find(name) for name in names):
        _refs_in(draft, text, strict=True)


def _due(draft: Draft, text: Text, reader: Reader) -> None:
    plain = " ".join(text.plain.split())
    if not plain or (is_placeholder(plain) and fold(plain) not in ("tbd", "tbc", "tba")):
        return
    status = reader.states.opening(plain)
    if status in (Status.DONE, Status.CANCELLED):
        if draft.status is None:
            draft.status, draft.status_raw = status, plain
        return
    draft.due, draft.due_raw = None, None
    set_due(reader, draft, plain)
    draft.evidence.append("due")
    status = reader.states.status(plain) if draft.status is None else None
    if status in (Status.DONE, Status.CANCELLED):  # "2026-04-20 ✅ done"
        draft.status, draft.status_raw = status, plain


def _status(draft: Draft, text: Text, reader: Reader) -> None:
    plain = " ".join(text.plain.split())
    status = reader.states.status(plain)
    if status:
        draft.status, draft.status_raw = status, plain
        draft.evidence.append("status")
    _refs_in(draft, text, strict=True)


def _priority(draft: Draft, text: Text, _reader: Reader) -> None:
    plain = " ".join(text.plain.split()).strip("*_` ")
    plain = (
        plain.lstrip("".join(char for char in plain if not char.isalnum() and ord(char) > _SIGNS)).strip()
        or plain
    )
    if plain and not is_placeholder(plain):
        draft.priority = plain
        draft.evidence.append("priority")


def _ref(draft: Draft, text: Text, reader: Reader) -> None:
    _refs_in(draft, text, strict=False)
    for id_ in () if draft.refs else references.beads(text.plain):
        draft.add_ref(id_, 0, 0)
    rest = text.plain
    for ref in reversed(references.find(rest, strict=False)):
        rest = rest[: ref.start] + " " + rest[ref.end :]
    for mark in text.marks:
        inside = text.plain[mark.start : mark.end]
        status = reader.states.exact(inside) if mark.kind == "strong" else None
        if status and draft.status is None:
            draft.set_status(status, inside, 0, 0)
    status = reader.states.exact(rest.strip(" ,;:-|()"))
    if status and draft.status is None and not is_placeholder(rest):
        draft.set_status(status, rest, 0, 0)


def _refs_in(draft: Draft, text: Text, *, strict: bool) -> None:
    links = [
        mark
        for mark in text.marks
        if mark.kind == "link" and ("://" in mark.value or mark.value.startswith("bd:"))
    ]
    for mark in links:
        if references.is_issue_url(mark.value) or (not strict and not references.is_source_url(mark.value)):
            draft.add_ref(mark.value.removeprefix("bd://"), 0, 0)
    if is_placeholder(text.plain):
        return
    for ref in references.find(text.plain, strict=strict):
        if not any(mark.start <= ref.start < mark.end for mark in links):
            draft.add_ref(ref.ref, 0, 0)


def _id(draft: Draft, text: Text, _reader: Reader) -> None:
    plain = " ".join(text.plain.split()).strip("*_` ")
    if plain and not is_placeholder(plain) and len(plain) <= 40:
        draft.local_id = plain


def _category(draft: Draft, text: Text, _reader: Reader) -> None:
    plain = " ".join(text.plain.split()).strip("*_` ")
    if plain and not is_placeholder(plain):
        draft.category = plain


def _note(draft: Draft, text: Text, _reader: Reader) -> None:
    """A remark may hold the link to the issue."""
    if not draft.refs:
        _refs_in(draft, text, strict=True)


_CELLS = {
    "note": _note,
    "owner": _owner,
    "due": _due,
    "status": _status,
    "priority": _priority,
    "ref": _ref,
    "id": _id,
    "category": _category,
}
