"""Matching the rows of today with the known items; see `tracker.identity` for the order of evidence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from tracker.identity import likeness
from tracker.identity.assignment import ACCEPT, Assignment, assign
from tracker.identity.candidates import grouped, heir_of, near
from tracker.identity.documents import pair_documents
from tracker.identity.neighbours import Neighbours
from tracker.identity.values import (
    Ambiguity,
    Binding,
    Evidence,
    Known,
    KnownDocument,
    Matching,
    Place,
    TodayDocument,
)
from tracker.models import ActionItem

MOVED = 0.9  # an item is followed into another document from this likeness on
TELLING_WORDS = 4  # a title with fewer words ("Update runbook") is not moved on its text alone


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
    matcher = _Matcher(today, known, strays)
    matcher.hidden = hidden
    return matcher.run()


class _Matcher:
    def __init__(
        self, today: Sequence[TodayDocument], known: Sequence[KnownDocument], strays: Sequence[Known]
    ) -> None:
        self.today, self.known = today, known
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
        self.incidents_today = {document.path: document.incident_id for document in today}
        self.incidents_known = {document.path: document.incident_id for document in known}
        self.pairs = pair_documents(today, known)
        self.bound: dict[Place, Binding] = {}
        self.ambiguous: dict[Place, Ambiguity] = {}
        self.used: set[str] = set()
        self.hidden: Sequence[Known] = ()

    def run(self) -> Matching:
        self._by_reference()
        today = {document.path: document for document in self.today}
        documents = {document.path: document for document in self.known}
        inside: list[_InDocument] = []
        for path, old in self.pairs.items():
            rows = [Place(path, index) for index in range(len(today[path].items))]
            inside.append(_InDocument(self, rows, [each.item_id for each in documents[old].items]))
        for each in inside:
            each.match_surely()
        left = self._by_text(self.free_items(self.items))
        for each in inside:
            each.match_by_likeness(left)
        self._moves()
        self._like_hidden()
        held = {item for ambiguity in self.ambiguous.values() for item in ambiguity.candidates}
        lost = tuple(
            item for item in self.items if item in self.living and item not in self.used and item not in held
        )
        renamed = {old: new for new, old in self.pairs.items() if old != new}
        return Matching(self.bound, self.ambiguous, lost, renamed)

    def bind(self, place: Place, item_id: str, evidence: Evidence, score: float = 1.0) -> None:
        self.bound[place] = Binding(item_id, evidence, score)
        self.used.add(item_id)

    def doubt(self, place: Place, candidates: Iterable[str], reason: str) -> None:
        self.ambiguous[place] = Ambiguity(tuple(dict.fromkeys(candidates)), reason)

    def free_items(self, ids: Iterable[str]) -> list[str]:
        return [item_id for item_id in ids if item_id not in self.used]

    def free_rows(self, rows: Iterable[Place]) -> list[Place]:
        return [place for place in rows if place not in self.bound and place not in self.ambiguous]

    def _by_reference(self) -> None:
        owner = {ref: each.item_id for each in self.items.values() for ref in each.refs}
        claims: defaultdict[str, list[Place]] = defaultdict(list)
        for place, row in self.rows.items():
            named = {owner[ref.casefold()] for ref in row.refs if ref.casefold() in owner}
            if len(named) == 1:
                claims[named.pop()].append(place)
        for item_id, places in claims.items():
            self._settle_claims(item_id, places)

    def _settle_claims(self, item_id: str, places: list[Place]) -> None:
        """Several rows name one issue when a row or a document was copied: the one at home with its text is the item."""
        text = likeness.normal(self.items[item_id].item.title)
        at_home = [place for place in places if self._is_home(place.path, item_id)]
        if not at_home and self._stands_at_home(item_id, text):
            return  # the row only mentions the issue of an item that is where it was
        candidates = at_home or places
        same = [place for place in candidates if likeness.normal(self.rows[place].title) == text]
        if len(same or candidates) == 1:
            self.bind((same or candidates)[0], item_id, "reference")
        elif not at_home or not same:
            for place in candidates:
                self.doubt(place, [item_id], "several rows name the same issue")

    def _is_home(self, path: str, item_id: str) -> bool:
        return path in self.pairs and self.pairs[path] == self.home[item_id]

    def _stands_at_home(self, item_id: str, text: str) -> bool:
        return any(
            likeness.normal(row.title) == text
            for place, row in self.rows.items()
            if self._is_home(place.path, item_id)
        )

    def stands(self, item_id: str) -> bool:
        """Whether its document of today has a row with its text, owner and date."""
        item = self.items[item_id].item
        return any(
            self._is_home(place.path, item_id)
            and likeness.share_all(row, item)
            and likeness.normal(row.title) == likeness.normal(item.title)
            for place, row in self.rows.items()
        )

    # --- between documents ------------------------------------------------------------------------------------------

    def _moves(self) -> None:
        """Follow items that left their document into another one: same telling text, or very alike."""
        rows, items = self.free_rows(self.rows), self.free_items(self.items)
        if not rows or not items:
            return
        by_text = self._by_text(items)
        wanted = Counter(likeness.normal(self.rows[place].title) for place in rows)
        copies = self._copies()
        for place in rows:
            text = likeness.normal(self.rows[place].title)
            for_this = by_text.get(text, [])
            if for_this:
                self._move(place, for_this, alone=wanted[text] == 1, copies=copies)
        self._moves_by_likeness(copies)

    def _like_hidden(self) -> None:
        rows = self.free_rows(self.rows) if self.hidden else []
        candidates: defaultdict[int, list[str]] = defaultdict(list)
        titles = [self.rows[place].title for place in rows], [each.item.title for each in self.hidden]
        for row, item in near(*titles):
            if likeness.items(self.rows[rows[row]], self.hidden[item].item) >= ACCEPT:
                candidates[row].append(self.hidden[item].item_id)
        for row, ids in candidates.items():
            self.doubt(
                rows[row], ids, "their document could not be read, so it is not known whether they moved"
            )

    def _by_text(self, ids: Iterable[str]) -> dict[str, list[str]]:
        return grouped((likeness.normal(self.items[item_id].item.title), item_id) for item_id in ids)

    def _move(
        self, place: Place, candidates: list[str], *, alone: bool, copies: set[tuple[str, str]]
    ) -> None:
        row = self.rows[place]
        candidates = self.free_items(candidates) or candidates
        if any(self._suspicious(place, item_id, copies) for item_id in candidates):
            self.doubt(place, candidates, "the document looks like a copy of theirs")
            return
        signature = likeness.signature(row)
        exact = [each for each in candidates if likeness.signature(self.items[each].item) == signature]
        one = candidates if len(candidates) == 1 else exact
        if alone and len(one) == 1 and self._telling(row, one[0]):
            self.bind(place, one[0], "text")
        else:
            self.doubt(place, candidates, "items that left other documents have the same text")

    def _suspicious(self, place: Place, item_id: str, copies: set[tuple[str, str]]) -> bool:
        """The row may be from a copy of the item's document that was made for the next incident."""
        home = self.home[item_id]
        if (place.path, home) in copies:
            return True
        incidents = self.incidents_today.get(place.path), self.incidents_known.get(home)
        if None in incidents or incidents[0] == incidents[1]:
            return False
        row, item = self.rows[place], self.items[item_id].item
        other = likeness.normal(row.title) != likeness.normal(item.title) or likeness.differ(row, item)
        return home not in self.pairs.values() or (other and place.path not in self.pairs)

    def _telling(self, row: ActionItem, item_id: str) -> bool:
        if len(likeness.words(row.title)) >= TELLING_WORDS:
            return True
        return likeness.agreement(row, self.items[item_id].item) >= 0.6

    def _copies(self) -> set[tuple[str, str]]:
        """(path of today, path of yesterday) where the first repeats rows that still stand in the second."""
        living: defaultdict[str, set[str]] = defaultdict(set)
        for place, binding in self.bound.items():
            if self._is_home(place.path, binding.item_id):
                text = likeness.normal(self.items[binding.item_id].item.title)
                living[text].add(self.home[binding.item_id])
        found = set()
        for place, row in self.rows.items():
            for home in living.get(likeness.normal(row.title), ()):
                if self.pairs.get(place.path) != home:
                    found.add((place.path, home))
        return found

    def _moves_by_likeness(self, copies: set[tuple[str, str]]) -> None:
        rows, items = self.free_rows(self.rows), self.free_items(self.items)
        held = {item for ambiguity in self.ambiguous.values() for item in ambiguity.candidates}
        items = [item for item in items if item not in held]
        scores: dict[tuple[int, int], float] = {}
        for row, item in near(
            [self.rows[place].title for place in rows], [self.items[each].item.title for each in items]
        ):
            score = likeness.items(self.rows[rows[row]], self.items[items[item]].item)
            if score >= ACCEPT:
                scores[row, item] = score
        result = assign(scores, accept=MOVED)
        for row, item in result.clear.items():
            if self._suspicious(rows[row], items[item], copies):
                self.doubt(rows[row], [items[item]], "the document looks like a copy of theirs")
            else:
                self.bind(rows[row], items[item], "likeness", scores[row, item])
        for row, candidates in result.unclear.items():
            self.doubt(
                rows[row], [items[each] for each in candidates], "several known items are about as alike"
            )


