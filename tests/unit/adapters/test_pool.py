"""Several tasks at once, in order, and no more ahead than allowed."""

from __future__ import annotations

import threading

import pytest

from adapters.pool import in_order


@pytest.mark.parametrize("connections", [1, 3, 10])
def test_results_come_in_the_order_of_the_tasks(connections: int) -> None:
    assert list(in_order(str, range(25), connections)) == [str(number) for number in range(25)]
    assert list(in_order(str, [], connections)) == []


def test_as_many_are_under_way_as_allowed_and_no_more() -> None:
    meeting = threading.Barrier(3, timeout=10)
    lock, now, most = threading.Lock(), 0, 0

    def work(number: int) -> int:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        meeting.wait()
        with lock:
            now -= 1
        return number

    # Three at a time: fewer would wait for each other in vain.
    assert list(in_order(work, range(9), 3)) == list(range(9))
    assert most == 3


def test_nothing_new_begins_before_the_results_ahead_were_taken() -> None:
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        return number

    def first() -> int:
        return next(in_order(work, range(100), 4))  # the iterator is left here

    assert first() == 0
    assert len(begun) <= 4


def test_an_error_is_raised_in_its_turn() -> None:
    def work(number: int) -> int:
        return 6 // number

    results = in_order(work, [1, 2, 0, 3], 2)
    assert [next(results), next(results)] == [6, 3]
    with pytest.raises(ZeroDivisionError):
        next(results)
