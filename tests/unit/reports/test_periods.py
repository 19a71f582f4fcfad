"""Periods: what `--since` and `--as-of` mean, in any time zone and on days on which the clocks change."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.calendar import Calendar
from tracker.errors import UserError
from tracker.reports.periods import as_of_moment, period_before, period_since, weeks
from tracker.reports.settings import ReportSettings

BERLIN = Calendar("Europe/Berlin")
NOW = dt.datetime(2026, 11, 20, 2, 30, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)

_moments = st.integers(0, 10 * 365 * 24 * 60).map(
    lambda minutes: dt.datetime(2020, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
)
_calendars = st.builds(
    Calendar,
    st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "Australia/Lord_Howe"]),
    week_start=st.integers(0, 6),
)


@pytest.mark.parametrize(
    ("text", "first_day"),
    [("7d", "2026-11-13"), ("2w", "2026-11-06"), ("1m", "2026-10-21"), (" 3D ", "2026-11-17")],
)
def test_a_span_ends_now_and_begins_at_the_same_time_of_day(text: str, first_day: str) -> None:
    period = period_since(text, NOW, BERLIN)
    assert period.end == NOW
    assert BERLIN.local(period.start).strftime("%Y-%m-%d %H:%M") == f"{first_day} 03:30"


@pytest.mark.parametrize(("start", "first"), [(0, "2026-11-09"), (6, "2026-11-08")])
def test_the_last_week_is_the_last_whole_one(start: int, first: str) -> None:
    calendar = Calendar("Europe/Berlin", week_start=start)
    period = period_since("last-week", NOW, calendar)
    assert calendar.day(period.start + MICROSECOND).isoformat() == first
    assert calendar.day(period.end) - calendar.day(period.start) == dt.timedelta(days=7)


def test_a_day_begins_at_its_local_midnight() -> None:
    period = period_since("2026-11-18", NOW, BERLIN)
    assert period.start + MICROSECOND == dt.datetime(2026, 11, 17, 23, tzinfo=dt.UTC)


@pytest.mark.parametrize("text", ["soon", "0d", "2026-11-21", "-7d", "", "0001-01-01"])
def test_another_text_is_an_error_of_the_user(text: str) -> None:
    with pytest.raises(UserError):
        period_since(text, NOW, BERLIN)


def test_a_past_day_is_seen_from_its_end_and_today_from_now() -> None:
    assert as_of_moment("2026-11-18", NOW, BERLIN) == BERLIN.end_of(dt.date(2026, 11, 18))
    assert as_of_moment("2026-11-20", NOW, BERLIN) == NOW
    assert as_of_moment(None, NOW, BERLIN) == NOW


@pytest.mark.parametrize(("text", "said"), [("2026-11-21", "still to come"), ("0001-01-01", "before 1970")])
def test_a_day_to_come_and_one_before_all_computers_are_errors_of_the_user(text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        as_of_moment(text, NOW, BERLIN)


@given(_moments, _calendars, st.integers(1, 60))
def test_the_period_before_ends_where_the_period_starts(
    moment: dt.datetime, calendar: Calendar, days: int
) -> None:
    period = period_since(f"{days}d", moment, calendar)
    before = period_before(period, calendar)
    assert before.end == period.start
    assert abs((period.end - period.start) - (before.end - before.start)) <= dt.timedelta(hours=25)


@given(_moments, _calendars, st.integers(1, 20))
def test_weeks_follow_each_other_without_a_gap_and_begin_on_the_first_day(
    moment: dt.datetime, calendar: Calendar, count: int
) -> None:
    found = weeks(moment, count, calendar)
    assert len(found) == count
    assert found[-1].end == moment
    assert all(one.end == other.start for one, other in pairwise(found))
    first_days = [calendar.day(one.start + MICROSECOND) for one in found]
    assert {day.weekday() for day in first_days} == {calendar.week_start}


@given(_calendars, st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)))
def test_a_day_ends_where_the_next_begins(calendar: Calendar, day: dt.date) -> None:
    assert calendar.end_of(day) == calendar.start_of(day + dt.timedelta(days=1))
    assert calendar.day(calendar.end_of(day)) == day


def test_a_country_without_known_holidays_is_told_with_its_table() -> None:
    with pytest.raises(UserError) as error:
        ReportSettings(country="XX").calendar("UTC")
    assert "[reports]" in error.value.message
