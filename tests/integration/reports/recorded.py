"""Writes a simulated history into a real state, as the syncs of those days would have."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path

from tests.unit.reports.simulation import Simulation, Work, tracked
from tracker.state.records import LinkRecord, TrackerRecord
from tracker.state.store import Store, open_store
from tracker.state.writer import Writer
from tracker.world import Event, Side


def record(books: Simulation, folder: Path, now: dt.datetime) -> Store:
    """The state of a folder with everything that happened in the simulation."""
    (folder / ".pmtrack").mkdir(exist_ok=True)
    store = open_store("sqlite:///.pmtrack/state.db", root=folder, now=lambda: now)
    works = defaultdict(list)
    for work in books.works:
        works[work.path].append(work)
    for document in books.documents:
        members = works[document.path]
        seen = min(
            (work.seen for work in members),
            default=dt.datetime.combine(document.completed or now.date(), dt.time(8), dt.UTC),
        )
        writer = Writer(seen)
        writer.document(document, size=1, mtime_ns=1, doubtful=False, ambiguous={})
        store.commit(writer)
        for position, work in enumerate(members):
            _record(store, work, position)
    for name, kind in (("github", "github"), ("jira", "jira")):
        store.save_tracker(TrackerRecord(name, kind, last_attempt=now, last_success=now))
    return store


def _record(store: Store, work: Work, position: int) -> None:
    one = tracked(work)
    writer = Writer(work.seen)
    writer.item(work.item_id, f"pmt-{work.number}", work.path, position, one.item)
    events = [Event(work.seen, work.item_id, Side.DOCUMENT, "created", None, work.title)]
    if one.issue is not None and one.ref is not None and one.tracker is not None:
        writer.link(LinkRecord(work.item_id, one.tracker, one.ref.id, one.ref.key, one.ref.url))
        writer.issue(one.tracker, one.issue)
        events.append(Event(work.seen, work.item_id, Side.PMTRACK, "linked", None, one.ref.key))
    writer.events([*events, *work.events])
    store.commit(writer)
    if work.removed is not None:
        writer = Writer(work.removed)
        writer.items_removed([work.item_id])
        store.commit(writer)
