"""The metrics against the books of the simulation, and the laws that hold for any history."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.reports.simulation import DAYS, FIRST, LAST, Simulation, simulate
from tracker.calendar import Calendar
from tracker.models import ActionItem, Issue, IssueRef, PostMortem, Status
from tracker.reports import metrics
from tracker.reports.history import Life, lives
from tracker.reports.ledger import ledger_of
from tracker.reports.periods import Period
from tracker.reports.settings import ReportSettings
from tracker.reports.trend import trend
from tracker.world import Event, Side, TrackedItem, World

UTC = Calendar()
SEEDS = (1, 7, 20)


@cache
def books(seed: int) -> Simulation:
    return simulate(seed)


@cache
def found(seed: int) -> tuple[Life, ...]:
    return lives(books(seed).world())


def days(first: dt.date, last: dt.date) -> Period:
    return Period(UTC.start_of(first), UTC.end_of(last))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_day_of_the_history_has_the_open_and_overdue_items_that_the_books_say(seed: int) -> None:
    truth = books(seed)
    for day, known in truth.days.items():
        ledger = ledger_of(truth.world(UTC.end_of(day)), ReportSettings())
        assert {line.item_id for line in ledger.lines if line.is_open} == known.open, day
        assert {line.item_id for line in metrics.overdue(ledger.lines)} == known.overdue, day


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("start", "length"), [(0, 7), (21, 7), (77, 7), (0, DAYS), (30, 1), (10, 31)])
def test_what_came_and_went_in_a_period_is_what_the_books_say(seed: int, start: int, length: int) -> None:
    first = FIRST + dt.timedelta(days=start)
    last = first + dt.timedelta(days=length - 1)
    truth = books(seed).happened(first, last)
    flow = metrics.flow(found(seed), days(first, last))
    slips = metrics.slips(found(seed), days(first, last))
    assert (flow.opened, flow.closed, flow.reopened, flow.removed) == (
        truth["opened"],
        truth["closed"],
        truth["reopened"],
        truth["removed"],
    )
    assert (slips.moves, slips.days) == (truth["slips"], truth["slip days"])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_trend_is_the_books_week_by_week(seed: int) -> None:
    truth = books(seed)
    weeks = trend(found(seed), UTC.end_of(LAST), 12, UTC)
    assert [week.first_day for week in weeks] == [FIRST + dt.timedelta(weeks=n) for n in range(12)]
    for week in weeks:
        assert week.flow.open_at_end == len(truth.days[week.last_day].open)
        assert week.overdue == len(truth.days[week.last_day].overdue)
        assert week.flow == metrics.flow(found(seed), days(week.first_day, week.last_day))


@pytest.mark.parametrize("seed", SEEDS)
def test_times_to_close_are_those_of_the_books(seed: int) -> None:
    truth = [
        (work.closed - work.seen) / dt.timedelta(days=1)
        for work in books(seed).works
        if work.closed is not None and work.removed is None
    ]
    duration = metrics.time_to_close(found(seed), days(FIRST, LAST))
    assert duration.count == len(truth)
    assert duration.mean_days == pytest.approx(sum(truth) / len(truth))
    assert duration.p90_days == sorted(truth)[-(-len(truth) * 9 // 10) - 1]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_on_time_rate_is_that_of_the_books(seed: int) -> None:
    due = [
        work
        for work in books(seed).works
        if work.due is not None
        and FIRST <= work.due <= LAST
        and work.removed is None
        and work.status is not Status.CANCELLED
    ]
    met = [work for work in due if work.closed is not None and work.due and work.closed.date() <= work.due]
    ledger = ledger_of(books(seed).world(UTC.end_of(LAST)), ReportSettings())
    assert metrics.on_time(ledger.lines, days(FIRST, LAST), UTC) == metrics.Rate(len(met), len(due))


def test_the_type_of_work_is_told_as_the_rules_tell_it_in_any_of_their_languages() -> None:
    lines = [
        ledger_of(
            World(_START, items=(_item(item=ActionItem("Do it", 3, category=one)),)), ReportSettings()
        ).lines[0]
        for one in ("Repair", "Überwachung", "予防", "prevention", "Mitigación", "Culture", " ", None)
    ]
    assert metrics.type_mix(lines) == (
        ("prevent", 2),
        ("detect", 1),
        ("mitigate", 2),
        ("other", 1),
        ("not stated", 2),
    )


# --- laws ------------------------------------------------------------------------------------------------------------

_START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_hours = st.integers(0, 24 * 120)
_statuses = st.sampled_from(list(Status))


@st.composite
def histories(draw: st.DrawFn) -> World:
    """Worlds with any order of changes on both sides, removed rows, and issues that come, close and vanish."""
    items = tuple(draw(_items(number)) for number in range(draw(st.integers(1, 12))))
    return World(now=_START + dt.timedelta(days=121), items=items, has_state=True)


@st.composite
def _items(draw: st.DrawFn, number: int) -> TrackedItem:
    seen = _START + dt.timedelta(hours=draw(_hours))
    events = [draw(_events(number)) for _ in range(draw(st.integers(0, 8)))]
    removed = draw(st.none() | _hours)
    issue = draw(st.none() | _issues())
    return TrackedItem(
        item_id=f"item-{number}",
        item=ActionItem(
            f"item {number}",
            number + 1,
            status=draw(st.none() | _statuses),
            due=draw(st.none() | st.dates(dt.date(2026, 1, 1), dt.date(2026, 6, 1))),
        ),
        path=f"{number % 3}.md",
        ref=issue.ref if issue is not None else None,
        issue=issue,
        issue_gone=draw(st.booleans()),
        first_seen=seen,
        removed_at=None if removed is None else seen + dt.timedelta(hours=removed),
        events=tuple(sorted(events, key=lambda event: event.at)),
    )


@st.composite
def _issues(draw: st.DrawFn) -> Issue:
    closed = draw(st.none() | _hours)
    return Issue(
        IssueRef("1", "#1"),
        "an issue",
        draw(_statuses),
        closed_at=None if closed is None else _START + dt.timedelta(hours=closed),
    )


@st.composite
def _events(draw: st.DrawFn, number: int) -> Event:
    kind = draw(st.sampled_from(["status", "due", "linked", "unlinked", "touched", "gone"]))
    texts = {
        "status": _statuses.map(str),
        "due": st.dates(dt.date(2026, 1, 1), dt.date(2026, 6, 1)).map(str),
    }.get(kind, st.just("x"))
    return Event(
        _START + dt.timedelta(hours=draw(_hours)),
        f"item-{number}",
        draw(st.sampled_from(list(Side))),
        kind,
        draw(st.none() | texts),
        draw(st.none() | texts),
    )


def _period(first: int, length: int) -> Period:
    start = _START + dt.timedelta(hours=first)
    return Period(start, start + dt.timedelta(hours=length))


@given(histories(), _hours, st.integers(1, 2000))
def test_the_backlog_at_the_end_is_the_one_at_the_start_plus_what_came_less_what_went(
    world: World, first: int, length: int
) -> None:
    flow = metrics.flow(lives(world), _period(first, length))
    assert flow.open_at_end == flow.open_at_start + flow.opened + flow.reopened - flow.closed - flow.removed


@given(histories(), _hours, st.integers(1, 1000), st.integers(1, 1000))
def test_two_neighbouring_periods_together_count_what_the_whole_counts(
    world: World, first: int, one: int, two: int
) -> None:
    found = lives(world)
    whole = metrics.flow(found, _period(first, one + two))
    parts = metrics.flow(found, _period(first, one)), metrics.flow(found, _period(first + one, two))
    for name in ("opened", "reopened", "closed", "removed"):
        assert getattr(whole, name) == sum(getattr(part, name) for part in parts)
    slips = [metrics.slips(found, _period(*span)) for span in ((first, one), (first + one, two))]
    assert metrics.slips(found, _period(first, one + two)).days == sum(part.days for part in slips)


@given(histories(), st.integers(0, 120))
def test_every_item_that_is_there_counts_once_among_open_done_and_dropped(world: World, day: int) -> None:
    moment = _START + dt.timedelta(days=day)
    ledger = ledger_of(_at(world, moment), ReportSettings())
    totals = metrics.totals(ledger.open_lines, ledger.endings, 0)
    lines = ledger.lines
    assert totals.items == len(lines) == totals.open + totals.done + totals.dropped
    assert totals.open == sum(line.is_open for line in lines)
    assert totals.done == sum(line.status is Status.DONE for line in lines)
    assert totals.verified == sum(line.verified for line in lines)
    assert sum(count for _, count in metrics.ages(ledger.lines)) == totals.open
    late = metrics.overdue(ledger.lines)
    assert len(late) == totals.overdue
    for groups in (metrics.by_owner(late), metrics.by_team(late)):
        ids = [line.item_id for group in groups for line in group.lines]
        assert sorted(ids) == sorted(line.item_id for line in late)
    mix = metrics.type_mix(line for line in ledger.lines if line.is_open)
    assert sum(count for _, count in mix) == totals.open


@given(histories(), st.integers(0, 110), st.integers(0, 10))
def test_what_was_true_on_a_day_does_not_depend_on_when_one_asks(world: World, day: int, later: int) -> None:
    """Cutting off the future (as the state does for `--as-of`) changes nothing about the past."""
    moment = _START + dt.timedelta(days=day)
    found = lives(world)
    early = metrics.flow(found, Period(_START - dt.timedelta(days=400), moment))
    weeks = trend(found, moment, 4, UTC)
    again = lives(_at(world, moment + dt.timedelta(days=later)))
    assert metrics.flow(again, Period(_START - dt.timedelta(days=400), moment)) == early
    assert trend(again, moment, 4, UTC) == weeks


@given(histories(), _hours, st.integers(1, 2000))
def test_the_on_time_rate_never_counts_more_than_fell_due(world: World, first: int, length: int) -> None:
    ledger = ledger_of(world, ReportSettings())
    rate = metrics.on_time(ledger.lines, _period(first, length), UTC)
    assert 0 <= rate.met <= rate.of <= sum(line.due is not None for line in ledger.lines)


def _at(world: World, moment: dt.datetime) -> World:
    return World(now=moment, items=world.items, documents=world.documents, has_state=True)


# --- what must not falsify a trend -----------------------------------------------------------------------------------


def _item(**fields: object) -> TrackedItem:
    values: dict[str, object] = {
        "item_id": "a",
        "item": ActionItem("Do it", 3),
        "path": "a.md",
        "first_seen": _START,
    }
    return TrackedItem(**(values | fields))  # type: ignore[arg-type]


def _flow(item: TrackedItem, first: int, last: int, *documents: PostMortem) -> metrics.Flow:
    world = World(now=_START + dt.timedelta(days=100), items=(item,), documents=documents)
    return metrics.flow(lives(world), _period(first * 24, (last - first) * 24))


def test_a_removed_row_is_removed_and_not_closed() -> None:
    flow = _flow(_item(removed_at=_START + dt.timedelta(days=5)), 1, 10)
    assert (flow.open_at_start, flow.removed, flow.closed, flow.open_at_end) == (1, 1, 0, 0)


def test_a_removed_row_whose_issue_is_open_is_still_open_work() -> None:
    ref = IssueRef("1", "#1")
    item = _item(removed_at=_START + dt.timedelta(days=5), ref=ref, issue=Issue(ref, "x", Status.OPEN))
    assert _flow(item, 1, 10).open_at_end == 1


def test_an_unreadable_tracker_leaves_the_last_known_status() -> None:
    ref = IssueRef("1", "#1")
    item = _item(
        ref=ref,
        issue=Issue(ref, "x", Status.DONE, closed_at=_START + dt.timedelta(days=3)),
        unreadable="down",
    )
    flow = _flow(item, 1, 10)
    assert (flow.open_at_start, flow.closed, flow.open_at_end) == (1, 1, 0)


def test_an_imported_archive_is_not_new_work_on_the_day_of_the_import() -> None:
    seen = _START + dt.timedelta(days=80)
    document = PostMortem("a.md", date=dt.date(2026, 1, 10))
    flow = _flow(_item(first_seen=seen), 75, 90, document)
    assert (flow.opened, flow.open_at_start) == (0, 1)


def test_an_item_found_closed_without_a_date_is_neither_opened_nor_closed_in_a_period() -> None:
    flow = _flow(_item(item=ActionItem("Done long ago", 3, status=Status.DONE), first_seen=_START), -5, 10)
    assert (flow.opened, flow.closed, flow.open_at_end) == (0, 0, 0)


def test_a_closed_item_that_pmtrack_reopens_counts_as_reopened() -> None:
    events = (
        Event(_START + dt.timedelta(days=2), "a", Side.DOCUMENT, "status", "open", "done"),
        Event(_START + dt.timedelta(days=6), "a", Side.DOCUMENT, "status", "done", "open"),
    )
    flow = _flow(_item(item=ActionItem("Do it", 3, status=Status.OPEN), events=events), 4, 10)
    assert (flow.open_at_start, flow.reopened, flow.open_at_end) == (0, 1, 1)
