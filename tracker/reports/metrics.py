"""The numbers of both reports: pure functions from lives and lines to values, for any moment and period.

Every number counts each item once, and the sums agree by construction: what was open at the start of a period, plus what
was opened and reopened, less what was closed and removed, is what is open at its end.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tracker.calendar import Calendar
from tracker.models import Status
from tracker.reports.history import Life, due_changes
from tracker.reports.lines import NO_TEAM, ItemLine
from tracker.reports.periods import Period
from tracker.values import dataclass
from tracker.work_types import TYPES, type_of

AGES: tuple[tuple[str, int, int | None], ...] = (
    ("0-7 days", 0, 7),
    ("8-30 days", 8, 30),
    ("31-90 days", 31, 90),
    ("over 90 days", 91, None),
)


@dataclass(frozen=True, slots=True)
class Flow:
    """What came and went in a period."""

    open_at_start: int
    opened: int
    reopened: int
    closed: int
    removed: int
    open_at_end: int

    @property
    def net(self) -> int:
        """By how much the backlog grew."""
        return self.open_at_end - self.open_at_start


@dataclass(frozen=True, slots=True)
class Rate:
    """`met` of `of`; no share where there is nothing to divide by."""

    met: int
    of: int

    @property
    def share(self) -> float | None:
        """Between 0 and 1, None for 0 of 0."""
        return self.met / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Duration:
    """Times to close, in days; None where nothing was closed."""

    count: int
    median_days: float | None
    mean_days: float | None
    p90_days: float | None


@dataclass(frozen=True, slots=True)
class Slips:
    """Due dates that were moved to a later day in a period: items, moves, and days in all."""

    items: int
    moves: int
    days: int


@dataclass(frozen=True, slots=True)
class Group:
    """Items that have something in common, the worst first."""

    name: str
    lines: tuple[ItemLine, ...]

    @property
    def count(self) -> int:
        """Items in the group."""
        return len(self.lines)

    @property
    def worst_days(self) -> int:
        """Days by which the latest of them is late."""
        return max((line.late_days for line in self.lines), default=0)


@dataclass(frozen=True, slots=True)
class Totals:
    """Every item that is there at the moment, counted once in `open`, `done` or `dropped`."""

    items: int
    open: int
    overdue: int
    unowned: int
    undated: int
    untracked: int
    done: int
    verified: int
    dropped: int
    documents: int


def flow(found: Iterable[Life], period: Period) -> Flow:
    """What came and went in the period."""
    counted: Counter[str] = Counter()
    for life in found:
        counted["start"] += life.is_open_at(period.start)
        counted["end"] += life.is_open_at(period.end)
        count_changes(life, period, counted)
    return Flow(
        counted["start"],
        counted["opened"],
        counted["reopened"],
        counted["closed"],
        counted["removed"],
        counted["end"],
    )


def count_changes(life: Life, period: Period, counted: Counter[str]) -> None:
    """Add what happened to one item in the period."""
    for number, (start, end) in enumerate(life.open_spells):
        if period.holds(start):
            counted[coming(life, number, start)] += 1
        if period.holds(end):
            counted[going(life, end)] += 1


def opened(found: Iterable[Life], period: Period) -> Iterator[Life]:
    """The items that came up in the period, as `Flow.opened` counts them."""
    for life in found:
        spells = life.open_spells
        if spells and spells[0][0] == life.opened and period.holds(life.opened):
            yield life


def coming(life: Life, number: int, start: dt.datetime) -> str:
    """What the beginning of the `number`-th open spell is counted as."""
    return "reopened" if number or start > life.opened else "opened"


def going(life: Life, end: dt.datetime | None) -> str:
    """What the end of an open spell is counted as."""
    return "removed" if end == life.ended else "closed"


def totals(still: Sequence[ItemLine], endings: Mapping[str, int], documents: int) -> Totals:
    """The items of the moment.

    Args:
        still: The open ones.
        endings: How many of the closed ones are `done`, `verified` (done, too) and `dropped`.
        documents: The post-mortems.
    """
    done, dropped = endings.get("done", 0), endings.get("dropped", 0)
    return Totals(
        items=len(still) + done + dropped,
        open=len(still),
        overdue=sum(line.late_days > 0 for line in still),
        unowned=sum(not line.owners for line in still),
        undated=sum(line.due is None for line in still),
        untracked=sum(line.issue is None for line in still),
        done=done,
        verified=endings.get("verified", 0),
        dropped=dropped,
        documents=documents,
    )


def imported(found: Iterable[Life], since: dt.datetime) -> int:
    """Items that count from a day up to `since` though they were first read after it: those of old post-mortems."""
    return sum(
        life.opened <= since and life.tracked.first_seen is not None and life.tracked.first_seen > since
        for life in found
    )


def on_time(lines: Iterable[ItemLine], period: Period, calendar: Calendar) -> Rate:
    """Of the items whose due day ended in the period, those done by that day; dropped ones do not count."""
    met = of = 0
    before, last = calendar.last_whole_day(period.start), calendar.last_whole_day(period.end)
    for line in lines:
        if (
            line.due is not None
            and before < line.due <= last
            and not line.dropped
            and not _found_closed(line)
        ):
            of += 1
            met += line.closed is not None and line.closed <= line.due
    return Rate(met, of)


def _found_closed(line: ItemLine) -> bool:
    """Closed at a time that nobody knows: neither on time nor late."""
    return not line.is_open and line.closed is None


def on_time_by(
    lines: Iterable[ItemLine], period: Period, calendar: Calendar, key: Callable[[ItemLine], str]
) -> Mapping[str, Rate]:
    """The same for each group that had something due, in the order of the names."""
    grouped: dict[str, list[ItemLine]] = defaultdict(list)
    for line in lines:
        grouped[key(line)].append(line)
    rates = {name: on_time(grouped[name], period, calendar) for name in sorted(grouped)}
    return {name: rate for name, rate in rates.items() if rate.of}


def time_to_close(found: Iterable[Life], period: Period) -> Duration:
    """From opening to the last closing in the period, for the items that were closed in it and stayed so."""
    day = dt.timedelta(days=1)
    days = []
    for life in found:
        closed = life.closed_at(period.end)
        if closed is not None and period.holds(closed):
            days.append((closed - life.opened) / day)
    return duration_of(days)


def duration_of(days: Sequence[float]) -> Duration:
    """Median, mean and 90th percentile (nearest rank)."""
    if not days:
        return Duration(0, None, None, None)
    ordered = sorted(days)
    rank = math.ceil(0.9 * len(ordered))
    return Duration(len(ordered), statistics.median(ordered), statistics.fmean(ordered), ordered[rank - 1])


def ages(lines: Iterable[ItemLine]) -> tuple[tuple[str, int], ...]:
    """How many open items are how old."""
    counted: Counter[str] = Counter()
    for line in lines:
        if line.is_open:
            counted[_age_of(line.age_days)] += 1
    return tuple((name, counted[name]) for name, _, _ in AGES)


def _age_of(days: int) -> str:
    return next(name for name, _, last in AGES if last is None or days <= last)


def due_within(lines: Iterable[ItemLine], today: dt.date, days: int) -> tuple[ItemLine, ...]:
    """Open items that fall due today or in the next `days` days, the nearest first."""
    last = today + dt.timedelta(days=days)
    found = [line for line in lines if line.is_open and line.due is not None and today <= line.due <= last]
    return tuple(sorted(found, key=lambda line: (line.due, urgency(line))))


def overdue(lines: Iterable[ItemLine]) -> tuple[ItemLine, ...]:
    """Open items after their due date, the oldest due date first."""
    found = [line for line in lines if line.is_open and line.late_days > 0]
    return tuple(sorted(found, key=lambda line: (line.due, urgency(line))))


def by_owner(lines: Iterable[ItemLine]) -> tuple[Group, ...]:
    """One group an owner (an item with several is with the first, so that nothing counts twice), the latest first."""
    return _grouped(lines, lambda line: line.owners[0] if line.owners else line.owner)


def by_team(lines: Iterable[ItemLine]) -> tuple[Group, ...]:
    """One group a team of the people map."""
    return _grouped(lines, lambda line: line.team or NO_TEAM)


def _grouped(lines: Iterable[ItemLine], key: Callable[[ItemLine], str]) -> tuple[Group, ...]:
    grouped: dict[str, list[ItemLine]] = defaultdict(list)
    for line in lines:
        grouped[key(line)].append(line)
    groups = [Group(name, tuple(members)) for name, members in grouped.items()]
    return tuple(sorted(groups, key=lambda group: (-group.worst_days, -group.count, group.name)))


def slips(found: Iterable[Life], period: Period) -> Slips:
    """Due dates that were moved to a later day in the period."""
    items = moves = days = 0
    for life in found:
        by = [n for at, n in slip_moves(life) if period.holds(at)]
        items += bool(by)
        moves += len(by)
        days += sum(by)
    return Slips(items, moves, days)


def slip_moves(life: Life) -> Sequence[tuple[dt.datetime, int]]:
    """When the due date was moved to a later day, and by how many days each time."""
    changes = due_changes(life.tracked)
    if len(changes) == 1:
        return ()
    dated = [(at, day) for at, day in changes if day is not None]
    moves = [(at, (day - before).days) for (_, before), (at, day) in itertools.pairwise(dated)]
    return [(at, days) for at, days in moves if days > 0]


def slipping(lines: Iterable[ItemLine], least: int = 2) -> tuple[ItemLine, ...]:
    """Open items whose date was moved again and again, the most often moved first."""
    found = [line for line in lines if line.is_open and line.slips >= least]
    return tuple(sorted(found, key=lambda line: (-line.slips, -line.slipped_days, urgency(line))))


def stale(lines: Iterable[ItemLine], today: dt.date, days: int) -> tuple[ItemLine, ...]:
    """Open items that no person touched for so many days, the longest forgotten first."""
    last = today - dt.timedelta(days=days)
    found = [line for line in lines if line.is_open and line.touched is not None and line.touched <= last]
    return tuple(sorted(found, key=lambda line: (line.touched, urgency(line))))


def unverified(lines: Iterable[ItemLine], today: dt.date, days: int = 0) -> tuple[ItemLine, ...]:
    """Done items without evidence that they work, done at least `days` days ago; the longest ago first."""
    last = today - dt.timedelta(days=days)
    found = [
        line
        for line in lines
        if line.status is Status.DONE and not line.verified and (line.closed is None or line.closed <= last)
    ]
    return tuple(sorted(found, key=lambda line: (line.closed or dt.date.min, line.path, line.line)))


OTHER_TYPE, NO_TYPE = "other", "not stated"


def type_mix(lines: Iterable[ItemLine]) -> tuple[tuple[str, int], ...]:
    """How many items are of which type, in a fixed order, types without any left out."""
    counted = Counter(
        type_of(line.category) or (OTHER_TYPE if (line.category or "").strip() else NO_TYPE) for line in lines
    )
    return tuple((name, counted[name]) for name in (*TYPES, OTHER_TYPE, NO_TYPE) if counted[name])


def urgency(line: ItemLine) -> tuple[int, str, int, str]:
    """Sort key: the most urgent priority first, then where it stands; the same in every report."""
    return (line.priority if line.priority is not None else 9, line.path, line.line, line.item_id)
