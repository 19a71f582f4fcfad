"""The tracked world from the state, now or as it was at any moment, by undoing the history."""

from __future__ import annotations

import datetime as dt
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, func, or_, select

from tracker.models import ActionItem, Issue, Person, PostMortem, Status
from tracker.state import headers, reader
from tracker.state.records import DocumentRecord
from tracker.state.tables import Conflict, Document, Intent, ObservedChange, Run, TrackerMemory
from tracker.world import Event, Hindsight, RunRecord, Side, TrackedItem, TrackerHealth, World


def world_at(
    connection: Connection,
    now: dt.datetime,
    *,
    people: Mapping[str, Person],
    as_of: dt.datetime | None = None,
) -> World:
    """See `tracker.state.store.Store.world`."""
    events = _events(connection)
    conflicts = _conflicts(connection)
    documents = reader.post_mortems_for_reports(connection)
    views = reader.items_for_reports(connection, documents)
    items = [_tracked(view, events.pop(view.item_id, ()), conflicts, as_of) for view in views]
    if as_of is None:
        items += _unidentified(reader.documents(connection), documents, items)
    else:
        items = [item for item in items if item.first_seen is None or item.first_seen <= as_of]
    here, removed, hindsight = _documents_at(connection, documents, items, as_of)
    health = _health(connection)
    return World(
        now=now,
        documents=tuple(here[path] for path in sorted(here)),
        items=tuple(items),
        trackers=health,
        runs=runs(connection, as_of=as_of),
        people=people,
        has_state=True,
        has_trackers=any(each.last_success for each in health),
        open_intents=_open_intents(connection),
        removed_documents=tuple(removed[path] for path in sorted(removed)),
        hindsight=hindsight,
    )


def runs(
    connection: Connection, *, limit: int | None = 200, as_of: dt.datetime | None = None
) -> tuple[RunRecord, ...]:
    """The latest runs, newest first."""
    names = ("id", "command", "started", "finished", "done", "failed", "deferred", "exit_code")
    statement = select(*(getattr(Run, name) for name in names)).order_by(Run.started.desc(), Run.id.desc())
    if as_of is not None:
        statement = statement.where(Run.started <= as_of)
    return tuple(RunRecord(*row) for row in connection.execute(statement.limit(limit)))


def as_of_moment(
    record: ActionItem, issue: Issue | None, later: Sequence[Event]
) -> tuple[ActionItem, Issue | None]:
    """An item and its issue with every later change undone, newest first."""
    for event in reversed(later):
        if event.side is Side.DOCUMENT:
            record = _undone_item(record, event)
        elif issue is not None:
            issue = _undone_issue(issue, event)
    return record, issue


def _tracked(
    view: reader.ItemView,
    events: Sequence[Event],
    conflicts: Mapping[str, tuple[str, ...]],
    as_of: dt.datetime | None,
) -> TrackedItem:
    item_id, path, item, first_seen, removed_at, tracker, ref, issue, gone_at, unreadable = view
    if as_of is not None:
        return _tracked_at(view, events, as_of)
    return TrackedItem(
        sys.intern(item_id),  # the events have it too
        item,
        path,
        tracker,
        ref,
        issue if ref is not None else None,
        gone_at is not None and ref is not None,
        unreadable if ref is not None else None,
        first_seen,
        removed_at,
        (),
        conflicts.get(item_id, ()),
        tuple(events),
    )


def _tracked_at(view: reader.ItemView, events: Sequence[Event], moment: dt.datetime) -> TrackedItem:
    """The item as it was at a past moment: what was not known then is left out."""
    later = [event for event in events if event.at > moment]
    past = tuple(event for event in events if event.at <= moment)
    item, issue = as_of_moment(view.item, view.issue, later)
    linked = view.ref is not None and not any(event.field == "linked" for event in later)
    return TrackedItem(
        item_id=view.item_id,
        item=item,
        path=view.path,
        tracker=view.tracker if linked else None,
        ref=view.ref if linked else None,
        issue=issue if linked else None,
        issue_gone=linked and view.gone_at is not None and view.gone_at <= moment,
        first_seen=view.first_seen,
        removed_at=_removed_at(view, past, moment),
        events=past,
    )


def _removed_at(view: reader.ItemView, past: Sequence[Event], moment: dt.datetime) -> dt.datetime | None:
    """When its row had been found gone, None where it was there; it may have come back since."""
    if view.removed_at is not None and view.removed_at <= moment:
        return view.removed_at
    last = next((event for event in reversed(past) if event.field in ("removed", "created")), None)
    return last.at if last is not None and last.field == "removed" else None


def _unidentified(
    records: Mapping[str, DocumentRecord], documents: Mapping[str, PostMortem], known: Sequence[TrackedItem]
) -> list[TrackedItem]:
    """Rows that could be either of several known items: they have no identity yet."""
    if not any(record.ambiguous for record in records.values()):
        return []
    titles = {tracked.item_id: tracked.item.title for tracked in known}
    found = []
    for path, record in records.items():
        rows = documents[path].action_items if record.ambiguous else ()
        for index, (candidates, _reason) in record.ambiguous.items():
            if index < len(rows):
                names = tuple(titles.get(item_id, item_id) for item_id in candidates)
                found.append(TrackedItem("", rows[index], path, candidates=names))
    return found


