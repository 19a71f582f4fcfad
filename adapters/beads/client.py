"""Runs `bd`: one process after another, with JSON answers, time-outs and errors that say whether anything was written.

Nothing here knows what an issue is. The environment of every process keeps `bd` from prompting, paging, sending usage
metrics, running the project's hooks and touching the user's git (docs/explanation/beads.md has what each variable does).
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from tracker.errors import AdapterError, BadResponseError, NotFoundError, UnreachableError
from tracker.values import dataclass

MINIMUM = (1, 1, 2)  # the first release whose import is checked to keep newer edits of people (stale guard)
INSTALL = (
    "Install Beads 1.3 or newer (https://github.com/steveyegge/beads#installation), or build it with `make bd`, and put "
    "it on PATH or name it with `program`."
)
_QUIET = {
    "BD_JSON_ENVELOPE": "1",
    "BD_NON_INTERACTIVE": "1",
    "BD_NO_PAGER": "1",
    "BD_NO_HOOKS": "1",
    "BD_EXPORT_GIT_ADD": "false",
    "BD_BACKUP_GIT_PUSH": "false",
    "BD_DISABLE_METRICS": "1",
    "NO_COLOR": "1",
    "TZ": "UTC",  # `bd` reads a bare date as midnight of its own zone
}
_LOCKED = (
    "locked by another dolt process",
    "database is locked",
    "another process holds",
    "lock wait timeout",
)
_NOT_OPENED = ("failed to open database", "connection refused", "server unreachable", "no such host")
_UNSURE = (
    "bad connection",
    "invalid connection",
    "connection reset",
    "broken pipe",
    "unexpected eof",
    "indeterminate",
)
_NO_DATABASE = (
    "no beads database found",
    "no_beads_directory",
    "no active beads workspace",
    "no embedded database at",
)
_GRACE_S = 10.0  # from SIGTERM to SIGKILL
_PATIENCE_S = 10.0  # before the person is told that `bd` takes its time


class Effect(StrEnum):
    """What a failed process did to the database."""

    NONE = "none"  # refused, and said so
    NOT_SENT = "not-sent"  # never got as far as the database; trying again is safe
    UNKNOWN = "unknown"


class BdError(AdapterError):
    """A `bd` that failed; `effect` says what is known of its writes."""

    def __init__(self, message: str, *, tracker: str, effect: Effect, hint: str | None = None) -> None:
        super().__init__(message, tracker=tracker, hint=hint)
        self.effect = effect
        self.reason = message


@dataclass(frozen=True, slots=True)
class Answer:
    """What a process left behind; `code` is negative after a signal."""

    code: int
    out: str
    err: str

    @property
    def payload(self) -> Any:
        """The JSON on standard output without its envelope.

        Raises:
            ValueError: it is no JSON.
        """
        value = json.loads(self.out) if self.out.strip() else None
        if isinstance(value, dict) and "schema_version" in value and "data" in value:
            return value["data"]
        return value

    @property
    def complaint(self) -> str:
        """What `bd` says went wrong, in one line."""
        try:
            value = self.payload
        except ValueError:
            value = None
        told = value.get("message") or value.get("error") if isinstance(value, dict) else None
        if isinstance(told, str) and told:
            return " ".join(told.split())
        lines = [line.strip() for line in self.err.splitlines() if line.strip()]
        said = next((line for line in lines if line.lower().startswith("error")), lines[-1] if lines else "")
        return said.removeprefix("Error:").strip() or f"ended with exit code {self.code}"

    def mentions(self, phrases: Sequence[str]) -> bool:
        """Whether one of the phrases is in what `bd` said."""
        text = (self.err + self.out[:2000] if self.code else self.err).lower()
        return any(phrase in text for phrase in phrases)


@dataclass(frozen=True, slots=True)
class Place:
    """Which program on which database.

    Attributes:
        program: Name or path of `bd`.
        directory: Where it runs; it looks for `.beads` upwards from there.
        database: The `.beads` folder itself, None to let `bd` look.
        actor: For the audit trail of Beads.
        push: Let `bd` push to its Dolt remote.
    """

    program: str
    directory: Path
    database: Path | None
    actor: str
    push: bool


class Bd:
    """The program on one database; `processes` counts what was started."""

    def __init__(
        self,
        tracker: str,
        place: Place,
        environ: Mapping[str, str],
        sleep: Callable[[float], None],
        announce: Callable[[str], None],
        *,
        timeout_s: float,
        lock_wait_s: float,
    ) -> None:
        self.tracker = tracker
        self.place = place
        self.processes = 0
        self._environ = {key: value for key, value in environ.items() if key != "BEADS_MAX_ROWS"} | _QUIET
        if place.database is not None:
            self._environ["BEADS_DIR"] = str(place.database)
        self._sleep = sleep
        self._announce = announce
        self._timeout_s = timeout_s
        self._lock_wait_s = lock_wait_s

    def json(self, *arguments: str, stdin: str | None = None, items: int = 0) -> Any:
        """Run `bd ARGUMENTS --json`; its answer without the envelope. See `run`.

        Raises:
            BadResponseError: it succeeded, but what it said is no JSON.
        """
        answer = self.run(*arguments, "--json", stdin=stdin, items=items)
        try:
            return answer.payload
        except ValueError as error:
            raise BadResponseError(
                f"bd {arguments[0]} gave no JSON: {answer.out[:80]!r}", tracker=self.tracker, hint=INSTALL
            ) from error

    def run(self, *arguments: str, stdin: str | None = None, items: int = 0) -> Answer:
        """Run `bd ARGUMENTS` to its end.

        While the database is locked by somebody else nothing has happened, so it is tried again for a while.

        Args:
            arguments: The command and its flags.
            stdin: What it reads; nothing by default.
            items: How many issues it works on, for the time-out (half a second each).

        Raises:
            BdError: it failed; see `effect`.
            NotFoundError: no program, no folder, or no database there.
        """
        waited, delay = 0.0, 0.5
        while True:
            answer = self._run(arguments, stdin, self._timeout_s + items / 2)
            if not answer.code:
                return answer
            if not answer.mentions(_LOCKED) or waited >= self._lock_wait_s:
                raise self._failure(arguments[0], answer)
            self._announce(
                f"{self.tracker}: the database is locked by another bd, trying again in {delay:g} s"
            )
            self._sleep(delay)
            waited, delay = waited + delay, min(delay * 2, 8.0)

    def program(self) -> Path:
        """Where the program is.

        Raises:
            NotFoundError: it is not installed.
        """
        found = shutil.which(self.place.program, path=self._environ.get("PATH"))
        if found is None and "/" in self.place.program:
            found = shutil.which(str(self.place.directory / self.place.program))
        if found is None:
            raise NotFoundError(
                f"cannot find the program {self.place.program!r}", tracker=self.tracker, hint=INSTALL
            )
        return Path(found)

    def _run(self, arguments: Sequence[str], stdin: str | None, timeout_s: float) -> Answer:
        flags = ["--actor", self.place.actor, *([] if self.place.push else ["--sandbox"])]
        program = self.program()
        if not self.place.directory.is_dir():
            raise NotFoundError(
                f"the folder {self.place.directory} does not exist",
                tracker=self.tracker,
                hint="Set `directory`.",
            )
        self.processes += 1
        try:
            process = subprocess.Popen(  # noqa: S603 - the program is the user's choice, the arguments are a list
                [str(program), *arguments, *flags],
                cwd=self.place.directory,
                env=self._environ,
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            raise NotFoundError(
                f"cannot run {program}: {error}", tracker=self.tracker, hint=INSTALL
            ) from error
        return self._finish(process, stdin, timeout_s)

    def _finish(self, process: subprocess.Popen[str], stdin: str | None, timeout_s: float) -> Answer:
        first = min(_PATIENCE_S, timeout_s)
        try:
            try:
                out, err = process.communicate(stdin, timeout=first)
            except subprocess.TimeoutExpired:
                if timeout_s <= first:
                    raise
                self._announce(f"{self.tracker}: bd is still at work, or waits for another bd")
                out, err = process.communicate(timeout=timeout_s - first)
        except subprocess.TimeoutExpired:
            out, err = _stopped(process)
            # However it ends then, nobody knows how far it had come: it counts as ended by the signal.
            return Answer(-signal.SIGTERM, out, f"Error: no answer within {timeout_s:g} s\n{err}")
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        return Answer(process.returncode, out, err)

    def _failure(self, command: str, answer: Answer) -> AdapterError:
        if answer.mentions(_NO_DATABASE):
            where = self.place.database or self.place.directory
            hint = "Run `bd init` there, or set `directory` or `database` of this tracker."
            return NotFoundError(f"no Beads database at {where}", tracker=self.tracker, hint=hint)
        if answer.mentions(_LOCKED):
            return BdError(
                "the database is locked by another bd",
                tracker=self.tracker,
                effect=Effect.NOT_SENT,
                hint="Wait for it to end and run again; `lock_wait_s` sets how long pmtrack tries.",
            )
        return BdError(f"bd {command}: {answer.complaint}", tracker=self.tracker, effect=_effect(answer))


def _effect(answer: Answer) -> Effect:
    if answer.code < 0 or answer.code >= 128 or answer.mentions(_UNSURE):
        return Effect.UNKNOWN  # it was ended by a signal, or lost its server on the way
    return Effect.NOT_SENT if answer.mentions(_NOT_OPENED) else Effect.NONE


def version_in(payload: Any) -> tuple[int, ...] | None:
    """The version that `bd version --json` tells, None where it tells none."""
    text = payload.get("version") if isinstance(payload, dict) else None
    parts = str(text or "").lstrip("v").split("-")[0].split(".")
    return tuple(int(part) for part in parts) if all(part.isdigit() for part in parts) else None


def too_old(tracker: str, version: tuple[int, ...] | None) -> UnreachableError:
    """The error for a `bd` that cannot be used."""
    told = ".".join(map(str, version)) if version else "of an unknown version"
    least = ".".join(map(str, MINIMUM))
    return UnreachableError(f"bd is {told}; pmtrack needs {least} or newer", tracker=tracker, hint=INSTALL)


def _stopped(process: subprocess.Popen[str]) -> tuple[str, str]:
    process.terminate()
    try:
        return process.communicate(timeout=_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()