class _InDocument:
    """The rows of one document against the items that it had."""

    def __init__(self, matcher: _Matcher, rows: list[Place], ids: list[str]) -> None:
        self.matcher, self.rows, self.ids = matcher, rows, ids

    def match_surely(self) -> None:
        """By text and by the document's own ids."""
        self._same_text()
        self._own_id()

    def _free(self) -> tuple[list[Place], list[str]]:
        return self.matcher.free_rows(self.rows), self.matcher.free_items(self.ids)

    def _same_text(self) -> None:
        rows, ids = self._free()
        texts = {place: likeness.normal(self.matcher.rows[place].title) for place in rows}
        groups = grouped((text, place) for place, text in texts.items())
        others = grouped((likeness.normal(self.matcher.items[each].item.title), each) for each in ids)
        for text, places in groups.items():
            candidates = others.get(text, [])
            if len(places) == 1 and len(candidates) == 1:
                free = ((each, self.matcher.rows[each]) for each in rows if texts[each] not in others)
                item = self.matcher.items[candidates[0]].item
                heir = heir_of(item, self.matcher.rows[places[0]], free)
                guest = self._guest(places[0], candidates[0]) if heir is None else None
                if guest is not None:
                    self.matcher.doubt(
                        places[0], [candidates[0], guest], "it may have changed places with it"
                    )
                elif heir is None:
                    self.matcher.bind(places[0], candidates[0], "text")
                for place in (places[0], heir) if heir is not None else ():
                    self.matcher.doubt(place, candidates, "one row has its text, another its owner and date")
            elif candidates:
                self._twins(places, candidates)

    def _guest(self, place: Place, item_id: str) -> str | None:
        """An item of the same text that left another document and whose owner and date the row has, unlike the item's."""
        matcher, row = self.matcher, self.matcher.rows[place]
        if not likeness.differ(row, matcher.items[item_id].item):
            return None
        text = likeness.normal(row.title)
        for other, known in matcher.items.items():
            same = likeness.share_all(row, known.item) and likeness.normal(known.item.title) == text
            if same and other not in self.ids and not matcher.stands(other):
                return other
        return None

    def _twins(self, places: list[Place], candidates: list[str]) -> None:
        """Rows of one text: told apart by their other fields; those that cannot be told apart keep their order."""
        matcher = self.matcher
        groups = grouped((likeness.signature(matcher.rows[place]), place) for place in places)
        others = grouped((likeness.signature(matcher.items[each].item), each) for each in candidates)
        clear = all(len(groups.get(key, [])) == len(ids) for key, ids in others.items() if key in groups)
        for key, ids in others.items() if clear else ():
            for place, item_id in zip(groups.get(key, []), ids, strict=False):
                matcher.bind(place, item_id, "text")
        rows, left = matcher.free_rows(places), matcher.free_items(candidates)
        if clear and len(rows) == 1 and len(left) == 1:
            matcher.bind(rows[0], left[0], "text")
        elif left:
            for place in rows:
                matcher.doubt(place, left, "several items have this text")

    def _own_id(self) -> None:
        """The document's own id, where it is unique on both sides and the texts have something in common."""
        rows, ids = self._free()
        groups = grouped((_id_of(self.matcher.rows[place]), place) for place in rows)
        others = grouped((_id_of(self.matcher.items[each].item), each) for each in ids)
        for key, places in groups.items():
            candidates = others.get(key, [])
            if not key or len(places) != 1 or len(candidates) != 1:
                continue
            row, item = self.matcher.rows[places[0]], self.matcher.items[candidates[0]].item
            if likeness.titles(row.title, item.title) >= 0.6 and self._undisputed(places[0], candidates[0]):
                self.matcher.bind(places[0], candidates[0], "local-id")

    def _undisputed(self, place: Place, item_id: str) -> bool:
        """No other row is nearer to the item and no other item nearer to the row: ids are re-numbered by people."""
        matcher = self.matcher
        rows, ids = self._free()
        row, item = matcher.rows[place], matcher.items[item_id].item
        mine = likeness.titles(row.title, item.title)
        return all(
            likeness.titles(row.title, matcher.items[each].item.title) < mine
            for each in ids
            if each != item_id
        ) and all(
            likeness.titles(matcher.rows[each].title, item.title) < mine for each in rows if each != place
        )

    def match_by_likeness(self, left: dict[str, list[str]]) -> None:
        """What is left of rows and items, by the best overall assignment.

        Args:
            left: Text -> items of any document whose row is not found yet. A row that has the very text of an item that
                left another document is not taken for one that is only like it.
        """
        rows, ids = self._free()
        if not rows or not ids:
            return
        matcher = self.matcher
        around = Neighbours(matcher.bound, self.rows, self.ids)
        pairs = near(
            [matcher.rows[place].title for place in rows], [matcher.items[each].item.title for each in ids]
        )
        scores = {
            (row, item): likeness.items(
                matcher.rows[rows[row]],
                matcher.items[ids[item]].item,
                neighbours=around.agreement(rows[row], ids[item]),
            )
            for row, item in pairs
        }
        self._take(assign(scores), rows, ids, scores, left)

    def _take(
        self,
        result: Assignment,
        rows: list[Place],
        ids: list[str],
        scores: dict[tuple[int, int], float],
        left: dict[str, list[str]],
    ) -> None:
        for row, item in result.clear.items():
            text = likeness.normal(self.matcher.rows[rows[row]].title)
            moved_in = self.matcher.free_items(each for each in left.get(text, ()) if each not in self.ids)
            if moved_in:
                self.matcher.doubt(
                    rows[row], [ids[item], *moved_in], "it may have come from another document"
                )
            elif likeness.strangers(self.matcher.rows[rows[row]], self.matcher.items[ids[item]].item):
                self.matcher.doubt(rows[row], [ids[item]], "its owner, its date and its words are others")
            else:
                self.matcher.bind(rows[row], ids[item], "likeness", scores[row, item])
        for row, candidates in result.unclear.items():
            one = len(candidates) == 1
            why = "it is only somewhat alike" if one else "several known items are about as alike"
            self.matcher.doubt(rows[row], [ids[each] for each in candidates], why)


def _id_of(item: ActionItem) -> str:
    return (item.local_id or "").casefold()
