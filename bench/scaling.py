"""Several runners on one PostgreSQL state, and a run beside a million items of other teams, in both databases."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection, text

from bench.figure import Figure
from bench.volume import ITEMS, document
from tests.postgresql import make_database, server
from tracker.state.database import open_engine, prepare, resolve_url

PARTS = 4
DOCUMENTS = 250  # in each part
OTHERS = 200_000  # documents of other teams, with ITEMS items each: a million
PMTRACK = str(Path(sys.executable).with_name("pmtrack"))

# One statement for each table, run by the database itself. The texts are as long as real ones.
_NUMBERS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count}) {insert} FROM n",
    "postgresql": "{insert} FROM generate_series(0, {count} - 1) AS n(i)",
}
_TIME = "'2026-05-06 00:00:00+00'"
_PAYLOAD = {"sqlite": "CAST('{}' AS BLOB)", "postgresql": "convert_to('{}', 'UTF8')"}
_ITEM = json.dumps(
    {"title": "Alert on the queue depth", "line": 12, "owners": ["Ines Okafor"], "status": "open"}
)


def fill(connection: Connection) -> None:
    """A million items of others: documents, items, issues, links and bases."""
    kind = connection.dialect.name
    payload = _PAYLOAD[kind].format(_ITEM.replace(":", "\\:"))
    false = "0" if kind == "sqlite" else "false"
    count = OTHERS * ITEMS
    inserts = (
        (
            OTHERS,
            (
                "INSERT INTO documents (path, size, mtime_ns, sha256, doubtful, incident_id, payload, first_seen, read_at, items) "
                f"SELECT 'others/' || i || '.md', 900, 1, 'x', {false}, 'OLD-' || i, {payload}, {_TIME}, {_TIME}, {ITEMS}"
            ),
        ),
        (
            count,
            (
                "INSERT INTO items (item_id, marker, path, position, title, payload, pending, first_seen) "
                f"SELECT 'o' || i, 'o' || i, 'others/' || (i / {ITEMS}) || '.md', i % {ITEMS}, 'Alert', {payload}, {false}, {_TIME}"
            ),
        ),
        (
            count,
            (
                "INSERT INTO links (item_id, tracker, issue_id, key, how, linked_at) "
                f"SELECT 'o' || i, 'others', 'o' || i, 'o' || i, 'created', {_TIME}"
            ),
        ),
        (
            count,
            (
                "INSERT INTO issues (tracker, issue_id, payload, version) "
                f"SELECT 'others', 'o' || i, {payload}, 'v'"
            ),
        ),
        (count, "INSERT INTO bases (item_id, fields) SELECT 'o' || i, '{}'"),
    )
    for number, insert in inserts:
        connection.execute(text(_NUMBERS[kind].format(count=number, insert=insert)))


def sync(root: Path, part: str) -> subprocess.Popen[bytes]:
    """A runner on a part of the documents, which waits for its turn."""
    command = [PMTRACK, "sync", part, "--yes", "-q", "--lock-timeout", "600"]
    return subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL)


def finish(runners: Sequence[subprocess.Popen[bytes]]) -> None:
    """Wait for all of them.

    Raises:
        RuntimeError: one failed.
    """
    codes = [runner.wait() for runner in runners]
    if any(codes):
        raise RuntimeError(f"runners ended with {codes}")


def seconds(root: Path, parts: Sequence[str]) -> float:
    """Wall time of one runner for each part, all started at once."""
    start = time.perf_counter()
    finish([sync(root, part) for part in parts])
    return time.perf_counter() - start


def ground(root: Path, state: str) -> Path:
    """A folder with documents in parts, all going to one tracker."""
    for part in range(PARTS):
        folder = root / "docs" / f"part-{part}"
        folder.mkdir(parents=True)
        for number in range(part * DOCUMENTS, (part + 1) * DOCUMENTS):
            (folder / f"{number:05}.md").write_text(document(number), encoding="utf-8")
    (root / "pmtrack.toml").write_text(f'state = "{state}"\n\n[limits]\ncreates = 100000\n', encoding="utf-8")
    return root


def issues(root: Path) -> int:
    """How many issues the tracker holds."""
    return len((root / ".pmtrack" / "issues.jsonl").read_text(encoding="utf-8").splitlines())


def measure() -> Iterator[Figure]:
    """One, two and four runners; then the million."""
    with tempfile.TemporaryDirectory(prefix="pmtrack-scaling-") as folder, server() as url:
        yield from _runners(Path(folder), url)
        yield from _beside_a_million(Path(folder), url)


def _runners(folder: Path, url: str) -> Iterator[Figure]:
    parts = [f"docs/part-{part}" for part in range(PARTS)]
    one = seconds(ground(folder / "one", make_database(url, "one")), ["docs"])
    rate = PARTS * DOCUMENTS * ITEMS / one
    for count in (2, 4):
        root = ground(folder / f"shared-{count}", make_database(url, f"shared_{count}"))
        share = len(parts) // count
        turns = [parts[start::count] for start in range(count)]
        start = time.perf_counter()
        for turn in range(share):
            finish([sync(root, mine[turn]) for mine in turns])
        wall = time.perf_counter() - start
        expected, made = PARTS * DOCUMENTS * ITEMS, issues(root)
        if made != expected:
            raise RuntimeError(f"{made} issues for {expected} items")
        label = f"{count} runners on one state, {made:,} issues for {expected:,} items"
        yield Figure(label, one / wall, yardstick=f"one runner, {rate:,.0f} items/s", at_least=True)
    roots = [ground(folder / f"own-{part}", make_database(url, f"own_{part}")) for part in range(PARTS)]
    start = time.perf_counter()
    finish([sync(root, part) for root, part in zip(roots, parts, strict=True)])
    wall = time.perf_counter() - start
    yield Figure(
        "4 runners with a state each on one server", one / wall, yardstick="one runner", at_least=True
    )


def _beside_a_million(folder: Path, url: str) -> Iterator[Figure]:
    for kind in ("sqlite", "postgresql"):
        state = "sqlite:///state.db" if kind == "sqlite" else make_database(url, "million")
        alone = "sqlite:///state.db" if kind == "sqlite" else make_database(url, "alone")
        crowded = ground(folder / f"million-{kind}", state)
        quiet = ground(folder / f"alone-{kind}", alone)
        engine = open_engine(resolve_url(state, crowded))
        prepare(engine)
        with engine.begin() as connection:
            fill(connection)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
        engine.dispose()
        for root in (crowded, quiet):
            seconds(root, ["docs/part-0"])
        again = min(seconds(quiet, ["docs/part-0"]) for _ in range(3))
        beside = min(seconds(crowded, ["docs/part-0"]) for _ in range(3))
        label = f"nothing changed in {DOCUMENTS} documents, beside {OTHERS * ITEMS:,} items of others, {kind}"
        yield Figure(label, beside / again, yardstick=f"the same alone, {again:.2f} s")
