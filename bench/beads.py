"""Beads: 200 issues created, read and changed in bulk against one `bd create` each, with the real `bd`."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from adapters.beads import BeadsTracker
from bench.figure import Figure
from tests.bd import HOW, Beads, copy_template, environment, find_bd, make_template
from tracker.models import Issue, Status
from tracker.remote import Confirmed, Field, IssueChange, NewIssue

COUNT = 200
ONE_BY_ONE = 40  # really run, of COUNT; every `bd create` takes about the same time
CONTEXT = "**Incident:** INC-7 (SEV-1)\n**Owner:** Alice\n\n- from `docs/a.md`, line 3\n" * 2


def items() -> list[NewIssue]:
    return [
        NewIssue(
            f"k{number:011d}", f"Action {number}", CONTEXT, due=dt.date(2026, 12, 1), labels=("pmtrack",)
        )
        for number in range(COUNT)
    ]


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def create_each(beads: Beads, batch: list[NewIssue]) -> None:
    for new in batch:
        create_one(beads, new)


def create_one(beads: Beads, new: NewIssue) -> None:
    command = [
        str(beads.program),
        "create",
        new.title,
        "-d",
        new.context,
        "--due",
        "2026-12-01",
        "-l",
        "pmtrack",
        "--silent",
    ]
    subprocess.run(command, cwd=beads.folder, env=environment(), capture_output=True, check=True)


def create_all(tracker: BeadsTracker) -> list[Issue]:
    issues = [each.outcome.issue for each in tracker.create(items()) if isinstance(each.outcome, Confirmed)]
    assert len(issues) == COUNT
    return issues


def change_all(tracker: BeadsTracker, issues: list[Issue]) -> None:
    fields = {Field.TITLE: "Another title", Field.STATUS: Status.IN_PROGRESS, Field.CONTEXT: "another"}
    changes = [IssueChange(issue.ref, issue.marker or "", fields, base=issue) for issue in issues]
    assert all(isinstance(each.outcome, Confirmed) for each in tracker.update(changes))


def measure() -> Iterator[Figure]:
    """Creating against one `bd create` for each item, and the processes of each kind of work."""
    program = find_bd()
    if program is None:
        print(f"beads: {HOW}", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield from _measure(program, Path(folder))


def _measure(program: Path, folder: Path) -> Iterator[Figure]:
    template = make_template(program)
    for name in ("bulk", "single"):
        (folder / name).mkdir()
        copy_template(template, folder / name)
    bulk, single = Beads(program, folder / "bulk"), Beads(program, folder / "single")
    half = items()[: ONE_BY_ONE // 2]
    one = seconds(lambda: create_each(single, half))
    tracker = bulk.tracker()
    issues: list[Issue] = []
    together = seconds(lambda: issues.extend(create_all(tracker)))
    one = (one + seconds(lambda: create_each(single, half))) / ONE_BY_ONE * COUNT
    yardstick = f"{COUNT} times `bd create`, {one:.1f} s ({ONE_BY_ONE} run)"
    yield Figure(f"create {COUNT} issues", one / together, 20, yardstick=yardstick, at_least=True)
    made = tracker.requests
    yield Figure(f"processes to create {COUNT} issues", made, 5, unit="processes")
    reading = seconds(lambda: list(tracker.fetch([issue.ref.id for issue in issues])))
    yield Figure(f"read {COUNT} issues", reading / (one / COUNT), 3, yardstick="one `bd create`")
    made = tracker.requests
    changing = seconds(lambda: change_all(tracker, issues))
    yield Figure(f"change {COUNT} issues", one / changing, unit="x", yardstick=yardstick, at_least=True)
    yield Figure(f"processes to change {COUNT} issues", tracker.requests - made, 5, unit="processes")
