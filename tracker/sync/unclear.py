"""Rows that could be either of several known items: told, and nothing is created for them."""

from __future__ import annotations

from dataclasses import replace

from tracker.identity import Place
from tracker.state.records import ItemRecord
from tracker.state.store import Store
from tracker.sync.plan import Planned, Subject
from tracker.sync.report import ActionRecord
from tracker.sync.sighting import Sighting, action_items


def unclear_rows(sighting: Sighting, store: Store) -> list[Planned]:
    """Rows that could be either of several known items: told, and nothing is created."""
    unclear = sighting.matching.ambiguous
    if not unclear:
        return []
    ids = sorted({item_id for ambiguity in unclear.values() for item_id in ambiguity.candidates})
    known = {record.item_id: record for record in store.items(ids=ids)}
    told = []
    for place, ambiguity in sorted(unclear.items(), key=lambda pair: pair[0]):
        subject = _subject(sighting, place)
        names = "; ".join(_named(known[item_id]) for item_id in ambiguity.candidates if item_id in known)
        reason = f"this row could be: {names} ({ambiguity.reason}). Settle it with `pmtrack link`"
        record = ActionRecord(
            "skip",
            subject.item.title,
            "",
            subject.shown,
            subject.item.line,
            reason=reason,
            outcome="deferred",
        )
        told.append(Planned(subject, replace(record, error="it is not clear which item this is")))
    return told


def _subject(sighting: Sighting, place: Place) -> Subject:
    document = sighting.documents[place.path]
    item = action_items(document)[place.index]
    return Subject("", "", item, document, place.path, sighting.shown(place.path), "")


def _named(record: ItemRecord) -> str:
    issue = f" ({record.link.key})" if record.link else ""
    return f'"{record.item.title}"{issue} of {record.path}'
