"""Issues that a read did not find, and why: kept between runs, so that the reason is asked for once and not in every run.

To tell a deleted issue from a hidden one takes further requests: one for each issue on Jira Data Center and GitHub, two for the
project on Jira Cloud. Without this memory every run would send them for every linked issue that is gone or hidden.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, MutableMapping

from tracker.values import dataclass

MEMORY, NAMED, UNINDEXED = "lost", "named", "unindexed"
"""Keys in the memory, which is kept in the state: never rename their values."""

STALE_AFTER = dt.timedelta(days=7)
"""How long a reason is believed; asking again takes the place of a part of the daily round (`adapters.verification`)."""


@dataclass(frozen=True, slots=True)
class Absence:
    """Why an issue was not found.

    Attributes:
        gone: The tracker says that it is deleted; else it may be hidden from this account.
        reason: For the person.
        at: When the tracker said so, UTC.
    """

    gone: bool
    reason: str
    at: dt.datetime


class LostIssues:
    """Issues that were not found, by id. A text in the memory that is something else counts as an empty one.

    Args:
        memory: Survives the run.
        key: Where in it: `MEMORY`; `NAMED` for issues that rows name by key and that are not linked; or `UNINDEXED` for
            those of Data Center that can be read and that its search does not tell (archived ones), each of which would
            cost a read of its own whenever all issues are looked at in turn.
    """

    def __init__(self, memory: MutableMapping[str, str], key: str = MEMORY) -> None:
        self._memory = memory
        self._key = key
        self._known = _load(memory.get(key, ""))

    def __len__(self) -> int:
        """How many issues were not found."""
        return len(self._known)

    def known(self, name: str) -> Absence | None:
        """Why an issue was not found; None where it was, or was never looked for."""
        return self._known.get(name)

    def hidden(self) -> list[str]:
        """Those that may become visible again, the longest absent first."""
        found = [(absence.at, name) for name, absence in self._known.items() if not absence.gone]
        return [name for _, name in sorted(found)]

    def stale(self, now: dt.datetime) -> list[str]:
        """Those whose reason is older than `STALE_AFTER`, oldest first."""
        found = [(each.at, name) for name, each in self._known.items() if abs(now - each.at) >= STALE_AFTER]
        return [name for _, name in sorted(found)]

    def note(self, names: Iterable[str], absence: Absence) -> None:
        """Note why these were not found."""
        self._known.update(dict.fromkeys(names, absence))

    def forget(self, names: Iterable[str]) -> None:
        """Drop these: they can be read."""
        for name in names:
            self._known.pop(name, None)

    def keep(self) -> None:
        """Write to the memory what has changed."""
        text = _dump(self._known)
        if text != self._memory.get(self._key, _NOTHING):
            self._memory[self._key] = text


_NOTHING = "[]"


def _dump(known: dict[str, Absence]) -> str:
    """One entry for all issues with the same reason and time: ten thousand of a project that was hidden share one."""
    groups: dict[Absence, list[str]] = {}
    for name, absence in sorted(known.items()):
        groups.setdefault(absence, []).append(name)
    entries = [[each.gone, each.reason, each.at.isoformat(), names] for each, names in groups.items()]
    return json.dumps(entries, separators=(",", ":"))


def _load(text: str) -> dict[str, Absence]:
    try:
        return {
            str(name): Absence(bool(gone), str(reason), _aware(at))
            for gone, reason, at, names in json.loads(text)
            for name in names
        }
    except (ValueError, TypeError):
        return {}


def _aware(text: str) -> dt.datetime:
    at = dt.datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)
