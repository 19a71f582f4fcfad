"""Statuses through workflows of every kind: several steps, required resolutions, no way back, no way at all."""

from __future__ import annotations

import pytest

from tests.contract.suite import created, new_issue, read
from tests.jira import Bench
from tests.servers.jira import Fault
from tests.servers.jira.model import Transition, one_way_workflow, strict_workflow
from tracker.models import Issue, Status
from tracker.remote import Confirmed, Field, Found, IssueChange, NewIssue, Outcome, Refused


def issue_in(bench: Bench) -> Issue:
    """A new issue."""
    (issue,) = created(bench.tracker().create([new_issue()]))
    return issue


def move(
    bench: Bench, issue: Issue, status: Status, resolution: str | None = None, **options: object
) -> Outcome:
    """What becomes of a change of status."""
    fields = {Field.STATUS: status}
    change = IssueChange(issue.ref, issue.marker or "", fields, base=issue, resolution=resolution)
    (only,) = bench.tracker(**options).update([change])  # type: ignore[arg-type]
    return only.outcome


def stored(bench: Bench) -> tuple[str, str | None]:
    """Status and resolution of the first issue, by name."""
    fields = bench.site.living()[0].fields
    return bench.site.statuses[fields["status"]].name, bench.site.resolutions.get(fields["resolution"] or "")


def test_a_path_of_three_steps_with_a_required_resolution_is_walked(either: Bench) -> None:
    either.site.projects["OPS"].workflow = strict_workflow()
    issue = issue_in(either)
    told = move(either, issue, Status.DONE)
    assert isinstance(told, Confirmed), told
    assert told.issue.status is Status.DONE
    assert stored(either) == ("Done", "Done")
    posts = [each for each in either.server.writes if each.path.endswith("transitions")]
    assert len(posts) == 3


@pytest.mark.parametrize(("reason", "name"), [(None, "Won't Do"), ("duplicate", "Duplicate")])
def test_dropped_work_is_closed_with_its_own_resolution(either: Bench, reason: str | None, name: str) -> None:
    either.site.projects["OPS"].workflow = strict_workflow()
    told = move(either, issue_in(either), Status.CANCELLED, reason)
    assert isinstance(told, Confirmed)
    assert told.issue.status is Status.CANCELLED
    assert told.issue.resolution == name
    assert stored(either) == ("Done", name)


def test_an_issue_is_opened_again_through_the_workflow(either: Bench) -> None:
    either.site.projects["OPS"].workflow = strict_workflow()
    issue = issue_in(either)
    move(either, issue, Status.DONE)
    told = move(either, read(either.tracker(), issue.ref), Status.OPEN)
    assert isinstance(told, Confirmed)
    assert told.issue.status is Status.OPEN
    assert stored(either) == ("Reopened", None)


def test_a_workflow_without_a_way_back_says_so_and_changes_nothing(either: Bench) -> None:
    either.site.projects["OPS"].workflow = one_way_workflow()
    issue = issue_in(either)
    move(either, issue, Status.DONE)
    told = move(either, read(either.tracker(), issue.ref), Status.OPEN)
    assert isinstance(told, Refused)
    assert "no way from 'Done' to open" in told.reason
    assert stored(either) == ("Done", "Done")


def test_a_walk_that_ends_nowhere_is_taken_back(either: Bench) -> None:
    back = Transition("9", "Back to start", "10000", ("3", "10010"))
    either.site.projects["OPS"].workflow = [*(s for s in strict_workflow() if s.name != "Finish"), back]
    told = move(either, issue_in(either), Status.DONE)
    assert isinstance(told, Refused)
    assert stored(either) == ("To Do", None)


def test_a_walk_that_cannot_be_taken_back_tells_where_it_ended(either: Bench) -> None:
    either.site.projects["OPS"].workflow = [step for step in strict_workflow() if step.name == "Start"]
    told = move(either, issue_in(either), Status.DONE)
    assert isinstance(told, Confirmed)
    assert told.issue.status is Status.IN_PROGRESS
    assert any("now in 'In Progress'" in warning for warning in told.warnings)


