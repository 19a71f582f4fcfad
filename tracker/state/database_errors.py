"""What goes wrong with a database, as a `StateError` that says what to do."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError

from tracker.errors import LockedError, PmtrackError, StateError

# SQLite gives its two helper files the rights that the database has when they are made; they stay as they are afterwards.
_NO_ACCESS = "Give this user write access to the file, to those beside it (-wal, -shm), and to its folder."

# https://www.sqlite.org/rescode.html; extended codes start with the name of their primary one
_SQLITE = {
    "SQLITE_NOTADB": (
        "is not an SQLite database",
        "Move the file away, or set `state` to another place. `pmtrack state rebuild` finds the links again.",
    ),
    "SQLITE_CORRUPT": (
        "is damaged",
        "Restore the newest back-up beside it, or move it away and run `pmtrack state rebuild`.",
    ),
    "SQLITE_FULL": ("cannot grow: the disk is full", "Free some space and run again; nothing was lost."),
    "SQLITE_READONLY": ("cannot be written", _NO_ACCESS),
    "SQLITE_CANTOPEN": (
        "cannot be opened",
        "Check that its folder exists and that this user may write there.",
    ),
    "SQLITE_PERM": ("cannot be opened", _NO_ACCESS),
    "SQLITE_IOERR": ("cannot be read or written (input/output error)", "Check the disk; then run again."),
}
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")


@contextlib.contextmanager
def explained(place: str) -> Iterator[None]:
    """Turn the database's own errors into ours.

    Args:
        place: The state for people, without a password.

    Raises:
        StateError: the database cannot be used.
        LockedError: another program holds it.
    """
    try:
        yield
    except DBAPIError as error:
        raise _translated(error.orig, place) from error
    except sqlite3.Error as error:  # from a back-up copy, which SQLAlchemy has no part in
        raise _translated(error, place) from error
    except OSError as error:
        hint = "Check the folder and this user's rights, or set `state` to another place."
        raise StateError(f"the state {place} cannot be used: {error.strerror or error}", hint=hint) from error


def _translated(error: BaseException | None, place: str) -> PmtrackError:
    name = str(getattr(error, "sqlite_errorname", ""))
    if name.startswith(_BUSY):
        hint = (
            "Wait until the other program has finished (`pmtrack state info` shows who runs) and run again."
        )
        return LockedError(f"the state {place} is locked by another program", hint=hint)
    for prefix, (what, hint) in _SQLITE.items():
        if name.startswith(prefix):
            return StateError(f"the state {place} {what}", hint=hint)
    first_line = str(error).strip().partition("\n")[0]
    return StateError(
        f"the state {place} cannot be used: {first_line}",
        hint="Check the database server and the `state` setting, then run again.",
    )
