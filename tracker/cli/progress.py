"""What a person sees of a sync while it runs: the plan, each outcome, a bar on a terminal, questions."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from tracker.cli import actions as look
from tracker.cli.output import console, emit, say, show_lines
from tracker.cli.plan_lines import plan_lines
from tracker.sync.report import ActionRecord, Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

_WORKING = "Syncing"
_TOGETHER_S = 0.2
_LINES_TOGETHER = 200


class TerminalProgress(Progress):
    """Prints the plan and the outcomes to standard output and shows a bar on standard error where that is a terminal.

    Args:
        show: Print plan and outcomes; off for JSON output.
        quiet: Say nothing that is not asked for.
        clock: Seconds that only grow.
    """

    def __init__(
        self, *, show: bool = True, quiet: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._show = show
        self._quiet = quiet
        self._bar: Bar | None = None
        self._task: Any = None
        self._announced = ""
        self._trouble: str | None = None
        self._clock = clock
        self._lines: list[str] = []
        self._printed = -_TOGETHER_S

    def planned(self, actions: Sequence[ActionRecord]) -> None:
        """Print the plan before anything is written."""
        if self._show and not self._quiet and actions:
            show_lines(chain(plan_lines(actions, console().width), [()]))

    def warned(self, warnings: Sequence[str]) -> None:
        """Say beforehand what will not work."""
        for text in warnings if self._show else ():
            say(text)

    def started(self, total: int) -> None:
        """Begin the bar."""
        if self._quiet or total == 0 or not sys.stderr.isatty():
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=console(sys.stderr), transient=True,
        )  # fmt: skip
        self._task = self._bar.add_task(_WORKING, total=total)
        self._bar.start()

    def advanced(self, record: ActionRecord) -> None:
        """Print one outcome."""
        self._announced = ""
        if self._bar is not None:
            self._bar.update(self._task, advance=1, description=_WORKING)
        if not self._show or (self._quiet and record.outcome not in ("failed", "deferred")):
            return
        line = look.outcome_line(record, repeated=record.error == self._trouble)
        self._trouble = record.error
        if sys.stdout.isatty():
            from rich.text import Text

            (self._bar.console if self._bar else console()).print(
                Text(line, style=look.outcome_style(record))
            )
        else:
            self._gather(line)

    def _gather(self, line: str) -> None:
        """Print outcomes that come in quick succession together; one that comes alone is printed at once."""
        self._lines.append(line)
        now = self._clock()
        if now - self._printed >= _TOGETHER_S or len(self._lines) >= _LINES_TOGETHER:
            self._printed = now
            self._flush()

    def _flush(self) -> None:
        if self._lines:
            emit("\n".join(self._lines))
            self._lines.clear()

    def announce(self, text: str) -> None:
        """A word while waiting: beside the bar where there is one, else on a line of its own; the same word is said once."""
        if self._quiet or text == self._announced:
            return
        self._announced = text
        self._flush()
        if self._bar is not None:
            self._bar.update(self._task, description=text, refresh=True)
        else:
            say(text)

    def confirm(self, question: str) -> bool:
        """Ask on a terminal; nobody can be asked without one."""
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return False
        import click

        self.close()
        return click.confirm(question, err=True)

    def close(self) -> None:
        """Print what is left and take the bar away; also called when the run breaks off."""
        self._flush()
        if self._bar is not None:
            self._bar.stop()
            self._bar = None
