"""What is known and found so far of one matching: rows of today, items of yesterday, and which is which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tracker.identity import likeness
from tracker.identity.candidates import grouped
from tracker.identity.documents import pair_documents
from tracker.identity.values import Ambiguity, Binding, Evidence, Known, KnownDocument, Place, TodayDocument
from tracker.models import ActionItem


class Ledger:
    """The rows and items of one matching.

    Attributes:
        rows: Every row of today.
        items: Every item of yesterday, those included whose row was gone earlier.
        home: The document of each item.
        living: Items whose row stood in its document when it was last read.
        pairs: Path of today -> path of yesterday.
        bound: Rows that are found.
        ambiguous: Rows that are left to a person.
        weak: Rows that are somewhat like items of their document; ambiguous unless those turn out to be other rows.
        used: Items that are found.
    """

    def __init__(
        self, today: Sequence[TodayDocument], known: Sequence[KnownDocument], strays: Sequence[Known]
    ) -> None:
        self.rows: dict[Place, ActionItem] = {
            Place(document.path, index): item
            for document in today
            for index, item in enumerate(document.items)
        }
        self.items: dict[str, Known] = {each.item_id: each for document in known for each in document.items}
        self.home = {each.item_id: document.path for document in known for each in document.items}
        self.living = frozenset(self.home)
        self.items.update({each.item_id: each for each in strays})
        self.home.update({each.item_id: each.path for each in strays})
        self.pairs = pair_documents(today, known)
        self.bound: dict[Place, Binding] = {}
        self.ambiguous: dict[Place, Ambiguity] = {}
        self.weak: dict[Place, Ambiguity] = {}
        self.used: set[str] = set()
        self._texts = self.by_text(self.items)
        self._places = grouped((likeness.normal(row.title), place) for place, row in self.rows.items())

    def bind(self, place: Place, item_id: str, evidence: Evidence, score: float = 1.0) -> None:
        """The row is this item."""
        self.bound[place] = Binding(item_id, evidence, score)
        self.used.add(item_id)

    def doubt(self, place: Place, candidates: Iterable[str], reason: str) -> None:
        """The row is left to a person."""
        self.ambiguous[place] = Ambiguity(tuple(dict.fromkeys(candidates)), reason)

    def free_items(self, ids: Iterable[str]) -> list[str]:
        """Those that are not found yet."""
        return [item_id for item_id in ids if item_id not in self.used]

    def free_rows(self, rows: Iterable[Place]) -> list[Place]:
        """Those that are neither found nor left to a person."""
        return [place for place in rows if place not in self.bound and place not in self.ambiguous]

    def by_text(self, ids: Iterable[str]) -> dict[str, list[str]]:
        """Normalised text -> items."""
        return grouped((likeness.normal(self.items[item_id].item.title), item_id) for item_id in ids)

    def items_with(self, title: str) -> list[str]:
        """Items of yesterday with this text, of any document."""
        return self._texts.get(likeness.normal(title), [])

    def rows_with(self, title: str) -> list[Place]:
        """Rows of today with this text, in any document."""
        return self._places.get(likeness.normal(title), [])

    def is_home(self, path: str, item_id: str) -> bool:
        """Whether the document of today is the one in which the item stood."""
        return path in self.pairs and self.pairs[path] == self.home[item_id]

    def stands(self, item_id: str) -> bool:
        """Whether its document of today has a row with its text, owner and date."""
        item = self.items[item_id].item
        return any(
            self.is_home(place.path, item_id) and likeness.share_all(self.rows[place], item)
            for place in self.rows_with(item.title)
        )

    def settle_weak(self) -> None:
        """A row that is only somewhat like an item that was found elsewhere is not that item."""
        for place, ambiguity in self.weak.items():
            if place not in self.bound and place not in self.ambiguous:
                candidates = self.free_items(ambiguity.candidates)
                if candidates:
                    self.doubt(place, candidates, ambiguity.reason)
