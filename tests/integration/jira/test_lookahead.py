"""What a plan needs is looked at before its first write: named with what to do, and nothing sent that cannot succeed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.contract.suite import DUE, created, new_issue, read
from tests.integration.sync.stage import Stage, document, row
from tests.jira import Bench
from tests.servers.jira import CustomField, Fault, User
from tests.servers.jira.model import Transition, one_way_workflow, strict_workflow
from tracker.foresight import Foreseeing, Foresight
from tracker.models import Issue, Person, Severity, Status
from tracker.remote import Confirmed, Field, IssueChange, NewIssue
from tracker.settings import TrackerSettings
from tracker.sync.report import ActionRecord, Progress


def foreseen(
    bench: Bench, creates: Sequence[NewIssue] = (), changes: Sequence[IssueChange] = (), **options: object
) -> Foresight:
    """What a fresh adapter says of a plan; it writes nothing meanwhile."""
    bench.server.forget()
    told = bench.tracker(**options).foresee(creates, changes)  # type: ignore[arg-type]
    assert bench.server.writes == []
    return told


def made(bench: Bench, status: str = "To Do") -> Issue:
    """An issue as an earlier run left it, in this status."""
    (issue,) = created(bench.tracker().create([new_issue()]))
    bench.site.set_status(issue.ref.id, status)
    return read(bench.tracker(), issue.ref)


def change(issue: Issue, **fields: object) -> IssueChange:
    """A change of an issue, by names of fields."""
    values = {Field(name): value for name, value in fields.items()}
    return IssueChange(issue.ref, issue.marker or "", values, base=issue)


def said(told: Foresight) -> str:
    """All problems with their hints, as one text."""
    return " | ".join(f"{each.message} ({each.hint})" for each in told.problems)


def test_a_plan_without_a_flaw_is_not_commented(either: Bench) -> None:
    issue = made(either)
    told = foreseen(either, [new_issue("New", due=DUE)], [change(issue, status=Status.DONE, title="Other")])
    assert told == Foresight()
    assert isinstance(either.tracker(), Foreseeing)


def test_the_right_to_create_is_asked_for_before_the_first_issue(either: Bench) -> None:
    either.site.projects["OPS"].permissions.discard("CREATE_ISSUES")
    news = [new_issue("One"), new_issue("Two")]
    told = foreseen(either, news)
    assert set(told.refused) == {new.marker for new in news}
    assert "may not create issues (Ask an administrator for CREATE_ISSUES in OPS.)" in said(told)


@pytest.mark.parametrize(
    ("permission", "fields", "refused"),
    [
        ("EDIT_ISSUES", {"title": "Other"}, True),
        ("EDIT_ISSUES", {"title": "Other", "status": Status.DONE}, True),
        ("TRANSITION_ISSUES", {"status": Status.DONE}, True),
        ("TRANSITION_ISSUES", {"status": Status.DONE, "title": "Other"}, False),
        ("ASSIGN_ISSUES", {"assignees": ("somebody",)}, False),
    ],
)
def test_the_rights_that_changes_need_are_asked_for(
    either: Bench, permission: str, fields: dict[str, object], refused: bool
) -> None:
    issue = made(either)
    either.site.projects["OPS"].permissions.discard(permission)
    told = foreseen(either, changes=[change(issue, **fields)])
    assert permission in said(told)
    assert (issue.marker in told.refused) is refused


def test_rights_that_the_plan_does_not_need_are_not_mentioned(either: Bench) -> None:
    either.site.projects["OPS"].permissions -= {"LINK_ISSUES", "ASSIGN_ISSUES", "TRANSITION_ISSUES"}
    assert foreseen(either, [new_issue()]) == Foresight()
    assert "LINK_ISSUES" in said(foreseen(either, [new_issue()], remote_link=True))


def test_a_required_field_is_told_once_and_holds_back_only_those_that_lack_it(either: Bench) -> None:
    cause = CustomField("customfield_10100", "Root cause", "option", True, ("Process", "Code"))
    either.site.add_custom_field("OPS", cause)
    news = [
        NewIssue("k0000000none", "No category"),
        NewIssue("k0000000with", "With", extra={"category": "Code"}),
    ]
    told = foreseen(either, news, fields={"Root cause": "{category}"})
    assert set(told.refused) == {"k0000000none"}
    assert said(told).count("requires 'Root cause' [customfield_10100] (one of Process, Code)") == 1
    assert foreseen(either, news, fields={"Root cause": "Code"}) == Foresight()


def test_what_the_configuration_names_and_the_site_lacks_is_told(either: Bench) -> None:
    either.site.projects["OPS"].components = {"200": "Backend"}
    told = foreseen(either, [new_issue()], components=["Nowhere"], fields={"Colour": "red"})
    assert "there is no components 'Nowhere' (There is: Backend.)" in said(told)
    assert "configured field 'Colour' is not on the create screen" in said(told)


def test_an_archived_or_missing_project_is_told_as_such(either: Bench) -> None:
    new = new_issue()
    assert "may browse it" in said(foreseen(either, [new], project="NOPE"))
    either.site.projects["OPS"].archived = True
    told = foreseen(either, [new])
    assert "project OPS is archived (Restore it" in said(told)
    assert new.marker in told.refused


def test_an_issue_type_that_is_not_there_is_told_with_those_that_are(either: Bench) -> None:
    told = foreseen(either, [new_issue()], issue_type="Aufgabe")
    assert "no issue type 'Aufgabe'" in said(told)
    assert "It offers: Task" in said(told)


def test_a_change_of_status_without_a_way_is_told_and_not_sent(either: Bench) -> None:
    either.site.projects["OPS"].workflow = one_way_workflow()
    issue = made(either, "Done")
    told = foreseen(either, changes=[change(issue, status=Status.OPEN)])
    assert f"{issue.ref.key}: the workflow has no way from 'Done' to open" in said(told)
    assert set(told.refused) == {issue.marker}
    mixed = foreseen(either, changes=[change(issue, status=Status.OPEN, due=DUE)])
    assert "no way" in said(mixed)
    assert mixed.refused == {}


def test_a_transition_that_asks_for_a_field_is_told_with_its_values(either: Bench) -> None:
    either.site.projects["OPS"].workflow = [
        Transition("7", "Finish", "10001", None, screen={"resolution": True, "customfield_7": True})
    ]
    issue = made(either)
    told = foreseen(either, changes=[change(issue, status=Status.DONE)])
    assert "transition 'Finish' needs 'Customfield_7'" in said(told)
    assert "`transition_fields`" in said(told)


def test_the_ways_of_new_issues_are_those_of_the_issues_that_are_there(either: Bench) -> None:
    project = either.site.projects["OPS"]
    project.workflow = strict_workflow()
    done = NewIssue("k0000000done", "Done already", status=Status.DONE)
    assert foreseen(either, [done]) == Foresight()  # nothing is known: no issue stands there yet
    for status in ("To Do", "In Progress", "In Review"):
        made(either, status)
    assert foreseen(either, [done]) == Foresight()
    project.workflow = [step for step in strict_workflow() if step.name != "Finish"]
    told = foreseen(either, [done, new_issue("Open")])
    assert "1 of the new issues should be done and will stay as they are made" in said(told)
    assert [each.severity for each in told.problems] == [Severity.WARNING]
    assert told.refused == {}


def test_looking_ahead_costs_a_change_of_status_no_request(either: Bench) -> None:
    issue = made(either)
    asked = change(issue, status=Status.DONE)
    either.server.forget()
    assert isinstance(next(iter(either.tracker().update([asked]))).outcome, Confirmed)
    alone = len(either.server.requests)
    either.site.set_status(issue.ref.id, "To Do")
    either.server.forget()
    tracker = either.tracker()
    tracker.foresee([], [asked])
    assert isinstance(next(iter(tracker.update([asked]))).outcome, Confirmed)
    assert len(either.server.requests) == alone + 1  # the permissions


def test_a_step_that_is_no_longer_there_is_looked_for_again(either: Bench) -> None:
    either.site.projects["OPS"].workflow = strict_workflow()
    issue = made(either)
    tracker = either.tracker()
    tracker.foresee([], [change(issue, status=Status.DONE)])
    either.site.set_status(issue.ref.id, "In Review")  # a person was faster
    (only,) = tracker.update([change(issue, status=Status.DONE)])
    assert isinstance(only.outcome, Confirmed)
    assert only.outcome.issue.status is Status.DONE


@pytest.mark.parametrize("path", ["mypermissions", "issue/createmeta/.*", "issue/[0-9]+/transitions"])
def test_a_site_that_cannot_be_asked_stops_nothing_beforehand(either: Bench, path: str) -> None:
    issue = made(either)
    either.server.faults.append(Fault("answer", "GET", path, status=500, times=9))
    told = foreseen(either, [new_issue("New")], [change(issue, status=Status.DONE)])
    assert told.refused == {}


def test_looking_ahead_costs_a_first_sync_six_requests_at_most(either: Bench) -> None:
    either.server.checker = None
    statuses = [Status.OPEN, Status.DONE]
    news = [
        NewIssue(f"k0000000{number:04d}", f"Item {number}", status=statuses[number % 2])
        for number in range(230)
    ]
    foreseen(either, news)
    assert len(either.server.requests) <= 6


# --- through the engine ----------------------------------------------------------------------------------------------


@dataclass
class Listener(Progress):
    """Notes when it was told what, and how many writes had been sent by then."""

    writes: Callable[[], int]
    warnings: list[str] = field(default_factory=list)
    before: int = -1
    over: list[ActionRecord] = field(default_factory=list)

    def warned(self, warnings: Sequence[str]) -> None:
        self.warnings += warnings
        self.before = self.writes()

    def advanced(self, record: ActionRecord) -> None:
        self.over.append(record)


@pytest.fixture
def stage(either: Bench, tmp_path: Path) -> Stage:
    """The engine on a local Jira that requires a field of every issue."""
    configured = {"default_tracker": "jira", "trackers": {"jira": TrackerSettings("jira", "jira")}}
    made = Stage(tmp_path, trackers={"jira": either.tracker}, extra=configured)
    either.site.now = made.clock
    either.clock.at = made.now
    return made


def test_a_run_tells_before_it_writes_and_tries_again_when_it_was_mended(either: Bench, stage: Stage) -> None:
    cause = CustomField("customfield_10100", "Root cause", "option", True, ("Process", "Code"))
    either.site.add_custom_field("OPS", cause)
    stage.write("a.md", document(row("Add an alert", owner="Nobody Here"), row("Write a runbook")))
    listener = Listener(lambda: len(either.server.writes))
    report = stage.sync(progress=listener)
    assert listener.before == 0
    assert any("requires 'Root cause'" in text for text in listener.warnings)
    assert any("owner Nobody Here" in text for text in listener.warnings)
    assert [each.outcome for each in listener.over] == ["failed", "failed"]
    assert (report.exit_code, either.server.writes) == (5, [])
    planned = stage.sync(dry_run=True)
    assert {each.outcome for each in planned.actions} == {"failed"}
    assert any("Root cause" in text for text in planned.warnings)
    either.site.projects["OPS"].custom.clear()
    assert [each.outcome for each in stage.sync().actions] == ["done", "done"]
    assert stage.sync().actions == ()


def test_what_can_be_written_is_written_beside_what_cannot(either: Bench, stage: Stage) -> None:
    stage.write("a.md", document(row("Add an alert"), row("Write a runbook")))
    assert stage.sync().exit_code == 0
    either.site.projects["OPS"].permissions.discard("TRANSITION_ISSUES")
    stage.write("a.md", document(row("Add an alert", status="Done"), row("Write a longer runbook")))
    report = stage.sync()
    assert sorted(each.outcome for each in report.actions) == ["done", "failed"]
    assert [each.error for each in report.actions if each.outcome == "failed"] == [
        "this account may not change the status of issues"
    ]
    assert any("TRANSITION_ISSUES" in text for text in report.warnings)
    either.site.projects["OPS"].permissions.add("TRANSITION_ISSUES")
    assert [each.action for each in stage.sync().actions] == ["close"]


def test_an_owner_who_is_put_into_the_people_map_later_is_assigned_by_the_next_run(
    either: Bench, stage: Stage
) -> None:
    either.site.add_user(User("nora-account", "Nora L. Late", "nora@acme.example"))
    stage.write("a.md", document(row("Add an alert", owner="Nora Late"), row("Write a runbook", owner="")))
    assert any("owner Nora Late: nobody" in text for text in stage.sync().warnings)
    either.server.forget()
    assert stage.sync().actions == ()
    assert len(either.server.requests) <= 3
    stage.extra["people"] = {"nora": Person("nora", ("Nora Late",), {"jira": "nora-account"})}
    (only,) = stage.sync().actions
    assert (only.action, only.outcome) == ("update", "done")
    assert either.site.living()[0].fields["assignee"] == "nora-account"
    assert stage.sync().actions == ()


def test_somebody_whom_a_person_assigned_meanwhile_stays(either: Bench, stage: Stage) -> None:
    either.site.add_user(User("nora-account", "Nora L. Late", "nora@acme.example"))
    either.site.add_user(User("olaf-account", "Olaf", "olaf@acme.example"))
    stage.write("a.md", document(row("Add an alert", owner="Nora Late")))
    stage.sync()
    either.site.edit("OPS-1", assignee="olaf-account")
    stage.extra["people"] = {"nora": Person("nora", ("Nora Late",), {"jira": "nora-account"})}
    stage.sync()
    assert either.site.living()[0].fields["assignee"] == "olaf-account"
