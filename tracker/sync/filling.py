"""The last step of a sync with `--write-back`: what trackers say goes into the documents."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tracker.models import ActionItem, ItemForm, PostMortem, Status
from tracker.reading import documents
from tracker.reading.settings import make
from tracker.remote import Field
from tracker.state.records import ItemRecord
from tracker.state.store import Store
from tracker.sync import fields
from tracker.sync.desk import Desk
from tracker.sync.prepared import Preparation
from tracker.sync.report import ActionRecord
from tracker.sync.sighting import RACY_NS, Sighting
from tracker.sync.writeback import CHANGED, Rewritten, Wish, rewrite, save

Unwritten = defaultdict[str, defaultdict[str, list[int]]]  # reason -> document -> lines
_NAMED = 8  # so many places are named in a message


def fill_in(
    prepared: Preparation, store: Store, run_id: str, *, now: dt.datetime, dry_run: bool
) -> list[ActionRecord]:
    """Write references and statuses into the documents of the run.

    Args:
        prepared: The run, with the documents as they were read.
        store: Knows the links and issues after everything was applied.
        run_id: For the books.
        now: The moment, UTC.
        dry_run: Only say what would be written.

    Returns:
        One action per row that was (or would be) changed, or whose document could not be.
    """
    settings = make(prepared.settings.reading, prepared.settings.people)
    records: list[ActionRecord] = []
    unwritten: Unwritten = defaultdict(lambda: defaultdict(list))
    for key, items in _by_document(prepared, store).items():
        for record in items:
            if (why := _no_box_for(record, prepared.desks)) and _news(record, prepared.desks):
                unwritten[why][prepared.sighting.shown(key)].append(record.item.line)
        wishes = {record.position: wish for record in items if (wish := wish_for(record, prepared.desks))}
        if not wishes:
            continue
        before = _as_read(prepared.sighting, key)
        if isinstance(before, str):
            told = [
                _record(prepared, record, wishes[record.position])
                for record in items
                if record.position in wishes
            ]
            records += [replace(record, outcome="deferred", error=before) for record in told]
            continue
        result = rewrite(
            key, before, list(wishes.values()), lambda name, data: documents.read(name, data, settings)
        )
        records += _put(prepared, store, run_id, key, items, wishes, before, result, now=now, dry_run=dry_run)
        _refused(prepared, key, items, result, unwritten)
    prepared.notes += [_sentence(why, places) for why, places in unwritten.items()]
    return records


def _by_document(prepared: Preparation, store: Store) -> Mapping[str, Sequence[ItemRecord]]:
    """The items by document and as this run read them: a dry run has not put their new places into the state."""
    sighting = prepared.sighting
    lost = {each.item_id for each in sighting.lost}
    found: defaultdict[str, list[ItemRecord]] = defaultdict(list)
    for record in store.items(paths=[key for key in sighting.files if key not in sighting.unread]):
        row = prepared.rows.get(record.item_id)
        if row is not None:
            found[row.place.path].append(
                replace(record, path=row.place.path, position=row.place.index, item=row.item)
            )
        elif record.item_id not in lost:
            found[record.path].append(record)
    return found


def _as_read(sighting: Sighting, key: str) -> bytes | str:
    """The bytes of a document, or why they are not those from which this run knows the places of its rows."""
    try:
        data = Path(sighting.files[key].path).read_bytes()
    except OSError as error:
        return f"the document cannot be read: {error.strerror or error}"
    document = sighting.documents.get(key)
    expected = sighting.known[key].sha256 if document is None else document.sha256
    return data if hashlib.sha256(data).hexdigest() == expected else CHANGED


def wish_for(record: ItemRecord, desks: Mapping[str, Desk]) -> Wish | None:
    """What the row of an item lacks: its issue's name, or the status that the tracker says and no rule has questioned."""
    desk = desks.get(record.link.tracker) if record.link else None
    if record.link is None or desk is None or desk.adapter is None or record.gone_at is not None:
        return None
    key = record.link.key if not record.item.refs else None
    status = _status(record, desk)
    if key is None and status is None:
        return None
    return Wish(record.position, key, record.link.url if key else None, status)


def _fulfilled(wish: Wish, item: ActionItem) -> Wish:
    """What of a wish the row says now."""
    status = wish.status if wish.status is (item.status or Status.OPEN) else None
    return replace(wish, key=wish.key if item.refs else None, status=status)


def _no_box_for(record: ItemRecord, desks: Mapping[str, Desk]) -> str | None:
    """Why a check box stays as it is although the issue is closed: ticking it would say that the work was done."""
    desk = desks.get(record.link.tracker) if record.link else None
    if desk is None or desk.adapter is None or record.issue is None or record.pending:
        return None
    there = record.issue.status
    here = record.item.status or Status.OPEN
    if record.item.form is ItemForm.TASK and there is Status.CANCELLED and not here.is_closed:
        return "a check box cannot say that the issue was closed without being done, so it stays unticked"
    return None


