"""Days, weeks and business days as people count them: time zone, weekend and public holidays, the same for rules and reports.

Moments are aware UTC datetimes, days are local dates of the calendar's time zone. Holidays come from the `holidays` library,
which is imported at the first question and only when a country is configured.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from tracker.errors import UserError
from tracker.values import dataclass

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_TEN_YEARS = 3653
_LAST = dt.date.max
_INSTANT = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where and how days are counted.

    Attributes:
        timezone: IANA name; decides on which day a moment is.
        country: ISO 3166 code whose public holidays are not worked, None for none.
        subdivision: State or province as the `holidays` library names it ("BY").
        weekend: Days of the week that are not worked, Monday is 0.
        week_start: First day of a week, Monday is 0.
    """

    timezone: str = "UTC"
    country: str | None = None
    subdivision: str | None = None
    weekend: frozenset[int] = frozenset({5, 6})
    week_start: int = 0

    def local(self, moment: dt.datetime) -> dt.datetime:
        """The moment on the clocks of the time zone."""
        return moment if self.timezone == "UTC" else moment.astimezone(_zone(self.timezone))

    def day(self, moment: dt.datetime) -> dt.date:
        """The local day of a moment."""
        return self.local(moment).date()

    def start_of(self, day: dt.date) -> dt.datetime:
        """The last instant before the local day begins, UTC: what is after it happened on that day or later."""
        midnight = dt.datetime.combine(day, dt.time(), _zone(self.timezone))
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
        return local.replace(tzinfo=_zone(self.timezone)).astimezone(dt.UTC)

    def is_business_day(self, day: dt.date) -> bool:
        """True where people work that day."""
        if day.weekday() in self.weekend:
            return False
        return self.country is None or day not in _holidays(self.country, self.subdivision)

    def require_holidays(self, table: str) -> Calendar:
        """The calendar itself.

        Args:
            table: Where it is configured, for the message.

        Raises:
            UserError: nothing is known about its country or subdivision.
        """
        if self.country is not None:
            try:
                _holidays(self.country, self.subdivision)
            except (NotImplementedError, KeyError) as error:
                raise UserError(
                    f"{table}: no holidays are known for {self.country} {self.subdivision or ''}".rstrip(),
                    hint="Give an ISO 3166 country code and, if any, a subdivision that the `holidays` library knows.",
                ) from error
        return self

    def business_days(self, start: dt.date, end: dt.date) -> int:
        """Business days after `start`, up to and including `end`; 0 where `end` is not later.

        Over more than ten years (a wrong date) the days are estimated and holidays left out.
        """
        days = (end - start).days
        if days > _TEN_YEARS:
            return days * (7 - len(self.weekend)) // 7
        return sum(self.is_business_day(start + dt.timedelta(days=step)) for step in range(1, days + 1))

    def after_business_days(self, start: dt.date, count: int) -> dt.date:
        """The day on which the `count`-th business day after `start` falls."""
        day, left = start, count
        while left > 0 and day < _LAST:
            day += dt.timedelta(days=1)
            left -= self.is_business_day(day)
        return day

    def after(self, start: dt.date, count: int, *, business: bool = False) -> dt.date:
        """`count` days after `start`, calendar days or business days."""
        return self.after_business_days(start, count) if business else later(start, count)


def later(start: dt.date, days: int) -> dt.date:
    """So many days later, at most the last day that a date can hold."""
    return dt.date.fromordinal(min(start.toordinal() + days, _LAST.toordinal()))


@lru_cache(maxsize=8)
def _holidays(country: str, subdivision: str | None) -> Container[dt.date]:
    import holidays

    return cast(Container[dt.date], holidays.country_holidays(country, subdiv=subdivision))


def _zone(name: str) -> ZoneInfo:
    """The time zone; the module reads the system's paths when it is imported, so not before a zone is asked for."""
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)
