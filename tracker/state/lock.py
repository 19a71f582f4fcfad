"""One run per state at a time: a row with owner, host and heartbeat, and in PostgreSQL an advisory lock as well.

A dead owner's lock is taken over: at once if its process is known to be dead on this host, or if PostgreSQL has let its
advisory lock go; otherwise when it has not been heard of for `STALE_AFTER`. An owner whose lock was taken notices at
its next `beat` and stops before it writes anything.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
from collections.abc import Callable

from sqlalchemy import Connection, Engine, delete, insert, select, text, update

from tracker.errors import LockedError
from tracker.state.database import ADVISORY_KEY, place_of
from tracker.state.database_errors import explained
from tracker.state.records import LockRecord
from tracker.state.tables import RunLock

STALE_AFTER = dt.timedelta(
    minutes=10
)  # longer than any request may take, so that no write is still under way
BEAT_EVERY = dt.timedelta(seconds=10)
POLL_EVERY_S = 0.25  # how often a waiting run asks again
_NAME = "run"
_held_here: set[str] = (
    set()
)  # owners in this process; a container's process has the same number after a restart


class StateLock:
    """The run lock of one state, held between `acquire` and `release`."""

    def __init__(self, engine: Engine, owner: str, now: Callable[[], dt.datetime]) -> None:
        self._engine, self._owner, self._now = engine, owner, now
        self._session: Connection | None = None
        self._last_beat: dt.datetime | None = None

    @property
    def held(self) -> bool:
        """Whether it was taken and not given back, as far as this process knows."""
        return self._last_beat is not None

    def acquire(
        self, command: str, *, timeout_s: float = 0.0, sleep: Callable[[float], None] | None = None
    ) -> None:
        """Take the lock, waiting up to `timeout_s` for another run.

        Raises:
            LockedError: another run holds it; the message says who and since when.
        """
        waited = 0.0
        while True:
            holder = self._try(command)
            if holder is None:
                return
            if waited >= timeout_s or sleep is None:
                raise _locked(holder, place_of(self._engine.url))
            pause = min(POLL_EVERY_S, timeout_s - waited)
            sleep(pause)
            waited += pause

    def beat(self, *, force: bool = False) -> None:
        """Say that this run is alive. Call it before every write; it reaches the database every `BEAT_EVERY` only.

        Raises:
            LockedError: the lock was taken over; stop.
        """
        now = self._now()
        if not force and self._last_beat is not None and abs(now - self._last_beat) < BEAT_EVERY:
            return
        with explained(place_of(self._engine.url)), self._engine.begin() as connection:
            mine = (RunLock.name == _NAME, RunLock.owner == self._owner)
            changed = connection.execute(update(RunLock).where(*mine).values(heartbeat_at=now))
            lost = changed.rowcount == 0
        if lost:
            raise LockedError(
                "another run has taken over the lock, because this one was not heard of for ten minutes",
                hint="Nothing more was written by this run. Run again when the other one has finished.",
            )
        self._last_beat = now

    def release(self) -> None:
        """Give the lock back; harmless if it was lost."""
        with explained(place_of(self._engine.url)), self._engine.begin() as connection:
            connection.execute(delete(RunLock).where(RunLock.name == _NAME, RunLock.owner == self._owner))
        _held_here.discard(self._owner)
        self._last_beat = None
        if self._session is not None:
            # The lock belongs to the connection, which would live on in the pool.
            self._session.execute(text("SELECT pg_advisory_unlock_all()"))
            self._session.close()
            self._session = None

    def _try(self, command: str) -> LockRecord | None:
        """Take the lock if it is free or its owner is dead; else who holds it."""
        with explained(place_of(self._engine.url)):
            server_says = self._take_advisory()
            if server_says is False:
                return read_lock(self._engine) or LockRecord(
                    "?", "?", 0, "another run", self._now(), self._now()
                )
            with self._engine.begin() as connection:
                holder = _holder(connection)
                dead = holder is None or server_says is True or self._is_dead(holder)
                if not dead:
                    return holder
                connection.execute(delete(RunLock))
                connection.execute(insert(RunLock), [self._row(command)])
        self._last_beat = self._now()
        _held_here.add(self._owner)
        return None

    def _take_advisory(self) -> bool | None:
        """PostgreSQL: whether the server gave us its lock, which it takes back when our connection ends. Else None."""
        if self._engine.dialect.name != "postgresql":
            return None
        session = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        taken = bool(
            session.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_KEY}).scalar()
        )
        if taken:
            self._session = session
        else:
            session.close()
        return taken

    def _is_dead(self, holder: LockRecord) -> bool:
        if abs(self._now() - holder.heartbeat_at) > STALE_AFTER:
            return True
        return holder.host == socket.gethostname() and not _lives(holder)

    def _row(self, command: str) -> dict[str, object]:
        now = self._now()
        return {
            "name": _NAME,
            "owner": self._owner,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "command": command,
            "acquired_at": now,
            "heartbeat_at": now,
        }


def read_lock(engine: Engine) -> LockRecord | None:
    """Who holds the lock now."""
    with explained(place_of(engine.url)), engine.connect().execution_options(read_only=True) as connection:
        return _holder(connection)


def _holder(connection: Connection) -> LockRecord | None:
    names = ("owner", "host", "pid", "command", "acquired_at", "heartbeat_at")
    row = connection.execute(select(*(getattr(RunLock, name) for name in names))).first()
    return LockRecord(*row) if row else None


def _lives(holder: LockRecord) -> bool:
    if holder.pid == os.getpid():
        return holder.owner in _held_here
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _locked(holder: LockRecord, place: str) -> LockedError:
    since = holder.acquired_at.strftime("%Y-%m-%d %H:%M:%S UTC")
    return LockedError(
        f"another run holds the lock of {place}: `{holder.command}`, process {holder.pid} on {holder.host}, since {since}",
        hint="Wait for it (`pmtrack sync --lock-timeout SECONDS` does). A dead run's lock is taken over by itself.",
    )