def _news(record: ItemRecord, desks: Mapping[str, Desk]) -> bool:
    """Whether this run read a change of the issue; what stays as it is is reported once."""
    return record.link is not None and record.link.issue_id in desks[record.link.tracker].pulled.issues


def _refused(
    prepared: Preparation, key: str, items: Sequence[ItemRecord], result: Rewritten, unwritten: Unwritten
) -> None:
    by_position = {record.position: record for record in items}
    for index, why in (result.refused or {}).items():
        record = by_position[index]
        if "no place for the status" not in why or _news(record, prepared.desks):
            unwritten[why][prepared.sighting.shown(key)].append(record.item.line)


def _sentence(why: str, places: Mapping[str, Sequence[int]]) -> str:
    """One sentence for all rows that were not written to for one reason."""
    listed = [
        f"{path} (line{'s' if len(lines) > 1 else ''} {_listed(sorted(lines))})"
        for path, lines in sorted(places.items())
    ]
    return f"not written back: {_listed(listed)}: {why}"


def _listed(values: Sequence[object]) -> str:
    more = f" and {len(values) - _NAMED} more" if len(values) > _NAMED else ""
    return ", ".join(str(value) for value in values[:_NAMED]) + more


def _status(record: ItemRecord, desk: Desk) -> Status | None:
    assert desk.adapter is not None  # noqa: S101 - the caller has looked
    if record.pending or record.issue is None:
        return None
    here = fields.nearest(record.item.status or Status.OPEN, desk.adapter.capabilities)
    there = record.issue.status
    if here is there or record.base.get(Field.STATUS.value, (None, None))[1] != there.value:
        return None
    boxes = (Status.OPEN, Status.DONE)
    if record.item.form is ItemForm.TASK and (
        there not in boxes or (not there.is_closed and not here.is_closed)
    ):
        return None
    return there


def _put(  # noqa: PLR0917 - one caller, just above
    prepared: Preparation,
    store: Store,
    run_id: str,
    key: str,
    items: Sequence[ItemRecord],
    wishes: Mapping[int, Wish],
    before: bytes,
    result: Rewritten,
    *,
    now: dt.datetime,
    dry_run: bool,
) -> list[ActionRecord]:
    by_position = {record.position: record for record in items}
    now_there = result.document.action_items
    records = [
        _record(prepared, by_position[index], _fulfilled(wishes[index], now_there[index]))
        for index in result.written
    ]
    if dry_run or not records:
        return records
    path = Path(prepared.sighting.files[key].path)
    try:
        why_not = save(path, before, result.data)
    except OSError as error:
        why_not = f"the document cannot be written: {error.strerror or error}"
    if why_not is not None:
        return [replace(record, outcome="deferred", error=why_not) for record in records]
    _note(store, run_id, key, path, by_position, result.document, now)
    return [replace(record, outcome="done") for record in records]


def _note(  # noqa: PLR0917 - one caller, just above
    store: Store,
    run_id: str,
    key: str,
    path: Path,
    by_position: Mapping[int, ItemRecord],
    document: PostMortem,
    now: dt.datetime,
) -> None:
    """What was written is what the document says now, so that the next run sees no change in it."""
    status = path.stat()
    kept = store.documents([key])[key]
    with store.writing(run_id) as writer:
        doubtful = now.timestamp() * 1e9 - status.st_mtime_ns < RACY_NS
        writer.document(
            replace(document, path=key),
            size=status.st_size,
            mtime_ns=status.st_mtime_ns,
            doubtful=doubtful,
            ambiguous=kept.ambiguous,
        )
        for index, item in enumerate(document.action_items):
            record = by_position.get(index)
            if record is None:
                continue
            writer.item(record.item_id, record.marker, key, index, item, pending=record.pending)
            if record.base and item.status is not record.item.status:
                there = record.base[Field.STATUS.value][1]
                pair = ((item.status or Status.OPEN).value, there)
                writer.base(record.item_id, {**record.base, Field.STATUS.value: pair})


def _record(prepared: Preparation, record: ItemRecord, wish: Wish) -> ActionRecord:
    assert record.link is not None  # noqa: S101 - a wish comes from a link
    shown: dict[str, object] = {}
    reasons = []
    if wish.key is not None:
        shown["refs"] = {"from": None, "to": wish.key}
        reasons.append(f"the row does not name its issue {wish.key} yet")
    if wish.status is not None:
        here = (record.item.status or Status.OPEN).value
        shown["status"] = {"from": here, "to": wish.status.value}
        reasons.append(f"status: tracker says {wish.status.value}, the document {here}")
    return ActionRecord(
        action="write-back",
        item=record.item.title,
        item_id=record.item_id,
        document=prepared.sighting.shown(record.path),
        line=record.item.line,
        tracker=record.link.tracker,
        issue=record.link.key,
        url=record.link.url,
        fields=shown,
        reason="; ".join(reasons),
    )
