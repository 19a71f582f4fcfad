"""The items that a run looks at, each with what is known of its issue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tracker.models import Issue, PostMortem
from tracker.remote import Field
from tracker.state.records import ItemRecord, LinkRecord
from tracker.state.store import Store
from tracker.sync import fields
from tracker.sync.desk import Desk
from tracker.sync.linking import Verdict
from tracker.sync.plan import Subject
from tracker.sync.prepared import Preparation


def subjects_of(prepared: Preparation, store: Store) -> list[Subject]:
    """Every item that this run looks at, of the trackers that take part."""
    needed = {
        record.path
        for item_id, record in prepared.records.items()
        if item_id not in prepared.rows and record.path not in prepared.sighting.documents
    }
    documents = {**(store.post_mortems(sorted(needed)) if needed else {}), **prepared.sighting.documents}
    lost = {each.item_id for each in prepared.sighting.lost}
    found = []
    for item_id in {**prepared.rows, **prepared.records}:
        desk = prepared.desks.get(prepared.tracker_of(item_id))
        if desk is not None:
            found.append(_subject(prepared, item_id, desk, documents, newly_removed=item_id in lost))
    return found


def _subject(
    prepared: Preparation,
    item_id: str,
    desk: Desk,
    documents: Mapping[str, PostMortem],
    *,
    newly_removed: bool,
) -> Subject:
    row, record = prepared.rows.get(item_id), prepared.records.get(item_id)
    verdict = prepared.verdicts.get(item_id, Verdict())
    path = row.place.path if row else record.path if record else ""
    item = row.item if row else record.item if record else None
    assert item is not None  # noqa: S101 - an item is in one of the two
    subject = Subject(
        item_id=item_id,
        marker=row.marker if row else record.marker if record else "",
        item=item,
        document=documents.get(path) or PostMortem(path),
        path=path,
        shown=prepared.sighting.shown(path),
        tracker=desk.name,
        removed=newly_removed or (row is None and record is not None and record.removed_at is not None),
        newly_removed=newly_removed,
        obstacle=verdict.obstacle,
        foreign=verdict.foreign,
        blocked=verdict.blocked,
    )
    if record is not None and record.link is not None:
        base = fields.respelled(record.base, item.owners, prepared.people)
        return _with_known_issue(replace(subject, base=base), record, record.link, desk)
    if verdict.issue is not None:
        return _with_found_issue(subject, verdict.issue, desk)
    if desk.trouble and not subject.obstacle:
        return replace(subject, blocked=subject.blocked or desk.trouble)
    return subject


def _with_known_issue(subject: Subject, record: ItemRecord, link: LinkRecord, desk: Desk) -> Subject:
    key, pulled = link.issue_id, desk.pulled
    subject = replace(subject, link=link, issue=record.issue, state="read")
    if key in pulled.issues:
        ref = pulled.issues[key].ref
        return replace(subject, issue=pulled.issues[key], link=replace(link, key=ref.key, url=ref.url))
    if key in pulled.gone or record.gone_at is not None:
        return replace(subject, state="gone", newly_gone=record.gone_at is None)
    if key in pulled.unreadable:
        return replace(subject, state="unreadable", unreadable=pulled.unreadable[key])
    if desk.trouble:
        return replace(subject, blocked=desk.trouble)
    return subject


def _with_found_issue(subject: Subject, issue: Issue, desk: Desk) -> Subject:
    ref = issue.ref
    adopted = subject.marker in desk.settled.adopted
    how = "adopted" if adopted else "row"
    link = LinkRecord(subject.item_id, desk.name, ref.id, ref.key, ref.url, how)
    base = {}
    if adopted:
        intent = next(each for each in desk.intents if each.marker == subject.marker)
        there = fields.of_issue(issue)
        base = {name: (value, there[Field(name)]) for name, value in intent.payload.items()}
    return replace(subject, link=link, link_how=how, issue=issue, state="read", base=base)
