"""Opening the configured trackers for a command."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tracker.errors import UserError

if TYPE_CHECKING:
    from tracker.cli.context import Invocation
    from tracker.remote import Tracker
    from tracker.state.store import Store


@dataclass
class Opener:
    """Opens trackers by name, and keeps what their adapters want to remember.

    Attributes:
        invocation: Settings, environment and clock.
        wait: Adapters wait for a used-up rate budget instead of deferring.
        announce: Told while an adapter waits.
        memories: Tracker name -> what its adapter remembers; filled by `recall`, changed by the adapters.
    """

    invocation: Invocation
    wait: bool = False
    announce: Callable[[str], None] = lambda _text: None
    memories: dict[str, dict[str, str]] = field(default_factory=dict)

    def __call__(self, name: str) -> Tracker:
        """The tracker of a `[trackers.NAME]` table; sends nothing yet.

        Raises:
            UserError: there is no such table, or an option in it is wrong.
        """
        from adapters.registry import create
        from tracker.remote import TrackerContext

        settings = self.invocation.settings
        if name not in settings.trackers:
            raise UserError(
                f"there is no tracker {name!r}", hint=f"Configured trackers: {', '.join(settings.trackers)}."
            )
        table = settings.trackers[name]
        context = TrackerContext(
            root=settings.root,
            environ=self.invocation.environ,
            now=self.invocation.now,
            sleep=time.sleep,
            memory=self.memories.setdefault(name, {}),
            wait=self.wait,
            announce=self.announce,
        )
        return create(name, table.type, table.options, context)

    def recall(self, store: Store) -> None:
        """Give the adapters what they kept in the last run."""
        self.memories = {name: dict(record.memory) for name, record in store.trackers().items()}

    def keep(self, store: Store) -> None:
        """Keep what the adapters want to remember for the next run."""
        for name, record in store.trackers().items():
            memory = self.memories.get(name, {})
            if memory != dict(record.memory):
                store.save_tracker(replace(record, memory=memory))
