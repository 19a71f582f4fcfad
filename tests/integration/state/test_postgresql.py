"""The same state on a PostgreSQL server, shared by several processes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from tests.faults.arena import SIGKILLED, TITLES, Ground, finished
from tests.faults.arenas import LocalArena
from tests.integration.sync.stage import Stage, document, names, row
from tests.postgresql import make_database, server
from tracker.errors import LockedError
from tracker.settings import MergeSettings
from tracker.state.database import open_engine, resolve_url
from tracker.state.migration import upgrade
from tracker.state.store import open_store
from tracker.state.tables import Table
from tracker.state.transfer import export_lines, import_lines

pytestmark = [pytest.mark.sleeps, pytest.mark.xdist_group("postgresql")]

ALERT, RUNBOOK = "Add alerting for payment queue depth", "Write a runbook for broker failover"
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    with server() as url:
        yield url


@pytest.fixture
def database(postgresql: str) -> str:
    """An empty database of this test's own."""
    return make_database(postgresql, f"state_{next(_numbers)}")


@pytest.fixture
def stage(tmp_path: Path, database: str) -> Stage:
    return Stage(tmp_path, state=database)


def test_documents_and_tracker_are_kept_in_step(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT), row(RUNBOOK)))
    assert names(stage.sync()) == ["create", "create"]
    assert stage.sync().actions == ()
    stage.merge = MergeSettings(due="manual")
    stage.edit(ALERT, due_at="2027-01-15T00:00:00Z")
    stage.write("a.md", document(row(ALERT, due="2026-12-24"), row(RUNBOOK, status="Done")))
    assert sorted(names(stage.sync())) == ["close", "conflict", "update"]
    with stage.store() as store:
        world = store.world()
    assert [item.conflicts for item in world.items if item.conflicts] == [("due",)]
    assert {event.side for item in world.items for event in item.events} >= {"document", "tracker", "pmtrack"}


def test_the_migrations_make_the_same_tables(database: str, tmp_path: Path) -> None:
    engine = open_engine(resolve_url(database, tmp_path))
    upgrade(engine, "")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []
    engine.dispose()


def test_the_lock_is_the_server_s_and_goes_with_its_owner(stage: Stage) -> None:
    with stage.store() as first, stage.store() as second:
        lock = first.lock("first")
        lock.acquire("pmtrack sync")
        with pytest.raises(LockedError, match="another run holds the lock"):
            second.lock("second").acquire("pmtrack sync")
        lock.release()
        other = second.lock("second")
        other.acquire("pmtrack sync")
        other.release()


def test_an_exported_sqlite_state_goes_on_here(tmp_path: Path, database: str) -> None:
    stage = Stage(tmp_path)
    stage.write("a.md", document(row(ALERT), row(RUNBOOK)))
    stage.sync()
    with stage.store() as store:
        lines = list(export_lines(store))
    with open_store(database, root=tmp_path, now=stage.clock) as other:
        import_lines(other, lines)
    stage.state = database
    assert stage.sync().actions == ()
    stage.write("a.md", document(row(ALERT, owner="Bob"), row(RUNBOOK)))
    assert names(stage.sync()) == ["update"]


def test_four_processes_at_once_create_each_issue_once(tmp_path: Path, database: str) -> None:
    here = Ground(tmp_path / "ground", LocalArena(tmp_path), state=database)
    runs = [finished(process) for process in [here.start("--lock-timeout", "90") for _ in range(4)]]
    assert [run.code for run in runs] == [0, 0, 0, 0], runs
    assert sum(len(run.actions) for run in runs) == len(TITLES)
    here.until_quiet()
    here.check()


def test_a_killed_process_leaves_no_lock_behind(tmp_path: Path, database: str) -> None:
    here = Ground(tmp_path / "ground", LocalArena(tmp_path), state=database)
    assert here.sync(fault="after-commit").code == SIGKILLED
    here.until_quiet()
    here.check()
