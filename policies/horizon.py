"""The horizon that a heading promises for the items below it: "Immediate (This Week)", "Within 1 Month", "来月".

The words are data (`horizon.*` in the wording files; `horizon` holds the stems of which every phrase has one). Horizons are
read generously: "this week" ends with the calendar week or seven days after the document's date, whichever is later.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import lru_cache

from policies.calendar import Calendar, later
from policies.wording import any_language, any_pattern

_YEARS = 3650
"""Business days beyond which a heading is counted in calendar days: it is a slip of the pen, and days are counted one by one."""


def horizon_end(section: str | None, start: dt.date, calendar: Calendar = Calendar()) -> dt.date | None:
    """The last day (inclusive) that a heading allows for the items below it.

    Args:
        section: The heading.
        start: The day from which it counts: of the post-mortem, else of the incident.
        calendar: Which days are worked, for "within 5 business days".

    Returns:
        None where the heading promises nothing.
    """
    if not section:
        return None
    found = _horizon(section)
    if found is None:
        return None
    name, count = found
    if count is None:
        return _NAMED[name](start)
    return (
        calendar.after(start, count, business=True)
        if _counts_business(name, count)
        else _COUNTED[name](start, count)
    )


def _counts_business(name: str, count: int) -> bool:
    return name == "business-days" and count <= _YEARS


@lru_cache(maxsize=4096)
def _horizon(section: str) -> tuple[str, int | None] | None:
    low = section.casefold()
    if not any(stem in low for stem in any_language("horizon")):
        return None  # most headings speak of no time; the twelve patterns are compiled for those that do
    for name in _NAMED:
        if any_pattern(f"horizon.{name}").search(section):
            return name, None
    for name in _COUNTED:
        match = any_pattern(f"horizon.{name}").search(section)
        if match:
            return name, int(next(group for group in match.groups() if group))
    return None


def _sunday(start: dt.date) -> dt.date:
    return later(start, 6 - start.weekday())


def _month_end(start: dt.date, months: int = 0) -> dt.date:
    from calendar import monthrange

    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    if year > dt.MAXYEAR:
        return dt.date.max
    return dt.date(year, month, monthrange(year, month)[1])


def _quarter_end(start: dt.date, quarters: int = 0) -> dt.date:
    return _month_end(start, (2 - (start.month - 1) % 3) + 3 * quarters)


_NAMED: Mapping[str, Callable[[dt.date], dt.date]] = {
    "day": lambda start: later(start, 1),
    "this-week": lambda start: max(_sunday(start), later(start, 7)),
    "next-week": lambda start: later(_sunday(start), 7),
    "this-month": lambda start: max(_month_end(start), later(start, 31)),
    "next-month": lambda start: _month_end(start, 1),
    "this-quarter": lambda start: max(_quarter_end(start), later(start, 92)),
    "next-quarter": lambda start: _quarter_end(start, 1),
    "this-year": lambda start: dt.date(start.year, 12, 31),
}
_COUNTED: Mapping[str, Callable[[dt.date, int], dt.date]] = {
    "business-days": later,
    "days": later,
    "weeks": lambda start, count: later(start, 7 * count),
    "months": lambda start, count: later(start, 31 * count),
}
