"""Opening a state: new, older, newer, broken, locked, read-only, full."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url, text

from tracker.cli.trackers import Memory
from tracker.errors import LockedError, StateError, UserError
from tracker.models import ActionItem
from tracker.state.database import SCHEMA, open_engine, place_of, resolve_url, revision_of
from tracker.state.database_errors import explained
from tracker.state.migration import SCRIPTS, upgrade
from tracker.state.store import Store, open_store
from tracker.state.tables import Table

NOW = dt.datetime(2026, 11, 21, 8, 0, tzinfo=dt.UTC)
STATE = "sqlite:///.pmtrack/state.db"


def opened(root: Path, state: str = STATE) -> Store:
    return open_store(state, root=root, now=lambda: NOW, busy_timeout_s=0.05)


def test_a_back_up_copy_that_fails_is_explained(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="cannot be opened"), explained("state.db"):
        sqlite3.connect(tmp_path)


def test_any_number_of_files_may_be_asked_for(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.documents([f"docs/{number}.md" for number in range(1_500)]) == {}


def file(root: Path) -> Path:
    return root / ".pmtrack" / "state.db"


def test_a_new_state_is_made_with_its_folder(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert store.documents() == {}
        assert store.info()["schema"] == SCHEMA
    assert file(tmp_path).exists()


def test_opening_an_up_to_date_state_imports_no_alembic(tmp_path: Path) -> None:
    code = (
        "import sys, datetime as dt, pathlib; from tracker.state.store import open_store\n"
        "open_store('sqlite:///s.db', root=pathlib.Path('.'), now=lambda: dt.datetime.now(dt.UTC)).close()\n"
        "sys.exit('alembic' in sys.modules)"
    )
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0


def test_the_migrations_make_the_same_tables_as_the_mappings() -> None:
    assert ScriptDirectory(str(SCRIPTS)).get_current_head() == SCHEMA
    engine = create_engine("sqlite://")
    upgrade(engine, "")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []
        assert revision_of(connection) == SCHEMA
    engine.dispose()


def test_a_state_of_a_newer_pmtrack_is_refused(tmp_path: Path) -> None:
    opened(tmp_path).close()
    with closing(sqlite3.connect(file(tmp_path), isolation_level=None)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StateError, match="newer pmtrack") as caught:
        opened(tmp_path)
    assert caught.value.hint


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file(tmp_path).parent.mkdir()
    file(tmp_path).write_text("this is a text about something else, long enough to have a header " * 20)
    before = file(tmp_path).read_bytes()
    with pytest.raises(StateError, match="not an SQLite database") as caught:
        opened(tmp_path)
    assert "rebuild" in (caught.value.hint or "")
    assert file(tmp_path).read_bytes() == before


def test_a_database_locked_by_another_program_is_reported(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        other = sqlite3.connect(file(tmp_path))
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LockedError, match="locked by another program"):
            store.remember("key", "value")
        other.rollback()
        other.close()
        store.remember("key", "value")
        assert store.recall("key") == "value"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_reported(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StateError, match="cannot be"):
        opened(tmp_path)
    tmp_path.chmod(0o700)


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / ".pmtrack").write_text("a file where the folder should be")
    with pytest.raises(StateError, match="cannot be used") as caught:
        opened(tmp_path)
    assert caught.value.hint


def test_a_read_only_database_is_reported(tmp_path: Path) -> None:
    opened(tmp_path).close()
    with opened(tmp_path, f"sqlite:///file:{file(tmp_path)}?mode=ro&uri=true") as store:
        assert store.documents() == {}
        with pytest.raises(StateError, match="cannot be written"):
            store.remember("key", "value")


def test_a_full_disk_is_reported_and_loses_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.remember("before", "kept")
        with store.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StateError, match="disk is full") as caught:
            store.remember("big", "x" * 1_000_000)
        assert "nothing was lost" in (caught.value.hint or "")
        assert store.recall("before") == "kept"


def test_a_wrong_url_is_a_mistake_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not a database URL"):
        opened(tmp_path, "not a url")


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    assert "secret" not in place_of(resolve_url("postgresql://me:secret@localhost/db", tmp_path))


def test_two_processes_that_make_the_state_at_once_both_get_it(tmp_path: Path) -> None:
    code = (
        "import datetime as dt, pathlib; from tracker.state.store import open_store\n"
        "s = open_store('sqlite:///s.db', root=pathlib.Path('.'), now=lambda: dt.datetime.now(dt.UTC))\n"
        "s.remember('a', 'b'); s.close()"
    )
    both = [subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path) for _ in range(2)]
    assert [each.wait(60) for each in both] == [0, 0]


def test_what_is_written_together_is_kept_together(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        with store.writing() as writer:
            writer.item("01A", "marker", "a.md", 0, ActionItem("Add an alert", 3, owners=("Zoë",)))
        (record,) = store.items(ids=["01A"])
        assert record.item == ActionItem("Add an alert", 3, owners=("Zoë",))
        assert record.first_seen == NOW
        with store.engine.connect() as connection:
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"


def test_a_state_of_the_first_schema_is_backed_up_and_migrated_with_its_contents(tmp_path: Path) -> None:
    path = file(tmp_path)
    path.parent.mkdir()
    engine = open_engine(make_url(f"sqlite:///{path}"))
    upgrade(engine, "", target="0001")
    engine.dispose()
    moment = "2026-05-06 00:00:00.000000"
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO documents VALUES ('a.md', 1, 1, 'x', 0, 'INC-1', '{}', NULL, NULL, ?, ?, NULL)",
            (moment, moment),
        )
        rows = [("01A", 0, None), ("01B", 1, None), ("01C", 2, moment)]
        connection.executemany(
            "INSERT INTO items VALUES (:id, :id, 'a.md', :place, 'An action', '{\"title\":\"An action\",\"line\":3}', 0, :seen, :gone)",
            [{"id": key, "place": place, "gone": gone, "seen": moment} for key, place, gone in rows],
        )
    connection.close()
    with opened(tmp_path) as store:
        assert store.documents()["a.md"].items == 2, "the row that is gone does not count"
        assert [record.item.title for record in store.items(ids=["01A"])] == ["An action"]
        assert store.info()["schema"] == SCHEMA
        assert store.recall("headers") is not None, "former headers are kept from the migration on"
    assert (path.parent / f"state.db.before-{SCHEMA}-from-0001.bak").exists()


def test_a_process_killed_during_a_migration_leaves_the_old_schema_and_a_back_up(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE older (text)")
        connection.execute("INSERT INTO older VALUES ('kept')")
    connection.close()
    migrate = (
        "import sys; from sqlalchemy import make_url; from tracker.state.database import open_engine; from tracker.state.migration import upgrade; "
        "upgrade(open_engine(make_url(sys.argv[1])), '0000')"
    )
    run = [sys.executable, "-c", migrate, f"sqlite:///{path}"]
    killed = subprocess.run(run, check=False, env={**os.environ, "PMTRACK_FAULT": "during-migration"})
    assert killed.returncode == -signal.SIGKILL
    copies = list(tmp_path.glob("*.bak"))
    assert [tables(each) for each in (path, *copies)] == [{"older"}, {"older"}]
    subprocess.run(run, check=True)
    assert {"older", "items", "alembic_version"} <= tables(path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT text FROM older").fetchall() == [("kept",)]
    connection.close()


def test_what_an_adapter_remembers_is_kept_at_once_and_apart_from_its_cursor(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        store.save_memory("jira", "jira", {"budget": "7"})
        with opened(tmp_path) as other:  # as the next run would see it after a kill
            assert dict(other.trackers()["jira"].memory) == {"budget": "7"}
        store.save_tracker(replace(store.trackers()["jira"], cursor="c-1", memory={"budget": "stale"}))
        store.save_memory("jira", "jira", {"budget": "6", "epic": "OPS-1"})
        record = store.trackers()["jira"]
    assert (record.cursor, dict(record.memory)) == ("c-1", {"budget": "6", "epic": "OPS-1"})


def test_every_change_of_a_memory_is_saved_and_only_changes() -> None:
    saved: list[dict[str, str]] = []
    memory = Memory({"budget": "7"})
    memory.keep = lambda: saved.append(dict(memory))
    memory["budget"] = "7"
    memory["budget"] = "6"
    del memory["budget"]
    assert saved == [{"budget": "6"}, {}]


def tables(path: Path) -> set[str]:
    connection = sqlite3.connect(path)
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    return names
