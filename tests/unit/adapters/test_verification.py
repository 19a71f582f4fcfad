"""Which issues are read again in a run, and where the round goes on in the next one."""

from __future__ import annotations

import datetime as dt

import pytest

from adapters.verification import EVERY, MEMORY, Verification

NOW = dt.datetime(2026, 11, 21, 8, 0, tzinfo=dt.UTC)
IDS = ["30", "4", "100", "no number", "5"]


def verification(memory: dict[str, str]) -> Verification:
    """A run that remembers what the last one did."""
    return Verification(memory, lambda each: int(each) if each.isdigit() else None)


def test_a_round_reads_each_issue_once_in_the_order_of_numbers_and_the_next_begins_a_day_later() -> None:
    memory: dict[str, str] = {}
    parts = []
    for minute in range(4):
        run = verification(memory)
        part, stands = run.part(IDS, NOW + dt.timedelta(minutes=minute), 2)
        run.done(stands)
        parts.append(part)
    assert parts == [["4", "5"], ["30", "100"], [], []]
    assert verification(memory).part(IDS, NOW + EVERY, 9)[0] == ["4", "5", "30", "100"]


def test_a_part_that_was_not_read_is_chosen_again() -> None:
    memory: dict[str, str] = {}
    assert verification(memory).part(IDS, NOW, 2)[0] == ["4", "5"]
    assert verification(memory).part(IDS, NOW, 2)[0] == ["4", "5"]
    assert verification(memory).part(IDS, NOW, 0)[0] == []


def test_after_everything_was_read_at_once_a_day_passes() -> None:
    memory: dict[str, str] = {}
    verification(memory).begin(NOW)
    assert verification(memory).part(IDS, NOW + dt.timedelta(hours=23), 9)[0] == []
    assert len(verification(memory).part(IDS, NOW + EVERY, 9)[0]) == 4
    # A clock that was set back far tells nothing of when the round began.
    assert len(verification(memory).part(IDS, NOW - EVERY, 9)[0]) == 4


@pytest.mark.parametrize(
    "text",
    ["", "3", "[]", '["2026-11-21T08:00:00", 4]', '["2026-11-21T08:00:00+00:00", "4"]', '["soon", null]'],
)
def test_a_memory_that_is_damaged_begins_a_round(text: str) -> None:
    assert verification({MEMORY: text}).part(IDS, NOW, 9)[0] == ["4", "5", "30", "100"]
