"""The GitHub emulator that nobody here wrote (npm `emulate`), as a process for tests."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.programs import cache

REPOSITORY = "acme/incidents"
TOKEN = "a-token"
HOW = "needs Node 20 and the GitHub emulator: run `make emulate`, or name its folder in PMTRACK_TEST_EMULATE"
_START_S = 30.0
_POLL_S = 0.05

_SEED = """
tokens:
  a-token: {login: acme, scopes: [repo]}
github:
  users:
    - {login: acme, name: Acme}
    - {login: asmith, name: Alice Smith}
  repos: [{owner: acme, name: incidents}]
"""


def find_emulator() -> list[str] | None:
    """The command, from what `make emulate` left in the cache of the person; None where there is none."""
    named = os.environ.get("PMTRACK_TEST_EMULATE")
    folder = Path(named) if named else cache() / "emulate-0.11.2"
    script = folder / "node_modules" / "emulate" / "dist" / "index.js"
    node = shutil.which(
        "node", path=os.pathsep.join([str(folder / "bin"), os.environ.get("PATH", os.defpath)])
    )
    return [node, str(script)] if node and script.is_file() else None


class Emulator:
    """A running emulator, and a person who uses it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """What a person does there."""
        request = urllib.request.Request(  # noqa: S310 - a loopback address
            f"{self.url}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            text = answer.read()
        return json.loads(text) if text else None

    def issues(self) -> list[dict[str, Any]]:
        """All issues, oldest first."""
        query = "?state=all&per_page=100&sort=created&direction=asc"
        found: list[dict[str, Any]] = self.call("GET", f"/repos/{REPOSITORY}/issues{query}")
        return found


@contextlib.contextmanager
def running(command: list[str], folder: Path) -> Iterator[Emulator]:
    """Start the emulator on a free port, stop it at the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    seed = folder / "seed.yaml"
    seed.write_text(_SEED, encoding="utf-8")
    # It would call itself `localhost`; PyGithub accepts only the host that it was given.
    url = f"http://127.0.0.1:{port}"
    options = ["--service", "github", "--port", str(port), "--seed", str(seed), "--base-url", url]
    with (folder / "emulate.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen([*command, "start", *options], cwd=folder, stdout=log, stderr=log)
    try:
        emulator = Emulator(url)
        _await(emulator, process)
        yield emulator
    finally:
        process.terminate()
        process.wait(10)


def _await(emulator: Emulator, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the emulator stopped with exit code {process.returncode}")
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            emulator.issues()
            return
        time.sleep(_POLL_S)
    raise RuntimeError("the emulator did not start")
