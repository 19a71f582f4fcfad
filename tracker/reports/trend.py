"""The trend over weeks: computed from the beginnings and ends of the open spells, once through all items."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate

from tracker.calendar import Calendar
from tracker.reports.history import Life, due_changes, due_of
from tracker.reports.metrics import Flow, coming, going
from tracker.reports.periods import Period, weeks
from tracker.values import dataclass


@dataclass(frozen=True, slots=True)
class Week:
    """One point of the trend.

    Attributes:
        first_day: Local day on which the week begins.
        last_day: Its last day, or the day of the report in the running week.
        flow: What came and went.
        overdue: Open after their due date at the end.
        remaining: Of the items that were open when the trend begins, those not closed yet.
    """

    first_day: dt.date
    last_day: dt.date
    flow: Flow
    overdue: int
    remaining: int


class _Tally:
    """Counts at the boundaries of the weeks: the beginning of the first one, then the end of each.

    `open` and `remaining` hold differences from one boundary to the next, `overdue` those of the ends.
    """

    def __init__(self, weeks: Sequence[Period], calendar: Calendar) -> None:
        self.weeks = weeks
        self.bounds = [weeks[0].start, *(week.end for week in weeks)]
        self.last_days = [calendar.day(week.end) for week in weeks]
        self.open = [0] * (len(self.bounds) + 1)
        self.remaining = [0] * (len(self.bounds) + 1)
        self.overdue = [0] * (len(weeks) + 1)
        self.changes: list[Counter[str]] = [Counter() for _ in weeks]

    def add(self, life: Life) -> None:
        # One search for each beginning and end, and no call for what is simple: asked fifty thousand times for a large archive.
        bounds, beyond = self.bounds, len(self.bounds)
        cohort = life.is_open_at(bounds[0])
        for number, (start, end) in enumerate(life.open_spells):
            first = bisect_left(bounds, start)
            after = beyond if end is None else bisect_left(bounds, end)
            if first < after:
                _raise(self.open, first, after)
                if cohort:
                    _raise(self.remaining, first, after)
                self._add_overdue(life, max(0, first - 1), after - 1)
            if 0 < first < beyond:
                self.changes[first - 1][coming(life, number, start)] += 1
            if 0 < after < beyond:
                self.changes[after - 1][going(life, end)] += 1

    def _add_overdue(self, life: Life, first: int, after: int) -> None:
        """Weeks `first` to `after`, at whose ends the item is open."""
        changes = due_changes(life.tracked)
        if len(changes) == 1:
            due = changes[0][1]
            if due is not None and due < self.last_days[-1]:
                _raise(self.overdue, max(first, bisect_right(self.last_days, due)), after)
            return
        for number in range(first, after):
            due = due_of(changes, self.weeks[number].end)
            if due is not None and due < self.last_days[number]:
                _raise(self.overdue, number, number + 1)


def _raise(differences: list[int], first: int, after: int) -> None:
    """Add one to the positions `first` to `after`, the latter exclusive."""
    if first < after:
        differences[first] += 1
        differences[after] -= 1


def trend(found: Iterable[Life], moment: dt.datetime, count: int, calendar: Calendar) -> tuple[Week, ...]:
    """The running week and the ones before it, oldest first."""
    spans = weeks(moment, count, calendar)
    tally = _Tally(spans, calendar)
    begins = spans[0].start
    for life in found:
        if not life.is_settled_by(begins):
            tally.add(life)
    still, cohort = list(accumulate(tally.open)), list(accumulate(tally.remaining))
    late = list(accumulate(tally.overdue))
    return tuple(
        Week(
            calendar.week_of(last_day),
            last_day,
            _flow(tally.changes[number], still[number], still[number + 1]),
            late[number],
            cohort[number + 1],
        )
        for number, last_day in enumerate(tally.last_days)
    )


def _flow(changes: Counter[str], start: int, end: int) -> Flow:
    return Flow(start, changes["opened"], changes["reopened"], changes["closed"], changes["removed"], end)
