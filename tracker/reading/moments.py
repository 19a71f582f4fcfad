"""Moments with a clock time and a zone ("2026-01-04 12:30 CET") to UTC. Pure.

A due date needs none of this: it is the calendar day as the document states it, in whatever zone its author counts.
"""

from __future__ import annotations

import datetime as dt
import re

from tracker.patterns import pattern
from tracker.reading.dates import Calendar

_CLOCK = pattern(
    r"(?<![\d:.])(?P<hour>[01]?\d|2[0-3])[:.h](?P<minute>[0-5]\d)(?::[0-5]\d(?:\.\d+)?)?\s?(?P<half>[ap]\.?m\.?\b)?"
    r"\s?(?:\(?(?P<zone>Z\b|[A-Z]{2,5}\b)|(?:UTC|GMT)?\s?(?P<offset>[+-]\d{1,2}(?::?\d\d)?)(?!\d))?",
    re.IGNORECASE,
)
_OFFSET = pattern(r"(?:UTC|GMT)\s?([+-]\d{1,2}(?::?\d\d)?)")
_MOST = 160
ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 60, "WEST": 60, "CET": 60, "MEZ": 60, "CEST": 120, "MESZ": 120, "EET": 120,
    "EEST": 180, "MSK": 180, "IST": 330, "SGT": 480, "HKT": 480, "JST": 540, "KST": 540, "AEST": 600, "AEDT": 660,
    "NZST": 720, "NZDT": 780, "BRT": -180, "ART": -180, "EDT": -240, "EST": -300, "CDT": -300, "ET": -300, "CST": -360,
    "MDT": -360, "CT": -360, "MST": -420, "PDT": -420, "MT": -420, "PST": -480, "PT": -480,
}  # fmt: skip
"""Minutes ahead of UTC of the usual abbreviations; where one is used in several countries, the one most common in
incident reports. "PT" and its like are taken as winter time."""


def moment(text: str, calendar: Calendar, day: dt.date | None = None) -> dt.datetime | None:
    """The moment that a header value states, in UTC.

    Args:
        text: As shown; a time without a zone counts as UTC, a day without a time as its beginning.
        calendar: Reads the day.
        day: For a value that states only a time.
    """
    text = text[:_MOST]
    stated = calendar.full(text) or day
    if stated is None:
        return None
    found = _CLOCK.search(text)
    if found is None:
        return dt.datetime(stated.year, stated.month, stated.day, tzinfo=dt.UTC)
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + 12 * (found["half"][0] in "pP")
    local = dt.datetime(stated.year, stated.month, stated.day, hour, int(found["minute"]), tzinfo=dt.UTC)
    try:
        return local - dt.timedelta(minutes=_ahead(text, found))
    except OverflowError:
        return local


def _ahead(text: str, found: re.Match[str]) -> int:
    """Minutes by which the zone is ahead of UTC."""
    written = _OFFSET.search(text, found.start())
    offset = written[1] if written else found["offset"]
    if offset:
        digits = offset[1:].replace(":", "")
        hours, minutes = (digits[:-2], digits[-2:]) if len(digits) > 2 else (digits, "0")
        return (int(hours) * 60 + int(minutes)) * (-1 if offset[0] == "-" else 1)
    return ZONES.get((found["zone"] or "UTC").upper(), 0)
