"""The real `bd` for tests: where it is, databases made from one template, and what people do with it."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import pytest

from adapters.beads import BeadsTracker, open_tracker
from tests.programs import cache
from tracker.remote import TrackerContext

PREFIX = "acme"
LONG = os.environ.get("PMTRACK_TEST_PROFILE") == "long"
HOW = "needs the real bd: run `make bd`, or name a bd of version 1.1.2 or newer in PMTRACK_BD"


def find_bd() -> Path | None:
    """The program: `PMTRACK_BD`, else what `make bd` left in the cache of the person, else one on PATH."""
    named = os.environ.get("PMTRACK_BD")
    places = [Path(named)] if named else [cache() / "bd-1.3.0" / "bd"]
    found = next((place for place in places if os.access(place, os.X_OK)), None)
    if found is None and not named:
        on_path = shutil.which("bd")
        return Path(on_path) if on_path else None
    return found


def environment(**more: str) -> dict[str, str]:
    """What a person's shell holds when they run `bd` in a test."""
    return {**os.environ, "BD_DISABLE_METRICS": "1", "BD_NON_INTERACTIVE": "1", "TZ": "UTC", **more}


class Beads:
    """A folder with a Beads database, and people who use it."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program = program
        self.folder = folder
        self.memory: dict[str, str] = {}

    def run(self, *arguments: str, stdin: str | None = None, check: bool = True) -> str:
        """A person's `bd ARGUMENTS`; its standard output."""
        done = subprocess.run(
            [self.program, *arguments],
            cwd=self.folder,
            env=environment(),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr or done.stdout
        return done.stdout

    def export(self) -> dict[str, dict[str, Any]]:
        """Every issue, by id, as `bd export` tells it."""
        rows = [json.loads(line) for line in self.run("export", "--all").splitlines()]
        return {row["id"]: row for row in rows if row.get("_type") == "issue"}

    def tracker(
        self,
        memory: MutableMapping[str, str] | None = None,
        announce: Callable[[str], None] = lambda _text: None,
        **options: Any,
    ) -> BeadsTracker:
        """A fresh adapter, as a new run of pmtrack makes it; the memory lives on as in the state."""
        context = self.context(self.memory if memory is None else memory, announce)
        settings = {"program": str(self.program), "prefix": PREFIX, **options}
        return open_tracker("beads", settings, context)

    def context(self, memory: MutableMapping[str, str], announce: Callable[[str], None]) -> TrackerContext:
        """The world around the adapter: the real clock, because `bd` has it too, and no waiting."""
        return TrackerContext(
            root=self.folder,
            environ=environment(),
            now=lambda: dt.datetime.now(dt.UTC),
            sleep=lambda _seconds: None,
            memory=memory,
            announce=announce,
        )


def make_template(program: Path) -> Path:
    """An empty database, made once for all test processes (`bd init` takes three seconds) and copied for each test."""
    stamp = f"{program.stat().st_size}-{int(program.stat().st_mtime)}"
    template = Path(tempfile.gettempdir()) / f"pmtrack-beads-template-{os.getuid()}-{stamp}"
    with _lock(template.with_suffix(".lock")):
        if not (template / "done").exists():
            shutil.rmtree(template, ignore_errors=True)
            template.mkdir()
            command = [
                str(program),
                "init",
                "--prefix",
                PREFIX,
                "--skip-hooks",
                "--skip-agents",
                "--stealth",
                "--quiet",
            ]
            subprocess.run(command, cwd=template, env=environment(), capture_output=True, check=True)
            (template / "done").touch()
    return template


def copy_template(template: Path, folder: Path) -> None:
    """A database of one's own in `folder`."""
    shutil.copytree(template / ".beads", folder / ".beads", symlinks=True)


@pytest.fixture(scope="session")
def bd() -> Path:
    """The real program."""
    found = find_bd()
    if found is None:
        pytest.skip(HOW)
    return found


@pytest.fixture
def new_beads(bd: Path, tmp_path: Path) -> Callable[[str], Beads]:
    """Makes an empty database in a folder of that name."""
    template = make_template(bd)

    def make(name: str) -> Beads:
        (tmp_path / name).mkdir(parents=True)
        copy_template(template, tmp_path / name)
        return Beads(bd, tmp_path / name)

    return make


@pytest.fixture
def beads(new_beads: Callable[[str], Beads]) -> Beads:
    """An empty database."""
    return new_beads("project")


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
