"""Reading: Markdown against pyromark alone, growth with size, the walk over unchanged documents, memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyromark

from bench.figure import Figure, interleaved
from tracker.reading import documents
from tracker.reading.frontends import markdown
from tracker.reading.settings import make

EXAMPLES = Path(__file__).parent.parent / "examples"
TREE = 10_000
PROSE = (
    "The queue grew because the consumer waited for a lock that another process held, and nobody saw it. "
    * 60
)


def measure() -> Iterator[Figure]:
    """Four questions of the issue, each against its own yardstick."""
    yield from ratios()
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
    import os

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
