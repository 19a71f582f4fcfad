"""Rules: their share of a cold check, and what they cost on top of reading the state when nothing has changed."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.figure import Figure
from bench.volume import DOCUMENTS, make_tree
from tracker.cli.checking import check, policy_settings
from tracker.cli.context import Invocation
from tracker.cli.worlds import documents_alone, find_documents, with_state
from tracker.settings import Settings

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def timed(action: Callable[[], object]) -> float:
    """Seconds of the processor; the check runs in one process."""
    start = time.process_time()
    action()
    return time.process_time() - start


def measure() -> Iterator[Figure]:
    """A cold check and one of an unchanged tree with a state."""
    with tempfile.TemporaryDirectory(prefix="pmtrack-bench-") as folder:
        root = Path(folder)
        make_tree(root / "docs")
        before = Path.cwd()
        os.chdir(root)
        try:
            yield cold(root)
            yield from unchanged(root)
        finally:
            os.chdir(before)


def cold(root: Path) -> Figure:
    """Rules against reading, one process."""
    settings = Settings(root=root, reading={"workers": 1})
    policies = policy_settings(settings)
    files = find_documents(settings, ["docs"])
    start = time.process_time()
    world = documents_alone(settings, files, NOW)
    reading = time.process_time() - start
    rules = timed(lambda: check(world, settings, policies))
    return Figure(
        f"rules of a cold check, {DOCUMENTS:,} documents",
        rules / (reading + rules),
        0.25,
        yardstick=f"of reading and rules, {reading + rules:.1f} s",
    )


def unchanged(root: Path) -> Iterator[Figure]:
    """Check with a state against reading that state."""
    pmtrack = str(Path(sys.executable).with_name("pmtrack"))
    subprocess.run([pmtrack, "-q", "sync", "docs", "--yes"], cwd=root, check=True, stdout=subprocess.DEVNULL)
    invocation = Invocation()
    settings = invocation.settings
    policies = policy_settings(settings)

    def read_state() -> None:
        from tracker.cli.stores import open_state

        with open_state(invocation, create=False) as store:
            store.world(people=settings.people)

    def whole() -> None:
        check(with_state(invocation, find_documents(settings, ["docs"])), settings, policies)

    state = min(timed(read_state) for _ in range(2))
    total = min(timed(whole) for _ in range(2))
    yield Figure(
        f"check of {DOCUMENTS:,} unchanged documents, beyond reading the state",
        total - state,
        2.0,
        unit="s",
        yardstick=f"reading the state, {state:.1f} s",
    )
