"""Issues that could not be found, and what was found out about each: kept, so that no run finds it out again.

Trackers tell a deleted issue from a hidden one only to who asks more (Jira Data Center and GitHub: a read of each, Jira Cloud:
two of the project). Who is linked to such an issue would pay that in every run.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, MutableMapping

from tracker.values import dataclass

MEMORY, NAMED, UNINDEXED = "lost", "named", "unindexed"
STALE_AFTER = dt.timedelta(days=7)
"""How old a finding may be; finding out again takes the place of a part of the daily round (`adapters.sweep`)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about an issue: it is gone, or out of sight, and why."""

    gone: bool
    reason: str
    at: dt.datetime


class Lost:
    """What is known of lost issues, by id. A text in the memory that is something else counts as nothing known.

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
        """How many."""
        return len(self._known)

    def known(self, name: str) -> Finding | None:
        """What was found out about an issue, None where nothing was."""
        return self._known.get(name)

    def hidden(self) -> list[str]:
        """Those that may come back into sight, whose finding is oldest first."""
        found = [(finding.at, name) for name, finding in self._known.items() if not finding.gone]
        return [name for _, name in sorted(found)]

    def stale(self, now: dt.datetime) -> list[str]:
        """Those of whom it was found out a week ago or longer, oldest first."""
        found = [(each.at, name) for name, each in self._known.items() if abs(now - each.at) >= STALE_AFTER]
        return [name for _, name in sorted(found)]

    def note(self, names: Iterable[str], finding: Finding) -> None:
        """Keep what was found out."""
        self._known.update(dict.fromkeys(names, finding))

    def forget(self, names: Iterable[str]) -> None:
        """These can be read again."""
        for name in names:
            self._known.pop(name, None)

    def keep(self) -> None:
        """Write it to the memory, if it is not what stands there."""
        text = _dump(self._known)
        if text != self._memory.get(self._key, _NOTHING):
            self._memory[self._key] = text


_NOTHING = "[]"


def _dump(known: dict[str, Finding]) -> str:
    """One entry for each finding: a project of which the sight was lost has one for ten thousand issues."""
    groups: dict[Finding, list[str]] = {}
    for name, finding in sorted(known.items()):
        groups.setdefault(finding, []).append(name)
    told = [[each.gone, each.reason, each.at.isoformat(), names] for each, names in groups.items()]
    return json.dumps(told, separators=(",", ":"))


def _load(text: str) -> dict[str, Finding]:
    try:
        return {
            str(name): Finding(bool(gone), str(reason), _aware(at))
            for gone, reason, at, names in json.loads(text)
            for name in names
        }
    except (ValueError, TypeError):
        return {}


def _aware(text: str) -> dt.datetime:
    at = dt.datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)
