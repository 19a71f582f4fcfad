"""Reading: Markdown against pyromark alone, growth with size, the walk over unchanged documents, memory."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyromark

from bench.figure import Figure, interleaved
from tracker.models import ActionItem, Span
from tracker.reading import documents
from tracker.reading.blocks import Block
from tracker.reading.frontends import markdown
from tracker.reading.settings import make
from tracker.reading.source import Source

EXAMPLES = Path(__file__).parent.parent / "examples"
TREE = 10_000
PROSE = (
    "The queue grew because the consumer waited for a lock that another process held, and nobody saw it. "
    * 60
)


def measure() -> Iterator[Figure]:
    """Each question against a yardstick of its own."""
    yield from ratios()
    yield from floors()
    yield growth()
    yield walk()
    yield memory()


def ratios() -> Iterator[Figure]:
    """Reading against pyromark's events, for documents full of actions and for documents that are mostly prose."""
    settings = make()
    examples = [path.read_bytes() for path in sorted(EXAMPLES.glob("*.md"))] * 4
    prose = [data.replace(b"\n\n## ", f"\n\n{PROSE}\n\n{PROSE}\n\n## ".encode()) for data in examples]
    for name, datas in (("the examples (80 % actions)", examples), ("the same between prose", prose)):
        texts = [data.decode() for data in datas]

        def events(texts: list[str] = texts) -> None:
            for text in texts:
                list(pyromark.events_with_range(text, options=markdown.OPTIONS))

        def whole(datas: list[bytes] = datas) -> None:
            for data in datas:
                documents.read("a.md", data, settings)

        alone, ours = interleaved(events, whole)
        size = sum(map(len, datas)) / 1e6
        yield Figure(
            f"read Markdown, {name}",
            ours / alone,
            2.0,
            "x",
            f"pyromark's events, {alone:.3f} s for {size:.1f} MB",
        )


def floors() -> Iterator[Figure]:
    """What cannot be undercut in Python: going over the events, an object for each block, and one item for each row or entry."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.glob("*.md"))] * 4
    count = sum(len(documents.read("a.md", text.encode()).items) for text in texts)
    alone, loop, objects, blocks, items = interleaved(
        _each(lambda text: list(pyromark.events_with_range(text, options=markdown.OPTIONS)), texts),
        _each(_loop, texts),
        _each(_objects, texts),
        _each(lambda text: markdown.blocks(Source(text.encode())), texts),
        _each(_item, range(count)),
        rounds=15,
    )
    shown = f"pyromark's events, {alone:.3f} s"
    yield Figure("a bare loop over the events", loop / alone, yardstick=shown)
    yield Figure("the same with one object per block", objects / alone, yardstick=shown)
    yield Figure("our front end: blocks and their texts", blocks / alone, yardstick=shown)
    yield Figure(f"making the {count} items with their places alone", items / alone, yardstick=shown)


def _each(action: Callable[[Any], object], values: Iterable[Any]) -> Callable[[], None]:
    """A call that does it for every value and keeps nothing: what is kept, the collector would look through."""

    def run() -> None:
        for value in values:
            action(value)

    return run


def _loop(text: str) -> None:
    for event, _ in pyromark.events_with_range(text, options=markdown.OPTIONS):
        if type(event) is str or "Text" in event:
            continue
        if "Start" in event:
            _ = event["Start"]


def _objects(text: str) -> list[Block]:
    source = Source(b"")
    return [
        Block(source, place["start"], place["end"])
        for event, place in pyromark.events_with_range(text, options=markdown.OPTIONS)
        if type(event) is not str and "Start" in event
    ]


def _item(number: int) -> ActionItem:
    spans = {
        name: Span(number, number + 9, 1, 1, 1, 9) for name in ("item", "title", "owners", "due", "status")
    }
    return ActionItem("Add an alert", number, None, ("Ann",), dt.date(2026, 3, 4), "2026-03-04", spans=spans)


def growth() -> Figure:
    """How the time grows when an action table gets four times as long."""
    row = "| Add an alert for queue depth | Ann Lee | 2026-03-04 | Open |\n"
    head = "# T\n\n## Action Items\n\n| Action | Owner | Due | Status |\n|---|---|---|---|\n"
    small, large = ((head + row * count).encode() for count in (4_000, 16_000))
    one, four = interleaved(
        lambda: documents.read("a.md", small), lambda: documents.read("a.md", large), rounds=3
    )
    return Figure("4 times the rows of one table", four / one, 6.0, "x", f"4,000 rows, {one:.2f} s")


def walk() -> Figure:
    """Finding 10,000 documents again, without opening one, against a bare walk."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(TREE):
            path = Path(folder, f"{number % 100:02}", f"{number}.md")
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"# x\n")
        bare, ours = interleaved(lambda: _bare(folder), lambda: documents.find([folder]), rounds=5)
    return Figure(
        f"find {TREE} unchanged documents", ours / bare, 4.0, "x", f"os.scandir and stat, {bare:.3f} s"
    )


def _bare(folder: str) -> int:
    size, waiting = 0, [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir():
                    waiting.append(entry.path)
                else:
                    size += entry.stat().st_size
    return size


def memory() -> Figure:
    """Memory of the process after ten times as many documents, read one after the other."""
    data = min(EXAMPLES.glob("*.md")).read_bytes()

    def resident_after(count: int) -> int:
        with tempfile.TemporaryDirectory() as folder:
            for number in range(count):
                Path(folder, f"{number}.md").write_bytes(data)
            for _ in documents.read_many(documents.find([folder])):
                pass
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096

    few, many = resident_after(200), resident_after(2_000)
    return Figure(
        "memory for 10 times the documents", many / few, 1.1, "x", f"200 documents, {few / 1e6:.0f} MB"
    )
