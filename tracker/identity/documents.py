"""Which document of today is which document of yesterday: same path, renamed, or a new one."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence

from tracker.identity.likeness import normal
from tracker.identity.values import KnownDocument, TodayDocument

RENAMED_SHARE = 0.5  # this share of a document's items must be the same for it to be taken for renamed


def pair_documents(today: Sequence[TodayDocument], known: Sequence[KnownDocument]) -> dict[str, str]:
    """Path of today -> path of yesterday, for the documents that are surely the same.

    In this order: the same path, unless its incident changed; the same bytes under another name; the same incident and a
    common item under another name; the same path although the incident changed; half of the items the same under another
    name and no other incident. Evidence counts only if it is unique on both sides: a document that was copied twice and deleted is neither copy.
    """
    pairs = _Pairs(today, known)
    pairs.same_path(lambda one, other: _compatible(one.incident_id, other.incident_id))
    pairs.unique(lambda one: one.sha256 or None, lambda other: other.sha256 or None)
    pairs.unique(lambda one: one.incident_id, lambda other: other.incident_id, needs_common_item=True)
    pairs.same_path(lambda _one, _other: True)
    pairs.overlapping()
    return pairs.found


class _Pairs:
    def __init__(self, today: Sequence[TodayDocument], known: Sequence[KnownDocument]) -> None:
        self.found: dict[str, str] = {}
        self._today = {document.path: document for document in today}
        self._known = {document.path: document for document in known}
        self._texts_today = {one.path: Counter(normal(item.title) for item in one.items) for one in today}
        self._texts_known = {
            one.path: Counter(normal(each.item.title) for each in one.items) for one in known
        }

    def same_path(self, agree: Callable[[TodayDocument, KnownDocument], bool]) -> None:
        for path, document in list(self._today.items()):
            if path in self._known and agree(document, self._known[path]):
                self._take(path, path)

    def unique(
        self,
        key_today: Callable[[TodayDocument], Hashable | None],
        key_known: Callable[[KnownDocument], Hashable | None],
        *,
        needs_common_item: bool = False,
    ) -> None:
        new: defaultdict[Hashable, list[str]] = defaultdict(list)
        old: defaultdict[Hashable, list[str]] = defaultdict(list)
        for path, document in self._today.items():
            new[key_today(document)].append(path)
        for path, known in self._known.items():
            old[key_known(known)].append(path)
        for key, paths in new.items():
            if key is None or len(paths) != 1 or len(old.get(key, ())) != 1:
                continue
            if not needs_common_item or self._common(paths[0], old[key][0]):
                self._take(paths[0], old[key][0])

    def overlapping(self) -> None:
        shares = defaultdict(list)
        by_text: defaultdict[str, list[str]] = defaultdict(list)
        for path in self._known:
            for text in self._texts_known[path]:
                by_text[text].append(path)
        for path in self._today:
            near = {other for text in self._texts_today[path] for other in by_text.get(text, ())}
            incident = self._today[path].incident_id
            for other in near:
                if not _compatible(incident, self._known[other].incident_id):
                    continue
                larger = max(self._texts_today[path].total(), self._texts_known[other].total())
                if self._common(path, other) >= RENAMED_SHARE * larger:
                    shares[path].append(other)
        claimed = Counter(other for others in shares.values() for other in others)
        for path, others in shares.items():
            if len(others) == 1 and claimed[others[0]] == 1:
                self._take(path, others[0])

    def _common(self, today: str, known: str) -> int:
        return (self._texts_today[today] & self._texts_known[known]).total()

    def _take(self, today: str, known: str) -> None:
        self.found[today] = known
        del self._today[today], self._known[known]


def _compatible(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one.casefold() == other.casefold()
