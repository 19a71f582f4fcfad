"""Reading every linked issue again, a part in each run, so that no day costs more requests than another.

The search tells edits, but not what was deleted or hidden, and it misses what its index learnt later than the overlap. So each
issue is read by id, which is consistent, once in a round; a round begins a day after the one before began at the earliest.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass

from adapters.jira.references import is_id

MEMORY = "sweep"
EVERY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Round:
    """How far the round has come: everything up to the id `after` was read; None where it is finished."""

    begun: dt.datetime
    after: int | None

    def due(self, now: dt.datetime) -> bool:
        """Whether something is to be read now."""
        return self.after is not None or abs(now - self.begun) >= EVERY


class Sweep:
    """Chooses what is to be read again."""

    def __init__(self, memory: MutableMapping[str, str]) -> None:
        self._memory = memory

    def begin(self, now: dt.datetime) -> None:
        """Note that everything was read at once."""
        self._keep(Round(now, None))

    def part(self, ids: Iterable[str], now: dt.datetime, count: int) -> tuple[list[str], Round]:
        """The next ids, at most `count`, and the round as it stands when they are read (to be given to `done`)."""
        known = self._known() or Round(now, 0)
        if count <= 0 or not known.due(now):
            return [], known
        if known.after is None:
            known = Round(now, 0)
        after = known.after or 0
        rest = sorted(number for each in ids if is_id(each) and (number := int(each)) > after)
        chosen = rest[:count]
        return [str(number) for number in chosen], Round(
            known.begun, chosen[-1] if len(rest) > count else None
        )

    def done(self, stands: Round) -> None:
        """Note that the part was read."""
        self._keep(stands)

    def _known(self) -> Round | None:
        try:
            begun, after = json.loads(self._memory[MEMORY])
            return Round(dt.datetime.fromisoformat(begun), after)
        except (KeyError, ValueError, TypeError):
            return None

    def _keep(self, stands: Round) -> None:
        text = json.dumps([stands.begun.isoformat(), stands.after])
        if self._memory.get(MEMORY) != text:
            self._memory[MEMORY] = text
