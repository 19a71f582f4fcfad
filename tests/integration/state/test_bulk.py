"""Many rows with one statement give what one row at a time would."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from sqlalchemy import select

from tracker.models import Issue, IssueRef, PostMortem, Status
from tracker.state import bulk
from tracker.state.store import Store, open_store
from tracker.state.tables import Note, TrackerMemory

FIRST = dt.datetime(2026, 11, 20, 8, 0, tzinfo=dt.timezone(dt.timedelta(hours=2)))
LATER = FIRST + dt.timedelta(days=1)


def made(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path}/state.db", root=tmp_path, now=lambda: LATER)


def test_moments_of_any_zone_come_back_as_utc(tmp_path: Path) -> None:
    with made(tmp_path) as store, store.engine.begin() as connection:
        rows = [{"key": str(number), "value": "x", "written_at": FIRST} for number in range(3)]
        bulk.insert(connection, Note, rows)
        found = connection.execute(select(Note.key, Note.written_at).order_by(Note.key)).all()
    assert [tuple(row) for row in found] == [(str(number), FIRST) for number in range(3)]
    assert all(moment.tzinfo is dt.UTC for _key, moment in found)


def test_a_row_whose_key_exists_is_replaced_but_for_when_it_was_first_seen(tmp_path: Path) -> None:
    with made(tmp_path) as store:
        for now, sha256 in ((FIRST, "one"), (LATER, "two")):
            store.now = lambda now=now: now  # type: ignore[misc]
            with store.writing() as writer:
                writer.document(
                    PostMortem("a.md", sha256=sha256), size=1, mtime_ns=1, doubtful=False, ambiguous={}
                )
        with store.reading() as connection:
            (row,) = connection.exec_driver_sql("select sha256, first_seen, read_at from documents").all()
    assert tuple(row) == ("two", "2026-11-20 06:00:00.000000", "2026-11-21 06:00:00.000000")


def test_a_column_that_the_rows_leave_out_has_its_default(tmp_path: Path) -> None:
    with made(tmp_path) as store:
        with store.engine.begin() as connection:
            bulk.upsert(connection, TrackerMemory, [{"name": "jira", "type": "jira", "error": None}])
        assert store.trackers()["jira"].memory == {}


def test_issues_with_bytes_for_a_payload_are_kept_whole(tmp_path: Path) -> None:
    issue = Issue(IssueRef("1", "OPS-1"), "Größe – 図", Status.OPEN, version="7")
    with made(tmp_path) as store:
        with store.writing() as writer:
            writer.issue("jira", issue)
        assert store.issue_versions("jira") == {"1": "7"}
