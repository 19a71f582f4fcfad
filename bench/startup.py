"""Start-up: whole processes against `python -c "import click"`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.figure import Figure, interleaved, plain_environment

EXAMPLES = Path(__file__).parent.parent / "examples"


def process(*command: str) -> Callable[[], object]:
    """A call that runs the command to its end in an empty folder."""
    folder = tempfile.mkdtemp(prefix="pmtrack-bench-")
    environment = plain_environment()
    return lambda: subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)


def measure() -> Iterator[Figure]:
    """`--help`, `parse` and `check` of one document."""
    one = str(min(EXAMPLES.rglob("*.md")))
    pmtrack = str(Path(sys.executable).with_name("pmtrack"))
    subjects = {
        "pmtrack --help": (("--help",), 1.5),
        "pmtrack parse one.md": (("parse", "--format", "json", one), 3.0),
        "pmtrack check one.md": (("check", one), 3.0),
    }
    yardstick, *times = interleaved(
        process(sys.executable, "-c", "import click"),
        *(process(pmtrack, *words) for words, _ in subjects.values()),
        rounds=10,
    )
    for (subject, (_, target)), seconds in zip(subjects.items(), times, strict=True):
        yield Figure(subject, seconds / yardstick, target, yardstick=f"import click, {yardstick:.3f} s")
