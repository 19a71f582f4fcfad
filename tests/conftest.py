"""Guards and fixtures for every test: no home directory, no real network, no waiting, no leftover environment.

The network guard is pytest-socket (loopback and unix sockets only), switched on in pyproject.toml.
"""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, settings

from tests.programs import cache

REPOSITORY = Path(__file__).resolve().parent.parent

# Python's own polling (`subprocess.Popen.wait`) sleeps up to 50 ms at a time; whoever sleeps longer waits for a clock.
LONGEST_SLEEP_S = 0.06
_real_sleep = time.sleep

# What a developer's shell may hold and no test may see. A test sets what it needs with `monkeypatch.setenv`.
_PERSONAL = ("PMTRACK_", "GITHUB_", "GH_", "JIRA_", "BEADS_", "BD_", "SLACK_", "SMTP_", "PG", "GIT_")
_KEPT = (
    "PMTRACK_SHARED",
    "PMTRACK_TEST_",
    "PMTRACK_KILL_RUNS",
    "PMTRACK_BD",
    "PMTRACK_DOLT",
    "GIT_SSL_CAINFO",
)
_TERMINAL = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "COLUMNS", "LINES", "TERM", "CI", "TZ")


def _set_profiles() -> None:
    slow_is_fine = [HealthCheck.too_slow, HealthCheck.data_too_large]
    settings.register_profile("dev", max_examples=30, deadline=None, suppress_health_check=slow_is_fine)
    settings.register_profile(
        "ci", max_examples=60, deadline=None, print_blob=True, suppress_health_check=slow_is_fine
    )
    settings.register_profile(
        "long", max_examples=2000, deadline=None, print_blob=True, suppress_health_check=slow_is_fine
    )
    settings.load_profile(os.environ.get("PMTRACK_TEST_PROFILE", "dev"))


def _clean_environment(home: Path) -> None:
    for name in list(os.environ):
        if name in _TERMINAL or (name.startswith(_PERSONAL) and not name.startswith(_KEPT)):
            del os.environ[name]
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of processes would compile pmtrack anew
    os.environ |= {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Test",
        "GIT_AUTHOR_EMAIL": "test@example.org",
        "GIT_COMMITTER_NAME": "Test",
        "GIT_COMMITTER_EMAIL": "test@example.org",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "TZ": "UTC",
    }
    time.tzset()


def _hear_ctrl_c() -> None:
    """A shell that starts the tests in the background has SIGINT ignored, and every process that a test starts would inherit that."""
    if (
        signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        and threading.current_thread() is threading.main_thread()
    ):
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Move away from the developer's home before anything is imported by a test; only their cache of programs is known."""
    os.environ.setdefault("PMTRACK_TEST_CACHE", str(cache().parent))
    home = Path(tempfile.mkdtemp(prefix="pmtrack-test-home-"))
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    _clean_environment(home)
    _hear_ctrl_c()
    _set_profiles()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config
) -> None:
    """After a failure, how to run the tests in the same order again."""
    seed = config.getoption("randomly_seed", None)
    if exitstatus and isinstance(seed, int):
        terminalreporter.write_line(f"The same order again: --randomly-seed={seed}")


@pytest.fixture(autouse=True)
def _no_long_sleep(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that waits is slow or flaky; code that waits takes its clock and its sleep as arguments."""
    if request.node.get_closest_marker("sleeps"):
        return

    def sleep(seconds: float) -> None:
        if seconds > LONGEST_SLEEP_S:
            raise AssertionError(f"something slept {seconds} s; pass a clock, or mark the test with `sleeps`")
        _real_sleep(seconds)

    monkeypatch.setattr(time, "sleep", sleep)


@pytest.fixture(autouse=True)
def _learn_no_secret_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test sees its own secrets concealed, whatever ran before it in this process."""
    monkeypatch.setattr("tracker.concealed._learnt", {})


@pytest.fixture(autouse=True)
def _stay_out_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test works in a folder of its own, so that none finds or leaves a state in the checkout."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the labelled corpus and the recorded answers, which is not part of the project."""
    named = os.environ.get("PMTRACK_SHARED")
    places = [Path(named)] if named else [REPOSITORY.parent / "shared", REPOSITORY.parent.parent / "shared"]
    for place in places:
        if (place / "corpus").is_dir():
            return place
    pytest.skip("the shared corpus is not here: put it at ../shared or set PMTRACK_SHARED")


@pytest.fixture(scope="session")
def github_description(request: pytest.FixtureRequest) -> Path | None:
    """GitHub's own OpenAPI description, against which its local server checks requests; None where it is not here."""
    try:
        shared: Path = request.getfixturevalue("shared")
    except pytest.skip.Exception:
        return None
    return shared / "api" / "openapi" / "github.json"


class Command(Protocol):
    """Runs the installed `pmtrack` in a process of its own."""

    def __call__(
        self,
        *arguments: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
    ) -> subprocess.CompletedProcess[str]: ...


@pytest.fixture(scope="session")
def pmtrack() -> Command:
    """The installed command, as a user starts it; gives the finished process with its text output."""

    def run(
        *arguments: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        command: Sequence[str] = [str(Path(sys.executable).with_name("pmtrack")), *map(str, arguments)]
        return subprocess.run(
            command,
            cwd=cwd or Path.cwd(),
            env={**os.environ, **(env or {})},
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            timeout=100,
            check=False,
        )

    return run


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command line in this process, which spares a second of start-up; for tests of what commands do."""

    def run(
        *arguments: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
    ) -> subprocess.CompletedProcess[str]:
        from tracker.cli.main import main

        out, err = io.StringIO(), io.StringIO()
        with monkeypatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.chdir(cwd or Path.cwd())
            patch.setattr(sys, "stdin", io.StringIO(stdin or ""))
            for name, value in (env or {}).items():
                patch.setenv(name, value)
            code = main([str(argument) for argument in arguments])
        return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())

    return run
