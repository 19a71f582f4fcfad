"""One run per state at a time."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete

from adapters.local import LocalTracker
from tests.integration.sync.stage import Stage, document, row
from tracker.cli.context import Invocation
from tracker.cli.trackers import Opener
from tracker.errors import ExitCode, LockedError
from tracker.remote import CreateOutcome, NewIssue
from tracker.state.lock import POLL_EVERY_S, STALE_AFTER
from tracker.state.store import Store, open_store
from tracker.state.tables import RunLock


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
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with open_store("sqlite:///state.db", root=tmp_path, now=clock) as store:
        yield store


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


class Slow(LocalTracker):
    """A tracker that takes six minutes for every issue, while another run tries to take the lock."""

    def __init__(self, stage: Stage, seen: list[str]) -> None:
        super().__init__("local", stage.root / ".pmtrack/issues.jsonl", stage.clock)
        self.capabilities = replace(self.capabilities, chosen_ids=False)
        self._stage, self._seen = stage, seen

    def create(self, batch: Sequence[NewIssue]) -> Iterator[CreateOutcome]:
        for new in batch:
            self._stage.now += dt.timedelta(minutes=6)
            with self._stage.store() as other, pytest.raises(LockedError):
                other.lock("other").acquire("pmtrack sync")
            self._seen.append(new.marker)
            yield from super().create([new])


def test_a_run_whose_tracker_is_slow_keeps_its_lock(tmp_path: Path) -> None:
    stage, seen = Stage(tmp_path), list[str]()
    stage.trackers["local"] = lambda: Slow(stage, seen)
    stage.write("a.md", document(*(row(f"Raise the limit of service {number}") for number in range(4))))
    assert stage.sync().exit_code is ExitCode.OK
    assert len(seen) == 4


def test_a_run_that_waits_for_its_tracker_keeps_its_lock(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", clock.sleep)
    opener = Opener(Invocation())
    opener.recall(store)
    opener.sleep(60)  # no lock is held yet
    with store.exclusively("pmtrack sync"):
        opener.sleep(3600)
        holder = store.holder()
        assert holder is not None
        assert clock.now - holder.heartbeat_at <= dt.timedelta(seconds=30)
        with store.engine.begin() as connection:
            connection.execute(delete(RunLock))
        with pytest.raises(LockedError, match="taken over"):
            opener.sleep(3600)
    assert clock.now - holder.heartbeat_at < dt.timedelta(minutes=2)
