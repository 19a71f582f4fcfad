"""Verification: every linked issue is read again by id, a part of them in each run, so that the load is even.

Searches and lists tell edits, but not everything that was deleted or hidden, and they miss what their index learnt later than
the overlap. A read by id is consistent. Each issue is read once in a round; a round begins a day after the one before began at
the earliest. See `tracker.remote.Capabilities.verifies`.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, MutableMapping

from tracker.values import dataclass

MEMORY = "sweep"
"""Key in the memory, which is kept in the state: never rename its value."""

EVERY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Round:
    """How far the round has come: everything up to the number `after` was read; None where it is finished."""

    begun: dt.datetime
    after: int | None

    def due(self, now: dt.datetime) -> bool:
        """Whether something is to be read now."""
        return self.after is not None or abs(now - self.begun) >= EVERY


class Verification:
    """Chooses the issues of the next part of the round.

    Args:
        memory: What the tracker remembers.
        number_of: The number of an id, by which issues are put in order; None for an id that is none.
    """

    def __init__(self, memory: MutableMapping[str, str], number_of: Callable[[str], int | None]) -> None:
        self._memory = memory
        self._number_of = number_of

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
        numbered = ((number, each) for each in ids if (number := self._number_of(each)) is not None)
        rest = sorted(pair for pair in numbered if pair[0] > after)
        chosen = rest[:count]
        stands = Round(known.begun, chosen[-1][0] if len(rest) > count else None)
        return [each for _, each in chosen], stands

    def done(self, stands: Round) -> None:
        """Note that the part was read."""
        self._keep(stands)

    def _known(self) -> Round | None:
        try:
            text, after = json.loads(self._memory[MEMORY])
            begun = dt.datetime.fromisoformat(text)
        except (KeyError, ValueError, TypeError):
            return None
        is_sound = begun.tzinfo is not None and (after is None or isinstance(after, int))
        return Round(begun, after) if is_sound else None

    def _keep(self, stands: Round) -> None:
        text = json.dumps([stands.begun.isoformat(), stands.after])
        if self._memory.get(MEMORY) != text:
            self._memory[MEMORY] = text
