"""What people settle by hand, and finding a lost state again."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from tests.integration.sync.stage import (
    ALERT,
    RUNBOOK,
    Stage,
    document,
    linked,
    lose_the_state,
    names,
    rebuilt,
    row,
)
from tracker import faults
from tracker.errors import StateError, UserError
from tracker.state.store import open_store
from tracker.state.tables import Intent
from tracker.state.transfer import export_lines, import_lines
from tracker.sync import settling
from tracker.sync.rebuild import Rebuilt

KEY = "pm-aaaabbbbcccc"


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


@pytest.fixture
def unclear(stage: Stage) -> Stage:
    """One row left of two with the same text."""
    stage.write("a.md", document(row(ALERT), row(ALERT)))
    stage.sync()
    stage.write("a.md", document(row(ALERT)))
    assert names(stage.sync()) == ["skip"]
    return stage


def link(stage: Stage, line: int, ref: str) -> str:
    with stage.store() as store:
        return settling.link(
            "docs/a.md",
            line,
            ref,
            settings=stage.settings(),
            store=store,
            open_tracker=stage.open,
            now=stage.clock(),
        )


def test_an_unclear_row_is_settled_by_naming_the_issue_of_a_candidate(unclear: Stage) -> None:
    chosen = unclear.issues[0]["id"]
    assert chosen in link(unclear, 11, chosen)
    assert unclear.sync().actions == ()
    assert list(linked(unclear).values()) == [chosen]


def test_an_unclear_row_can_be_a_new_item(unclear: Stage) -> None:
    with unclear.store() as store:
        settling.link_new("docs/a.md", 11, store=store, now=unclear.clock())
    assert names(unclear.sync()) == ["create"]
    assert unclear.sync().actions == ()
    assert len(unclear.issues) == 3


def test_a_row_can_be_linked_to_an_issue_that_people_made(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT), row(RUNBOOK)))
    stage.sync()
    stage.put(
        [*stage.issues, {"_type": "issue", "id": KEY, "title": "Ours", "status": "open", "priority": 1}]
    )
    link(stage, 11, KEY)
    assert names(stage.sync()) == ["update"]
    assert KEY in linked(stage).values()
    assert stage.sync().actions == ()
    assert len(stage.issues) == 3


def test_the_issue_of_another_row_is_not_taken_away(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT), row(RUNBOOK)))
    stage.sync()
    with pytest.raises(UserError, match=f'is the issue of "{RUNBOOK}"'):
        link(stage, 11, stage.issue(RUNBOOK)["id"])


def test_an_unlinked_item_gets_an_issue_of_its_own(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT)))
    stage.sync()
    old = stage.issue(ALERT)["id"]
    with stage.store() as store:
        assert settling.unlink(old, store=store, now=stage.clock()) == f'"{ALERT}" and {old} are parted'
    assert names(stage.sync()) == ["create"]
    assert len(stage.issues) == 2
    assert old not in linked(stage).values()
    assert stage.sync().actions == ()


def test_an_item_that_was_parted_from_its_issue_makes_no_other_row_unclear(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT), row(RUNBOOK)))
    stage.sync()
    with stage.store() as store:
        settling.unlink(stage.issue(ALERT)["id"], store=store, now=stage.clock())
    stage.sync()
    mine = set(linked(stage).values())
    stage.write("a.md", document(row(RUNBOOK)))
    assert names(stage.sync()) == ["orphan"]
    stage.write("a.md", document(row(ALERT), row(RUNBOOK)))
    assert stage.sync().actions == ()
    assert set(linked(stage).values()) == mine
    stage.write("b.md", document(row(ALERT, owner="Zoe"), incident="INC-8"))
    assert names(stage.sync()) == ["create"]


def test_a_row_that_comes_back_after_its_item_was_parted_from_its_issue_gets_another_one(
    stage: Stage,
) -> None:
    stage.write("a.md", document(row(ALERT), row(RUNBOOK)))
    stage.sync()
    stage.write("a.md", document(row(RUNBOOK)))
    stage.sync()
    with stage.store() as store:
        settling.unlink(stage.issue(ALERT)["id"], store=store, now=stage.clock())
    stage.write("a.md", document(row(ALERT), row(RUNBOOK)))
    assert names(stage.sync()) == ["create"]
    assert len(stage.issues) == 3


def test_unlinking_says_that_the_row_names_the_issue_still(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT)))
    stage.sync(write_back=True)
    key = stage.issue(ALERT)["id"]
    with stage.store() as store:
        said = settling.unlink(key, store=store, now=stage.clock())
    assert said.endswith(
        f"; docs/a.md names {key} still: take it out there, or the next sync links them again"
    )
    assert names(stage.sync()) == ["link"]


def test_issues_with_a_marker_but_no_link_are_adopted(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT)))
    stage.sync()
    before = linked(stage)
    with stage.store() as store, store.writing() as writer:
        writer.unlink([record.item_id for record in store.items()])
    with stage.store() as store:
        assert settling.adopt("local", store=store, open_tracker=stage.open, now=stage.clock()) == (1, [])
    assert linked(stage) == before
    stage.sync()
    assert len(stage.issues) == 1


def test_a_rebuilt_state_has_the_same_links_and_plans_nothing(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT), row(RUNBOOK), row(ALERT, owner="Bob")))
    stage.write("b.md", document(row(ALERT), incident="INC-8"))
    stage.sync()
    before = linked(stage)
    lose_the_state(stage)
    assert rebuilt(stage) == Rebuilt(linked=4, removed=0, unclear=0)
    assert linked(stage) == before
    assert stage.sync().actions == ()


def test_a_rebuilt_state_knows_issues_whose_row_is_gone_and_follows_edits(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT), row(RUNBOOK)))
    stage.sync()
    before = linked(stage)
    stage.write("a.md", document(row("Add alertnig for the payment queue depth")))
    lose_the_state(stage)
    assert rebuilt(stage) == Rebuilt(linked=1, removed=1, unclear=0)
    assert linked(stage).items() <= before.items()
    assert len(stage.issues) == 2


def test_after_a_rebuild_new_rows_get_issues_and_unclear_ones_are_told(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT), row(ALERT)))
    stage.write("b.md", document(row(RUNBOOK), incident="INC-8"))
    stage.sync()
    stage.write("a.md", document(row(ALERT)))
    stage.write("b.md", document(row(RUNBOOK), row("Rotate the keys"), incident="INC-8"))
    lose_the_state(stage)
    assert rebuilt(stage) == Rebuilt(linked=1, removed=2, unclear=1)
    assert sorted(names(stage.sync())) == ["create", "skip"]
    assert names(stage.sync()) == ["skip"]


def test_only_an_empty_state_is_rebuilt(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT)))
    stage.sync()
    with pytest.raises(StateError, match="is not empty"):
        rebuilt(stage)


def test_an_exported_state_is_imported_as_it_was_and_only_whole(stage: Stage, tmp_path: Path) -> None:
    stage.write("a.md", document(row(f"{ALERT} \u202e日本\x9b"), row(RUNBOOK)))
    stage.sync()
    with stage.store() as store:
        lines = list(export_lines(store))
    assert "".join(lines).isascii()
    strangers = ["[]", '["items", 5]', '["items", {"title": "x"}]', '["items", {"payload": 5}]']
    with open_store("sqlite:///other.db", root=tmp_path, now=stage.clock) as other:
        broken = [lines[:-1], lines[:-2] + lines[-1:]]
        for damaged in (*broken, *([*lines[:-1], each, lines[-1]] for each in strangers)):
            with pytest.raises(StateError, match=r"is not whole|cannot be read|do not fit"):
                import_lines(other, damaged)
        assert import_lines(other, lines) == len(lines) - 2
        assert list(export_lines(other)) == lines
        with pytest.raises(StateError, match="is not empty"):
            import_lines(other, lines)
    stage.state = "sqlite:///other.db"
    assert stage.sync().actions == ()


@pytest.mark.parametrize(
    "text", ["", "not json", '{"format": "something else"}', '{"format": "pmtrack-state", "schema": "0"}']
)
def test_what_is_no_export_is_refused(stage: Stage, text: str) -> None:
    with stage.store() as store, pytest.raises(StateError):
        import_lines(store, [text])


def test_an_adopted_issue_is_compared_with_what_was_sent_by_every_later_run(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(point: str) -> None:
        if point == "before-link":
            raise KeyboardInterrupt

    stage.write("a.md", document(row(ALERT, priority="P1")))
    with monkeypatch.context() as patch:
        patch.setattr(faults, "reach", die)
        with pytest.raises(KeyboardInterrupt):
            stage.sync()
    assert [each.action for each in stage.sync().actions] == ["adopt"]
    stage.write("a.md", document(row(ALERT, priority="P0")))
    (only,) = stage.sync().actions
    assert "priority" in only.fields
    assert [issue["priority"] for issue in stage.issues] == [0]


def test_a_damaged_journal_stops_the_run_before_anything_is_written(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(point: str) -> None:
        if point == "after-commit":
            raise KeyboardInterrupt

    stage.write("a.md", document(row(ALERT)))
    monkeypatch.setattr(faults, "reach", die)
    with pytest.raises(KeyboardInterrupt):
        stage.sync()
    before = stage.issues
    with stage.store() as store, store.engine.begin() as connection:
        assert store.open_intents()
        connection.execute(update(Intent).values(payload='{"title": "something else"}'))
    stage.write("b.md", document(row(RUNBOOK), incident="INC-8"))
    with pytest.raises(StateError, match="the journal is damaged: entry 1"):
        stage.sync()
    assert stage.issues == before
