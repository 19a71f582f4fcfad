"""Whole issues in the interchange format of Beads, for moving them between trackers that have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from tracker.models import Status

# https://github.com/steveyegge/beads, internal/types/types.go; a custom status of somebody's is open.
STATUS_IN: Mapping[str, Status] = {
    "open": Status.OPEN,
    "in_progress": Status.IN_PROGRESS,
    "hooked": Status.IN_PROGRESS,
    "blocked": Status.BLOCKED,
    "deferred": Status.DEFERRED,
    "pinned": Status.OPEN,
    "closed": Status.DONE,
}
STATUS_OUT: Mapping[Status, str] = {
    Status.OPEN: "open",
    Status.IN_PROGRESS: "in_progress",
    Status.BLOCKED: "blocked",
    Status.DEFERRED: "deferred",
    Status.DONE: "closed",
    Status.CANCELLED: "closed",
}
# What a close reason begins with that means "decided against": the interchange format has no field for it, only this text.
_DROPPED = (
    "wont do", "wont fix", "wontfix", "not planned", "not doing", "cancel", "duplicate", "obsolete", "invalid",
    "superseded", "rejected", "abandoned", "no longer needed",
)  # fmt: skip
_AS_WORDS = str.maketrans({"-": " ", "_": " ", "'": None, "’": None})


def means_dropped(reason: str, more: Sequence[str] = ()) -> bool:
    """Whether an issue that was closed for this reason was not done; `more` are further reasons that say so."""
    text = _words(reason)
    return text.startswith((*_DROPPED, *(words for words in map(_words, more) if words)))


def _words(text: str) -> str:
    return " ".join(text.casefold().translate(_AS_WORDS).split())


@runtime_checkable
class Interchange(Protocol):
    """A tracker that gives and takes whole issues in the interchange format of Beads (`bd export`, `bd import`).

    Ids stay as they are, so that links survive a move from one such tracker to another.
    """

    def give(self) -> Sequence[Mapping[str, Any]]:
        """Every issue, with all that the tracker knows of it.

        Raises:
            AdapterError: not everything could be read.
        """
        ...

    def take(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Put these issues in under their own ids; one that is already there is left as it is.

        Raises:
            AdapterError: it failed; calling again with the same records is safe and completes it.
        """
        ...
