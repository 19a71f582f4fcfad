"""Due dates as people write them, to one day: a small grammar that refuses what is ambiguous instead of guessing.

A month gives its last day, a quarter its last day, end of week the Friday; relative phrases count from the document's
own date and stay unread where the document states none. Pure; month names and phrases come from the vocabulary.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from tracker.patterns import pattern
from tracker.reading.hyphens import plain_hyphens
from tracker.values import dataclass
from tracker.vocabulary import Vocabulary, fold

_YMD = pattern(r"(?<!\d)((?:19|20)\d\d)([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_COMPACT = pattern(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_WIDE = pattern(r"(?:((?:19|20)?\d\d)\s?[年년]\s?)?(\d{1,2})\s?[月월]\s?(?:(\d{1,2})\s?[日号일]|(末|말))?")
_NUMERIC = pattern(r"(?<![\d.])(\d{1,2})([./-])(\d{1,2})(?:\2((?:\d\d)?\d\d)|\2?)(?![\d])")
_SLASHED = pattern(r"(?<![\d/-])(\d{1,2})[/-](\d{1,2})[/-](?:\d\d)?\d\d(?![\d/-])")
_WEEK = pattern(
    r"(?<!\w)(?:(20\d\d)[- ]?)?(?:w|cw|kw|week|woche|semaine|uke|uge|vecka)[ -]?(\d{1,2})(?:[ -]?(20\d\d))?(?!\w)"
)
_QUARTER = pattern(r"(?<!\w)(?:fy)?(?:(20\d\d)[ -]?)?([qt])([1-4])(?:[ '’/-]*((?:20)?\d\d))?(?!\w)")
_HALF = pattern(r"(?<!\w)(?:(20\d\d)[ -]?)?[h]([12])(?:[ '’/-]*((?:20)?\d\d))?(?!\w)")
_YEAR_MONTH = pattern(r"(?<!\d)(20\d\d)[-/.](0?[1-9]|1[0-2])(?!\d|[-/.]\d)")
_WORD = pattern(r"[^\W\d_]+|\d+")
_YEAR = pattern(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_MOST = 80
"""Longer texts are prose, not a date."""
_LATE_DAYS = 30
"""A date without a year this much before the document belongs to the next year."""


class Day(NamedTuple):
    """What a text says about a day. `problem`: `invalid` (31.02.), `ambiguous` (03/04), or "" ."""

    day: dt.date | None
    problem: str = ""


NOTHING = Day(None)
_SOME_DAY = dt.date(2000, 1, 3)


@dataclass(frozen=True, slots=True)
class Calendar:
    """How to read dates in one document.

    Attributes:
        base: The document's own date, from which relative phrases count.
        day_first: True or False where the configuration says so, None to go by the document (month first where it does
            not show its order).
        text: The document, looked at for its order only when an ambiguous date occurs.
    """

    words: Vocabulary
    base: dt.date | None = None
    day_first: bool | None = None
    text: str = ""

    def read(self, text: str) -> Day:
        """The one day that a short text fixes."""
        if not text or len(text) > _MOST:
            return NOTHING
        low = plain_hyphens(text.casefold())
        has_digit = any(char.isdecimal() for char in low)
        if has_digit:
            for rule in (self._ymd, self._wide, self._named, self._numeric, self._period):
                day = rule(low)
                if day is not None:
                    return day
        return self._relative(low) or (NOTHING if has_digit else self._month_only(low)) or NOTHING

    def tells_day(self, text: str) -> bool:
        """Whether a short text fixes a day, or would in a document that states its own."""
        return self.read(text).day is not None or (
            self.base is None and replace(self, base=_SOME_DAY).read(text).day is not None
        )

    def full(self, text: str) -> dt.date | None:
        """The first day in a longer text that is stated with its year."""
        low = plain_hyphens(text.casefold())
        found = _YMD.search(low)
        if found:
            return _day(int(found[1]), int(found[3]), int(found[4])).day
        if not _YEAR.search(low) and not _NUMERIC.search(low) and low.isascii():
            return None
        for rule in (self._wide, self._named_day, self._numeric):
            day = rule(low)
            if day is not None and day.day is not None:
                return day.day
        return None

    def _named_day(self, low: str) -> Day | None:
        months, tokens = self.words.table("months"), _WORD.findall(low)
        year = _year_in(tokens)
        for index, token in enumerate(tokens):
            if token in months and year:
                day = _day_near(tokens, index)
                if day:
                    return _day(year, int(months[token][0]), day)
        return None

    def _ymd(self, low: str) -> Day | None:
        found = _YMD.search(low)
        if found:
            return _day(int(found[1]), int(found[3]), int(found[4]))
        compact = _COMPACT.fullmatch(low.strip())
        return _day(int(compact[1]), int(compact[2]), int(compact[3])) if compact else None

    def _wide(self, low: str) -> Day | None:
        found = _WIDE.search(low) if not low.isascii() else None
        if not found:
            return None
        year, month = _full_year(found[1]), int(found[2])
        if found[3]:
            return self._dated(year, month, int(found[3]))
        return self._month_end(year, month)

    def _named(self, low: str) -> Day | None:
        months = self.words.table("months")
        tokens = _WORD.findall(low)
        for index, token in enumerate(tokens):
            if token not in months or token.isdecimal():
                continue
            month = int(months[token][0])
            year = _year_in(tokens)
            day = _day_near(tokens, index)
            if day:
                return self._dated(year, month, day)
            if _plain_month(tokens, index) and "mid" not in tokens:
                return self._month_end(year, month)
        return None

    def _numeric(self, low: str) -> Day | None:
        found = _NUMERIC.search(low)
        if (
            not found
            or (found[2] == "-" and not found[4])
            or (found[2] == "." and not found[4] and low[found.end() - 1] != ".")
        ):
            return None
        first, second, year = int(found[1]), int(found[3]), _full_year(found[4])
        day_first = self.day_first if self.day_first is not None else order_in(self.text)
        if first > 12:
            day_first = True
        elif second > 12:
            day_first = False
        elif found[2] == "." or (found[2] == "-" and day_first is None):
            day_first = True
        day = self._dated(year, second if day_first else first, first if day_first else second)
        if day_first is None and first != second and day.day:
            return Day(day.day, "ambiguous")
        return day

    def _period(self, low: str) -> Day | None:
        found = _QUARTER.search(low)
        if found:
            year = _full_year(found[1] or found[4])
            return self._month_end(year, int(found[3]) * 3)
        found = _HALF.search(low)
        if found:
            return self._month_end(_full_year(found[1] or found[3]), int(found[2]) * 6)
        found = _YEAR_MONTH.search(low)
        if found:
            return self._month_end(int(found[1]), int(found[2]))
        found = _WEEK.search(low)
        if found and 1 <= int(found[2]) <= 53:
            return self._week(_full_year(found[1] or found[3]), int(found[2]))
        return self._end_of_year(low)

    def _week(self, year: int | None, week: int) -> Day:
        """The Friday of an ISO week."""
        if year:
            return _friday(year, week)
        if self.base is None:
            return NOTHING
        found = _friday(self.base.year, week)
        late = found.day is not None and (self.base - found.day).days > _LATE_DAYS
        return _friday(self.base.year + 1, week) if late else found

    def _end_of_year(self, low: str) -> Day | None:
        found = _YEAR.search(low)
        if not found:
            return None
        before = fold(low[: found.start()])
        last = any(before.endswith(phrase) for phrase in self.words.phrases("words", "end of"))
        return Day(dt.date(int(found[1]), 12, 31)) if last else None

    def _month_only(self, low: str) -> Day | None:
        months = self.words.table("months")
        skip = self.words.phrases("words", "end of") | self.words.phrases("words", "due") | {"of"}
        tokens = [token for token in _WORD.findall(low) if token not in skip]
        if len(tokens) == 1 and tokens[0] in months:
            return self._month_end(None, int(months[tokens[0]][0]))
        return None

    def _relative(self, low: str) -> Day | None:
        if self.base is None:
            return None
        phrase = self._without_clock(fold(low))
        for cut in ("", "by the ", "by ", "due ", "until ", "before ", "the "):
            if phrase.startswith(cut):
                kinds = self.words.table("relative").get(phrase[len(cut) :])
                if kinds:
                    return Day(_shift(self.base, kinds[0]))
        return self._amount(phrase) or self._weekday(phrase)

    def _without_clock(self, phrase: str) -> str:
        """Without the zone and the part of the day: "EOD Friday (UTC)" is Friday, as its author counts days."""
        clock = self.words.phrases("words", "daytime")
        tokens = phrase.split()
        if len(tokens) < 2 or clock.isdisjoint(tokens):
            return phrase
        return " ".join(token for token in tokens if token not in clock) or phrase

    def _amount(self, phrase: str) -> Day | None:
        units, numbers = self.words.table("units"), self.words.table("numbers")
        tokens = _WORD.findall(phrase)
        for index, token in enumerate(tokens[:6]):
            known = numbers.get(token)
            count = int(token) if token.isdecimal() else int(known[0]) if known else 0
            if not 0 < count < 1000:
                continue
            for size in (2, 1):
                unit = units.get(" ".join(tokens[index + 1 : index + 1 + size]))
                if unit and len(tokens[index + 1 :]) >= size:
                    return Day(_add(self.base or dt.date.min, count, unit[0]))
        return None

    def _weekday(self, phrase: str) -> Day | None:
        weekdays, tokens = self.words.table("weekdays"), phrase.split()
        if not tokens or len(tokens) > 4 or tokens[-1] not in weekdays or self.base is None:
            return None
        wanted = int(weekdays[tokens[-1]][0])
        ahead = (wanted - self.base.isoweekday()) % 7 or 7
        return Day(self.base + dt.timedelta(days=ahead))

    def _dated(self, year: int | None, month: int, day: int) -> Day:
        if year:
            return _day(year, month, day)
        if self.base is None:
            return NOTHING
        found = _day(self.base.year, month, day)
        if found.day and (self.base - found.day).days > _LATE_DAYS:
            return _day(self.base.year + 1, month, day)
        return found

    def _month_end(self, year: int | None, month: int) -> Day:
        if not 1 <= month <= 12:
            return Day(None, "invalid")
        if year:
            return Day(_last(year, month))
        if self.base is None:
            return NOTHING
        day = _last(self.base.year, month)
        return Day(day if (self.base - day).days <= _LATE_DAYS else _last(self.base.year + 1, month))


@lru_cache(maxsize=64)
def order_in(text: str) -> bool | None:
    """Whether the slash dates of a document show that the day or the month stands first."""
    for match in _SLASHED.finditer(text):
        if int(match[1]) > 12 >= int(match[2]):
            return True
        if int(match[2]) > 12 >= int(match[1]):
            return False
    return None


def _day(year: int, month: int, day: int) -> Day:
    try:
        return Day(dt.date(year, month, day))
    except ValueError:
        return Day(None, "invalid")


def _friday(year: int, week: int) -> Day:
    try:
        return Day(dt.date.fromisocalendar(year, week, 5))
    except ValueError:  # most years have no week 53
        return Day(None, "invalid")


def _last(year: int, month: int) -> dt.date:
    from calendar import monthrange  # loads the locale's names: felt in a hook

    return dt.date(year, month, monthrange(year, month)[1])


def _full_year(text: str | None) -> int | None:
    if not text:
        return None
    return int(text) if len(text) == 4 else 2000 + int(text)


def _year_in(tokens: list[str]) -> int | None:
    return next(
        (
            int(token)
            for token in tokens
            if len(token) == 4 and token[:2] in ("19", "20") and token.isdecimal()
        ),
        None,
    )


def _day_near(tokens: list[str], index: int) -> int | None:
    """The day number beside a month name: before it (also "12th of May") or after it."""
    before = [token for token in tokens[max(0, index - 3) : index] if token not in _ORDINALS]
    after = [token for token in tokens[index + 1 : index + 3] if token not in _ORDINALS]
    for token in (before[-1:], after[:1]):
        if token and token[0].isdecimal() and len(token[0]) <= 2 and 1 <= int(token[0]) <= 31:
            return int(token[0])
    return None


_ORDINALS = {"st", "nd", "rd", "th", "of", "the", "er", "de", "den", "der"}


def _plain_month(tokens: list[str], index: int) -> bool:
    """Whether a month name really names a month: "may" and "mars" are words too."""
    return len(tokens[index]) > 3 or len(tokens) <= 4


def _shift(base: dt.date, what: str) -> dt.date:
    """The day that a relative phrase means; weeks end on Friday."""
    friday = base + dt.timedelta(days=(5 - base.isoweekday()) % 7)
    quarter = (base.month - 1) // 3
    days = {
        "today": base,
        "tomorrow": base + dt.timedelta(days=1),
        "week": friday,
        "next_week": base + dt.timedelta(days=12 - base.isoweekday()),
        "month": _last(base.year, base.month),
        "next_month": _last(base.year + base.month // 12, base.month % 12 + 1),
        "quarter": _last(base.year, quarter * 3 + 3),
        "next_quarter": _last(base.year + (quarter == 3), (quarter + 1) % 4 * 3 + 3),
        "year": dt.date(base.year, 12, 31),
        "next_year": dt.date(base.year + 1, 12, 31),
    }
    return days[what]


def _add(base: dt.date, count: int, unit: str) -> dt.date:
    """`count` units after `base`; a sprint is two weeks, an hour rounds to days."""
    if unit == "business":
        return _business(base, count)
    if unit in ("month", "quarter", "year"):
        months = base.month - 1 + count * {"month": 1, "quarter": 3, "year": 12}[unit]
        year, month = base.year + months // 12, months % 12 + 1
        return dt.date(year, month, min(base.day, _last(year, month).day))
    days = {"day": count, "week": 7 * count, "sprint": 14 * count, "hour": -(-count // 24)}[unit]
    return base + dt.timedelta(days=days)


def _business(base: dt.date, count: int) -> dt.date:
    """`count` days from Monday to Friday after `base`; holidays are those of nobody in particular, and are left out."""
    weeks, rest = divmod(count, 5)
    day = base - dt.timedelta(days=max(0, base.isoweekday() - 5)) + dt.timedelta(weeks=weeks)
    while rest:
        day += dt.timedelta(days=1)
        rest -= day.isoweekday() <= 5
    return day
