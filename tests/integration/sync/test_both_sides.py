"""People edit both sides of one post-mortem at once, in every tracker; what decides is in tests/unit/sync/test_merge.py."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.contract.suite import Unsupported, World, created, new_issue
from tests.contract.test_jira import JiraWorld
from tests.integration.sync.stage import Stage, document, linked, lose_the_state, names, rebuilt, row
from tests.integration.sync.worlds import spare_beads, stage, world
from tracker.errors import ExitCode
from tracker.models import Issue, IssueRef, Status
from tracker.remote import Found
from tracker.sync.rebuild import Rebuilt
from tracker.sync.report import ActionRecord, SyncReport
from tracker.world import Event

__all__ = ["stage", "world"]

NOBODY = "Nobody Atall"
DONE_HERE = "Rotate the signing keys every quarter"
DONE_THERE = "Add alerting for payment queue depth"
DROPPED = "Write a runbook for broker failover"
CLOSED = "Raise the connection pool limit of the ledger"
RENAMED = "Test the restore of the order database"
ASSIGNED = "Document the on-call rotation of checkout"
NOTED = "Limit the retries of the mobile gateway"
DELETED = "Replace the load balancer of the search index"
HELD = "Split the schema migration of the invoices"
TITLES = (DONE_HERE, DONE_THERE, DROPPED, CLOSED, RENAMED, ASSIGNED, NOTED, DELETED, HELD)
NEW_TITLE = "Test the restore of the order database in production"


class Team:
    """People on both sides of one document and one tracker."""

    def __init__(self, stage: Stage, world: World) -> None:
        self.stage, self.world = stage, world
        self.rows = {title: {"title": title, "owner": NOBODY} for title in TITLES}
        if world.known_person:
            self.rows[DONE_HERE]["owner"] = world.known_person[0]
        self.save()

    def save(self) -> None:
        self.stage.write("a.md", document(*(row(**each) for each in self.rows.values())))

    def change(self, edits: Mapping[str, Mapping[str, str]]) -> None:
        """Edit rows of the document as it is now: it may have been written back."""
        for title, edit in edits.items():
            self.rows[title].update(edit)
        self.save()

    def cells(self) -> dict[str, str]:
        """Title -> status, as the document says it."""
        text = (self.stage.root / "docs/a.md").read_text(encoding="utf-8")
        found = [
            [cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.startswith("|")
        ]
        return {cells[2]: cells[6] for cells in found}

    def refs(self) -> dict[str, IssueRef]:
        """The issue of each item, by the title in the document."""
        with self.stage.store() as store:
            return {each.item.title: each.issue.ref for each in store.items() if each.issue}

    def issues(self) -> dict[str, Issue]:
        """The issues as the tracker holds them now, by the title in the document."""
        titles = {ref.id: title for title, ref in self.refs().items()}
        tracker = self.world.tracker()
        found = {each.id: each.issue for each in tracker.fetch(list(titles)) if isinstance(each, Found)}
        tracker.close()
        return {titles[key]: issue for key, issue in found.items()}

    def events(self, title: str) -> list[Event]:
        """The history of an item."""
        with self.stage.store() as store:
            (item,) = [each for each in store.world().items if each.item.title == title]
        return list(item.events)


@pytest.fixture
def team(stage: Stage, world: World) -> Team:
    return Team(stage, world)


def told(report: SyncReport, title: str) -> list[ActionRecord]:
    """What a report says of one item."""
    return [record for record in report.actions if record.item == title]


def people_act(team: Team) -> bool:
    """Everybody edits something, on one side or on both; gives whether the tracker can bar a status."""
    world, issues = team.world, team.refs()
    world.set_status(issues[DONE_THERE], Status.DONE)
    world.drop_status(issues[DROPPED])
    world.set_status(issues[CLOSED], Status.DONE)
    world.edit_title(issues[RENAMED], "Renamed in the tracker")
    world.assign(issues[ASSIGNED], world.other_account)
    world.surround_body(issues[NOTED], "Mine above *it*\n\n", "\n\nand mine below\n")
    world.delete(issues[DELETED])
    try:
        world.forbid_closing(issues[HELD])
    except Unsupported:
        barred = False
    else:
        barred = True
    team.change(
        {
            DONE_HERE: {"status": "Done"},
            CLOSED: {"status": "In Progress"},
            RENAMED: {"title": NEW_TITLE},
            ASSIGNED: {"owner": "Another Nobody"},
            NOTED: {"due": "2027-01-15"},
            HELD: {"status": "Done"} if barred else {},
        }
    )
    return barred


def test_edits_of_people_on_both_sides_meet(team: Team) -> None:
    stage, world = team.stage, team.world
    assert names(stage.sync()) == ["create"] * len(TITLES)
    barred = people_act(team)
    noted = team.refs()[NOTED]
    body = world.body(noted)
    report = stage.sync()
    issues = team.issues()

    assert issues[DONE_HERE].status is Status.DONE
    assert [record.action for record in told(report, DONE_HERE)] == ["close"]
    assert world.known_person is None or issues[DONE_HERE].assignees == (world.known_person[1],)
    # What a person closed stays closed, although the document says that work goes on.
    assert [record.action for record in told(report, CLOSED)] == ["conflict"]
    assert "a person closed the issue" in told(report, CLOSED)[0].reason
    assert issues[CLOSED].status is Status.DONE
    # The loser of a conflict is told and kept.
    conflict, _update = told(report, NEW_TITLE)
    assert conflict.fields["title"]["tracker"] == "Renamed in the tracker"
    assert issues[NEW_TITLE].title == NEW_TITLE
    kept = [event for event in team.events(NEW_TITLE) if event.field == "conflict"]
    assert [(event.old, event.new) for event in kept] == [("title: Renamed in the tracker", NEW_TITLE)]
    assert issues[ASSIGNED].assignees == (world.other_account,)
    # Text of people stays as it is, byte for byte, around a block that was brought up to date.
    after = world.body(noted)
    assert after != body
    assert after.partition("pmtrack:begin")[0] == body.partition("pmtrack:begin")[0]
    assert after.rpartition("pmtrack:end")[2] == body.rpartition("pmtrack:end")[2]
    gone = told(report, DELETED)
    if barred:
        (refused,) = told(report, HELD)
        assert (refused.action, refused.outcome) == ("close", "failed")
        assert refused.error
        assert issues[HELD].status is Status.OPEN
    assert report.exit_code is (ExitCode.PARTIAL if barred else ExitCode.OK)

    team.change({HELD: {"status": "Open"}, CLOSED: {"status": "Open"}})
    if isinstance(world, JiraWorld):
        world.bench.clock.forward(days=1)  # Jira does not tell of deletions; they are looked for once a day
    report = stage.sync(write_back=True)
    gone += told(report, DELETED)
    assert [record.action for record in gone] == ["orphan"]
    cells = team.cells()
    assert (cells[DONE_THERE], cells[CLOSED]) == ("Done", "Done")
    assert cells[DROPPED] not in ("Done", "Open")
    assert "create" not in names(report)
    lines = (stage.root / "docs/a.md").read_text(encoding="utf-8").splitlines(keepends=True)
    lines = [line.replace("| Done |", "| Open |") if CLOSED in line else line for line in lines]
    stage.write("a.md", "".join(lines))
    assert [(record.item, record.action) for record in stage.sync().actions] == [(CLOSED, "reopen")]
    assert team.issues()[CLOSED].status is Status.OPEN
    writes = world.writes()
    assert stage.sync(write_back=True).actions == ()
    assert world.writes() == writes


def test_a_lost_state_is_rebuilt_from_the_markers(stage: Stage, world: World) -> None:
    spare_beads(world)
    stage.write("a.md", document(row(DONE_HERE), row(DROPPED), row(DROPPED, due="2027-03-03")))
    stage.sync()
    before, writes = linked(stage), world.writes()
    lose_the_state(stage)
    assert rebuilt(stage) == Rebuilt(linked=3, removed=0, unclear=0)
    assert linked(stage) == before
    assert stage.sync().actions == ()
    assert world.writes() == writes


def test_a_named_issue_is_used_and_one_that_cannot_be_read_is_not_gone(stage: Stage, world: World) -> None:
    spare_beads(world)
    tracker = world.tracker()
    (made,) = created(tracker.create([new_issue("Made by a person")]))
    tracker.close()
    stage.write("a.md", document(row(DONE_HERE), row(DROPPED, ticket=made.ref.key)))
    report = stage.sync()
    assert next(record.action for record in told(report, DROPPED)) == "link"
    assert world.count() == 2
    with stage.store() as store:
        (hidden,) = [each.issue.ref for each in store.items() if each.issue and each.item.title == DONE_HERE]
    world.make_unreadable(hidden)
    stage.write("a.md", document(row(DONE_HERE, due="2027-03-03"), row(DROPPED, ticket=made.ref.key)))
    for _ in range(2):
        report = stage.sync()
        assert report.exit_code is not ExitCode.OK
        assert not {"create", "orphan", "close"} & {record.action for record in report.actions}
        assert "done" not in {record.outcome for record in told(report, DONE_HERE)}
