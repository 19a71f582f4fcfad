"""Matching the rows of today with the known items; see `tracker.identity` for the order of evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tracker.identity import likeness
from tracker.identity.candidates import near
from tracker.identity.inside import Inside
from tracker.identity.ledger import Ledger
from tracker.identity.moves import Moves
from tracker.identity.values import Known, KnownDocument, Matching, Place, TodayDocument


def match(
    today: Sequence[TodayDocument],
    known: Sequence[KnownDocument],
    strays: Sequence[Known] = (),
    hidden: Sequence[Known] = (),
) -> Matching:
    """Tell for every row of the documents of today which known item it is.

    Args:
        today: Documents that are new or changed.
        known: The documents as last seen that changed or vanished. A document that did not change takes no part, so a
            copy of it is never mistaken for it.
        strays: Items whose row was found gone earlier and which may have come back.
        hidden: Items of documents that could not be read now. A row like one of them may be moved or copied from there,
            so it is not new before that can be seen.
    """
    ledger = Ledger(today, known, strays)
    _by_reference(ledger)
    old = {document.path: [each.item_id for each in document.items] for document in known}
    new = {document.path: len(document.items) for document in today}
    inside = [
        Inside(ledger, [Place(path, index) for index in range(new[path])], old[former])
        for path, former in ledger.pairs.items()
    ]
    for each in inside:
        each.match_surely()
    left = ledger.by_text(ledger.free_items(ledger.items))
    for each in inside:
        each.match_by_likeness(left)
    Moves(ledger, today, known).follow()
    _like_hidden(ledger, hidden)
    return _result(ledger)


def _result(ledger: Ledger) -> Matching:
    held = {item for ambiguity in ledger.ambiguous.values() for item in ambiguity.candidates}
    lost = tuple(
        item
        for item in ledger.items
        if item in ledger.living and item not in ledger.used and item not in held
    )
    renamed = {old: new for new, old in ledger.pairs.items() if old != new}
    return Matching(ledger.bound, ledger.ambiguous, lost, renamed)


def _by_reference(ledger: Ledger) -> None:
    owner = {ref: each.item_id for each in ledger.items.values() for ref in each.refs}
    claims: defaultdict[str, list[Place]] = defaultdict(list)
    for place, row in ledger.rows.items():
        named = {owner[ref.casefold()] for ref in row.refs if ref.casefold() in owner}
        if len(named) == 1:
            claims[named.pop()].append(place)
    for item_id, places in claims.items():
        _settle_claims(ledger, item_id, places)


def _settle_claims(ledger: Ledger, item_id: str, places: list[Place]) -> None:
    """Several rows name one issue when a row or a document was copied: the one at home with its text is the item."""
    title = ledger.items[item_id].item.title
    at_home = [place for place in places if ledger.is_home(place.path, item_id)]
    if not at_home and any(ledger.is_home(each.path, item_id) for each in ledger.rows_with(title)):
        return  # the row only mentions the issue of an item that is where it was
    candidates = at_home or places
    same = [place for place in ledger.rows_with(title) if place in candidates]
    if len(same or candidates) == 1:
        ledger.bind((same or candidates)[0], item_id, "reference")
    elif not at_home or not same:
        for place in candidates:
            ledger.doubt(place, [item_id], "several rows name the same issue")


def _like_hidden(ledger: Ledger, hidden: Sequence[Known]) -> None:
    rows = ledger.free_rows(ledger.rows) if hidden else []
    candidates: defaultdict[int, list[str]] = defaultdict(list)
    for row, item in near([ledger.rows[place].title for place in rows], [each.item.title for each in hidden]):
        if likeness.items(ledger.rows[rows[row]], hidden[item].item) >= likeness.ACCEPT:
            candidates[row].append(hidden[item].item_id)
    for row, ids in candidates.items():
        ledger.doubt(
            rows[row], ids, "their document could not be read, so it is not known whether they moved"
        )
