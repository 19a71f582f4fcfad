"""An action item while it is being read: its text, what was cut out of it into fields, and where each field stands."""

from __future__ import annotations

import datetime as dt
from bisect import insort
from dataclasses import field

from tracker.models import Span, Status
from tracker.patterns import pattern
from tracker.reading.blocks import Text
from tracker.values import dataclass

EDGES = " \t\r\n-–—:;,|·•→>：、，；*_"
"""Signs that separate the parts of an entry and mean nothing at the ends of a title."""
_ODD_DASHES = ("‚Äî", "‚Äì", "â€”", "â€“")
"""Dashes that were read in a wrong encoding."""
_CLOSING = ")]）】"
_OPENING = "([（【"


@dataclass(slots=True)
class Draft:
    """Fields found so far; `also` are people beside the owner of the group ("with JP"). `cuts` are stretches of `text.plain` that are not part of the title, in order."""

    text: Text
    stop: int
    cuts: list[tuple[int, int]] = field(default_factory=list)
    local_id: str | None = None
    owners: list[str] = field(default_factory=list)
    also: list[str] = field(default_factory=list)
    due: dt.date | None = None
    due_raw: str | None = None
    due_problem: str = ""
    priority: str | None = None
    status: Status | None = None
    status_raw: str | None = None
    sign: Status | None = None
    category: str | None = None
    refs: list[str] = field(default_factory=list)
    labelled: bool = False
    spans: dict[str, Span] = field(default_factory=dict)
    evidence: list[str] = field(default_factory=list)

    def cut(self, start: int, end: int) -> None:
        """Take a stretch out of the title."""
        if end > start:
            insort(self.cuts, (start, end))

    def note(self, name: str, start: int, end: int) -> None:
        """Remember where a field stands (the first place wins) and that it was found."""
        if name not in self.evidence:
            self.evidence.append(name)
        if name not in self.spans and end > start:
            self.spans[name] = self.text.span(start, end)

    def add_owners(self, names: tuple[str, ...] | list[str], start: int, end: int) -> None:
        """Further owners, each once."""
        self.owners += [name for name in names if name not in self.owners]
        if names:
            self.note("owners", start, end)

    def add_ref(self, ref: str, start: int, end: int) -> None:
        """A further reference."""
        if ref not in self.refs:
            self.refs.append(ref)
        self.note("refs", start, end)

    def set_status(self, status: Status, raw: str, start: int, end: int) -> None:
        """A status stated in words; the first one wins."""
        if self.status is None:
            self.status, self.status_raw = status, raw.strip()
        self.note("status", start, end)

    def fill(self, side: Draft) -> None:
        """Take over the fields of another draft that this one does not have."""
        self.owners = self.owners or side.owners
        if self.due_raw is None:
            self.due, self.due_raw, self.due_problem = side.due, side.due_raw, side.due_problem
        self.priority = self.priority or side.priority
        if self.status is None:
            self.status, self.status_raw = side.status, side.status_raw
        self.category = self.category or side.category
        self.local_id = self.local_id or side.local_id
        self.refs += [ref for ref in side.refs if ref not in self.refs]
        self.evidence += [name for name in side.evidence if name not in self.evidence]
        for name, span in side.spans.items():
            self.spans.setdefault(name, span)

    def kept(self) -> list[tuple[int, int]]:
        """The stretches of the text that are left, in order, without separators at their ends."""
        out: list[tuple[int, int]] = []
        at = 0
        for start, end in [*self.cuts, (self.stop, self.stop)]:
            if min(start, self.stop) > at:
                out.append((at, min(start, self.stop)))
            at = max(at, end)
        return out

    def tail(self) -> int:
        """Where the kept text ends: the last character that is neither cut nor a separator, plus one."""
        plain, end = self.text.plain, self.stop
        ordered = sorted(self.cuts, key=lambda cut: -cut[1]) if len(self.cuts) > 1 else self.cuts
        index = 0
        while end > 0:
            if index < len(ordered) and ordered[index][1] >= end:
                end = min(end, ordered[index][0])
                index += 1
            elif plain[end - 1] in EDGES:
                end -= 1
            elif plain.endswith(_ODD_DASHES, 0, end):
                end -= 3
            else:
                break
        return end

    def head(self) -> int:
        """Where the kept text starts."""
        plain, start = self.text.plain, 0
        for cut_start, cut_end in self.cuts:
            while start < cut_start and plain[start] in EDGES:
                start += 1
            if start < cut_start:
                break
            start = max(start, cut_end)
        while start < self.stop and (plain[start] in EDGES or plain.startswith(_ODD_DASHES, start)):
            start += 1 if plain[start] in EDGES else 3
        return start

    def title(self) -> tuple[str, int, int]:
        """The title and where it stands; the place is empty where nothing is left."""
        head, tail = self.head(), self.tail()
        parts = [
            self.text.plain[max(start, head) : min(end, tail)]
            for start, end in self.kept()
            if max(start, head) < min(end, tail)
        ]
        return tidy(" ".join(parts)), head, max(head, tail)


def tidy(text: str) -> str:
    """White space collapsed, leftovers of cut brackets and separators removed."""
    words = " ".join(text.split())
    if not _UNTIDY.search(words):
        return words.strip(EDGES)
    for empty in ("( )", "()", "[ ]", "[]", "（）", "( ,", "(,"):
        if empty in words:
            words = words.replace(empty, "(" if empty in ("( ,", "(,") else "")
    for mark in (".", ",", ";", ":", ")"):
        words = words.replace(f" {mark}", mark) if f" {mark}" in words and f" {mark}" not in _KEEP else words
    return _balanced(" ".join(words.split()).strip(EDGES))


_UNTIDY = pattern(r"[()\[\]（）【】]| [.,;:)]")
_KEEP = (" .",)
""" " .env" is a file, not a full stop that lost its word."""


def _balanced(words: str) -> str:
    """Without a single bracket left at an end by a cut."""
    for opening, closing in zip(_OPENING, _CLOSING, strict=True):
        if words.endswith(opening) or (
            words.endswith(closing) and words.count(closing) > words.count(opening)
        ):
            words = words[:-1].rstrip(EDGES)
        if words.startswith(closing) or (
            words.startswith(opening) and words.count(opening) > words.count(closing)
        ):
            words = words[1:].lstrip(EDGES)
    return words
