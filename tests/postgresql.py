"""A real PostgreSQL for tests: started from the installed binaries, stopped and removed at the end."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PLACES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt/postgresql")
NOBODY = 65534  # the server refuses to run as root


def binaries() -> Path | None:
    """The folder with `initdb` and `postgres`, None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    candidates = sorted(path for place in _PLACES for path in Path(place).glob("**/bin/initdb"))
    return candidates[-1].parent if candidates else None


@contextmanager
def server() -> Iterator[str]:
    """A server on a free loopback port; gives its SQLAlchemy URL without a database name.

    Skips the test where PostgreSQL or its driver is not installed.
    """
    folder = binaries()
    if folder is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    pytest.importorskip(
        "psycopg", reason="the driver is not installed: install pmtrack with its extra `postgres`"
    )
    base = Path(tempfile.mkdtemp(prefix="pmtrack-postgres-", dir="/tmp"))
    who: dict[str, int] = {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}
    if who:
        os.chown(base, NOBODY, NOBODY)
    data = str(base / "data")
    initdb = [str(folder / "initdb"), "-D", data, "-A", "trust", "-U", "pmtrack", "-E", "UTF8", "--no-sync"]
    subprocess.run(initdb, check=True, capture_output=True, cwd=base, **who)  # type: ignore[call-overload]
    port = _free_port()
    command = [
        str(folder / "postgres"),
        "-D",
        data,
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
        "-k",
        str(base),
        "-F",
    ]
    with (base / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=base, stdout=log, stderr=log, **who)  # type: ignore[call-overload]
    try:
        _wait(port, process)
        yield f"postgresql://pmtrack@127.0.0.1:{port}"
    finally:
        # SIGINT is PostgreSQL's fast shutdown: it ends sessions that a killed or leaking client left, SIGTERM waits for them.
        process.send_signal(signal.SIGINT)
        process.wait(30)
        shutil.rmtree(base, ignore_errors=True)


def make_database(url: str, name: str) -> str:
    """A new database on the server; gives its URL."""
    import psycopg

    with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{url}/{name}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    import psycopg

    for _ in range(600):
        assert process.poll() is None, "PostgreSQL did not start"
        try:
            psycopg.connect(f"postgresql://pmtrack@127.0.0.1:{port}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("PostgreSQL did not answer")
