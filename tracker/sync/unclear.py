"""Rows that could be either of several known items: told, and nothing is created for them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace

from tracker.identity import Place
from tracker.state.records import ItemRecord
from tracker.state.store import Store
from tracker.sync.plan import Planned, Subject
from tracker.sync.report import ActionRecord
from tracker.sync.sighting import Sighting


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
        candidates = [known[item_id] for item_id in ambiguity.candidates if item_id in known]
        reason = f"{ambiguity.reason}: it could be {' or '.join(map(_named, candidates))}"
        settle = _command(subject, candidates)
        record = ActionRecord(
            "skip",
            subject.item.title,
            "",
            subject.shown,
            subject.item.line,
            reason=f"{reason}. Say which: {settle}",
            outcome="deferred",
        )
        told.append(Planned(subject, replace(record, error=record.reason)))
    return told


def _subject(sighting: Sighting, place: Place) -> Subject:
    document = sighting.documents[place.path]
    item = document.action_items[place.index]
    return Subject("", "", item, document, place.path, sighting.shown(place.path), "")


def _command(subject: Subject, candidates: Sequence[ItemRecord]) -> str:
    """What a person types to settle the row, with the first issue that it could have."""
    row = shlex.quote(f"{subject.shown}:{subject.item.line}")
    issue = next((each.link.key for each in candidates if each.link), None)
    new = f"`pmtrack link {row} --new` for a new item"
    return f"`pmtrack link {row} {issue}`, or {new}" if issue else new


def _named(record: ItemRecord) -> str:
    issue = f" ({record.link.key})" if record.link else ""
    return f'"{record.item.title}"{issue} of {record.path}, line {record.item.line}'