def _undone_item(item: ActionItem, event: Event) -> ActionItem:
    match event.field:
        case "title":
            return replace(item, title=event.old or item.title)
        case "status":
            return replace(item, status=Status(event.old) if event.old else None)
        case "due":
            return replace(item, due=dt.date.fromisoformat(event.old) if event.old else None)
        case "priority":
            return replace(item, priority_level=int(event.old) if event.old else None)
        case "owners":
            return replace(item, owners=_names(event.old))
        case _:
            return item


def _undone_issue(issue: Issue, event: Event) -> Issue:
    match event.field:
        case "title":
            return replace(issue, title=event.old or issue.title)
        case "status" if event.old:
            status = Status(event.old)
            return replace(issue, status=status, closed_at=issue.closed_at if status.is_closed else None)
        case "due":
            return replace(issue, due=dt.date.fromisoformat(event.old) if event.old else None)
        case "priority":
            return replace(issue, priority=int(event.old) if event.old else None)
        case "owners":
            return replace(issue, assignees=_names(event.old))
        case _:
            return issue


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(text.split(", ")) if text else ()


def _events(connection: Connection) -> dict[str, list[Event]]:
    names = ("at", "item_id", "side", "field", "old", "new", "by")
    columns = (getattr(ObservedChange, name) for name in names)
    found: defaultdict[str, list[Event]] = defaultdict(list)
    # The same few texts come back a hundred thousand times: one copy of each is enough.
    # `tuple.__new__`, which `Event` and `Event._make` only call.
    same, make, sides = sys.intern, tuple.__new__, {side.value: side for side in Side}
    # In the order of the key, which costs the database no sorting; each item's few are sorted here. That an item came is its
    # `first_seen`, one row in four; only where it came back is the event needed.
    came_back = select(ObservedChange.item_id).where(ObservedChange.field == "removed")
    wanted = or_(ObservedChange.field != "created", ObservedChange.item_id.in_(came_back))
    result = connection.execute(select(*columns).where(wanted).order_by(ObservedChange.id))
    for part in result.partitions(reader.ROWS_AT_ONCE):
        for at, item_id, side, name, old, new, by in part:
            found[item_id].append(
                make(
                    Event,
                    (
                        at,
                        same(item_id),
                        sides[side],
                        same(name),
                        old and same(old),
                        new and same(new),
                        by and same(by),
                    ),
                )
            )
    for events in found.values():
        if len(events) > 1:
            events.sort(key=_when)
    return found


_when = itemgetter(0)  # the moment; an attribute costs five times as much


def _conflicts(connection: Connection) -> Mapping[str, tuple[str, ...]]:
    statement = select(Conflict.item_id, Conflict.field).where(
        Conflict.settled_at.is_(None), Conflict.winner == "manual"
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    for item_id, name in connection.execute(statement):
        found[item_id].add(name)
    return {item_id: tuple(sorted(names)) for item_id, names in found.items()}


def _health(connection: Connection) -> tuple[TrackerHealth, ...]:
    names = ("name", "type", "last_success", "last_attempt", "error")
    columns: Any = (getattr(TrackerMemory, name) for name in names)
    return tuple(
        TrackerHealth(*row) for row in connection.execute(select(*columns).order_by(TrackerMemory.name))
    )


def _documents_at(
    connection: Connection,
    today: Mapping[str, PostMortem],
    items: Sequence[TrackedItem],
    as_of: dt.datetime | None,
) -> tuple[Mapping[str, PostMortem], Mapping[str, PostMortem], Hindsight | None]:
    """The documents that were there, others of which items are known, and what is not known of the day."""
    gone = reader.removed_post_mortems(connection)
    if as_of is None:
        return today, gone, None
    former, since = headers.headers_at(connection, as_of), headers.kept_since(connection)
    rows = _grouped(items)
    here: dict[str, PostMortem] = {}
    others: dict[str, PostMortem] = {}
    reread, begins = 0, None
    columns = select(Document.path, Document.first_seen, Document.read_at, Document.removed_at)
    for path, first_seen, read_at, removed_at in connection.execute(columns):
        begins = first_seen if begins is None else min(begins, first_seen)
        document = today[path] if removed_at is None else gone[path]
        if first_seen > as_of:
            if path in rows:  # they stood in another document then, which was renamed or divided
                others[path] = document
            continue
        if path in former:
            document = replace(former[path], items=document.items, header_spans=document.header_spans)
        if removed_at is None and read_at > as_of:
            document = replace(document, items=tuple(one.item for one in rows.get(path, ())))
        reread += read_at > as_of and since is not None and as_of < since
        (here if removed_at is None or removed_at > as_of else others)[path] = document
    return here, others, Hindsight(begins, reread)


def _grouped(items: Sequence[TrackedItem]) -> Mapping[str, Sequence[TrackedItem]]:
    """The items that were there, by document."""
    found: defaultdict[str, list[TrackedItem]] = defaultdict(list)
    for tracked in items:
        if tracked.removed_at is None:
            found[tracked.path].append(tracked)
    return found


def _open_intents(connection: Connection) -> int:
    statement = select(func.count()).select_from(Intent).where(Intent.settled_at.is_(None))
    return connection.execute(statement).scalar_one()
