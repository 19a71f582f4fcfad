"""The interchange format of Beads: what its words and times mean, and whole issues in it, which move between trackers that have it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from tracker.models import Person, Status
from tracker.remote import Resolution

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


def status_of(word: str, reason: str | None, dropped: Sequence[str] = ()) -> Status:
    """The status that a status word and a close reason state; `dropped` as `more` of `means_dropped`."""
    status = STATUS_IN.get(word, Status.OPEN)  # a custom status of somebody's is not closed
    return Status.CANCELLED if status is Status.DONE and means_dropped(reason or "", dropped) else status


def priority_of(value: object) -> int | None:
    """The priority 0 (most urgent) to 4, None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 4:
        return value
    return None


def moment_of(text: object) -> dt.datetime | None:
    """The time that a text in RFC 3339 states, UTC where it names no zone; None for no such text."""
    try:
        moment = dt.datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or dt.UTC) if moment else None


def text_of(moment: dt.datetime) -> str:
    """A time as Beads writes it: UTC, whole seconds."""
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def day_of(text: object) -> dt.date | None:
    """The day that `due_at` means.

    `bd update --due 2026-12-09` stores the midnight of that day in the zone of whoever typed it: 15:00 UTC of the day
    before in Tokyo, 05:00 UTC of the same day in New York. So a whole quarter of an hour is taken to the nearest
    midnight, any other time ("+6h") is a time of its day.
    """
    moment = moment_of(text)
    if moment is None:
        return None
    try:
        moment = moment.astimezone(dt.UTC)
        midnight_somewhere = moment.minute % 15 == 0 and moment.second == 0 and moment.microsecond == 0
        return (moment + dt.timedelta(hours=11, minutes=59) if midnight_somewhere else moment).date()
    except OverflowError:  # a year before 1 or after 9999
        return None


def assignees_of(
    names: Sequence[str], people: Sequence[Person], tracker: str, type_: str
) -> dict[str, Resolution]:
    """Assignees for owners: any text is one, so it is the account of the people map, else the name as written.

    Args:
        names: Owners as documents write them.
        people: The people map.
        tracker: The tracker's name in the configuration, under which a person may have an account.
        type_: Its type, which is looked up after the name.
    """
    accounts = {
        name.casefold(): person.accounts.get(tracker) or person.accounts.get(type_) or person.key
        for person in people
        for name in (*person.names, person.key)
    }
    return {name: Resolution(name, accounts.get(name.casefold(), name)) for name in names}


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
