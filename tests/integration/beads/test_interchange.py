"""The local tracker's file and the real `bd` understand each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.local import LocalTracker
from tests.bd import Beads
from tracker.errors import UserError
from tracker.models import Issue, Status
from tracker.remote import Confirmed, Field, Found, IssueChange, NewIssue, Tracker
from tracker.state.records import LinkRecord
from tracker.state.store import Store, open_store
from tracker.sync.move import Moved, move

NOW = dt.datetime(2026, 11, 21, 8, 0, tzinfo=dt.UTC)


def local_tracker(path: Path) -> LocalTracker:
    return LocalTracker("local", path, lambda: NOW)


def several(tracker: Tracker) -> list[Issue]:
    """Issues in every status, with every field."""
    batch = [
        NewIssue(
            f"k{number:011d}",
            f'Rotate the "keys" — #{number}',
            "**Incident:** INC-7\n\n- ünïcode, `code` \\ <b>",
            status,
            due=dt.date(2026, 12, 1) if number % 2 else None,
            priority=number % 5,
            assignees=("alice@example.org",) if number % 2 else (),
            labels=("pmtrack", "prevent"),
        )
        for number, status in enumerate(Status)
    ]
    return [each.outcome.issue for each in tracker.create(batch) if isinstance(each.outcome, Confirmed)]


def facts(issue: Issue) -> tuple[object, ...]:
    """What a person would compare."""
    return (
        issue.ref.id,
        issue.title,
        issue.status,
        issue.marker,
        issue.context,
        issue.resolution,
        issue.due,
        issue.priority,
        issue.assignees,
        sorted(issue.labels),
        issue.created_at,
        issue.closed_at,
    )


def read(tracker: Tracker, ids: list[str]) -> list[Issue]:
    results = {result.id: result for result in tracker.fetch(ids)}
    found = [results[id_] for id_ in ids]
    assert all(isinstance(result, Found) for result in found), found
    return [result.issue for result in found if isinstance(result, Found)]


def test_bd_imports_the_local_file_and_every_field_is_the_same(beads: Beads) -> None:
    issues = several(local_tracker(beads.folder / "issues.jsonl"))
    beads.run("import", "issues.jsonl")
    ids = [issue.ref.id for issue in issues]
    assert list(map(facts, read(beads.tracker(), ids))) == list(map(facts, issues))


def test_the_local_tracker_reads_what_bd_exports_and_every_field_is_the_same(beads: Beads) -> None:
    issues = several(beads.tracker())
    beads.run("comment", issues[0].ref.id, "a comment")
    beads.run("remember", "the moon is not made of cheese")
    beads.run("export", "--all", "-o", "issues.jsonl")
    local = local_tracker(beads.folder / "issues.jsonl")
    ids = [issue.ref.id for issue in issues]
    assert list(map(facts, read(local, ids))) == list(map(facts, issues))
    assert {issue.marker for issue in local.scan()} == {issue.marker for issue in issues}


def test_a_file_goes_through_bd_and_back_and_stays_usable(beads: Beads) -> None:
    path = beads.folder / "issues.jsonl"
    issues = several(local_tracker(path))
    beads.run("import", "issues.jsonl")
    beads.run("update", issues[0].ref.id, "--title", "Changed in bd", "--notes", "theirs")
    beads.run("export", "--all", "-o", "issues.jsonl")
    local = local_tracker(path)
    (before,) = read(local, [issues[0].ref.id])
    assert before.title == "Changed in bd"
    change = IssueChange(before.ref, before.marker or "", {Field.STATUS: Status.DONE}, base=before)
    (only,) = local.update([change])
    assert isinstance(only.outcome, Confirmed)
    beads.run("import", "issues.jsonl", "--allow-stale")
    row = beads.export()[issues[0].ref.id]
    assert (row["status"], row["title"], row["notes"]) == ("closed", "Changed in bd", "theirs")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store("sqlite:///state.db", root=tmp_path, now=lambda: NOW) as store:
        yield store


def link_all(store: Store, issues: list[Issue]) -> None:
    from tracker.models import ActionItem, PostMortem

    items = tuple(ActionItem(issue.title, line) for line, issue in enumerate(issues, 1))
    with store.writing() as writer:
        writer.document(PostMortem("a.md", items=items), size=1, mtime_ns=1, doubtful=False, ambiguous={})
        for position, issue in enumerate(issues):
            item_id = f"{position:026d}"
            writer.item(item_id, issue.marker or "", "a.md", position, items[position])
            writer.link(LinkRecord(item_id, "local", issue.ref.id, issue.ref.key))
            writer.issue("local", issue)


def test_a_move_to_beads_keeps_ids_and_links(beads: Beads, store: Store) -> None:
    local = local_tracker(beads.folder / "issues.jsonl")
    issues = several(local)
    link_all(store, issues)
    with store:
        assert move(store, local, beads.tracker(), store.start_run("move")) == Moved(len(issues), len(issues))
        links = [item.link for item in store.items()]
        assert [(link.tracker, link.issue_id) for link in links if link] == [
            ("beads", issue.ref.id) for issue in issues
        ]
        assert move(store, local, beads.tracker(), store.start_run("move")) == Moved(len(issues), 0)
    assert len(beads.export()) == len(issues)
    # What the next run does with such items: a repeated create finds them under the id that they kept.
    again = several(beads.tracker())
    assert [issue.ref.id for issue in again] == [issue.ref.id for issue in issues]
    assert len(beads.export()) == len(issues)


def test_a_move_does_not_touch_what_people_changed_there_meanwhile(beads: Beads, store: Store) -> None:
    local = local_tracker(beads.folder / "issues.jsonl")
    issues = several(local)
    with store:
        move(store, local, beads.tracker(), store.start_run("move"))
        beads.run("update", issues[0].ref.id, "--title", "A person's title")
        move(store, local, beads.tracker(), store.start_run("move"))
    assert beads.export()[issues[0].ref.id]["title"] == "A person's title"


def test_a_move_back_to_the_local_file_brings_comments_along(beads: Beads, store: Store) -> None:
    issues = several(beads.tracker())
    beads.run("comment", issues[0].ref.id, "a comment")
    local = local_tracker(beads.folder / "issues.jsonl")
    with store:
        move(store, beads.tracker(), local, store.start_run("move"))
    ids = [issue.ref.id for issue in issues]
    assert list(map(facts, read(local, ids))) == list(map(facts, issues))
    assert "a comment" in (beads.folder / "issues.jsonl").read_text()


def test_a_tracker_that_cannot_give_its_issues_is_named(beads: Beads, store: Store) -> None:
    class Other:
        name, type = "jira", "jira"

    with store, pytest.raises(UserError, match="cannot be moved from 'jira'"):
        move(store, Other(), beads.tracker(), "run")  # type: ignore[arg-type]
