"""Whether the next write may be prepared: the preflight, and a service that loses every answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from adapters.github.preflight import Preflight
from adapters.github.sending import Sender
from tracker.errors import AdapterError, AuthError, LockedError, NotFoundError, PmtrackError, UserError
from tracker.remote import Confirmed, NotSent, Outcome, Refused, Unknown

# After so many lost answers in a row the service is down; more tries would only leave more to be settled.
_MOST_LOST = 3

Result = TypeVar("Result")


class Gate:
    """Stands before every create and every change of a run."""

    def __init__(self, preflight: Preflight, sender: Sender) -> None:
        self._preflight = preflight
        self._sender = sender
        self._lost = 0

    def stopped(self) -> Refused | NotSent | None:
        """Why nothing more is to be sent in this run, None where it may go on.

        Raises:
            AdapterError: it could not be found out.
        """
        if self._lost >= _MOST_LOST:
            return NotSent(f"{_MOST_LOST} answers in a row were lost; the rest is left for the next run")
        return self._preflight.stopped()

    def steady(self) -> bool:
        """Whether all is well, so that several requests may be under way at once.

        Before a wait for a limit there are none: what was created is told, and so recorded, before it, not behind it.
        """
        return not self._lost and not self._sender.limited and self._sender.is_free()

    def guarded(self, step: Callable[[], Result]) -> Result | Refused | NotSent:
        """A step that reads; where that fails nothing was sent."""
        try:
            return step()
        except (AuthError, NotFoundError, UserError) as error:
            return Refused(error.message, error.hint)
        except AdapterError as error:
            return NotSent(error.message, getattr(error, "retry_after_s", None))
        except LockedError:
            raise  # found out while waiting: another run works now, so this one ends
        except PmtrackError as error:
            return Refused(error.message, error.hint)

    def passed(self, outcome: Outcome, *, created: bool = False) -> Outcome:
        """Note what became of a write; the first that was done also tells what the preflight found."""
        if created and isinstance(outcome, Unknown):
            self._lost += 1
        elif created and not isinstance(outcome, NotSent):
            self._lost = 0
        if isinstance(outcome, Confirmed) and (told := self._preflight.warnings()):
            return replace(outcome, warnings=(*told, *outcome.warnings))
        return outcome
