"""An audit over 10,000 documents with 50,000 items and a year of history, as the installed command runs it."""

from __future__ import annotations

import datetime as dt
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.figure import Figure
from tracker.models import ActionItem, Issue, IssueRef, PostMortem, Span, Status
from tracker.state.records import LinkRecord, TrackerRecord
from tracker.state.store import open_store
from tracker.state.writer import Writer
from tracker.world import Event, Side

DOCUMENTS, ITEMS_EACH, DAYS = 10_000, 5, 365
SECONDS, MEGABYTES = 5.0, 300.0
ROUNDS = 2
_OWNERS = [f"person{number}" for number in range(120)]
_WORDS = (
    "Add",
    "cap",
    "document",
    "the",
    "payment",
    "gateway",
    "connection",
    "pool",
    "queue",
    "failover",
    "runbook",
)


def measure() -> Iterator[Figure]:
    """Time and memory of the audit in each of its forms."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder, dt.datetime.now(dt.UTC).replace(microsecond=0))
        for form in ("text", "markdown", "html", "json", "csv"):
            seconds, processor, megabytes = run(folder, form)
            subject = f"audit --format {form}, {DOCUMENTS:,} documents, {DOCUMENTS * ITEMS_EACH:,} items"
            yield Figure(subject, seconds, SECONDS, "s", f"{processor:.1f} s of it on the processor")
            yield Figure(f"{subject}: peak memory", megabytes, MEGABYTES, "MB")


def run(folder: Path, form: str) -> tuple[float, float, float]:
    """Seconds, seconds of processor time (the least) and peak resident megabytes of an audit in its own process."""
    command = [
        str(Path(sys.executable).with_name("pmtrack")),
        "audit",
        "--format",
        form,
        "--output",
        f"audit.{form}",
    ]
    best, processor, peak = float("inf"), float("inf"), 0.0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        best = min(best, time.perf_counter() - start)
        processor = min(processor, usage.ru_utime + usage.ru_stime)
        peak = max(peak, usage.ru_maxrss / 1024)
        if process.returncode != 0:
            raise RuntimeError(f"the audit left with {process.returncode}")
    return best, processor, peak


def fill(folder: Path, now: dt.datetime) -> None:
    """A state as a year of nightly syncs leaves it: one transaction for the documents of a day."""
    (folder / ".pmtrack").mkdir()
    (folder / "pmtrack.toml").write_text('documents = ["docs/**/*.md"]\n', encoding="utf-8")
    chance = random.Random(11)
    with open_store("sqlite:///.pmtrack/state.db", root=folder, now=lambda: now) as store:
        for day in range(DAYS):
            writer = Writer(now - dt.timedelta(days=day, hours=1))
            _write(writer, range(day, DOCUMENTS, DAYS), chance, now)
            store.commit(writer)
        store.save_tracker(TrackerRecord("local", "local", last_attempt=now, last_success=now))


def _write(writer: Writer, numbers: Sequence[int], chance: random.Random, now: dt.datetime) -> None:
    seen = now - dt.timedelta(days=numbers[0], hours=1)
    for number in numbers:
        path = f"docs/postmortems/{seen.year}/inc-{number:05d}.md"
        items = tuple(_items(chance, seen))
        writer.document(
            _document(path, number, items, seen), size=4000, mtime_ns=number, doubtful=False, ambiguous={}
        )
        for position, item in enumerate(items):
            _put(writer, number * ITEMS_EACH + position, path, position, item, chance, seen, now)


def _document(path: str, number: int, items: tuple[ActionItem, ...], seen: dt.datetime) -> PostMortem:
    return PostMortem(
        path=path,
        title=f"Incident {number}: checkout degraded",
        incident_id=f"INC-{number:05d}",
        date=seen.date() - dt.timedelta(days=2),
        completed=seen.date(),
        severity=f"SEV{number % 3 + 1}",
        service=f"service-{number % 400}",
        items=items,
        sha256=f"{number:064x}",
    )


def _items(chance: random.Random, seen: dt.datetime) -> Iterator[ActionItem]:
    for position in range(ITEMS_EACH):
        due = seen.date() + dt.timedelta(days=chance.randrange(5, 90))
        yield ActionItem(
            title=" ".join(chance.sample(_WORDS, 7)),
            line=20 + position,
            local_id=f"AI-{position + 1}",
            owners=(chance.choice(_OWNERS),) if chance.random() > 0.05 else (),
            due=due if chance.random() > 0.05 else None,
            priority=f"P{position % 4}",
            priority_level=position % 4,
            category="prevent",
            spans=_spans(20 + position),
        )


def _spans(line: int) -> dict[str, Span]:
    """Where the fields of a table's row stand."""
    names = ("item", "title", "owners", "due", "priority", "status", "local_id", "category")
    return {
        name: Span(line * 90 + at, line * 90 + at + 12, line, at + 1, line, at + 13)
        for at, name in zip(range(0, 96, 12), names, strict=True)
    }


def _put(  # noqa: PLR0917 -- one row of the state
    writer: Writer,
    number: int,
    path: str,
    position: int,
    item: ActionItem,
    chance: random.Random,
    seen: dt.datetime,
    now: dt.datetime,
) -> None:
    item_id = f"01{number:024d}"
    writer.item(item_id, f"pmt{number}", path, position, item)
    link = LinkRecord(item_id, "local", str(number), f"L-{number}", f"https://tracker.example/{number}")
    done = chance.random() < 0.8
    writer.link(link)
    writer.issue(
        "local",
        Issue(
            IssueRef(str(number), link.key, link.url), item.title, Status.DONE if done else Status.OPEN,
            due=item.due, created_at=seen, closed_at=now if done else None, version=str(number),
        ),
    )  # fmt: skip
    writer.events(_events(item_id, chance, seen, now, done=done))


def _events(
    item_id: str, chance: random.Random, seen: dt.datetime, now: dt.datetime, *, done: bool
) -> list[Event]:
    at = [seen + (now - seen) * chance.random() for _ in range(3)]
    at.sort()
    events = [
        Event(seen, item_id, Side.DOCUMENT, "created"),
        Event(seen, item_id, Side.PMTRACK, "linked", None, "L"),
    ]
    events.append(Event(at[0], item_id, Side.TRACKER, "status", "open", "in_progress"))
    if chance.random() < 0.3:
        day = seen.date()
        events.append(Event(at[1], item_id, Side.DOCUMENT, "due", f"{day}", f"{day + dt.timedelta(days=14)}"))
    if done:
        events.append(Event(at[2], item_id, Side.TRACKER, "status", "in_progress", "done"))
    return events
