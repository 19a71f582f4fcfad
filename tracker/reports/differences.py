"""What became worse and what became better between two moments, for the audit's "New" and "Resolved"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tracker.reports import metrics
from tracker.reports.history import Life
from tracker.reports.ledger import Ledger
from tracker.reports.lines import ItemLine
from tracker.reports.periods import Period
from tracker.severity import incident_of
from tracker.values import dataclass
from tracker.world import Event


@dataclass(frozen=True, slots=True)
class Difference:
    """What became worse, or better, with one item since the last audit.

    Attributes:
        kind: One of `opened`, `reopened`, `removed`, `became overdue`, `issue gone`, `conflict`, `slipped` (new trouble), or
            `closed`, `no longer overdue` (resolved).
        also: What else became so with the same item: a new one that is late already is `opened` and `became overdue`,
            one that came and was closed in between `closed` and `opened`.
    """

    kind: str
    line: ItemLine
    detail: str = ""
    also: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """Everything that became so."""
        return (self.kind, *self.also)

    @property
    def told(self) -> str:
        """The same in words."""
        if "opened" in self.also:
            return f"opened and {self.kind}"
        return ", ".join(self.kinds).replace("opened, became overdue", "opened, already overdue")


def differences(
    ledger: Ledger, before: Ledger, period: Period
) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
    """What became worse and what became better between two moments, each item at most once on either side."""
    new: list[Difference] = []
    resolved: list[Difference] = []
    for life in ledger.lives:
        is_new = life.opened > before.moment
        if is_new or _moved(life, ledger, before, period):
            line = ledger.line(life)
            worse, better = _sides(list(_compare(life, line, None if is_new else before.line(life), period)))
            new += _together(line, worse)
            resolved += _together(line, better)
    return _sorted(new), _sorted(resolved)


def _sides(changes: Sequence[Change]) -> tuple[Sequence[Change], Sequence[Change]]:
    """What is new trouble, what is resolved; of an item that was closed nothing else is trouble any more."""
    if changes and changes[0][0] == "closed":
        return (), changes
    return [one for one in changes if one[0] not in _RESOLVED], [
        one for one in changes if one[0] in _RESOLVED
    ]


def _together(line: ItemLine, changes: Sequence[Change]) -> list[Difference]:
    """One difference an item, however much happened to it: none where nothing did."""
    if not changes:
        return []
    kinds = tuple(dict.fromkeys(kind for kind, _ in changes))
    return [Difference(kinds[0], line, "; ".join(detail for _, detail in changes if detail), kinds[1:])]


def _sorted(found: Sequence[Difference]) -> tuple[Difference, ...]:
    def weight(one: Difference) -> tuple[object, ...]:
        return (min(map(_ORDER.index, one.kinds)), metrics.urgency(one.line))

    return tuple(sorted(found, key=weight))


Change = tuple[str, str]
"""Kind and detail; the first of an item tells whether it came, came back, left or was closed."""

_RESOLVED = frozenset({"closed", "no longer overdue"})
_ORDER = (
    "became overdue",
    "issue gone",
    "conflict",
    "reopened",
    "slipped",
    "removed",
    "opened",
    "closed",
    "no longer overdue",
)


def _moved(life: Life, ledger: Ledger, before: Ledger, period: Period) -> bool:
    """Whether anything can have changed; most items did not, and are passed over quickly."""
    if life.is_settled_by(period.start):
        return False
    events = life.tracked.events
    if (events and events[-1].at > period.start) or period.holds(life.ended):
        return True
    is_open = life.is_open_at(ledger.moment)
    if is_open != life.is_open_at(before.moment):
        return True
    return is_open and (ledger.line(life).late_days > 0) != (before.line(life).late_days > 0)


def _compare(life: Life, line: ItemLine, previous: ItemLine | None, period: Period) -> Iterator[Change]:
    yield from _status_difference(life, line, previous, period)
    if previous is None and not line.is_open and life.open_spells:
        yield ("opened", "")
    if not line.is_open:
        return
    yield from _date_difference(line, previous)
    for event in life.tracked.events:
        if event.field in _EVENT_TROUBLE and period.holds(event.at):
            yield (_EVENT_TROUBLE[event.field], _told(event))


def _status_difference(
    life: Life, line: ItemLine, previous: ItemLine | None, period: Period
) -> Iterator[Change]:
    """One that was found closed never was open work: nothing is told of it."""
    if life.open_spells and life.open_spells[-1][1] == life.ended and period.holds(life.ended):
        yield ("removed", "its row is gone and it has no issue")
    elif not line.is_open:
        if previous.is_open if previous is not None else life.open_spells:
            yield ("closed", _closing(line))
    elif previous is None:
        yield ("opened", _opening(line))
    elif not previous.is_open:
        yield ("reopened", f"was closed {previous.closed or 'before'}")


def _date_difference(line: ItemLine, previous: ItemLine | None) -> Iterator[Change]:
    was_late = previous is not None and previous.is_open and previous.late_days > 0
    if line.late_days and not was_late:
        yield ("became overdue", f"was due {line.due}")
    elif was_late and not line.late_days:
        yield ("no longer overdue", f"due date moved to {line.due or 'none'}")
    if previous is not None and line.slips > previous.slips:
        yield ("slipped", f"from {previous.due} to {line.due}")


_EVENT_TROUBLE = {"gone": "issue gone", "conflict": "conflict"}


def _told(event: Event) -> str:
    return " → ".join(text for text in (event.old, event.new) if text)


def _opening(line: ItemLine) -> str:
    return f"from {incident_of(line.severity)}" if line.severity else ""


def _closing(line: ItemLine) -> str:
    if line.dropped:
        return "dropped"
    if line.due is None or line.closed is None:
        return "done"
    days = (line.closed - line.due).days
    return "done on time" if days <= 0 else f"done {days} days late"
