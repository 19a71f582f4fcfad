"""No statement of a sync reads a whole large table, in either database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.state.plans import ALL_DOCUMENTS, Sent, recorded, whole_tables
from tests.integration.sync.stage import Stage, document, row
from tests.postgresql import make_database, server
from tracker.settings import MergeSettings

pytestmark = pytest.mark.xdist_group("postgresql")


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    if request.param == "sqlite":
        yield Stage(tmp_path)
        return
    with server() as url:
        yield Stage(tmp_path, state=make_database(url, "plans"))


def everything_a_sync_asks(stage: Stage) -> Sent:
    """The statements of creating, changing on both sides, a conflict, a reference, a rename and a removal."""
    stage.write("a.md", document(row("Alert on the queue depth"), row("Write a runbook")))
    stage.write("b.md", document(row("Rehearse the failover"), incident="INC-8"))
    stage.sync()
    with recorded() as sent:
        stage.merge = MergeSettings(due="manual")
        stage.edit("Write a runbook", due_at="2027-01-15T00:00:00Z")
        rows = [row("Alert on queue depths"), row("Write a runbook", due="2026-12-24", status="Done")]
        stage.write("a.md", document(*rows, row("Rotate the keys", ticket="pm-unknown")))
        stage.sync()
        (stage.root / "docs" / "b.md").rename(stage.root / "docs" / "c.md")
        stage.sync(write_back=True)
        (stage.root / "docs" / "c.md").unlink()
        stage.sync()
        with stage.store() as store:
            store.links_named(["OPS-1"])
            store.items_of_issues("local", ["pm-1"])
    return sent


def test_no_statement_of_a_sync_reads_a_whole_large_table(stage: Stage) -> None:
    sent = everything_a_sync_asks(stage)
    assert len(sent) > 20
    with stage.store() as store, store.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            # On a few rows the planner would scan; told not to, it does so only where it has no index to use.
            connection.exec_driver_sql("SET enable_seqscan = off")
        assert whole_tables(connection, sent) == []


def test_a_run_without_changes_asks_for_the_documents_of_its_own_folder_only(stage: Stage) -> None:
    for name, folder in (("INC-7", "ours"), ("INC-8", "theirs"), ("INC-9", "ours-too")):
        stage.write(f"{folder}/a.md", document(row(f"Alert on the queue of {folder}"), incident=name))
    stage.sync()
    stage.sync()
    with recorded() as sent:
        report = stage.sync("docs/ours")
    assert (report.documents, report.actions) == (1, ())
    assert not any(statement.endswith(ALL_DOCUMENTS) for statement in sent)
    with stage.store() as store:
        assert list(store.documents(["docs/ours"])) == ["docs/ours/a.md"]
        assert list(store.documents(["docs/ours/a.md", "docs/theirs"])) == [
            "docs/ours/a.md",
            "docs/theirs/a.md",
        ]
        assert len(store.documents()) == 3
