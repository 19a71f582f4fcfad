"""The rows of one document against the items that it had."""

from __future__ import annotations

from collections.abc import Callable

from tracker.identity import likeness
from tracker.identity.assignment import Assignment, assign
from tracker.identity.candidates import grouped, heir_of, near
from tracker.identity.ledger import Ledger
from tracker.identity.likeness import ACCEPT, ALIKE, DOUBT
from tracker.identity.neighbours import Neighbours
from tracker.identity.values import Ambiguity, Place
from tracker.models import ActionItem


class Inside:
    """The rows of one document against the items that it had."""

    def __init__(self, ledger: Ledger, rows: list[Place], ids: list[str]) -> None:
        self.ledger, self.rows, self.ids = ledger, rows, ids

    def match_surely(self) -> None:
        """By text and by the document's own ids."""
        self._same_text()
        self._own_id()

    def _free(self) -> tuple[list[Place], list[str]]:
        return self.ledger.free_rows(self.rows), self.ledger.free_items(self.ids)

    def _same_text(self) -> None:
        rows, ids = self._free()
        texts = {place: likeness.normal(self.ledger.rows[place].title) for place in rows}
        groups = grouped((text, place) for place, text in texts.items())
        others = grouped((likeness.normal(self.ledger.items[each].item.title), each) for each in ids)
        for text, places in groups.items():
            candidates = others.get(text, [])
            if len(places) == 1 and len(candidates) == 1:
                free = ((each, self.ledger.rows[each]) for each in rows if texts[each] not in others)
                item = self.ledger.items[candidates[0]].item
                heir = heir_of(item, self.ledger.rows[places[0]], free)
                guest = self._guest(places[0], candidates[0]) if heir is None else None
                if guest is not None:
                    self.ledger.doubt(places[0], [candidates[0], guest], "it may have changed places with it")
                elif heir is None:
                    self.ledger.bind(places[0], candidates[0], "text")
                for place in (places[0], heir) if heir is not None else ():
                    self.ledger.doubt(place, candidates, "one row has its text, another its owner and date")
            elif candidates:
                self._twins(places, candidates)

    def _guest(self, place: Place, item_id: str) -> str | None:
        """An item of the same text that left another document and whose owner and date the row has, unlike the item's."""
        ledger, row = self.ledger, self.ledger.rows[place]
        if not likeness.differ(row, ledger.items[item_id].item):
            return None
        for other in ledger.items_with(row.title):
            same = likeness.share_all(row, ledger.items[other].item)
            if same and other not in self.ids and not ledger.stands(other):
                return other
        return None

    def _twins(self, places: list[Place], candidates: list[str]) -> None:
        """Rows of one text: told apart by their other fields; those that cannot be told apart keep their order."""
        ledger = self.ledger
        rows, items = [ledger.rows[each] for each in places], [ledger.items[each].item for each in candidates]
        told = _ids_tell(rows, items)
        groups = grouped(
            (likeness.signature(row, own_id=told), place) for row, place in zip(rows, places, strict=True)
        )
        others = grouped(
            (likeness.signature(item, own_id=told), each)
            for item, each in zip(items, candidates, strict=True)
        )
        clear = all(len(groups.get(key, [])) == len(ids) for key, ids in others.items() if key in groups)
        for key, ids in others.items() if clear else ():
            for place, item_id in zip(groups.get(key, []), ids, strict=False):
                ledger.bind(place, item_id, "text")
        free, left = ledger.free_rows(places), ledger.free_items(candidates)
        if clear and len(free) == 1 and len(left) == 1:
            ledger.bind(free[0], left[0], "text")
        elif left:
            for place in free:
                ledger.doubt(place, left, "several items have this text")

    def _own_id(self) -> None:
        """The document's own id, where it is unique on both sides and the texts have something in common."""
        rows, ids = self._free()
        groups = grouped((_id_of(self.ledger.rows[place]), place) for place in rows)
        others = grouped((_id_of(self.ledger.items[each].item), each) for each in ids)
        for key, places in groups.items():
            candidates = others.get(key, [])
            if not key or len(places) != 1 or len(candidates) != 1:
                continue
            row, item = self.ledger.rows[places[0]], self.ledger.items[candidates[0]].item
            if likeness.titles(row.title, item.title) >= ALIKE:
                if likeness.strangers(row, item):
                    self._only_the_id(places[0], candidates[0])
                elif self._undisputed(places[0], candidates[0]):
                    self.ledger.bind(places[0], candidates[0], "local-id")
            elif likeness.titles_but_for_numbers(row.title, item.title) >= likeness.TYPO:
                self._own_id_and_another_number(places[0], candidates[0], key)

    def _own_id_and_another_number(self, place: Place, item_id: str, key: str) -> None:
        """The id is believed if it stands once in the document, today and before, and nothing speaks against it."""
        ledger = self.ledger
        row, item = ledger.rows[place], ledger.items[item_id].item
        today = [_id_of(ledger.rows[each]) for each in self.rows]
        before = [_id_of(ledger.items[each].item) for each in self.ids]
        moved = any(each.path != place.path for each in ledger.rows_with(item.title))
        if moved or not today.count(key) == before.count(key) == 1:
            return
        # Templates count their rows anew, so a bare number names a row only while its owner and date do not say otherwise
        # and no other row could have had it.
        plain = key.isdigit()
        agree = not likeness.differ(row, item) or (not plain and likeness.share_one(row, item))
        undisputed = self._undisputed(place, item_id, likeness.titles_but_for_numbers, or_as_near=not plain)
        if agree and undisputed and not self._has_heir(place, item_id):
            ledger.bind(place, item_id, "local-id")
        else:
            self._only_the_id(place, item_id)

    def _only_the_id(self, place: Place, item_id: str) -> None:
        """An id that is more than a plain number is asked about where the rest is too different to believe it."""
        if not _id_of(self.ledger.rows[place]).isdigit():
            self.ledger.weak[place] = Ambiguity((item_id,), "it has the same id, but is not much alike")

    def _has_heir(self, place: Place, item_id: str) -> bool:
        """Whether the row has the owner and date of another item, or another row those of the item, and not its own."""
        ledger, (rows, ids) = self.ledger, self._free()
        row, item = ledger.rows[place], ledger.items[item_id].item
        if likeness.share_all(row, item):
            return False
        return any(likeness.share_all(row, ledger.items[each].item) for each in ids) or any(
            likeness.share_all(ledger.rows[each], item) for each in rows
        )

    def _undisputed(
        self,
        place: Place,
        item_id: str,
        near: Callable[[str, str], float] = likeness.titles,
        *,
        or_as_near: bool = False,
    ) -> bool:
        """No other row is nearer to the item and no other item nearer to the row: ids are re-numbered by people."""
        ledger, (rows, ids) = self.ledger, self._free()
        row, item = ledger.rows[place], ledger.items[item_id].item
        mine = near(row.title, item.title)
        others = [near(row.title, ledger.items[each].item.title) for each in ids if each != item_id]
        others += [near(ledger.rows[each].title, item.title) for each in rows if each != place]
        return all(other < mine or (or_as_near and other == mine) for other in others)

    def match_by_likeness(self, left: dict[str, list[str]]) -> None:
        """What is left of rows and items, by the best overall assignment.

        Args:
            left: Text -> items of any document whose row is not found yet. A row that has the very text of an item that
                left another document is not taken for one that is only like it.
        """
        rows, ids = self._free()
        if not rows or not ids:
            return
        ledger = self.ledger
        around = Neighbours(ledger.bound, self.rows, self.ids)
        pairs = near(
            [ledger.rows[place].title for place in rows], [ledger.items[each].item.title for each in ids]
        )
        scores = {
            (row, item): likeness.items(
                ledger.rows[rows[row]],
                ledger.items[ids[item]].item,
                neighbours=around.agreement(rows[row], ids[item]),
            )
            for row, item in pairs
        }
        self._take(assign(scores), rows, ids, scores, left)
        self._leave_weak(rows, ids, scores)

    def _take(
        self,
        result: Assignment,
        rows: list[Place],
        ids: list[str],
        scores: dict[tuple[int, int], float],
        left: dict[str, list[str]],
    ) -> None:
        for row, item in result.clear.items():
            text = likeness.normal(self.ledger.rows[rows[row]].title)
            moved_in = self.ledger.free_items(each for each in left.get(text, ()) if each not in self.ids)
            if moved_in:
                self.ledger.doubt(rows[row], [ids[item], *moved_in], "it may have come from another document")
            elif likeness.strangers(self.ledger.rows[rows[row]], self.ledger.items[ids[item]].item):
                self.ledger.doubt(rows[row], [ids[item]], "its owner, its date and its words are others")
            else:
                self.ledger.bind(rows[row], ids[item], "likeness", scores[row, item])
        for row, candidates in result.unclear.items():
            doubt = _doubt_of([ids[each] for each in candidates])
            if max(scores[row, item] for item in candidates) < ACCEPT:
                self.ledger.weak[rows[row]] = doubt
            else:
                self.ledger.ambiguous[rows[row]] = doubt

    def _leave_weak(self, rows: list[Place], ids: list[str], scores: dict[tuple[int, int], float]) -> None:
        """A row that lost its item to one that is in doubt now could be it all the same."""
        places, free = set(self.ledger.free_rows(rows)), set(self.ledger.free_items(ids))
        for (row, item), score in scores.items():
            place = rows[row]
            if score >= DOUBT and place in places and ids[item] in free and place not in self.ledger.weak:
                self.ledger.weak[place] = _doubt_of([ids[item]])


def _doubt_of(candidates: list[str]) -> Ambiguity:
    one = len(candidates) == 1
    why = "it is only somewhat alike" if one else "several known items are about as alike"
    return Ambiguity(tuple(candidates), why)


def _ids_tell(rows: list[ActionItem], items: list[ActionItem]) -> bool:
    """Whether the ids of twins tell them apart: not where they are plain numbers that were counted anew."""
    today, before = {_id_of(each) for each in rows}, {_id_of(each) for each in items}
    return today == before or not all(each.isdigit() for each in today | before)


def _id_of(item: ActionItem) -> str:
    return (item.local_id or "").casefold()
