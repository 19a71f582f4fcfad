"""Opening the state for a command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import NoInputError

if TYPE_CHECKING:
    from tracker.cli.context import Invocation
    from tracker.settings import Settings
    from tracker.state.store import Store

_SQLITE = "sqlite:///"


def state_file(settings: Settings) -> Path | None:
    """The file of an SQLite state; None for a database server or one in memory."""
    if not settings.state.startswith(_SQLITE) or settings.state == _SQLITE:
        return None
    path = settings.state.removeprefix(_SQLITE).partition("?")[0]
    return None if path == ":memory:" else settings.root / path


def open_state(invocation: Invocation, *, create: bool, migrate: bool = True) -> Store:
    """The configured state.

    Args:
        invocation: Gives settings and clock.
        create: Make a new one where there is none; a command that only shows things does not.
        migrate: Bring an older schema up to date.

    Raises:
        NoInputError: there is none, and none is to be made.
        StateError: it cannot be used.
    """
    path = state_file(invocation.settings)
    if not create and path is not None and not path.exists():
        raise NoInputError(
            f"there is no state at {path}: nothing has been synced from here yet",
            hint="Run `pmtrack sync` first, or call pmtrack where your pmtrack.toml is.",
        )
    from tracker.state.store import open_store

    return open_store(
        invocation.settings.state, root=invocation.settings.root, now=invocation.now, migrate=migrate
    )
