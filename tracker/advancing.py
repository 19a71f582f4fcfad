"""What a tracker may say of its own writes, so that the next run need not read them; no adapter has to."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class Advancing(Protocol):
    """A `Tracker` that knows whether anybody else wrote while it did. Optional: the engine asks if it is there."""

    def advanced(self, cursor: str | None) -> str | None:
        """A cursor after this object's own writes, if from `cursor` to it nobody else changed anything; else `cursor` itself."""
        ...
