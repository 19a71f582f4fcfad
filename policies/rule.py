"""What a rule is: its code, when it runs, its settings, and the pure function that yields its findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from enum import IntEnum, StrEnum
from typing import Generic, TypeVar

from policies.calendar import Calendar
from tracker.models import ActionItem, Finding, PostMortem, Severity, Span
from tracker.values import dataclass
from tracker.world import TrackedItem, World

S = TypeVar("S")
T = TypeVar("T")


class Profile(IntEnum):
    """The named selections; each holds the rules of the ones before it. `SELECTED` rules run only when selected."""

    MINIMAL = 1
    STANDARD = 2
    STRICT = 3
    SELECTED = 4


class Need(StrEnum):
    """What a rule cannot work without; where it is missing the rule is skipped and the report says so."""

    STATE = "state"
    TRACKERS = "trackers"
    HISTORY = "history"
    PEOPLE = "people"


class Scope(StrEnum):
    """What a finding is about: decides which waivers and which changed lines reach it."""

    ITEM = "item"
    NOTE = "note"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class NoSettings:
    """For rules that have nothing to set."""


def setting(default: T, about: str, **limits: float) -> T:
    """A field of a settings class: default, one line of documentation, limits as pydantic names them (`ge`, `le`)."""
    value: T = field(default=default, metadata={"about": about, "limits": limits})
    return value


@dataclass(frozen=True, slots=True)
class Rule(Generic[S]):
    """One policy rule; its module's docstring is its documentation page.

    Attributes:
        code: Stable and never used again for anything else ("PM101").
        slug: Its name ("missing-owner").
        severity: Unless the configuration says otherwise.
        profile: The smallest profile that holds it.
        check: Pure; the clock is `world.now`, days are counted by the calendar.
        settings: Frozen dataclass of `setting` fields, the defaults are the documented thresholds.
        needs: Skipped where one of these is missing.
        scope: What its findings are about.
        strict: Settings that differ in the profile `strict`.
    """

    code: str
    slug: str
    severity: Severity
    profile: Profile
    check: Callable[[World, S, Calendar], Iterator[Finding]]
    settings: type[S]
    needs: frozenset[Need] = frozenset()
    scope: Scope = Scope.ITEM
    strict: Mapping[str, object] = field(default_factory=dict, hash=False)

    def on(
        self, tracked: TrackedItem, place: str, message: str, advice: str, *, span: Span | None = None
    ) -> Finding:
        """A finding about an item, at the cell or word that `place` names, or `span` where that is given."""
        item = tracked.item
        return Finding(
            self.code,
            self.slug,
            self.severity,
            tracked.path,
            span or span_of(item, place),
            message,
            advice,
            item=item.title,
            item_id=tracked.item_id or None,
            key=f"{item.local_id or ''}|{fold(item.title)}",
        )

    def about(
        self,
        document: PostMortem,
        message: str,
        advice: str,
        *,
        place: str = "title",
        key: str = "",
        span: Span | None = None,
    ) -> Finding:
        """A finding about a document, at `span`, the header field that `place` names, or its first line."""
        span = span or document.header_spans.get(place) or document.header_spans.get("title") or Span(0, 0, 1)
        return Finding(
            self.code, self.slug, self.severity, document.path, span, message, advice, key=fold(key)
        )

    def at(self, document: PostMortem, line: int, message: str, advice: str, *, key: str) -> Finding:
        """A finding about a line of a document that is no item, told from others by `key`."""
        return Finding(
            self.code,
            self.slug,
            self.severity,
            document.path,
            Span(0, 0, line),
            message,
            advice,
            key=fold(key),
        )


def span_of(item: ActionItem, place: str) -> Span:
    """Where a field of the item stands, else its title, else the item itself."""
    spans = item.spans
    return spans.get(place) or spans.get("title") or spans.get("item") or Span(0, 0, item.line)


def word_span(item: ActionItem, start: int, end: int) -> Span:
    """Characters `start` to `end` of the title in the source; the whole title where markup or lines move them."""
    span = span_of(item, "title")
    width = len(item.title.encode())
    if "title" not in item.spans or span.end - span.start != width or span.end_line not in (0, span.line):
        return span
    before, word = len(item.title[:start].encode()), len(item.title[start:end].encode())
    left = span.start + before
    return Span(left, left + word, span.line, span.column + start, span.line, span.column + end)


def fold(text: str) -> str:
    """Text without what a reformatting changes: case and runs of white space."""
    return " ".join(text.casefold().split())
