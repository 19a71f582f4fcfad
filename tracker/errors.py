"""The errors that pmtrack raises on purpose.

Every error is worded for the person who must act: what failed, where, and what to do next (`hint`). The command line
prints `message` and `hint` and leaves with `exit_code`; nothing else decides exit codes. Trouble *inside* a document is
never an exception: it is a `tracker.models.Diagnostic` beside what could be read.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells the shell; the table stands in docs/exit-codes.md."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NO_INPUT = 3
    LOCKED = 4
    PARTIAL = 5
    FINDINGS = 10
    INTERRUPTED = 130


class PmtrackError(Exception):
    """Root of the family. `message` says what failed and where, `hint` what to do about it."""

    exit_code: ExitCode = ExitCode.FAILED

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UserError(PmtrackError):
    """The command line or the configuration is wrong."""

    exit_code = ExitCode.USAGE


class NoInputError(PmtrackError):
    """None of the given paths holds a document."""

    exit_code = ExitCode.NO_INPUT


class StateError(PmtrackError):
    """The state database cannot be used: not a database, newer than this pmtrack, read-only, disk full."""


class LockedError(PmtrackError):
    """Another run holds the lock of this state."""

    exit_code = ExitCode.LOCKED


class GuardError(PmtrackError):
    """A guard stopped the run before anything was written (bulk limits, a root that turned empty)."""


class AdapterError(PmtrackError):
    """A tracker failed.

    Args:
        message: What failed, without secrets.
        tracker: The name of the tracker in the configuration.
        hint: What the person should do.
    """

    def __init__(self, message: str, *, tracker: str = "", hint: str | None = None) -> None:
        super().__init__(f"{tracker}: {message}" if tracker else message, hint=hint)
        self.tracker = tracker


class AuthError(AdapterError):
    """The tracker does not know us or does not allow it (401, 403, captcha)."""


class RateLimitedError(AdapterError):
    """The tracker asks to wait.

    Args:
        retry_after_s: Seconds until the next try makes sense; None where the tracker does not say.
    """

    def __init__(
        self, message: str, *, tracker: str = "", hint: str | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message, tracker=tracker, hint=hint)
        self.retry_after_s = retry_after_s


class NotFoundError(AdapterError):
    """The project, repository or database that the configuration names is not there (or not for us)."""


class ConflictError(AdapterError):
    """The tracker refused a write because somebody else wrote at the same time (409)."""


class BadResponseError(AdapterError):
    """The answer does not have the shape of an answer: HTML, truncated JSON, a redirect taken for success."""


class UnreachableError(AdapterError):
    """No connection, a time-out, or a server error on a read; a later run may succeed."""
