"""Items that left their document, followed into other ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from tracker.identity import likeness
from tracker.identity.assignment import assign
from tracker.identity.candidates import near
from tracker.identity.ledger import Ledger
from tracker.identity.values import KnownDocument, Place, TodayDocument

MOVED = 0.9  # an item is followed into another document from this likeness on
TELLING_WORDS = 4  # a title with fewer words ("Update runbook") is not moved on its text alone


class Moves:
    """The rows that are not found in their own document against the items that left theirs."""

    def __init__(
        self, ledger: Ledger, today: Sequence[TodayDocument], known: Sequence[KnownDocument]
    ) -> None:
        self.ledger = ledger
        self._incidents_today = {document.path: document.incident_id for document in today}
        self._incidents_known = {document.path: document.incident_id for document in known}

    def follow(self) -> None:
        """Find rows by a telling text first, then settle what is only somewhat alike at home, then by great likeness."""
        copies = self._copies()
        self._by_text(copies)
        self.ledger.settle_weak()
        self._by_likeness(copies)

    def _by_text(self, copies: set[tuple[str, str]]) -> None:
        ledger = self.ledger
        rows, items = ledger.free_rows(ledger.rows), ledger.free_items(ledger.items)
        texts = {place: likeness.normal(ledger.rows[place].title) for place in rows}
        by_text, wanted = ledger.by_text(items), Counter(texts.values())
        for place, text in texts.items():
            if candidates := by_text.get(text):
                self._move(place, candidates, alone=wanted[text] == 1, copies=copies)

    def _move(
        self, place: Place, candidates: list[str], *, alone: bool, copies: set[tuple[str, str]]
    ) -> None:
        ledger, row = self.ledger, self.ledger.rows[place]
        candidates = ledger.free_items(candidates) or candidates
        if any(self._suspicious(place, item_id, copies) for item_id in candidates):
            ledger.doubt(place, candidates, "the document looks like a copy of theirs")
            return
        signature = likeness.signature(row)
        exact = [each for each in candidates if likeness.signature(ledger.items[each].item) == signature]
        one = candidates if len(candidates) == 1 else exact
        if alone and len(one) == 1 and self._telling(place, one[0]):
            ledger.bind(place, one[0], "text")
        else:
            at_home = ledger.weak[place].candidates if place in ledger.weak else ()
            ledger.doubt(place, [*at_home, *candidates], "items that left other documents have the same text")

    def _suspicious(self, place: Place, item_id: str, copies: set[tuple[str, str]]) -> bool:
        """The row may be from a copy of the item's document that was made for the next incident."""
        home = self.ledger.home[item_id]
        if (place.path, home) in copies:
            return True
        incidents = self._incidents_today.get(place.path), self._incidents_known.get(home)
        if None in incidents or incidents[0] == incidents[1]:
            return False
        row, item = self.ledger.rows[place], self.ledger.items[item_id].item
        other = likeness.normal(row.title) != likeness.normal(item.title) or likeness.differ(row, item)
        return home not in self.ledger.pairs.values() or (other and place.path not in self.ledger.pairs)

    def _telling(self, place: Place, item_id: str) -> bool:
        """Whether the text of the row is enough.

        With another owner or date it is not, where the row is somewhat like another item of its own document, or where the
        item's document has a row somewhat like it with its owner and date.
        """
        ledger = self.ledger
        row, item = ledger.rows[place], ledger.items[item_id].item
        if likeness.differ(row, item):
            heirs = (
                each
                for each, ambiguity in ledger.weak.items()
                if item_id in ambiguity.candidates and likeness.share_all(ledger.rows[each], item)
            )
            if place in ledger.weak or any(heirs):
                return False
        return len(likeness.words(row.title)) >= TELLING_WORDS or likeness.agreement(row, item) >= 0.6

    def _copies(self) -> set[tuple[str, str]]:
        """(path of today, path of yesterday) where the first repeats rows that still stand in the second."""
        living: defaultdict[str, set[str]] = defaultdict(set)
        for place, binding in self.ledger.bound.items():
            if self.ledger.is_home(place.path, binding.item_id):
                text = likeness.normal(self.ledger.items[binding.item_id].item.title)
                living[text].add(self.ledger.home[binding.item_id])
        found = set()
        for place, row in self.ledger.rows.items():
            for home in living.get(likeness.normal(row.title), ()):
                if self.ledger.pairs.get(place.path) != home:
                    found.add((place.path, home))
        return found

    def _by_likeness(self, copies: set[tuple[str, str]]) -> None:
        rows, items = self.ledger.free_rows(self.ledger.rows), self.ledger.free_items(self.ledger.items)
        held = {item for ambiguity in self.ledger.ambiguous.values() for item in ambiguity.candidates}
        items = [item for item in items if item not in held]
        scores: dict[tuple[int, int], float] = {}
        for row, item in near(
            [self.ledger.rows[place].title for place in rows],
            [self.ledger.items[each].item.title for each in items],
        ):
            score = likeness.items(self.ledger.rows[rows[row]], self.ledger.items[items[item]].item)
            if score >= likeness.ACCEPT:
                scores[row, item] = score
        result = assign(scores, accept=MOVED)
        for row, item in result.clear.items():
            if self._suspicious(rows[row], items[item], copies):
                self.ledger.doubt(rows[row], [items[item]], "the document looks like a copy of theirs")
            else:
                self.ledger.bind(rows[row], items[item], "likeness", scores[row, item])
        for row, candidates in result.unclear.items():
            self.ledger.doubt(
                rows[row], [items[each] for each in candidates], "several known items are about as alike"
            )
