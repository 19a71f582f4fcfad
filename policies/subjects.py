"""What rules look at: open items, finished post-mortems, and the dates and marks that they are judged by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from policies.wording import Wording, any_language, wording
from policies.wording.detection import spoken_language
from tracker.models import ActionItem, PostMortem
from tracker.patterns import pattern
from tracker.world import TrackedItem, World

_FIRST_PART = pattern(r"[,;(]")
"""What follows qualifies: "Complete, action items in progress" is complete."""
_SLASHED = pattern(r"^\s*(\d{1,2})([/-])(\d{1,2})\2(?:\d{4}|\d{2})\s*$")
_EMPTY = frozenset(
    {"", "-", "--", "–", "—", "?", "n/a", "na", "none", "tbd", "tba", "tbc", "todo", "未定", "offen"}
)


def is_open(tracked: TrackedItem) -> bool:
    """True where something is left to do, in the document and, as far as known, in the tracker."""
    if tracked.item.placeholder or tracked.removed_at is not None or is_closed(tracked.item):
        return False
    return tracked.issue is None or not tracked.issue.status.is_closed


def is_closed(item: ActionItem) -> bool:
    """True where the document says that nothing is left to do."""
    return item.status is not None and item.status.is_closed


class Subjects:
    """The selections of one world, each made once; forty rules ask for the same ones."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._words: dict[str, Wording | None] = {}

    @cached_property
    def open(self) -> tuple[TrackedItem, ...]:
        """Items with something left to do."""
        return tuple(tracked for tracked in self.world.items if is_open(tracked))

    @cached_property
    def live(self) -> tuple[TrackedItem, ...]:
        """Items that stand in a document."""
        return tuple(
            tracked
            for tracked in self.world.items
            if tracked.removed_at is None and not tracked.item.placeholder
        )

    @cached_property
    def documents(self) -> Mapping[str, PostMortem]:
        """Each document under its path."""
        return {document.path: document for document in self.world.documents}

    @cached_property
    def grouped(self) -> tuple[tuple[PostMortem, list[TrackedItem]], ...]:
        """Each post-mortem with its items."""
        groups: dict[str, list[TrackedItem]] = {}
        for tracked in self.live:
            groups.setdefault(tracked.path, []).append(tracked)
        return tuple((document, groups.get(document.path, [])) for document in post_mortems(self.world))

    @cached_property
    def titles(self) -> Mapping[str, list[str]]:
        """The titles of each document's items."""
        titles: dict[str, list[str]] = {}
        for tracked in self.live:
            titles.setdefault(tracked.path, []).append(tracked.item.title)
        return titles

    def words_of(self, path: str) -> Wording | None:
        """The words of a document's language, found out when they are asked for."""
        if path not in self._words:
            document = self.documents.get(path)
            titles = self.titles.get(path, ())
            self._words[path] = wording(spoken_language(document.language, titles)) if document else None
        return self._words[path]


_last: list[Subjects] = []
"""The selections of the world that was asked for last; worlds are immutable, so they stay true."""


def _of(world: World) -> Subjects:
    if not _last or _last[0].world is not world:
        _last[:] = [Subjects(world)]
    return _last[0]


def open_items(world: World) -> Sequence[TrackedItem]:
    """Items with something left to do, template text left out."""
    return _of(world).open


def live_items(world: World) -> Sequence[TrackedItem]:
    """Items that stand in a document today, template text left out."""
    return _of(world).live


def post_mortems(world: World) -> Iterator[PostMortem]:
    """The documents that are about an incident: no templates, no other texts."""
    return (document for document in world.documents if document.kind == "post-mortem")


def documents_by_path(world: World) -> Mapping[str, PostMortem]:
    """Each document under its path."""
    return _of(world).documents


def by_document(world: World) -> Sequence[tuple[PostMortem, list[TrackedItem]]]:
    """Each post-mortem with its live items, in the order of the document."""
    return _of(world).grouped


def due_of(tracked: TrackedItem) -> dt.date | None:
    """The day it is due: the document's, else the tracker's."""
    return tracked.item.due or (tracked.issue.due if tracked.issue else None)


def is_finished(document: PostMortem) -> bool:
    """True unless the document calls itself a draft, in review or ongoing."""
    status = _FIRST_PART.split((document.status or "").strip().casefold())[0]
    return not any(word in status for word in any_language("unfinished"))


def says_nothing(text: str | None) -> bool:
    """True for an empty cell and for words that stand for one ("TBD", "n/a", "[Date]")."""
    word = (text or "").strip().casefold()
    return word in _EMPTY or (word[:1] in "[<{" and word[-1:] in "]>}")


def stated_due(item: ActionItem) -> str | None:
    """What the document gives as a due date although it fixes no day ("ASAP"), None where it gives nothing."""
    return None if item.due is not None or says_nothing(item.due_raw) else item.due_raw


def has_two_readings(text: str | None) -> bool:
    """True for a date that is one day in America and another in Europe: "03/04/2026", not "05/31/2026" or "05/05/2026"."""
    found = _SLASHED.match(text or "")
    return found is not None and found[1] != found[3] and max(int(found[1]), int(found[3])) <= 12


def issue_name(tracked: TrackedItem) -> str:
    """What people call the item's issue."""
    ref = tracked.issue.ref if tracked.issue else tracked.ref
    return ref.key if ref else next(iter(tracked.item.refs), "the issue")


def words_of(world: World, path: str) -> Wording | None:
    """The words of the language of a document; None where it is unknown."""
    return _of(world).words_of(path)


def worded_items(world: World) -> Iterator[tuple[TrackedItem, Wording]]:
    """Open items with the words of their document's language; documents of an unknown one are left out."""
    for tracked in open_items(world):
        known = words_of(world, tracked.path)
        if known is not None:
            yield tracked, known
