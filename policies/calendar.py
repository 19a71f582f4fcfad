"""Which days are worked: weekends and public holidays, and what day it is where the team sits.

Holidays come from the `holidays` library, which is imported at the first question and only when a country is configured.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache
from typing import cast
from zoneinfo import ZoneInfo

_TEN_YEARS = 3653
_LAST = dt.date.max


@dataclass(frozen=True, slots=True)
class Calendar:
    """Business days and the local day.

    Attributes:
        timezone: IANA name; decides which day `now` is.
        country: ISO 3166 code whose public holidays are no business days, None for none.
        subdivision: State or province, as the `holidays` library names it ("BY").
        weekend: Days of the week that are not worked, Monday is 0.
    """

    timezone: str = "UTC"
    country: str | None = None
    subdivision: str | None = None
    weekend: frozenset[int] = frozenset({5, 6})

    def today(self, now: dt.datetime) -> dt.date:
        """The local day of an aware moment."""
        return now.date() if self.timezone == "UTC" else now.astimezone(ZoneInfo(self.timezone)).date()

    def is_business_day(self, day: dt.date) -> bool:
        """True where people work that day."""
        if day.weekday() in self.weekend:
            return False
        return self.country is None or day not in _holidays(self.country, self.subdivision)

    def knows_holidays(self) -> bool:
        """Whether a country is configured.

        Raises:
            NotImplementedError: nothing is known about the country or subdivision.
        """
        return self.country is not None and _holidays(self.country, self.subdivision) is not None

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
