"""Start-up: whole processes against `python -c "import click"`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.figure import Figure, interleaved, plain_environment

EXAMPLES = Path(__file__).parent.parent / "examples"


FINDINGS = 10  # the exit code of a check that found something


def process(folder: str, *command: str) -> Callable[[], object]:
    """A call that runs the command to its end in a folder.

    Raises:
        RuntimeError: (the call) it failed; what fails early would be measured as fast.
    """
    environment = plain_environment()

    def run() -> None:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
        if done.returncode not in (0, FINDINGS):
            raise RuntimeError(f"{' '.join(command)} left with {done.returncode}: {done.stderr.decode()}")

    return run


def measure() -> Iterator[Figure]:
    """`--help`, `parse` and `check` of one document."""
    with tempfile.TemporaryDirectory(prefix="pmtrack-bench-") as folder:
        yield from _measure(folder)


def _measure(folder: str) -> Iterator[Figure]:
    one = str(min(EXAMPLES.rglob("*.md")))
    pmtrack = str(Path(sys.executable).with_name("pmtrack"))
    subjects = {
        "pmtrack --help": (("--help",), 1.5),
        "pmtrack parse one.md": (("parse", "--format", "json", one), 3.0),
        "pmtrack check one.md": (("check", one), 3.0),
    }
    yardstick, *times = interleaved(
        process(folder, sys.executable, "-c", "import click"),
        *(process(folder, pmtrack, *words) for words, _ in subjects.values()),
        rounds=10,
    )
    for (subject, (_, target)), seconds in zip(subjects.items(), times, strict=True):
        yield Figure(subject, seconds / yardstick, target, yardstick=f"import click, {yardstick:.3f} s")
