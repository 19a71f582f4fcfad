"""Opening the configured trackers for a command."""

from __future__ import annotations

import time
from collections.abc import Callable, MutableMapping
from typing import TYPE_CHECKING

from tracker.errors import UserError

if TYPE_CHECKING:
    from tracker.cli.context import Invocation
    from tracker.remote import Tracker


def open_tracker(
    invocation: Invocation,
    name: str,
    *,
    memory: MutableMapping[str, str] | None = None,
    wait: bool = False,
    announce: Callable[[str], None] = lambda _text: None,
) -> Tracker:
    """The tracker of a `[trackers.NAME]` table; sends nothing yet.

    Raises:
        UserError: there is no such table, or an option in it is wrong.
    """
    from adapters.registry import create
    from tracker.remote import TrackerContext

    settings = invocation.settings
    if name not in settings.trackers:
        raise UserError(
            f"there is no tracker {name!r}", hint=f"Configured trackers: {', '.join(settings.trackers)}."
        )
    table = settings.trackers[name]
    context = TrackerContext(
        root=settings.root,
        environ=invocation.environ,
        now=invocation.now,
        sleep=time.sleep,
        memory={} if memory is None else memory,
        wait=wait,
        announce=announce,
    )
    return create(name, table.type, table.options, context)
