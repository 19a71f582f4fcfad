"""GitHub's limits, kept by this side and across runs, so that they are rarely met.

* at least `write_interval_s` between two writes;
* at most 80 creates a minute and 500 an hour ("content creation"), counted over all runs of this state;
* when the service itself asks to wait, nothing is sent before that time, by the next run neither.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, MutableMapping
from typing import Any

from adapters.github.answers import Limit
from adapters.github.config import GitHubOptions
from tracker.remote import NotSent, TrackerContext

_CREATES = "creates"
_LAST_WRITE = "last-write"
_WRITES_FROM = "writes-from"
_READS_FROM = "reads-from"
_MINUTE_S = 60.0
_HOUR_S = 3600.0
# Waiting happens in slices, so that the announcement stays fresh and an interrupt is quick.
_SLICE_S = 5.0


class Budget:
    """Admits writes one by one."""

    def __init__(self, options: GitHubOptions, context: TrackerContext) -> None:
        self._options = options
        self._context = context

    @property
    def _memory(self) -> MutableMapping[str, str]:
        return self._context.memory

    # --- before a request -------------------------------------------------------------------------------------------

    def admit(self, *, content: bool) -> NotSent | None:
        """Wait as long as the limits ask for; None means "send it now", else why not and when.

        Args:
            content: It creates content (an issue), which has limits of its own.
        """
        for limit in (self._held_back, self._used_up) if content else (self._held_back,):
            wait_s, why = limit()
            if wait_s > 0 and not self._wait(wait_s, why):
                return NotSent(why, wait_s)
        self._pace()
        self._note(content=content)
        return None

    def is_free(self) -> bool:
        """Whether the limits would let a create pass now without waiting."""
        return max(self._held_back()[0], self._used_up()[0]) <= 0

    def before_read(self) -> None:
        """Wait for the whole quota where a former answer said that it is used up, as far as waiting is allowed."""
        wait_s = self._left(_READS_FROM)
        if wait_s > 0:
            self._wait(wait_s, "GitHub's request quota is used up")

    # --- after an answer --------------------------------------------------------------------------------------------

    def limited(self, limit: Limit) -> None:
        """Remember that the service asked to wait."""
        for key in (_WRITES_FROM, _READS_FROM) if limit.everything else (_WRITES_FROM,):
            if limit.wait_s >= self._left(key):
                self._memory[key] = f"{self._now() + limit.wait_s:.3f}"

    def wait_for(self, limit: Limit) -> bool:
        """Wait until the limit is over; False where that is longer than a run may wait."""
        return self._wait(limit.wait_s, "GitHub asks to wait (rate limit)")

    def settle(self) -> bool:
        """Wait until a write that is not there now never happened; False where that is so already.

        GitHub gives up on a request after 10 seconds:
        https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api (timeouts).
        """
        last = _number(self._memory.get(_LAST_WRITE))
        left = last + self._options.settle_s - self._now()
        if left <= 0:
            return False
        # A clock that was set back must not stop the run for longer than that.
        self._context.sleep(min(left, self._options.settle_s))
        return True

    def creates_left(self) -> Iterator[tuple[int, int, str]]:
        """How many issues may still be created, of how many, in which time ("this hour")."""
        now, times = self.now().timestamp(), self._creates()
        for most, window, word in (
            (self._options.per_minute, _MINUTE_S, "this minute"),
            (self._options.per_hour, _HOUR_S, "this hour"),
        ):
            if most:
                yield max(0, most - sum(1 for time in times if time > now - window)), most, word

    def now(self) -> dt.datetime:
        """This moment, UTC."""
        return self._context.now()

    # --- inside -----------------------------------------------------------------------------------------------------

    def _held_back(self) -> tuple[float, str]:
        return max(self._left(_WRITES_FROM), self._left(_READS_FROM)), "GitHub asks to wait (rate limit)"

    def _used_up(self) -> tuple[float, str]:
        times = self._creates()
        now = self._now()
        waits = [
            (times[-most] + window - now, f"the limit of {most} new issues {word} is used up")
            for most, window, word in (
                (self._options.per_minute, _MINUTE_S, "a minute"),
                (self._options.per_hour, _HOUR_S, "an hour"),
            )
            if most and len(times) >= most
        ]
        return max(waits, default=(0.0, ""))

    def _pace(self) -> None:
        last = _number(self._memory.get(_LAST_WRITE))
        pause = last + self._options.write_interval_s - self._now()
        # A clock that was set back must not stop the run for longer than the interval.
        if pause > 0:
            self._context.sleep(min(pause, self._options.write_interval_s))

    def _note(self, *, content: bool) -> None:
        now = self._now()
        self._memory[_LAST_WRITE] = f"{now:.3f}"
        if content and (self._options.per_minute or self._options.per_hour):
            self._memory[_CREATES] = json.dumps([*self._creates(), round(now, 1)])

    def _creates(self) -> list[float]:
        now = self._now()
        # Times to come, of a clock that was set back since, would hold back creates until they have passed.
        return [
            time for time in _numbers(self._memory.get(_CREATES)) if now - _HOUR_S < time <= now + _SLICE_S
        ]

    def _left(self, key: str) -> float:
        left = _number(self._memory.get(key)) - self._now()
        return left if left < _HOUR_S * 2 else 0.0

    def _wait(self, wait_s: float, why: str) -> bool:
        if wait_s > self._options.max_wait_s and not self._context.wait:
            return False
        until = self._context.now() + dt.timedelta(seconds=wait_s)
        left = wait_s
        while left > 0:
            self._context.announce(f"{why}; going on at {until:%H:%M:%S} UTC")
            self._context.sleep(min(left, _SLICE_S))
            left -= _SLICE_S
        return True

    def _now(self) -> float:
        return self.now().timestamp()


def _number(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def _numbers(text: str | None) -> list[float]:
    try:
        data: Any = json.loads(text or "[]")
    except ValueError:
        return []
    return [float(each) for each in data if isinstance(each, int | float)] if isinstance(data, list) else []
