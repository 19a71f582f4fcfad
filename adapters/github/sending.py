"""One write: sent once, its outcome one of four; sent again only after answers that prove that nothing was done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from adapters.github.answers import Answer, hint_for, is_issue, limit_of, reason_of
from adapters.github.budget import Budget
from adapters.github.repository import Repository
from adapters.github.transport import Lost, NotConnected, Redirected
from tracker import faults
from tracker.errors import AdapterError
from tracker.remote import NotSent, Outcome, Refused, Unknown
from tracker.values import dataclass

_TRIES = 3
_ASKED_TO_WAIT = "GitHub asks to wait (rate limit)"

Sent = Answer | NotSent | Unknown | Refused
"""An answer to be judged, or what became of the write."""


@dataclass(frozen=True, slots=True)
class Write:
    """What is to be sent.

    Attributes:
        content: It creates content (an issue), which has limits of its own.
    """

    method: str
    path: str
    body: Any
    content: bool = False


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One request that is over: its answer or why there is none, and when that was known."""

    result: Answer | NotConnected | Lost | Redirected | AdapterError
    at: dt.datetime


class Sender:
    """Sends writes within the budget.

    Attributes:
        limited: The service has asked to wait in this run.
    """

    def __init__(self, repository: Repository, budget: Budget) -> None:
        self._repository = repository
        self._budget = budget
        self.limited = False

    def send(self, method: str, path: str, body: Any, *, content: bool = False) -> Sent:
        """One write; sent again only after a limit or a redirect."""
        write = Write(method, path, body, content)
        return self.admit(write) or self.concluded(write, self.exchange(write))

    def admit(self, write: Write) -> NotSent | None:
        """See `Budget.admit`."""
        return self._budget.admit(content=write.content)

    def is_free(self) -> bool:
        """See `Budget.is_free`."""
        return self._budget.is_free()

    def settle(self) -> bool:
        """See `Budget.settle`."""
        return self._budget.settle()

    def exchange(self, write: Write) -> Exchanged:
        """Exactly one request, which the budget has admitted. May be called from several threads at once."""
        on_issue = write.content or write.method == "PATCH"
        if on_issue:
            faults.reach("while-sent")
        result: Answer | NotConnected | Lost | Redirected | AdapterError
        try:
            result = self._repository.client.send(write.method, write.path, body=write.body)
            if on_issue:
                faults.reach("after-commit")
        except (NotConnected, Lost, Redirected, AdapterError) as error:
            result = error
        return Exchanged(result, self._budget.now())

    def concluded(self, write: Write, first: Exchanged) -> Sent:
        """What became of a write whose first request is over.

        Raises:
            AdapterError: there is no token; nothing was done.
        """
        result = self._judged(first)
        for _ in range(_TRIES - 1):
            if not isinstance(result, str):
                break
            write = replace(write, path=result or write.path)
            result = self.admit(write) or self._judged(self.exchange(write))
        if isinstance(result, str):
            return NotSent("GitHub redirects from one address to the next" if result else _ASKED_TO_WAIT)
        return result

    def _judged(self, exchanged: Exchanged) -> Sent | str:
        """A text where nothing was done and trying again makes sense: the new path, "" for the same."""
        match exchanged.result:
            case NotConnected() as error:
                return NotSent(str(error))
            case Lost() as error:
                return Unknown(f"the answer was lost: {error}")
            case Redirected() as moved:
                return self._repository.client.local(moved.location) or Refused(str(moved))
            case AdapterError() as error:
                raise error
            case answer:
                return self._within_limits(answer, exchanged.at)

    def _within_limits(self, answer: Answer, at: dt.datetime) -> Sent | str:
        limit = limit_of(answer, at)
        if limit is None:
            return answer
        self.limited = True
        # Of several requests that met the limit together, the later ones are looked at when the first has waited.
        passed = (self._budget.now() - at).total_seconds()
        limit = replace(limit, wait_s=max(0.0, limit.wait_s - passed))
        self._budget.limited(limit)
        return "" if self._budget.wait_for(limit) else NotSent(_ASKED_TO_WAIT, limit.wait_s)

    # --- answers ----------------------------------------------------------------------------------------------------

    def checked(self, answer: Answer, good: Sequence[int]) -> tuple[dict[str, Any], Outcome | None]:
        """The issue in an answer, or what became of the write."""
        raw = answer.record()
        if answer.status in good and is_issue(raw):
            return raw, None
        if 400 <= answer.status < 500 and answer.status != 408:
            return {}, self.refused(answer)
        what = "an answer that is no issue" if answer.status < 400 else reason_of(answer)
        return {}, Unknown(f"HTTP {answer.status}, {what}" if answer.status < 400 else what)

    def refused(self, answer: Answer) -> Refused | Unknown:
        """What an answer means that is no success."""
        if answer.status >= 500:
            return Unknown(reason_of(answer))
        return Refused(reason_of(answer), hint_for(answer, self._repository.name))