def test_a_required_field_of_a_transition_is_named_and_can_be_configured(either: Bench) -> None:
    step = Transition("31", "Close", "10001", screen={"resolution": True, "comment": True})
    either.site.projects["OPS"].workflow = [step]
    issue = issue_in(either)
    told = move(either, issue, Status.DONE)
    assert isinstance(told, Refused)
    assert "Comment" in told.reason
    assert isinstance(move(either, issue, Status.DONE, transition_fields={"Comment": "done"}), Confirmed)


def test_an_unknown_resolution_is_refused_with_the_known_ones(either: Bench) -> None:
    either.site.projects["OPS"].workflow = strict_workflow()
    told = move(either, issue_in(either), Status.DONE, resolutions={"done": "Erledigt"})
    assert "Erledigt" in str(told)
    assert "Won't Do" in str(told)
    assert stored(either)[0] != "Done"


def test_localised_statuses_are_understood_by_their_category(either: Bench) -> None:
    for status, name in (("10000", "Zu erledigen"), ("3", "In Arbeit"), ("10001", "Fertig")):
        either.site.statuses[status].name = name
    told = move(either, issue_in(either), Status.DONE)
    assert isinstance(told, Confirmed)
    assert told.issue.status_raw == "Fertig"


def test_no_right_to_transition_is_no_success(either: Bench) -> None:
    issue = issue_in(either)
    either.site.projects["OPS"].permissions.discard("TRANSITION_ISSUES")
    assert isinstance(move(either, issue, Status.DONE), Refused)


def test_a_status_that_is_reached_already_sends_nothing(either: Bench) -> None:
    issue = issue_in(either)
    either.site.set_status(issue.ref.id, "Done", "Done")
    either.server.forget()
    assert isinstance(move(either, issue, Status.DONE), Confirmed)
    assert either.server.writes == []


def test_a_status_that_fails_leaves_the_created_issue_and_says_so(either: Bench) -> None:
    either.server.faults.append(Fault("answer", "POST", "issue/.*/transitions", status=400))
    (only,) = either.tracker().create([NewIssue("k0000000done", "Item", status=Status.DONE)])
    assert isinstance(only.outcome, Confirmed)
    assert only.outcome.issue.status is Status.OPEN
    assert any("not done" in warning for warning in only.outcome.warnings)


def test_blocked_statuses_are_told_apart_when_they_are_named(either: Bench) -> None:
    issue = issue_in(either)
    either.site.set_status(issue.ref.id, "In Review")
    assert read(either.tracker(), issue.ref).status is Status.IN_PROGRESS
    assert read(either.tracker(blocked_statuses=["In Review"]), issue.ref).status is Status.BLOCKED


def test_items_that_are_done_already_cost_one_request_each_and_one_question_for_all(either: Bench) -> None:
    news = [NewIssue(f"k00000000{n:03d}", f"Item {n}", status=Status.DONE) for n in range(10)]
    made = created(either.tracker().create(news))
    assert [issue.title for issue in made] == [new.title for new in news]
    assert {issue.status for issue in made} == {Status.DONE}
    asked = [each.method for each in either.server.requests if each.path.endswith("transitions")]
    assert (asked.count("GET"), asked.count("POST")) == (1, 10)
    again = list(either.tracker().fetch([issue.ref.id for issue in made]))
    assert all(isinstance(each, Found) and each.issue.status is Status.DONE for each in again)


def test_an_issue_that_is_not_like_the_others_is_asked_itself(either: Bench) -> None:
    refused = Fault("answer", "POST", "issue/.*/transitions", status=400, after=1)
    either.server.faults.append(refused)
    news = [NewIssue(f"k00000000{n:03d}", f"Item {n}", status=Status.DONE) for n in range(3)]
    assert {issue.status for issue in created(either.tracker().create(news))} == {Status.DONE}
    asked = [each.method for each in either.server.requests if each.path.endswith("transitions")]
    # Another issue may be on its way while what is known of the way is forgotten.
    assert asked.count("GET") in (2, 3)
