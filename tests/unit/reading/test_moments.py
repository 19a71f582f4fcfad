"""The end of an incident to the minute, in UTC."""

from __future__ import annotations

import datetime as dt

import pytest

from tracker.reading.dates import Calendar
from tracker.reading.frontends.admonitions import mark
from tracker.reading.moments import moment
from tracker.vocabulary import default

DAY = dt.date(2026, 1, 4)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-01-04 12:30 UTC", "2026-01-04T12:30"),
        ("2026-01-04T12:30:59Z", "2026-01-04T12:30"),
        ("2026-01-04 12:30", "2026-01-04T12:30"),
        ("2026-01-04", "2026-01-04T00:00"),
        ("12:30 CET", "2026-01-04T11:30"),
        ("4 January 2026, 12:30 (CEST)", "2026-01-04T10:30"),
        ("Jan 4, 2026 11:30 PM PST", "2026-01-05T07:30"),
        ("2026-01-04 12:30 pm", "2026-01-04T12:30"),
        ("2026-01-04 12:05 a.m.", "2026-01-04T00:05"),
        ("2026-01-04T12:30:00+05:30", "2026-01-04T07:00"),
        ("2026-01-04 12:30 UTC+2", "2026-01-04T10:30"),
        ("2026-01-04 12:30 GMT-0300", "2026-01-04T15:30"),
        ("2026-01-04 00:30 JST", "2026-01-03T15:30"),
        ("2026-01-04 12:30 XYZ", "2026-01-04T12:30"),
    ],
)
def test_a_moment_is_read_with_its_zone(text: str, utc: str) -> None:
    told = moment(text, Calendar(default()), DAY)
    assert told is not None
    assert told.isoformat(timespec="minutes") == f"{utc}+00:00"


def test_a_time_without_any_day_is_no_moment() -> None:
    assert moment("12:30", Calendar(default())) is None
    assert moment("soon", Calendar(default())) is None


@pytest.mark.parametrize(
    "text",
    [
        b'!!! note "Action items"\r\n    - [ ] a\r\n\r\n    - b\r\nafter',
        b"::: tip\nx\n:::\n",
        b':::note[Title]\n:::\n!!! a\n??? b "c"',
        b'!!!\n!!! \n???+ x "\n',
    ],
)
def test_marking_boxes_moves_no_byte(text: bytes) -> None:
    marked = mark(text)
    assert len(marked) == len(text)
    assert [at for at, byte in enumerate(marked) if byte == 10] == [
        at for at, byte in enumerate(text) if byte == 10
    ]
