"""Documents and the local tracker, kept in step over several runs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.integration.sync.stage import ALERT, POOL, RUNBOOK, Stage, document, names, only, row
from tracker.errors import ExitCode, GuardError, LockedError
from tracker.models import Person
from tracker.settings import Limits, MergeSettings


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


@pytest.fixture
def synced(stage: Stage) -> Stage:
    """A document with three items, synced once."""
    stage.write("a.md", document(row(ALERT), row(RUNBOOK), row(POOL)))
    stage.sync()
    return stage


def test_every_item_becomes_an_issue_and_the_second_run_plans_nothing(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT), row(RUNBOOK), row(POOL)))
    first = stage.sync()
    assert names(first) == ["create"] * 3
    assert {record.outcome for record in first.actions} == {"done"}
    assert first.exit_code is ExitCode.OK
    before = stage.issues
    second = stage.sync()
    assert second.actions == ()
    assert second.read <= 1
    assert stage.issues == before
    assert stage.sync().read == 0


def test_an_issue_says_where_it_comes_from(synced: Stage) -> None:
    record = synced.issue(ALERT)
    assert record["priority"] == 1
    assert record["due_at"] == "2026-12-01T00:00:00Z"
    assert record["assignee"] == "Alice"
    assert "**Incident:** INC-7 (SEV-1), Queue outage, 2026-05-06" in record["description"]
    assert "docs/a.md, line 11" in record["description"]


def test_a_dry_run_writes_nothing_and_says_why(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT)))
    record = only(stage.sync(dry_run=True))
    assert (record.action, record.outcome) == ("create", "planned")
    assert record.reason == "new action item"
    assert stage.issues == []
    assert names(stage.sync()) == ["create"]


def test_a_typo_fixed_in_the_document_is_an_update(synced: Stage) -> None:
    fixed = "Add alerting for payment queue depths"
    synced.write("a.md", document(row(fixed), row(RUNBOOK), row(POOL)))
    record = only(synced.sync())
    assert record.action == "update"
    assert record.fields["title"] == {"from": ALERT, "to": fixed}
    assert f'title: document changed "{ALERT}" → "{fixed}", tracker unchanged' in record.reason
    assert synced.issue(fixed)["id"]
    assert synced.sync().actions == ()


def test_re_ordered_rows_and_a_renamed_file_create_nothing(synced: Stage) -> None:
    (synced.root / "docs/a.md").unlink()
    synced.write("2026/b.md", document(row(POOL), row(ALERT), row(RUNBOOK)))
    report = synced.sync()
    assert set(names(report)) == {"update"}
    assert all(list(record.fields) == ["context"] for record in report.actions)
    assert len(synced.issues) == 3
    assert synced.sync().actions == ()


def test_re_ordering_alone_writes_nothing(synced: Stage) -> None:
    synced.write("a.md", document(row(POOL), row(ALERT), row(RUNBOOK)))
    assert synced.sync().actions == ()


def test_done_in_the_document_closes_the_issue(synced: Stage) -> None:
    synced.write("a.md", document(row(ALERT, status="Done"), row(RUNBOOK), row(POOL)))
    record = only(synced.sync())
    assert (record.action, record.outcome) == ("close", "done")
    assert synced.issue(ALERT)["status"] == "closed"
    assert synced.sync().actions == ()


def test_what_a_person_closed_stays_closed(synced: Stage) -> None:
    synced.edit(ALERT, status="closed", close_reason="done", closed_at="2026-11-21T10:00:00Z")
    assert synced.sync().actions == ()
    synced.write("a.md", document(row(ALERT, owner="Bob"), row(RUNBOOK), row(POOL)))
    assert names(synced.sync()) == ["update"]
    assert synced.issue(ALERT)["status"] == "closed"


def test_a_document_changed_back_to_open_opens_the_issue_again(synced: Stage) -> None:
    synced.write("a.md", document(row(ALERT, status="Done"), row(RUNBOOK), row(POOL)))
    synced.sync()
    synced.write("a.md", document(row(ALERT), row(RUNBOOK), row(POOL)))
    assert names(synced.sync()) == ["reopen"]
    assert synced.issue(ALERT)["status"] == "open"


def test_work_in_progress_in_the_document_does_not_open_what_a_person_closed(synced: Stage) -> None:
    synced.edit(ALERT, status="closed", close_reason="done", closed_at="2026-11-21T10:00:00Z")
    synced.sync()
    synced.write("a.md", document(row(ALERT, status="In Progress"), row(RUNBOOK), row(POOL)))
    record = only(synced.sync())
    assert record.action == "conflict"
    assert "a person closed the issue" in record.reason
    assert synced.issue(ALERT)["status"] == "closed"
    assert synced.sync().actions == ()


def test_a_field_changed_on_both_sides_is_a_conflict_that_keeps_both_values(synced: Stage) -> None:
    synced.edit(ALERT, due_at="2027-01-15T00:00:00Z")
    synced.write("a.md", document(row(ALERT, due="2026-12-24"), row(RUNBOOK), row(POOL)))
    report = synced.sync()
    assert names(report) == ["conflict", "update"]
    assert report.actions[0].fields["due"] == {
        "document": "2026-12-24",
        "tracker": "2027-01-15",
        "base": "2026-12-01",
        "winner": "document",
    }
    assert synced.issue(ALERT)["due_at"].startswith("2026-12-24")
    with synced.store() as store:
        kept = [event for item in store.world().items for event in item.events if event.field == "conflict"]
    assert [(event.old, event.new) for event in kept] == [("due: 2027-01-15", "2026-12-24")]
    assert synced.sync().actions == ()


def test_a_manual_conflict_is_told_until_the_sides_agree(synced: Stage) -> None:
    synced.merge = MergeSettings(due="manual")
    synced.sync()
    synced.edit(ALERT, due_at="2027-01-15T00:00:00Z")
    synced.write("a.md", document(row(ALERT, due="2026-12-24"), row(RUNBOOK), row(POOL)))
    for expected in (["conflict", "update"], ["conflict"]):
        report = synced.sync()
        assert names(report) == expected
        assert report.exit_code is ExitCode.PARTIAL
        with synced.store() as store:
            assert [item.conflicts for item in store.world().items if item.conflicts] == [("due",)]
    synced.write("a.md", document(row(ALERT, due="2027-01-15"), row(RUNBOOK), row(POOL)))
    assert names(synced.sync()) == ["update"]
    assert synced.sync().actions == ()
    with synced.store() as store:
        assert [item.conflicts for item in store.world().items if item.conflicts] == []


def test_an_edit_in_the_tracker_alone_is_noted_and_not_pushed_back(synced: Stage) -> None:
    synced.edit(ALERT, title="Renamed by a person", assignee="bob")
    assert synced.sync().actions == ()
    assert synced.issue("Renamed by a person")["assignee"] == "bob"
    with synced.store() as store:
        events = [event for item in store.world().items for event in item.events if event.side == "tracker"]
    assert {(event.field, event.new) for event in events} == {
        ("title", "Renamed by a person"),
        ("owners", "bob"),
    }


def test_text_around_the_block_and_labels_of_people_stay(synced: Stage) -> None:
    body = synced.issue(ALERT)["description"]
    synced.edit(ALERT, description=f"Mine above\r\n\n{body}\n  mine *below*", labels=["pmtrack", "team-a"])
    synced.write("a.md", document(row(ALERT, owner="Bob"), row(RUNBOOK), row(POOL)))
    synced.sync()
    after = synced.issue(ALERT)
    assert after["description"].startswith("Mine above\r\n\n<!-- pmtrack:begin")
    assert after["description"].endswith("<!-- pmtrack:end -->\n  mine *below*")
    assert "**Owner:** Bob" in after["description"]
    assert after["labels"] == ["pmtrack", "team-a"]


def test_a_label_that_a_person_removed_stays_away(synced: Stage) -> None:
    synced.edit(ALERT, labels=None)
    assert synced.sync().actions == ()
    synced.write("a.md", document(row(ALERT, owner="Bob"), row(RUNBOOK), row(POOL)))
    synced.sync()
    assert not synced.issue(ALERT).get("labels")


def test_a_block_that_a_person_edited_is_restored_once(synced: Stage) -> None:
    body = synced.issue(ALERT)["description"]
    synced.edit(ALERT, description=body.replace("INC-7", "INC-8"))
    assert names(synced.sync()) == ["update"]
    assert synced.issue(ALERT)["description"] == body
    assert synced.sync().actions == ()


def test_a_body_that_the_tracker_re_formatted_is_no_change(synced: Stage) -> None:
    body = synced.issue(ALERT)["description"]
    synced.edit(ALERT, description=body.replace("\n", " \r\n"))
    assert synced.sync().actions == ()


def test_a_removed_row_is_told_once_and_its_issue_is_left_alone(synced: Stage) -> None:
    synced.write("a.md", document(row(ALERT), row(POOL)))
    record = only(synced.sync())
    assert (record.action, record.item, record.outcome) == ("orphan", RUNBOOK, "done")
    assert synced.issue(RUNBOOK)["status"] == "open"
    assert synced.sync().actions == ()


def test_a_deleted_issue_is_told_once_and_not_created_again(synced: Stage) -> None:
    synced.put([record for record in synced.issues if record["title"] != ALERT])
    record = only(synced.sync())
    assert (record.action, record.item) == ("orphan", ALERT)
    assert "does not exist any more" in record.reason
    assert len(synced.issues) == 2
    assert synced.sync().actions == ()


def test_a_row_that_names_an_issue_is_linked_to_it(synced: Stage) -> None:
    key = "pm-aaaabbbbcccc"
    existing = {"_type": "issue", "id": key, "title": "Made by a person", "status": "open", "priority": 2}
    synced.put([*synced.issues, existing])
    synced.write("a.md", document(row(ALERT), row(RUNBOOK), row(POOL), row("Rotate the keys", ticket=key)))
    report = synced.sync()
    assert names(report) == ["link", "conflict", "update"]
    assert (
        report.actions[1].reason
        == "priority: the document says 1, the issue 2; the document wins (merge rule)"
    )
    assert len(synced.issues) == 4
    linked = synced.issue("Made by a person")
    assert "pmtrack:begin" in linked["description"]
    assert linked["assignee"] == "Alice"
    assert synced.sync().actions == ()


def test_a_row_that_names_an_issue_that_does_not_exist_creates_nothing(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT, ticket="pm-ddddeeeeffff")))
    for _ in range(2):
        report = stage.sync()
        record = only(report)
        assert (record.action, record.outcome) == ("skip", "failed")
        assert "pm-ddddeeeeffff, which does not exist" in record.reason
        assert report.exit_code is ExitCode.PARTIAL
    assert stage.issues == []


def test_two_rows_that_name_one_issue_are_not_both_linked(synced: Stage) -> None:
    key = synced.issue(ALERT)["id"]
    synced.write("b.md", document(row("Something else altogether", ticket=key), incident="INC-8"))
    record = only(synced.sync())
    assert record.action == "skip"
    assert "is the issue of another item" in record.reason


def test_a_copy_of_a_document_gets_issues_of_its_own(synced: Stage) -> None:
    synced.write("b.md", document(row(ALERT), row(RUNBOOK), row(POOL), incident="INC-8"))
    assert names(synced.sync()) == ["create"] * 3
    assert len(synced.issues) == 6


def test_too_many_creates_are_refused_without_a_person(stage: Stage) -> None:
    stage.limits = Limits(creates=2)
    stage.write("a.md", document(row(ALERT), row(RUNBOOK), row(POOL)))
    with pytest.raises(GuardError, match="3 issues would be created and 0 changed"):
        stage.sync()
    assert stage.issues == []
    assert names(stage.sync(yes=True)) == ["create"] * 3


def test_an_emptied_root_stops_the_run(synced: Stage) -> None:
    synced.write("a.md", "# Queue outage\n\nNothing here.\n")
    with pytest.raises(GuardError, match="had action items and now have none"):
        synced.sync()
    report = synced.sync(allow_empty=True)
    assert names(report) == ["orphan"] * 3


def test_a_root_whose_other_documents_did_not_change_is_not_emptied(synced: Stage) -> None:
    synced.write("b/1.md", document(row("Rotate the signing keys"), incident="INC-8"))
    synced.write("b/2.md", document(row("Test the restore of backups"), incident="INC-9"))
    synced.sync()
    synced.write("a.md", document(row(ALERT, owner="Bob"), row(RUNBOOK), row(POOL)))
    (synced.root / "docs/b/1.md").unlink()
    assert sorted(names(synced.sync("docs/a.md", "docs/b"))) == ["orphan", "update"]


def test_a_document_that_cannot_be_read_leaves_its_items_alone(synced: Stage) -> None:
    path = synced.root / "docs/a.md"
    path.unlink()
    path.symlink_to("nowhere")
    synced.write("b.md", document(row("Rotate the signing keys"), incident="INC-8"))
    report = synced.sync()
    assert names(report) == ["create"]
    assert report.exit_code is ExitCode.PARTIAL
    assert any("its items were left alone" in message for message in report.messages)


def test_documents_that_name_one_incident_are_reported_once(synced: Stage) -> None:
    synced.write("b.md", document(row("Rotate the signing keys")))
    report = synced.sync()
    assert [message for message in report.messages if "all name the incident INC-7" in message]
    assert names(report) == ["create"]
    assert synced.sync().messages == ()


def test_a_row_moved_out_of_a_document_that_cannot_be_read_is_not_created_again(synced: Stage) -> None:
    path = synced.root / "docs/a.md"
    path.unlink()
    path.symlink_to("nowhere")
    synced.write("b.md", document(row("Rotate the signing keys"), row(POOL), incident="INC-8"))
    assert names(synced.sync()) == ["create", "skip"]
    path.unlink()
    synced.write("a.md", document(row(ALERT), row(RUNBOOK)))
    synced.sync()
    assert len(synced.issues) == 4
    assert synced.sync().actions == ()


def test_other_documents_than_those_asked_for_are_left_alone(synced: Stage) -> None:
    synced.write("other/b.md", document(row("Rotate the signing keys"), incident="INC-8"))
    assert names(synced.sync("docs/other")) == ["create"]
    assert synced.sync("docs/a.md").actions == ()


def test_a_row_moved_out_of_a_document_that_was_not_asked_for_is_not_created_again(synced: Stage) -> None:
    synced.write("b.md", document(row("Rotate the signing keys"), incident="INC-8"))
    synced.sync()
    synced.write("a.md", document(row(ALERT), row(RUNBOOK)))
    synced.write("b.md", document(row("Rotate the signing keys"), row(POOL), incident="INC-8"))
    assert names(synced.sync("docs/b.md")) == ["skip"]
    synced.sync()
    assert len(synced.issues) == 4
    assert synced.sync().actions == ()


def test_an_ambiguous_row_is_told_and_nothing_is_created(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT), row(ALERT)))
    stage.sync()
    stage.write("a.md", document(row(ALERT)))
    for _ in range(2):
        report = stage.sync()
        record = only(report)
        assert (record.action, record.outcome) == ("skip", "deferred")
        assert "Say which: `pmtrack link" in record.reason
    assert len(stage.issues) == 2
    with stage.store() as store:
        unclear = [item for item in store.world().items if item.candidates]
    assert [item.candidates for item in unclear] == [(ALERT, ALERT)]


def test_a_run_while_another_runs_is_refused(synced: Stage) -> None:
    synced.now += dt.timedelta(hours=1)
    with synced.store() as store:
        store.lock("another").acquire("pmtrack sync")
        synced.now -= dt.timedelta(hours=1)
        with pytest.raises(LockedError, match="another run holds the lock"):
            synced.sync()


def test_the_world_can_be_asked_as_of_an_earlier_day(synced: Stage) -> None:
    before = synced.now
    synced.write("a.md", document(row(ALERT, due="2027-02-01", status="Done"), row(RUNBOOK), row(POOL)))
    synced.sync()
    with synced.store() as store:
        then = {item.item.title: item for item in store.world(as_of=before).items}
        now = {item.item.title: item for item in store.world().items}
    assert str(then[ALERT].item.due) == "2026-12-01"
    assert str(now[ALERT].item.due) == "2027-02-01"
    issues = then[ALERT].issue, now[ALERT].issue
    assert [issue.status.value for issue in issues if issue] == ["open", "done"]


def test_another_way_of_writing_the_same_owner_is_no_change(stage: Stage) -> None:
    person = Person("alice", ("Alice Smith", "@asmith"), {}, "alice@example.com", None, None)
    stage.extra["people"] = {"alice": person}
    stage.write("a.md", document(row(ALERT, owner="Alice Smith")))
    stage.sync()
    stage.edit(ALERT, assignee="bob")
    stage.write("a.md", document(row(ALERT, owner="@asmith")))
    (told,) = stage.sync().actions
    assert (told.action, set(told.fields)) == ("update", {"context"})  # the body shows the name as written
    assert stage.issue(ALERT)["assignee"] == "bob"
    stage.write("a.md", document(row(ALERT, owner="Carol")))
    stage.sync()
    assert stage.issue(ALERT)["assignee"] == "Carol"
