"""The periods that reports are about, and the texts that name them.

A period holds the moments *after* its
start, up to and including its end, so that neighbouring periods share no moment and miss none.
"""

from __future__ import annotations

import datetime as dt
import re

from tracker.calendar import Calendar
from tracker.errors import UserError
from tracker.values import dataclass

_FIRST_DAY = dt.date(1970, 1, 1)
_SPAN = re.compile(r"^(\d{1,4})\s*([dwm])$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Period:
    """The moments after `start`, up to and including `end`."""

    start: dt.datetime
    end: dt.datetime

    def holds(self, moment: dt.datetime | None) -> bool:
        """Whether the moment is known and inside."""
        return moment is not None and self.start < moment <= self.end


def weeks(end: dt.datetime, count: int, calendar: Calendar) -> tuple[Period, ...]:
    """The week in which `end` lies, cut off there, and the whole weeks before it; oldest first."""
    first = calendar.week_of(calendar.day(end)) - dt.timedelta(weeks=count - 1)
    starts = [calendar.start_of(first + dt.timedelta(weeks=number)) for number in range(count)]
    return tuple(Period(start, stop) for start, stop in zip(starts, [*starts[1:], end], strict=True))


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
    hint = "Write a day like 2026-11-20" + ("." if option == "--as-of" else ", 7d, 2w or last-week.")
    try:
        day = dt.date.fromisoformat(text.strip())
    except ValueError as error:
        raise UserError(f"{option} {text!r} is not a day", hint=hint) from error
    if day < _FIRST_DAY:
        raise UserError(f"{option} {text}: there is nothing to tell of days before {_FIRST_DAY}", hint=hint)
    return day
