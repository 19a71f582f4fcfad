"""What a plan changes in the state before the first write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tracker.remote import Field
from tracker.state import codec
from tracker.state.records import ConflictRecord
from tracker.state.writer import Writer
from tracker.sync import fields, sighting
from tracker.sync.desk import Desk
from tracker.sync.history import observed
from tracker.sync.merge import FieldConflict
from tracker.sync.plan import Planned
from tracker.sync.prepared import Preparation
from tracker.sync.report import ActionRecord
from tracker.world import Event, Side


def record_plan(prepared: Preparation, writer: Writer, now: dt.datetime) -> None:
    """Put documents, identities, issues as read, links, bases, conflicts and history into the state."""
    sighting.record(prepared.sighting, writer, now)
    if prepared.reading_print is not None:
        writer.note("reading", prepared.reading_print)
    for desk in prepared.desks.values():
        _issues(prepared, desk, writer, now)
        _intents(desk, writer)
    _links(prepared, writer, now)
    pending: dict[str, bool] = {subject.item_id: False for subject in prepared.subjects}
    pending.update(dict.fromkeys(prepared.waiting(), True))
    for each in prepared.planned:
        _note(each, writer)
        if each.subject.item_id and _left_to_do(each):
            pending[each.subject.item_id] = True
    _conflicts(prepared, writer, now)
    for wanted in (True, False):
        writer.items_pending([key for key, value in pending.items() if value is wanted], pending=wanted)


def action_rows(records: Iterable[ActionRecord]) -> Iterator[dict[str, Any]]:
    """The actions of a run as rows."""
    for number, record in enumerate(records):
        yield {
            "number": number,
            "item_id": record.item_id,
            "action": record.action,
            "tracker": record.tracker,
            "issue": record.issue,
            "fields": codec.dump_values(record.fields),
            "reason": record.reason,
            "outcome": record.outcome,
            "error": record.error,
        }


def _issues(prepared: Preparation, desk: Desk, writer: Writer, now: dt.datetime) -> None:
    by_issue = {
        record.link.issue_id: record
        for record in prepared.records.values()
        if record.link is not None and record.link.tracker == desk.name
    }
    own: Mapping[str, Mapping[str, Any]] = {
        intent.issue_id: intent.payload
        for intent in desk.intents
        if intent.kind != "create" and intent.issue_id
    }
    for key, issue in desk.pulled.issues.items():
        record = by_issue.get(key)
        if record is None:
            continue
        writer.issue(desk.name, issue)
        writer.events(observed(record.item_id, record.issue, issue, now=now, own=own.get(key)))
    for key in desk.pulled.gone:
        record = by_issue.get(key)
        if record is not None and record.gone_at is None:
            writer.issue_gone(desk.name, key)
            writer.events([Event(now, record.item_id, Side.TRACKER, "gone", desk.pulled.gone[key])])
    for key, reason in desk.pulled.unreadable.items():
        writer.issue_unreadable(desk.name, key, reason)


def _intents(desk: Desk, writer: Writer) -> None:
    for marker in desk.settled.adopted:
        writer.intent_settled("create", marker, "adopted")
    for marker in desk.settled.absent:
        writer.intent_settled("create", marker, "absent")
    read = {*desk.pulled.issues, *desk.pulled.gone}
    for intent in desk.intents:
        if intent.kind != "create" and intent.issue_id in read:
            writer.intent_settled(intent.kind, intent.marker, "read-back")


def _links(prepared: Preparation, writer: Writer, now: dt.datetime) -> None:
    for subject in prepared.subjects:
        if subject.link is None or subject.removed:
            continue
        record = prepared.records.get(subject.item_id)
        if subject.link_how and subject.issue is not None:
            writer.link(subject.link)
            writer.issue(subject.tracker, subject.issue)
            writer.events([Event(now, subject.item_id, Side.PMTRACK, "linked", None, subject.link.key)])
        elif record is not None and record.link is not None and record.link != subject.link:
            writer.link(subject.link)  # the issue was moved: a new key, the same id


def _note(each: Planned, writer: Writer) -> None:
    """The base, as far as it does not wait for a write."""
    if each.merged is None:
        return
    if each.change is not None:
        base = _without_changes(each)
    else:
        base = {name.value: pair for name, pair in each.merged.base.items()}
    # The base of an adopted issue comes from what was sent: it is known here, and not kept yet.
    if base != dict(each.subject.base) or each.subject.link_how:
        writer.base(each.subject.item_id, base)


def _conflicts(prepared: Preparation, writer: Writer, now: dt.datetime) -> None:
    """Keep both values of every conflict; one that is told again is not noted again, one that is over is settled."""
    found = {
        (each.subject.item_id, conflict.field.value): conflict
        for each in prepared.planned
        for conflict in each.conflicts
    }
    looked_at = {subject.item_id for subject in prepared.subjects if not subject.blocked}
    for (item_id, name), values in prepared.open_conflicts.items():
        again = found.get((item_id, name))
        if again is not None and values == (fields.text(again.document), fields.text(again.tracker)):
            del found[item_id, name]
        elif item_id in looked_at:
            writer.conflicts_settled(item_id, [name])
    for (item_id, _name), conflict in found.items():
        writer.conflict(_conflict(item_id, conflict, now))
        writer.events([_conflict_event(item_id, conflict, now)])


def _without_changes(each: Planned) -> dict[str, tuple[Any, Any]]:
    """The base while a change is under way: what it settles is noted when it is confirmed, the rest now."""
    assert each.merged is not None  # noqa: S101 - the caller has looked
    changed = {change.field for change in each.merged.changes}
    base = {name.value: pair for name, pair in each.merged.base.items() if name not in changed}
    return {**base, **{name: pair for name, pair in each.subject.base.items() if Field(name) in changed}}


def _conflict(item_id: str, conflict: FieldConflict, now: dt.datetime) -> ConflictRecord:
    return ConflictRecord(
        item_id=item_id,
        field=conflict.field.value,
        document_value=fields.text(conflict.document),
        tracker_value=fields.text(conflict.tracker),
        base_value=fields.text(conflict.base),
        winner=conflict.winner,
        seen_at=now,
        settled_at=None if conflict.winner == "manual" else now,
    )


def _conflict_event(item_id: str, conflict: FieldConflict, now: dt.datetime) -> Event:
    sides = fields.text(conflict.document), fields.text(conflict.tracker)
    old, new = sides if conflict.winner == "tracker" else sides[::-1]
    return Event(now, item_id, Side.PMTRACK, "conflict", f"{conflict.field.value}: {old}", f"{new}")


def _left_to_do(each: Planned) -> bool:
    if each.writes:
        return True
    if any(conflict.winner == "manual" for conflict in each.conflicts):
        return True
    return each.record.outcome in ("failed", "deferred")
