"""Ten thousand post-mortems with fifty thousand items: the first run, the run in which nothing changed, one change.

Whole processes with the embedded defaults, in seconds of the processor. Of the first run the embedded tracker's own work (its
file) is taken apart: what a tracker costs is bounded by the service, and the target is for all the rest. The yardstick of the
run without changes is a process that walks the same tree with `os.scandir` and `stat` and reads the same rows from the same
SQLite file; that of the first run is `pmtrack parse`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import tracker_apart
from bench.figure import Figure, plain_environment

DOCUMENTS = int(os.environ.get("BENCH_DOCUMENTS", "10000"))
ITEMS = 5
VERBS = (
    "Alert on",
    "Document",
    "Rehearse",
    "Remove",
    "Limit",
    "Measure",
    "Replace",
    "Test",
    "Automate",
    "Review",
)
THINGS = (
    "the queue depth",
    "the failover",
    "the retry loop",
    "certificate renewal",
    "disk growth",
    "the cache",
)
OWNERS = ("Ines Okafor", "Tomasz Brandt", "Maren Holt", "Yuki Harrow", "Platform team")

YARDSTICK = """
import os, sqlite3, sys
def walk(folder):
    with os.scandir(folder) as found:
        for entry in found:
            if entry.is_dir():
                walk(entry.path)
            else:
                entry.stat()
walk(sys.argv[1])
with sqlite3.connect(sys.argv[2]) as connection:
    for table in ("documents", "items", "issues", "links", "bases"):
        connection.execute(f"select * from {table}").fetchall()
"""


def document(number: int) -> str:
    """One post-mortem; texts differ enough that none is another's likeness."""
    rows = "\n".join(
        f"| A{index} | {VERBS[(number + index) % len(VERBS)]} {THINGS[(number // 7 + index) % len(THINGS)]} "
        f"of service {number:05} | {OWNERS[(number + index) % len(OWNERS)]} | P{index % 4} | 2027-0{1 + index}-15 | Open |"
        for index in range(ITEMS)
    )
    return (
        f"# Post-Mortem: Outage of service {number:05}\n\n**Incident ID**: INC-{number:05}\n**Date**: 2026-10-01\n"
        f"**Severity**: SEV2\n\n## Summary\n\nService {number:05} was down.\n\n## Timeline\n\n| Time | Event |\n|---|---|\n"
        f"| 10:02 | First alert |\n| 10:40 | Service restored |\n\n## Action Items\n\n"
        f"| ID | Action | Owner | Priority | Due Date | Status |\n|---|---|---|---|---|---|\n{rows}\n"
    )


def make_tree(root: Path) -> None:
    """The documents, a hundred a folder."""
    for number in range(DOCUMENTS):
        folder = root / f"{number // 100:03}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number:05}.md").write_text(document(number), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Ran:
    """A process that is over: seconds of the processor and peak memory in MB, with its children; what it said on standard error."""

    seconds: float
    memory: float
    said: str


def timed(command: Sequence[str], cwd: Path) -> Ran:
    """Run a command to its end."""
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=errors, env=plain_environment()
        )
        _, status, usage = os.wait4(process.pid, 0)
        errors.seek(0)
        said = errors.read()
    if os.waitstatus_to_exitcode(status) not in (0, 5):
        sys.exit(f"{' '.join(command)} failed: {said}")
    return Ran(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, said)


def measure() -> Iterator[Figure]:
    """Parse, first run, second run, one change."""
    pmtrack = str(Path(sys.executable).with_name("pmtrack"))
    label = f"{DOCUMENTS:,} documents"
    with tempfile.TemporaryDirectory(prefix="pmtrack-bench-") as folder:
        root = Path(folder)
        make_tree(root / "docs")
        parse = timed((pmtrack, "parse", "--format", "jsonl", "docs"), root).seconds
        sync = (pmtrack, "sync", "docs", "--yes")
        first = timed((sys.executable, "-m", tracker_apart.__name__, *sync[1:]), root)
        tracker = float(first.said.rpartition(tracker_apart.SAID)[2])
        yardstick = f"pmtrack parse, {parse:.1f} s"
        yield Figure(
            f"first sync, {label}: all but the tracker",
            (first.seconds - tracker) / parse,
            2.0,
            yardstick=yardstick,
        )
        yield Figure(
            f"first sync, {label}: with the embedded tracker", first.seconds / parse, yardstick=yardstick
        )
        yield Figure(f"first sync, {label}: memory", first.memory, 300, unit="MB")
        state = str(root / ".pmtrack" / "state.db")
        bare = min(timed((sys.executable, "-c", YARDSTICK, "docs", state), root).seconds for _ in range(3))
        runs = [timed(sync, root) for _ in range(3)]
        again = min(run.seconds for run in runs)
        yardstick = f"walk and one SQLite read, {bare:.2f} s"
        yield Figure(f"nothing changed, {label}", again / bare, 4.0, yardstick=yardstick)
        yield Figure(f"nothing changed, {label}: memory", max(run.memory for run in runs), 200, unit="MB")
        yield from one_change(root, sync, again)


def one_change(root: Path, sync: Sequence[str], again: float) -> Iterator[Figure]:
    """A run with one change, and the run after it; `again` are the seconds of one without a change."""
    changed = root / "docs" / "000" / "00007.md"
    yardstick = f"nothing changed, {again:.2f} s"
    runs = []
    for status in ("Done |", "Open |", "Done |"):
        changed.write_text(document(7).replace("Open |", status, 1), encoding="utf-8")
        runs.append((timed(sync, root).seconds, timed(sync, root).seconds))
    yield Figure(
        f"one change in {DOCUMENTS * ITEMS:,}", min(run[0] for run in runs) / again, yardstick=yardstick
    )
    yield Figure("the run after one change", min(run[1] for run in runs) / again, yardstick=yardstick)
