"""The edge of the command line: start-up, help, exit codes, messages."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from tests.conftest import Command
from tracker.cli import main as edge
from tracker.errors import ExitCode, LockedError, NoInputError, PmtrackError, UserError

HEAVY = {
    "jira",
    "github",
    "sqlalchemy",
    "alembic",
    "pydantic",
    "rich",
    "jinja2",
    "keyring",
    "lxml",
    "requests",
    "holidays",
}


def imported(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


def test_help_imports_nothing_heavy() -> None:
    modules = imported("from tracker.cli.main import main\nassert main(['--help']) == 0")
    assert not HEAVY & modules
    assert not [
        name for name in modules if name.startswith(("adapters", "policies", "tracker.state", "tracker.sync"))
    ]


def test_help_imports_hardly_more_than_click() -> None:
    bare = imported("import click")
    ours = imported("from tracker.cli.main import main\nassert main(['--help']) == 0")
    assert len(ours - bare) < 40


@pytest.mark.parametrize("command", ["['parse', '--format', 'json']", "['check', '--fail-on', 'never']"])
def test_reading_one_document_imports_no_plug_in_machinery_no_processes_and_no_network(
    command: str, tmp_path: Path
) -> None:
    page = tmp_path / "a.md"
    page.write_text(
        "# T\n\n## Action items\n\n- [ ] Add an alert (owner: ann, due: 2026-03-04)\n", encoding="utf-8"
    )
    modules = imported(
        f"import os\nos.chdir({str(tmp_path)!r})\nfrom tracker.cli.main import main\n"
        f"assert main([*{command}, {str(page)!r}]) in (0, 10)"
    )
    spared = {"importlib.metadata", "email", "multiprocessing", "zoneinfo", "socket", "asyncio"}
    assert not (HEAVY | spared) & modules


@pytest.mark.parametrize("name", edge.COMMANDS)
def test_the_listed_line_is_the_commands_own_help(name: str) -> None:
    module, _, attribute = edge.COMMANDS[name][0].partition(":")
    command = getattr(import_module(module), attribute)
    assert isinstance(command, click.Command)
    assert command.get_short_help_str(limit=200).rstrip(".") == edge.COMMANDS[name][1].rstrip(".")


def test_every_command_has_help_and_verbosity(capfd: pytest.CaptureFixture[str]) -> None:
    for name in edge.COMMANDS:
        assert edge.main([name, "--help"]) == 0
        assert "--verbose" in capfd.readouterr().out


def raising(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    @click.command("completion")
    def command() -> None:
        raise error

    monkeypatch.setattr("tracker.cli.completion.completion", command)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UserError("bad key", hint="mend it"), ExitCode.USAGE),
        (NoInputError("nothing there"), ExitCode.NO_INPUT),
        (LockedError("locked"), ExitCode.LOCKED),
        (PmtrackError("broken"), ExitCode.FAILED),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
        (ZeroDivisionError("oh"), ExitCode.FAILED),
    ],
)
def test_every_error_ends_as_a_message_and_a_code(
    error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    raising(monkeypatch, error)
    assert edge.main(["completion"]) == code
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err.lstrip().startswith("pmtrack: ")
    assert "Traceback" not in captured.err


def test_the_hint_stands_below_the_message(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    raising(monkeypatch, UserError("bad key", hint="mend it"))
    edge.main(["completion"])
    assert capfd.readouterr().err == "pmtrack: bad key\n  mend it\n"


def test_an_unexpected_error_shows_its_traceback_only_with_v(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    raising(monkeypatch, ZeroDivisionError("oh"))
    edge.main(["completion"])
    assert "unexpected ZeroDivisionError: oh\n  This is a bug in pmtrack" in capfd.readouterr().err
    edge.main(["-v", "completion"])
    assert "Traceback (most recent call last)" in capfd.readouterr().err


def test_a_crash_report_shows_no_secret(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JIRA_TOKEN", "canary-5f2b8c")
    raising(monkeypatch, RuntimeError("GET https://x?token=canary-5f2b8c"))
    edge.main(["-v", "completion"])
    assert "canary" not in capfd.readouterr().err


def test_a_message_cannot_command_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    raising(monkeypatch, UserError("title \x1b]0;owned\x07 \x1b[2J\u202e"))
    edge.main(["completion"])
    assert capfd.readouterr().err == "pmtrack: title ␛]0;owned␇ ␛[2J\ufffd\n"


def test_a_wrong_command_names_the_nearest_one(capfd: pytest.CaptureFixture[str]) -> None:
    assert edge.main(["completio"]) == ExitCode.USAGE
    assert "Did you mean 'completion'?" in capfd.readouterr().err


def test_no_command_shows_the_help_as_it_is(capfd: pytest.CaptureFixture[str]) -> None:
    assert edge.main([]) == ExitCode.USAGE
    assert capfd.readouterr().err.startswith("Usage: pmtrack")


def test_a_wrong_option_is_wrong_usage(capfd: pytest.CaptureFixture[str]) -> None:
    assert edge.main(["completion", "--colour", "bash"]) == ExitCode.USAGE
    assert "Try 'pmtrack completion --help'" in capfd.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_call_pmtrack(shell: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert edge.main(["completion", shell]) == 0
    assert "_PMTRACK_COMPLETE" in capfd.readouterr().out


def test_completion_completes_a_command(pmtrack: Command) -> None:
    done = pmtrack(
        env={"_PMTRACK_COMPLETE": "bash_complete", "COMP_WORDS": "pmtrack compl", "COMP_CWORD": "1"}
    )
    assert done.stdout.strip() == "plain,completion"


def test_a_closed_pipe_is_no_crash(pmtrack: Command) -> None:
    script = pmtrack("--version").args[0]
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {script} --help | true"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 141)
    assert done.stderr == ""


def test_the_version_is_told_from_one_place(pmtrack: Command) -> None:
    from tracker import __version__

    assert pmtrack("--version").stdout == f"pmtrack, version {__version__}\n"
