"""Where and how days are counted: time zones, first days of the week, business days."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.unit.reports.simulation import simulate
from tracker.calendar import Calendar
from tracker.models import ActionItem
from tracker.reports import metrics
from tracker.reports.history import lives
from tracker.reports.ledger import Ledger, ledger_of
from tracker.reports.periods import Period, weeks
from tracker.reports.settings import ReportSettings
from tracker.reports.trend import trend
from tracker.world import TrackedItem, World

FRIDAY = dt.date(2026, 11, 20)


def ledger(moment: dt.datetime, timezone: str = "UTC", **settings: Any) -> Ledger:
    """One open item that is due on Friday."""
    item = TrackedItem("01", ActionItem("Cap the pool", 7, due=FRIDAY), "a.md", first_seen=moment)
    return ledger_of(
        World(moment, (), (item,), has_state=True), ReportSettings(**settings), timezone=timezone
    )


@pytest.mark.parametrize(
    ("timezone", "today", "late"),
    [
        ("Pacific/Auckland", "2026-11-21", 1),
        ("UTC", "2026-11-20", 0),
        ("America/Los_Angeles", "2026-11-20", 0),
    ],
)
def test_an_item_is_late_when_its_day_is_over_where_the_report_is_read(
    timezone: str, today: str, late: int
) -> None:
    made = ledger(dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC), timezone)
    assert (f"{made.today}", made.open_lines[0].late_days) == (today, late)


@pytest.mark.parametrize(
    ("day", "settings", "late"),
    [
        (23, {}, 3),
        (23, {"late_in": "business-days"}, 1),
        (22, {"late_in": "business-days"}, 1),  # a Sunday: late, if by no day of work
        (23, {"late_in": "business-days", "weekend": ("friday", "saturday")}, 2),
        (24, {"late_in": "business-days", "country": "JP"}, 1),  # 23 November is a holiday in Japan
    ],
)
def test_lateness_is_counted_in_days_or_in_days_of_work(
    day: int, settings: dict[str, Any], late: int
) -> None:
    made = ledger(dt.datetime(2026, 11, day, 12, tzinfo=dt.UTC), **settings)
    assert made.open_lines[0].late_days == late


@pytest.mark.parametrize("timezone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
@pytest.mark.parametrize("week_start", range(7))
def test_weeks_may_begin_on_any_day_in_any_zone_and_sum_up_to_the_same(
    week_start: int, timezone: str
) -> None:
    moment = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
    calendar = Calendar(timezone=timezone, week_start=week_start)
    found = lives(simulate(7).world(moment))
    made = trend(found, moment, 12, calendar)
    whole = metrics.flow(found, Period(weeks(moment, 12, calendar)[0].start, moment))
    for name in ("opened", "reopened", "closed", "removed"):
        assert sum(getattr(week.flow, name) for week in made) == getattr(whole, name)
    assert (made[0].flow.open_at_start, made[-1].flow.open_at_end) == (whole.open_at_start, whole.open_at_end)
    assert {week.first_day.weekday() for week in made} == {week_start}
