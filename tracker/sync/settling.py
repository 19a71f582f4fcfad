"""What people settle by hand: `pmtrack link`, `pmtrack unlink`, `pmtrack adopt`. The trackers are only read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import closing

from ulid import ULID

from tracker.errors import UserError
from tracker.identity import marker_of
from tracker.models import ActionItem, Issue
from tracker.remote import Found, Tracker
from tracker.settings import Settings
from tracker.state.records import ItemRecord, LinkRecord
from tracker.state.store import Store
from tracker.state.writer import Writer
from tracker.sync.desk import route_of
from tracker.world import Event, Side

OpenTracker = Callable[[str], Tracker]


def link(
    path: str,
    line: int,
    ref: str,
    *,
    settings: Settings,
    store: Store,
    open_tracker: OpenTracker,
    now: dt.datetime,
) -> str:
    """Decide which issue the row at `path`:`line` has; gives a sentence about what was done.

    A row that could be several known items becomes the one whose issue this is. A row that has another issue gets a new
    identity, for the old issue carries the marker of the old one.

    Raises:
        UserError: no such row or issue, or the issue belongs to a row that stands in a document.
        AdapterError: the tracker cannot be read.
    """
    index, item = _row(store, path, line)
    tracker, issue = _find(ref, route_of(path, settings), settings, open_tracker)
    holder = _holder(store, tracker, issue)
    at_row = _at(store, path, index)
    if holder is not None and at_row is not None and holder.item_id == at_row.item_id:
        return f'"{item.title}" has {issue.ref.key} already'
    if holder is not None and not _is_free(store, holder, path):
        raise UserError(
            f'{issue.ref.key} is the issue of "{holder.item.title}" in {holder.path}',
            hint=f"Run `pmtrack unlink {issue.ref.key}` first if that is wrong.",
        )
    with store.writing() as writer:
        if at_row is not None:
            _retire(writer, at_row, now)
        if holder is not None:
            writer.item(holder.item_id, holder.marker, path, index, item, pending=True)
        else:
            _link_new(writer, path, index, item, tracker, issue, now)
        _settle_row(store, writer, path, index, holder.item_id if holder is not None else None)
    return f'"{item.title}" has {issue.ref.key} now'


def link_new(path: str, line: int, *, store: Store, now: dt.datetime) -> str:
    """Decide that the row at `path`:`line`, which could be several known items, is a new one.

    Raises:
        UserError: there is no such row, or it has an identity already.
    """
    index, item = _row(store, path, line)
    if _at(store, path, index) is not None:
        raise UserError(f"the row at {path}:{line} has an identity already", hint="See `pmtrack status`.")
    with store.writing() as writer:
        item_id = str(ULID())
        writer.item(item_id, marker_of(item_id), path, index, item, pending=True)
        writer.events([Event(now, item_id, Side.DOCUMENT, "created", None, item.title)])
        _settle_row(store, writer, path, index)
    return f'"{item.title}" is a new item; the next sync creates its issue'


def unlink(ref: str, *, store: Store, now: dt.datetime) -> str:
    """Part an item from its issue. The issue stays as it is; the row gets a new identity and, at the next sync, an issue.

    Raises:
        UserError: no link has this issue.
    """
    links = store.links_named([ref])
    if len(links) != 1:
        what = "is the issue of no item" if not links else "is an issue in several trackers"
        raise UserError(f"{ref} {what}", hint="Use the issue's key or URL as `pmtrack status` shows it.")
    (record,) = store.items(ids=[links[0].item_id])
    named = store.links_named(record.item.refs)
    with store.writing() as writer:
        _retire(writer, record, now)
        if record.removed_at is None:
            item_id = str(ULID())
            writer.item(item_id, marker_of(item_id), record.path, record.position, record.item, pending=True)
            writer.events([Event(now, item_id, Side.DOCUMENT, "created", None, record.item.title)])
    parted = f'"{record.item.title}" and {links[0].key} are parted'
    if record.removed_at is not None or links[0] not in named:
        return parted
    return f"{parted}; {record.path} names {links[0].key} still: take it out there, or the next sync links them again"


def adopt(name: str, *, store: Store, open_tracker: OpenTracker, now: dt.datetime) -> tuple[int, list[str]]:
    """Link issues of a tracker that carry an item's marker but have no link.

    Returns:
        How many were linked, and the keys of issues whose marker belongs to no known item.

    Raises:
        AdapterError: the tracker could not be read to the end.
    """
    records = {record.marker: record for record in store.items()}
    linked = set(store.linked_issues(name))
    adopted, strangers = 0, list[str]()
    with closing(open_tracker(name)) as tracker, store.writing() as writer:
        for issue in tracker.scan():
            if issue.ref.id in linked:
                continue
            record = records.get(issue.marker or "")
            if record is None or record.link is not None:
                strangers.append(issue.ref.key)
                continue
            _link(writer, record.item_id, name, issue, "adopted", now)
            writer.items_pending([record.item_id], pending=True)
            records.pop(record.marker)
            adopted += 1
    return adopted, strangers


def _row(store: Store, path: str, line: int) -> tuple[int, ActionItem]:
    document = store.post_mortems([path]).get(path)
    if document is None:
        raise UserError(
            f"{path} was not synced yet",
            hint="Run `pmtrack sync` first; paths are as `pmtrack status` shows.",
        )
    for index, item in enumerate(document.action_items):
        if item.line == line:
            return index, item
    lines = ", ".join(str(item.line) for item in document.action_items)
    raise UserError(
        f"no action item starts at {path}:{line}", hint=f"Items start at lines: {lines or 'none'}."
    )


def _find(ref: str, own: str, settings: Settings, open_tracker: OpenTracker) -> tuple[str, Issue]:
    """The issue, in the document's own tracker first: `#45` may be any repository's."""
    names = dict.fromkeys([own, settings.default_tracker, *settings.trackers])
    for name in names:
        with closing(open_tracker(name)) as tracker:
            if not tracker.owns(ref):
                continue
            result = tracker.lookup([ref]).get(ref)
            if isinstance(result, Found):
                return name, result.issue
            raise UserError(
                f"{name} has no readable issue {ref}", hint="Check the key and this user's rights."
            )
    raise UserError(f"{ref} belongs to no configured tracker", hint=f"Configured: {', '.join(names)}.")


def _at(store: Store, path: str, index: int) -> ItemRecord | None:
    unclear: Mapping[int, object] = store.documents()[path].ambiguous
    if index in unclear:
        return None
    return next((record for record in store.items(paths=[path]) if record.position == index), None)


def _holder(store: Store, tracker: str, issue: Issue) -> ItemRecord | None:
    found = store.items_of_issues(tracker, [issue.ref.id])
    return store.items(ids=list(found.values()))[0] if found else None


def _is_free(store: Store, holder: ItemRecord, path: str) -> bool:
    """Whether the item has no row of its own now: removed, or a candidate of a row that could not be identified."""
    if holder.removed_at is not None:
        return True
    unclear = store.documents()[path].ambiguous
    return any(holder.item_id in candidates for candidates, _reason in unclear.values())


def _retire(writer: Writer, record: ItemRecord, now: dt.datetime) -> None:
    writer.unlink([record.item_id])
    writer.items_removed([record.item_id])
    writer.items_pending([record.item_id], pending=False)
    key = record.link.key if record.link else None
    writer.events([Event(now, record.item_id, Side.PMTRACK, "unlinked", key, None)])


def _link_new(  # noqa: PLR0917 - one caller, just above
    writer: Writer, path: str, index: int, item: ActionItem, tracker: str, issue: Issue, now: dt.datetime
) -> None:
    item_id = str(ULID())
    writer.item(item_id, marker_of(item_id), path, index, item, pending=True)
    _link(writer, item_id, tracker, issue, "manual", now)


def _link(writer: Writer, item_id: str, tracker: str, issue: Issue, how: str, now: dt.datetime) -> None:  # noqa: PLR0917
    ref = issue.ref
    writer.link(LinkRecord(item_id, tracker, ref.id, ref.key, ref.url, how))
    writer.issue(tracker, issue)
    writer.events([Event(now, item_id, Side.PMTRACK, "linked", None, ref.key)])


def _settle_row(store: Store, writer: Writer, path: str, index: int, chosen: str | None = None) -> None:
    """The row is clear now; items that only it could have been are gone from the document."""
    unclear = dict(store.documents()[path].ambiguous)
    candidates, _reason = unclear.pop(index, ((), ""))
    wanted = {item_id for others, _why in unclear.values() for item_id in others}
    writer.items_removed([item_id for item_id in candidates if item_id != chosen and item_id not in wanted])
    writer.document_ambiguous(path, unclear)
