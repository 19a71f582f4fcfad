"""What a run costs, counted: SQL statements, tracker requests, documents read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.integration.sync.stage import Stage, document, names, row

DOCUMENTS, ROWS = 25, 5


@contextmanager
def counted() -> Iterator[list[str]]:
    """Every SQL statement of every engine; an executemany is one."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Documents of linked items, synced until nothing is left to do."""
    stage = Stage(tmp_path_factory.mktemp("many"))
    for number in range(DOCUMENTS):
        rows = [row(f"Mend part {number} of subsystem {letter}") for letter in "abcdefgh"[:ROWS]]
        stage.write(f"{number}.md", document(*rows, incident=f"INC-{number}"))
    assert names(stage.sync()) == ["create"] * DOCUMENTS * ROWS
    assert stage.sync().actions == ()
    return stage


def test_a_run_without_changes_reads_no_document_and_asks_the_tracker_once(stage: Stage) -> None:
    with counted() as statements:
        report = stage.sync()
    assert report.actions == ()
    assert report.read == 0
    assert report.requests["local"] <= 3
    assert len(statements) <= 50, statements


def test_one_change_costs_the_same_however_many_items_there_are(stage: Stage) -> None:
    def change(number: int, owner: str) -> int:
        rows = [row(f"Mend part {number} of subsystem {letter}", owner=owner) for letter in "abcdefgh"[:ROWS]]
        stage.write(f"{number}.md", document(*rows, incident=f"INC-{number}"))
        with counted() as statements:
            report = stage.sync()
        assert names(report) == ["update"] * ROWS
        assert report.read == 1
        return len(statements)

    assert change(1, "Bob") <= 80


def test_one_change_reads_each_known_document_once_and_no_other_item(stage: Stage) -> None:
    rows = [row(f"Mend part 2 of subsystem {letter}", owner="Carol") for letter in "abcdefgh"[:ROWS]]
    stage.write("2.md", document(*rows, incident="INC-2"))
    with counted() as statements:
        assert names(stage.sync()) == ["update"] * ROWS
    assert sum("documents.mtime_ns" in each for each in statements) == 1
    whole = [each for each in statements if "FROM items" in each and "WHERE" not in each]
    assert whole == []


def test_the_run_after_one_that_wrote_reads_none_of_it_again(stage: Stage) -> None:
    rows = [row(f"Mend part 3 of subsystem {letter}", owner="Dora") for letter in "abcdefgh"[:ROWS]]
    stage.write("3.md", document(*rows, incident="INC-3"))
    assert names(stage.sync()) == ["update"] * ROWS
    with counted() as statements:
        report = stage.sync()
    assert report.actions == ()
    assert report.requests == {"local": 1}
    assert not any("FROM issues" in each for each in statements), "no version of an issue is compared"


def test_a_first_run_writes_with_few_statements(tmp_path: Path) -> None:
    fresh = Stage(tmp_path)
    for number in range(20):
        rows = [row(f"Mend part {number} of subsystem {letter}") for letter in "abcdefgh"]
        fresh.write(f"{number}.md", document(*rows, incident=f"INC-{number}"))
    with counted() as statements:
        assert names(fresh.sync()) == ["create"] * 160
    data = [each for each in statements if "CREATE" not in each]
    assert len(data) <= 90, Counter(each[:60] for each in data).most_common(12)
