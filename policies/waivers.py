"""Waivers: a finding is accepted for a stated reason until a stated day. Pure; reading the file is the caller's.

Inline, on the line of the item or above it:

    <!-- pmtrack: ignore PM104 until=2026-12-31 reason="vendor fixes it in Q4" -->

or in `pmtrack-waivers.toml`:

    [[waivers]]
    code = "PM104"
    document = "docs/postmortems/2026-05-06-spool.md"
    item = "A1"                       # id, title or item id; left out: every item of the document
    reason = "vendor fixes it in Q4"
    by = "Alice"
    until = 2026-12-31
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from policies.globs import matches_glob
from policies.notices import notice
from policies.rule import Scope, fold
from tracker.models import Finding, PostMortem
from tracker.values import dataclass
from tracker.world import TrackedItem, World


@dataclass(frozen=True, slots=True)
class Waiver:
    """One waiver, wherever it is written.

    Attributes:
        code: The rule.
        source: The file in which it stands.
        line: Its line there.
        document: Glob of the documents that it covers.
        until: Last day on which it holds; None where none or no date is given.
        lines: For an inline waiver the lines that it covers; None for one of the file.
        item: For one of the file: id, title or item id, None for every item.
    """

    code: str
    source: str
    line: int
    document: str
    reason: str | None
    until: dt.date | None
    by: str | None = None
    lines: frozenset[int] | None = None
    item: str | None = None

    @property
    def is_complete(self) -> bool:
        """Whether it has what a waiver must have."""
        return bool((self.reason or "").strip()) and self.until is not None

    def holds(self, today: dt.date) -> bool:
        """Whether its last day has not passed."""
        return self.until is None or today <= self.until

    def text(self) -> str:
        """As a person would say it."""
        by = f", by {self.by}" if self.by else ""
        return f"{self.reason} (until {self.until}{by}; {self.source}:{self.line})"


@dataclass(frozen=True, slots=True)
class Judged:
    """Findings after the waivers: what is left, what is waived, and what is to be said about the waivers."""

    kept: tuple[Finding, ...]
    waived: tuple[Finding, ...]
    notices: tuple[Finding, ...]


def inline_waivers(documents: Iterable[PostMortem]) -> Iterator[Waiver]:
    """The waivers that stand in the documents."""
    for document in documents:
        taken = {one.line for one in document.suppressions}
        for one in document.suppressions:
            below = one.line + 1
            while below in taken:
                below += 1
            for code in one.codes or ("",):
                yield Waiver(
                    code,
                    document.path,
                    one.line,
                    document.path,
                    one.reason,
                    _day(one.until),
                    one.by,
                    frozenset((one.line, below)),
                )


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Rules:
    """What waivers are judged by.

    Attributes:
        today: The day on which a waiver must still hold.
        scopes: The rules that ran, and what their findings are about.
        known: Every code that exists, also of rules that did not run.
        notice_days: Days before its end from which a waiver is announced.
    """

    today: dt.date
    scopes: Mapping[str, Scope]
    known: frozenset[str]
    notice_days: int = 14


def apply_waivers(
    findings: Sequence[Finding], waivers: Sequence[Waiver], world: World, rules: Rules
) -> Judged:
    """Take what is waived out of the findings, and say what is wrong with waivers."""
    if not waivers:
        return Judged(tuple(findings), (), ())
    cover = _Cover(world, rules, waivers)
    kept, waived = [], []
    used: set[int] = set()
    for finding in findings:
        covering = cover.of(finding)
        used |= {index for index, _ in covering}
        valid = next((one for _, one in covering if one.is_complete and one.holds(rules.today)), None)
        if valid:
            waived.append(replace(finding, waived_by=valid.text()))
        else:
            kept.append(finding)
    remarks = (_remark(waiver, index in used, rules) for index, waiver in enumerate(waivers))
    return Judged(tuple(kept), tuple(waived), tuple(one for one in remarks if one))


class _Cover:
    """Finds the waivers that cover a finding."""

    def __init__(self, world: World, rules: Rules, waivers: Sequence[Waiver]) -> None:
        self._scopes = rules.scopes
        self._items: dict[tuple[str, str], list[TrackedItem]] = {}
        self._by_code: dict[str, list[tuple[int, Waiver]]] = {}
        for index, waiver in enumerate(waivers):
            self._by_code.setdefault(waiver.code, []).append((index, waiver))
        for tracked in world.items:
            self._items.setdefault((tracked.path, tracked.item.title), []).append(tracked)

    def of(self, finding: Finding) -> list[tuple[int, Waiver]]:
        """The waivers, with their positions in the list."""
        return [pair for pair in self._by_code.get(finding.code, ()) if self._covers(pair[1], finding)]

    def _covers(self, waiver: Waiver, finding: Finding) -> bool:
        if waiver.lines is None:
            return matches_glob(finding.path, waiver.document) and self._names_item(waiver, finding)
        if waiver.document != finding.path:
            return False
        if finding.span.line in waiver.lines or self._scopes.get(finding.code) is Scope.DOCUMENT:
            return True
        return any(_touches(waiver, tracked) for tracked in self._items_of(finding))

    def _items_of(self, finding: Finding) -> Iterator[TrackedItem]:
        """The item that a finding is about; of several with one title the one on whose lines it stands."""
        for tracked in self._items.get((finding.path, finding.item or ""), ()):
            first, last = _extent(tracked)
            if first <= finding.span.line <= last:
                yield tracked

    def _names_item(self, waiver: Waiver, finding: Finding) -> bool:
        if waiver.item is None:
            return True
        wanted = fold(waiver.item)
        if wanted in (fold(finding.item_id or ""), fold(finding.item or "")):
            return True
        return any(fold(one.item.local_id or "") == wanted for one in self._items_of(finding))


def _touches(waiver: Waiver, tracked: TrackedItem) -> bool:
    first, last = _extent(tracked)
    return first in (waiver.lines or ()) or first <= waiver.line <= last


def _extent(tracked: TrackedItem) -> tuple[int, int]:
    item = tracked.item
    ends = [max(span.line, span.end_line) for span in item.spans.values()]
    return item.line, max([item.line, *ends])


def _remark(waiver: Waiver, used: bool, rules: Rules) -> Finding | None:
    code = waiver.code
    if code not in rules.known:
        return _say(
            "PM005", waiver, f"no rule is called {code!r}", "Correct the code; `pmtrack explain` lists them."
        )
    if not waiver.is_complete:
        lacks = "end date" if (waiver.reason or "").strip() else "reason"
        return _say(
            "PM006", waiver, f"this waiver of {code} has no {lacks}", 'Add until=YYYY-MM-DD and reason="...".'
        )
    if not used:
        covers = "covers nothing"
        return (
            _say("PM004", waiver, f"this waiver of {code} {covers}", "Delete it.")
            if code in rules.scopes
            else None
        )
    return _remark_end(waiver, rules)


def _remark_end(waiver: Waiver, rules: Rules) -> Finding | None:
    left = (waiver.until - rules.today).days if waiver.until else rules.notice_days + 1
    if left < 0:
        message = f"this waiver of {waiver.code} ended on {waiver.until}"
        return _say("PM002", waiver, message, "Fix what it covered, or renew the waiver with a new end date.")
    if left <= rules.notice_days:
        message = f"this waiver of {waiver.code} ends {'today' if left == 0 else f'in {left} days'}"
        return _say("PM003", waiver, message, "Fix what it covers before that day, or renew the waiver.")
    return None


def _say(code: str, waiver: Waiver, message: str, advice: str) -> Finding:
    return notice(code, waiver.source, waiver.line, message, advice, key=f"{waiver.code}|{waiver.item or ''}")
