"""Beads in server mode: the same `bd`, speaking to a real Dolt server that several people share."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bd import LONG, PREFIX, Beads, environment
from tests.integration.beads import test_sync
from tests.integration.sync.stage import Stage, names
from tests.programs import cache

HOW = "needs the Dolt server of bd: run `make dolt`, or name one in PMTRACK_DOLT"
stage = test_sync.stage
if LONG:  # the test below has the ways of a server; the rest is the same `bd`
    test_a_sync_over_a_server_carries_edits_both_ways = (
        test_sync.test_a_sync_creates_then_finds_nothing_to_do_then_carries_edits_both_ways
    )


def find_dolt() -> Path | None:
    """The program: `PMTRACK_DOLT`, else what `make dolt` left in the cache of the person."""
    place = Path(os.environ.get("PMTRACK_DOLT", cache() / "bd-1.3.0" / "dolt"))
    return place if os.access(place, os.X_OK) else None


class DoltServer:
    """A Dolt server on the loopback that can be stopped and started again."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program, self._folder = program, folder
        (folder / "databases").mkdir()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        """Start it and wait until it says that it takes connections."""
        options = ["--data-dir", "databases", "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(
            [self._program, "sql-server", *options],
            cwd=self._folder,
            env=environment(DOLT_ROOT_PATH=str(self._folder), DOLT_DISABLE_EVENT_FLUSH="1"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stderr is not None
        said = next((line for line in self._process.stderr if "Server ready" in line), None)
        assert said is not None, "the Dolt server did not start"

    def stop(self) -> None:
        """End it, as for a restart of its machine."""
        self._process.terminate()
        self._process.communicate(timeout=30)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DoltServer]:
    """A running server without a database."""
    program = find_dolt()
    if program is None:
        pytest.skip(HOW)
    (tmp_path / "server").mkdir()
    server = DoltServer(program, tmp_path / "server")
    yield server
    server.stop()


@pytest.fixture
def beads(bd: Path, server: DoltServer, tmp_path: Path) -> Beads:
    """A project whose beads live on the server."""
    folder = tmp_path / "project"
    folder.mkdir()
    beads = Beads(bd, folder)
    where = ["--server", "--external", "--server-host", "127.0.0.1", "--server-port", str(server.port)]
    beads.run("init", "--prefix", PREFIX, *where, "--skip-hooks", "--skip-agents", "--stealth", "--quiet")
    return beads


def test_a_server_that_is_away_loses_and_closes_nothing(
    stage: Stage, beads: Beads, server: DoltServer
) -> None:
    rows = [("Add an alert", "2026-12-01", "Open", "")]
    stage.write("a.md", test_sync.table(*rows))
    assert names(stage.sync()) == ["create"]
    server.stop()
    stage.write("a.md", test_sync.table(*rows, ("Write a runbook", "2026-12-02", "Open", "")))
    away = stage.sync()
    assert away.exit_code != 0
    assert not {"close", "orphan"} & set(names(away))
    server.start()
    assert names(stage.sync()) == ["create"]
    assert sorted(row["title"] for row in beads.export().values()) == ["Add an alert", "Write a runbook"]
    assert names(stage.sync()) == []
