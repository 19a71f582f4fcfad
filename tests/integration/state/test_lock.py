"""One run per state at a time."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from tracker.errors import LockedError
from tracker.state.lock import POLL_EVERY_S, STALE_AFTER
from tracker.state.store import Store, open_store


class Clock:
    def __init__(self) -> None:
        self.now = dt.datetime(2026, 11, 21, 8, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Store:
    return open_store("sqlite:///state.db", root=tmp_path, now=clock)


def test_a_second_run_is_told_who_holds_the_lock(store: Store) -> None:
    store.lock("first").acquire("pmtrack sync")
    with pytest.raises(
        LockedError, match=r"`pmtrack sync`, process \d+ on .+, since 2026-11-21 08:00:00 UTC"
    ):
        store.lock("second").acquire("pmtrack sync")


def test_a_released_lock_is_free(store: Store) -> None:
    first = store.lock("first")
    first.acquire("pmtrack sync")
    first.release()
    store.lock("second").acquire("pmtrack sync")
    holder = store.holder()
    assert holder is not None
    assert holder.owner == "second"


def test_a_run_can_wait_for_the_lock(store: Store, clock: Clock) -> None:
    first = store.lock("first")
    first.acquire("pmtrack sync")
    naps: list[float] = []

    def sleep(seconds: float) -> None:
        naps.append(seconds)
        clock.sleep(seconds)
        if len(naps) == 3:
            first.release()

    store.lock("second").acquire("pmtrack sync", timeout_s=30, sleep=sleep)
    assert naps == [POLL_EVERY_S] * 3


def test_waiting_ends_at_the_time_out(store: Store, clock: Clock) -> None:
    store.lock("first").acquire("pmtrack sync")
    with pytest.raises(LockedError):
        store.lock("second").acquire("pmtrack sync", timeout_s=2.5, sleep=clock.sleep)
    assert clock.now.second == 2


def test_the_lock_of_a_dead_process_is_taken_over_at_once(tmp_path: Path, store: Store) -> None:
    code = (
        "import datetime as dt, os, pathlib, signal; from tracker.state.store import open_store\n"
        "s = open_store('sqlite:///state.db', root=pathlib.Path('.'), now=lambda: dt.datetime(2026, 11, 21, 8, 0, tzinfo=dt.UTC))\n"
        "s.lock('dead').acquire('pmtrack sync'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)
    holder = store.holder()
    assert holder is not None
    assert holder.owner == "dead"
    store.lock("second").acquire("pmtrack sync")


def test_a_lock_that_is_not_heard_of_is_taken_over_and_its_owner_stops(store: Store, clock: Clock) -> None:
    first = store.lock("first")
    first.acquire("pmtrack sync")
    clock.now += STALE_AFTER + dt.timedelta(seconds=1)
    store.lock("second").acquire("pmtrack sync")
    with pytest.raises(LockedError, match="taken over"):
        first.beat()
    first.release()
    holder = store.holder()
    assert holder is not None
    assert holder.owner == "second"


def test_a_beating_lock_is_not_taken_over(store: Store, clock: Clock) -> None:
    first = store.lock("first")
    first.acquire("pmtrack sync")
    for _ in range(30):
        clock.now += dt.timedelta(minutes=1)
        first.beat()
        with pytest.raises(LockedError):
            store.lock("second").acquire("pmtrack sync")
