"""`pmtrack status`: which items it shows, in which order, and how late they are."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from tracker.cli import status
from tracker.cli.main import main
from tracker.errors import ExitCode
from tracker.models import ActionItem, Issue, IssueRef, Person, Status
from tracker.people import people_of
from tracker.world import TrackedItem, World

TODAY = dt.date(2026, 11, 21)
NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)


def tracked(
    title: str,
    due: dt.date | None = None,
    *,
    here: Status | None = None,
    there: Status | None = None,
    owners: tuple[str, ...] = (),
    removed: bool = False,
) -> TrackedItem:
    ref = IssueRef("1", "OPS-1", "https://jira.example/browse/OPS-1")
    return TrackedItem(
        item_id=title,
        item=ActionItem(title, 7, due=due, status=here, owners=owners),
        path="docs/a.md",
        tracker="jira" if there else None,
        ref=ref if there else None,
        issue=Issue(ref, title, there) if there else None,
        removed_at=NOW if removed else None,
    )


def shown(*items: TrackedItem, everything: bool = False) -> list[str]:
    return [row["item"] for row in status.records(World(NOW, items=items), TODAY, everything=everything)]


def test_the_most_urgent_item_comes_first_and_undated_ones_last() -> None:
    later, undated = tracked("later", dt.date(2027, 1, 1)), tracked("undated")
    assert shown(undated, later, tracked("soon", TODAY)) == ["soon", "later", "undated"]


def test_closed_and_removed_items_are_shown_only_on_request() -> None:
    items = (tracked("open"), tracked("done", here=Status.DONE), tracked("gone", removed=True))
    assert shown(*items) == ["open"]
    assert shown(*items, everything=True) == ["open", "done", "gone"]


def test_the_trackers_status_counts_where_there_is_one() -> None:
    assert shown(tracked("closed there", here=Status.OPEN, there=Status.DONE)) == []
    assert shown(tracked("open there", here=Status.DONE, there=Status.IN_PROGRESS)) == ["open there"]


@pytest.mark.parametrize(("days", "late"), [(-3, 3), (0, 0), (4, 0)])
def test_lateness_counts_whole_days_after_the_due_date(days: int, late: int) -> None:
    world = World(NOW, items=(tracked("x", TODAY + dt.timedelta(days=days)),))
    (row,) = status.records(world, TODAY, everything=False)
    assert row["overdue_days"] == late


def test_a_closed_item_is_never_late() -> None:
    world = World(NOW, items=(tracked("x", dt.date(2020, 1, 1), here=Status.DONE),))
    (row,) = status.records(world, TODAY, everything=True)
    assert row["overdue_days"] == 0


@pytest.mark.parametrize("wanted", ["alice", "Alice Smith", "@asmith", "ASMITH", "alice smith"])
def test_a_person_is_found_by_every_name(wanted: str) -> None:
    people = people_of({"alice": Person("alice", ("Alice Smith", "@asmith"))})
    assert people.same(["Alice Smith"], [wanted])
    assert not people.same(["Bob"], [wanted])


def test_the_items_of_an_owner_are_found_by_the_written_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "# Outage\n\n## Action Items\n\n- [ ] Test the restore (owner: Bob)\n- [ ] Rotate the keys (owner: Warehouse team)\n"
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    assert main(["sync", "a.md", "-q"]) == ExitCode.OK
    assert main(["status", "--owner", "warehouse TEAM", "--format", "jsonl"]) == ExitCode.OK
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["item"] == "Rotate the keys"


def test_a_record_is_json(tmp_path: Path) -> None:
    (row,) = status.records(World(NOW, items=(tracked("x", there=Status.OPEN),)), TODAY, everything=False)
    assert json.loads(json.dumps(row))["issue"] == "OPS-1"


@pytest.mark.parametrize("command", [["status"], ["state", "info"], ["state", "migrate", "-v"]])
def test_without_a_state_the_next_step_is_named_and_none_is_made(
    command: list[str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == ExitCode.NO_INPUT
    assert "Run `pmtrack sync` first" in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []
