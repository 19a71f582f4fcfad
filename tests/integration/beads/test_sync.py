"""Whole syncs with the real `bd`: create, nothing, edits on both sides, closing on both sides, writing back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bd import LONG, PREFIX, Beads
from tests.integration.sync.stage import Stage, names
from tracker.models import Status
from tracker.settings import TrackerSettings

HEAD = (
    "# Queue outage\n\n**Incident ID:** INC-7\n**Date:** 2026-05-06\n\n## Action Items\n\n"
    "| Action | Owner | Due Date | Status | Beads Issue |\n|---|---|---|---|---|\n"
)


def table(*rows: tuple[str, str, str, str]) -> str:
    """Rows of (action, due, status, Beads cell)."""
    return HEAD + "".join(
        f"| {title} | Alice | {due} | {status} | {bead} |\n" for title, due, status, bead in rows
    )


@pytest.fixture
def stage(tmp_path: Path, beads: Beads) -> Stage:
    stage = Stage(tmp_path)
    stage.extra = {
        "default_tracker": "beads",
        "trackers": {"beads": TrackerSettings("beads", "beads", {})},
    }
    stage.trackers = {"beads": beads.tracker}
    return stage


def text(stage: Stage) -> str:
    return (stage.root / "docs" / "a.md").read_text(encoding="utf-8")


def test_a_sync_creates_then_finds_nothing_to_do_then_carries_edits_both_ways(
    stage: Stage, beads: Beads
) -> None:
    stage.write(
        "a.md",
        table(("Add an alert", "2026-12-01", "Open", ""), ("Write a runbook", "2026-12-02", "Open", "")),
    )
    assert names(stage.sync()) == ["create", "create"]
    before = beads.run("vc", "status", "--json")
    again = stage.sync()
    assert names(again) == []
    assert beads.run("vc", "status", "--json") == before, "a second run writes nothing"
    alert = next(row["id"] for row in beads.export().values() if row["title"] == "Add an alert")
    beads.run("update", alert, "--assignee", "bob", "--notes", "theirs", "--status", "in_progress")
    stage.write(
        "a.md",
        table(("Add an alert", "2026-12-24", "Open", ""), ("Write a runbook", "2026-12-02", "Done", "")),
    )
    assert sorted(names(stage.sync())) == ["close", "update"]
    rows = beads.export()
    assert (rows[alert]["due_at"], rows[alert]["assignee"]) == ("2026-12-24T00:00:00Z", "bob")
    assert (rows[alert]["notes"], rows[alert]["status"]) == ("theirs", "in_progress")
    runbook = next(row for row in rows.values() if row["title"] == "Write a runbook")
    assert (runbook["status"], runbook["close_reason"]) == ("closed", "Done")
    assert names(stage.sync()) == []


def test_the_beads_column_is_filled_as_bd_addresses_and_statuses_come_back(
    stage: Stage, beads: Beads
) -> None:
    stage.write(
        "a.md",
        table(("Add an alert", "2026-12-01", "Open", ""), ("Write a runbook", "2026-12-02", "Open", "")),
    )
    stage.sync(write_back=True)
    ids = {row["title"]: row["id"] for row in beads.export().values()}
    assert f"| bd://{ids['Add an alert']} |" in text(stage)
    assert f"| bd://{ids['Write a runbook']} |" in text(stage)
    assert names(stage.sync(write_back=True)) == []
    beads.run("close", ids["Add an alert"], "--reason", "Won't do: superseded", "--force")
    beads.run("close", ids["Write a runbook"], "--reason", "Done", "--force")
    stage.sync(write_back=True)
    alert, runbook = text(stage).splitlines()[-2:]
    assert "| Cancelled |" in alert
    assert "| Done |" in runbook
    assert names(stage.sync(write_back=True)) == []


@pytest.mark.parametrize("style", ["[{0}](bd://{0})", *(["bd://{}", "{}"] if LONG else [])])
def test_a_row_that_names_a_bead_is_linked_and_others_are_filled_in_its_style(
    stage: Stage, beads: Beads, style: str
) -> None:
    beads.run(
        "create", "Add an alert", "--id", f"{PREFIX}-a1b2", "--due", "2026-12-01", "-a", "Alice", "--silent"
    )
    named = style.format(f"{PREFIX}-a1b2")
    stage.write(
        "a.md",
        table(("Add an alert", "2026-12-01", "Open", named), ("Write a runbook", "2026-12-02", "Open", "")),
    )
    report = stage.sync(write_back=True)
    assert "link" in names(report)
    rows = beads.export()
    assert len(rows) == 2, "no second bead beside the named one"
    assert "pmtrack" in rows[f"{PREFIX}-a1b2"]["metadata"]
    other = next(id_ for id_ in rows if id_ != f"{PREFIX}-a1b2")
    assert f"| {style.format(other)} |" in text(stage)
    assert names(stage.sync(write_back=True)) == []


def test_a_row_that_names_a_bead_of_nobody_makes_none(stage: Stage, beads: Beads) -> None:
    stage.write("a.md", table(("Add an alert", "2026-12-01", "Open", f"bd://{PREFIX}-zz99")))
    report = stage.sync()
    assert beads.export() == {}
    (only,) = report.actions
    assert (only.action, only.outcome) == ("skip", "failed")
    assert f"{PREFIX}-zz99, which does not exist" in only.reason


def test_after_a_lost_state_the_beads_are_found_again(stage: Stage, beads: Beads) -> None:
    stage.write("a.md", table(("Add an alert", "2026-12-01", "Open", "")))
    stage.sync(write_back=True)
    (stage.root / ".pmtrack" / "state.db").unlink()
    stage.sync()
    assert len(beads.export()) == 1


def test_a_database_that_is_gone_closes_and_orphans_nothing(stage: Stage, beads: Beads) -> None:
    stage.write("a.md", table(("Add an alert", "2026-12-01", "Open", "")))
    stage.sync()
    (beads.folder / ".beads").rename(beads.folder / "away")
    report = stage.sync()
    assert not {"create", "close", "orphan"} & set(names(report))
    (beads.folder / "away").rename(beads.folder / ".beads")
    assert names(stage.sync()) == []
    (issue,) = beads.tracker().scan()
    assert issue.status is Status.OPEN


def test_what_is_put_off_on_one_side_is_put_off_on_the_other(stage: Stage, beads: Beads) -> None:
    rows = [("Add an alert", "2026-12-01", "Deferred", ""), ("Write a runbook", "2026-12-02", "Open", "")]
    stage.write("a.md", table(*rows))
    stage.sync(write_back=True)
    ids = {row["title"]: row["id"] for row in beads.export().values()}
    assert beads.export()[ids["Add an alert"]]["status"] == "deferred"
    beads.run("undefer", ids["Add an alert"])
    beads.run("defer", ids["Write a runbook"])
    stage.sync(write_back=True)
    alert, runbook = text(stage).splitlines()[-2:]
    assert "| Open |" in alert
    assert "| Deferred |" in runbook
    assert names(stage.sync(write_back=True)) == []


@pytest.mark.parametrize("epics", [False, *([True] if LONG else [])])
def test_documents_of_related_incidents_have_linked_beads(stage: Stage, beads: Beads, epics: bool) -> None:
    stage.trackers = {"beads": lambda: beads.tracker(epics=epics)}
    stage.write("a.md", table(("Add an alert", "2026-12-01", "Open", "")))
    stage.sync()
    second = (
        table(("Write a runbook", "2026-12-02", "Open", ""))
        .replace("INC-7", "INC-8")
        .replace("Queue", "Ledger")
    )
    stage.write("b.md", second.replace("**Date:**", "**Related Incidents:** INC-7\n**Date:**"))
    stage.sync()
    rows = beads.export()
    names_of = {row["id"]: row["title"] for row in rows.values()}
    linked = {
        (row["title"], names_of[link["depends_on_id"]])
        for row in rows.values()
        for link in row.get("dependencies", ())
        if link["type"] == "related"
    }
    ours = ("Ledger outage", "Queue outage") if epics else ("Write a runbook", "Add an alert")
    assert linked == {ours}
