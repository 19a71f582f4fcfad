"""Opening the configured trackers for a command."""

from __future__ import annotations

import time
from collections import UserDict
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from tracker.errors import UserError
from tracker.values import dataclass

if TYPE_CHECKING:
    from tracker.cli.context import Invocation
    from tracker.remote import Tracker
    from tracker.state.store import Store

LONGEST_SILENCE_S = 30.0  # far less than `tracker.state.lock.STALE_AFTER`


@dataclass
class Opener:
    """Opens trackers by name, and keeps what their adapters want to remember.

    Attributes:
        invocation: Settings, environment and clock.
        wait: Adapters wait for a used-up rate budget instead of deferring.
        announce: Told while an adapter waits.
        memories: Tracker name -> what its adapter remembers; filled by `recall`, changed by the adapters.
        store: Takes what the adapters remember at once, so that a killed run forgets none of it; None in a run that writes
            nothing.
    """

    invocation: Invocation
    wait: bool = False
    announce: Callable[[str], None] = lambda _text: None
    memories: dict[str, Memory] = field(default_factory=dict)
    store: Store | None = None

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
            sleep=self.sleep,
            memory=self._memory(name, table.type),
            wait=self.wait,
            announce=self.announce,
            people=tuple(settings.people.values()),
        )
        return create(name, table.type, table.options, context)

    def sleep(self, seconds: float) -> None:
        """Wait, and say now and then that the run is alive: a tracker may ask for more minutes than a lock outlives silence.

        Raises:
            LockedError: another run has taken over the lock meanwhile.
        """
        left = seconds
        while left > 0:
            time.sleep(min(left, LONGEST_SILENCE_S))
            left -= LONGEST_SILENCE_S
            if self.store is not None:
                self.store.beat()

    def recall(self, store: Store, *, writing: bool = True) -> None:
        """Give the adapters what they kept in the last run.

        Args:
            store: Where it is kept.
            writing: Keep what they want to remember from now on, too.
        """
        self.memories = {name: Memory(record.memory) for name, record in store.trackers().items()}
        self.store = store if writing else None

    def _memory(self, name: str, type_: str) -> Memory:
        memory = self.memories.setdefault(name, Memory({}))
        store = self.store
        if store is not None:
            memory.keep = lambda: store.save_memory(name, type_, memory)
        return memory


class Memory(UserDict[str, str]):
    """What one adapter remembers; every change is kept before the next thing happens.

    An adapter notes here what it is about to create and when it wrote last, which would be worth nothing after a kill if it
    were kept at the end of the run.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self.keep: Callable[[], None] = lambda: None
        super().__init__(values)

    def __setitem__(self, key: str, item: str) -> None:
        changed = self.data.get(key) != item
        self.data[key] = item
        if changed:
            self.keep()

    def __delitem__(self, key: str) -> None:
        del self.data[key]
        self.keep()
