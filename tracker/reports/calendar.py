"""Days, weeks, periods and business days as the people who read the reports count them.

Moments are aware UTC datetimes, days are local dates of the calendar's time zone. A period holds the moments *after* its
start, up to and including its end, so that neighbouring periods share no moment and miss none.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache
from typing import cast
from zoneinfo import ZoneInfo

from tracker.errors import UserError

_SPAN = re.compile(r"^(\d{1,4})\s*([dwm])$", re.IGNORECASE)
_INSTANT = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The moments after `start`, up to and including `end`."""

    start: dt.datetime
    end: dt.datetime

    def holds(self, moment: dt.datetime | None) -> bool:
        """Whether the moment is known and inside."""
        return moment is not None and self.start < moment <= self.end


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where and how days are counted.

    Attributes:
        timezone: IANA name; decides on which day a moment is.
        week_start: First day of a week, Monday is 0.
        weekend: Days of the week that are not worked, Monday is 0.
        country: ISO 3166 code whose public holidays are not worked, None for none.
        subdivision: State or province as the `holidays` library names it.
    """

    timezone: str = "UTC"
    week_start: int = 0
    weekend: frozenset[int] = frozenset({5, 6})
    country: str | None = None
    subdivision: str | None = None

    def local(self, moment: dt.datetime) -> dt.datetime:
        """The moment on the clocks of the time zone."""
        return moment if self.timezone == "UTC" else moment.astimezone(ZoneInfo(self.timezone))

    def day(self, moment: dt.datetime) -> dt.date:
        """The local day of a moment."""
        return self.local(moment).date()

    def start_of(self, day: dt.date) -> dt.datetime:
        """The last instant before the local day begins, UTC: what is after it happened on that day or later."""
        midnight = dt.datetime.combine(day, dt.time(), ZoneInfo(self.timezone))
        return midnight.astimezone(dt.UTC) - _INSTANT

    def end_of(self, day: dt.date) -> dt.datetime:
        """The last instant of the local day, UTC."""
        return self.start_of(day + dt.timedelta(days=1))

    def last_whole_day(self, moment: dt.datetime) -> dt.date:
        """The last local day that is over at the moment."""
        return self.day(moment + _INSTANT) - dt.timedelta(days=1)

    def week_of(self, day: dt.date) -> dt.date:
        """First day of the week in which the day lies."""
        return day - dt.timedelta(days=(day.weekday() - self.week_start) % 7)

    def earlier(self, moment: dt.datetime, days: int) -> dt.datetime:
        """The same time on the local clock so many days before, whatever summer time did in between."""
        local = self.local(moment).replace(tzinfo=None) - dt.timedelta(days=days)
        return local.replace(tzinfo=ZoneInfo(self.timezone)).astimezone(dt.UTC)

    def is_business_day(self, day: dt.date) -> bool:
        """True where people work that day."""
        if day.weekday() in self.weekend:
            return False
        return self.country is None or day not in _holidays(self.country, self.subdivision)

    def business_days(self, start: dt.date, end: dt.date) -> int:
        """Business days after `start`, up to and including `end`; 0 where `end` is not later."""
        days = (end - start).days
        return sum(self.is_business_day(start + dt.timedelta(days=step)) for step in range(1, days + 1))

    def weeks(self, end: dt.datetime, count: int) -> tuple[Period, ...]:
        """The week in which `end` lies, cut off there, and the whole weeks before it; oldest first."""
        first = self.week_of(self.day(end)) - dt.timedelta(weeks=count - 1)
        starts = [self.start_of(first + dt.timedelta(weeks=number)) for number in range(count)]
        return tuple(Period(start, stop) for start, stop in zip(starts, [*starts[1:], end], strict=True))


@lru_cache(maxsize=8)
def _holidays(country: str, subdivision: str | None) -> Container[dt.date]:
    import holidays

    try:
        return cast(Container[dt.date], holidays.country_holidays(country, subdiv=subdivision))
    except NotImplementedError as error:
        raise UserError(
            f"[reports] country {country!r}, subdivision {subdivision!r}: no public holidays are known for it",
            hint="Use an ISO 3166 code such as DE, and a subdivision such as BY, or leave both out.",
        ) from error


def as_of_moment(text: str | None, now: dt.datetime, calendar: Calendar) -> dt.datetime:
    """The moment for which a report is made: now, or the end of a past local day.

    Args:
        text: A day like 2026-11-20, None for now.
        now: Aware UTC.
        calendar: Says when the day ends.

    Raises:
        UserError: the text is no day, or a day to come.
    """
    if text is None:
        return now
    day = _day(text, "--as-of")
    if day > calendar.day(now):
        raise UserError(f"--as-of {day}: that day is still to come", hint=f"Today is {calendar.day(now)}.")
    return min(now, calendar.end_of(day))


def period_since(text: str, end: dt.datetime, calendar: Calendar) -> Period:
    """The period that ends at `end` (or, for `last-week`, before it).

    Args:
        text: `7d`, `2w`, `1m` (30 days), `last-week` (the last whole week), or a first day like 2026-11-01.
        end: Aware UTC.
        calendar: Time zone and start of the week.

    Raises:
        UserError: the text is none of these.
    """
    if text == "last-week":
        this_week = calendar.week_of(calendar.day(end))
        return Period(calendar.start_of(this_week - dt.timedelta(days=7)), calendar.start_of(this_week))
    if match := _SPAN.match(text.strip()):
        days = int(match[1]) * {"d": 1, "w": 7, "m": 30}[match[2].lower()]
        if days:
            return Period(calendar.earlier(end, days), end)
    start = calendar.start_of(_day(text, "--since"))
    if start >= end:
        raise UserError(f"--since {text}: begins after the day of the report")
    return Period(start, end)


def period_before(period: Period, calendar: Calendar) -> Period:
    """The period of the same length that ends where this one starts."""
    days = round((period.end - period.start) / dt.timedelta(days=1))
    return Period(calendar.earlier(period.start, max(1, days)), period.start)


def _day(text: str, option: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError as error:
        raise UserError(
            f"{option} {text!r} is not a day",
            hint="Write a day like 2026-11-20" + ("." if option == "--as-of" else ", 7d, 2w or last-week."),
        ) from error
