"""What a person sees while a run waits for a tracker."""

from __future__ import annotations

import io
import sys
from dataclasses import replace

import pytest

from tracker.cli.progress import TerminalProgress
from tracker.sync.report import ActionRecord

UNTIL = "GitHub asks to wait (rate limit); going on at 08:30:00 UTC"
DONE = ActionRecord("create", "An action", "1", "a.md", 3, outcome="done")


class Terminal(io.StringIO):
    """A terminal that keeps what is shown."""

    def isatty(self) -> bool:
        return True


def at_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put one in the place of standard error; in the test itself, for the capture of pytest sets its own before it."""
    made = Terminal()
    monkeypatch.setattr(sys, "stderr", made)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    return made


def test_the_bar_says_until_when_a_limit_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_terminal(monkeypatch)
    progress = TerminalProgress(show=False)
    progress.started(3)
    progress.announce(UNTIL)
    shown = terminal.getvalue()
    assert "Syncing" in shown
    assert UNTIL in shown
    assert "0/3" in shown
    progress.advanced(DONE)
    progress.close()
    last = terminal.getvalue().removeprefix(shown)
    assert "1/3" in last
    assert UNTIL not in last.split("Syncing")[-1], "it works again"


def test_without_a_terminal_the_same_word_is_said_once_on_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    progress = TerminalProgress(show=False)
    progress.started(3)
    for _ in range(5):
        progress.announce(UNTIL)
    progress.advanced(DONE)
    progress.announce(UNTIL)
    progress.close()
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [UNTIL, UNTIL], "once for each wait"


def test_a_quiet_run_says_nothing_while_it_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_terminal(monkeypatch)
    progress = TerminalProgress(quiet=True)
    progress.started(3)
    progress.announce(UNTIL)
    progress.close()
    assert terminal.getvalue() == ""


def test_what_will_not_work_is_said_beside_the_plan(capsys: pytest.CaptureFixture[str]) -> None:
    TerminalProgress(quiet=True).warned(["jira: the create screen requires 'Team'", "owner Nora: nobody"])
    TerminalProgress(show=False).warned(["stands in the JSON output"])
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == ["jira: the create screen requires 'Team'", "owner Nora: nobody"]


def test_outcomes_in_quick_succession_are_printed_together_and_none_is_lost(
    capsys: pytest.CaptureFixture[str],
) -> None:
    moments = iter([10.0, 10.01, 10.02, 10.5, 10.51])
    progress = TerminalProgress(clock=lambda: next(moments))
    seen = []
    for number in range(5):
        progress.advanced(replace(DONE, item=f"Action {number}"))
        seen.append(capsys.readouterr().out.count("\n"))
    assert seen == [1, 0, 0, 3, 0], "the first at once, then as many as came within the moment"
    progress.close()
    assert "Action 4" in capsys.readouterr().out


def test_the_trouble_of_many_actions_is_written_out_once(capsys: pytest.CaptureFixture[str]) -> None:
    progress = TerminalProgress()
    failed = replace(DONE, outcome="failed", error="no project OPS")
    for record in (failed, failed, DONE, failed, replace(failed, error="no such field")):
        progress.advanced(record)
    progress.close()
    ends = [line.rpartition(") ")[2].rpartition("): ")[2] for line in capsys.readouterr().out.splitlines()]
    assert ends[:2] == ["no project OPS", "as above"]
    assert ends[3:] == ["no project OPS", "no such field"]
