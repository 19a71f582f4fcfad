"""What is put into an issue, and what becomes of it there."""

from __future__ import annotations

import datetime as dt

from tests.contract.suite import confirmed, created, read
from tests.servers.github import Fault, Kind, Project
from tests.servers.github.world import GitHubWorld
from tracker.models import Issue, Status
from tracker.remote import Confirmed, Field, IssueChange, NewIssue, Refused, Tracker

DUE = dt.date(2026, 12, 1)


def make(tracker: Tracker, **fields: object) -> Confirmed:
    values = {"marker": "k99999999999", "title": "Title", "context": "text", **fields}
    (only,) = tracker.create([NewIssue(**values)])  # type: ignore[arg-type]
    assert isinstance(only.outcome, Confirmed), only
    return only.outcome


def change(tracker: Tracker, issue: Issue, **fields: object) -> Confirmed:
    named = {Field(name): value for name, value in fields.items()}
    return confirmed(tracker.update([IssueChange(issue.ref, issue.marker or "", named, base=issue)]))


def test_labels_are_made_with_colours(world: GitHubWorld) -> None:
    extra = {"severity": "SEV1", "category": "prevent", "team": "Payments"}
    labels = {"category": "type: {value}", "team": "team: {value}"}
    issue = make(world.tracker(labels=labels), priority=0, labels=("pmtrack",), extra=extra).issue
    assert set(issue.labels) == {
        "pmtrack",
        "priority: P0",
        "severity: SEV1",
        "type: prevent",
        "team: Payments",
    }
    assert world.repository.labels["pmtrack"] == "5319e7"
    assert world.repository.labels["priority: P0"] == "b60205"


def test_missing_labels_are_left_out_where_they_may_not_be_made(world: GitHubWorld) -> None:
    world.repository.labels["pmtrack"] = "000000"
    outcome = make(world.tracker(create_labels=False), priority=2, labels=("pmtrack",))
    assert outcome.issue.labels == ("pmtrack",)
    assert "there is no label 'priority: P2'" in outcome.warnings[0]
    assert list(world.repository.labels) == ["pmtrack"]


def test_an_unassignable_person_neither_fails_nor_empties_a_create(world: GitHubWorld) -> None:
    outcome = make(world.tracker(), assignees=("bob", "left-the-company"))
    assert outcome.issue.assignees == ("bob",)
    assert "left-the-company cannot be assigned" in outcome.warnings[0]


def test_a_person_who_stops_being_assignable_meanwhile_does_not_fail_the_create(world: GitHubWorld) -> None:
    tracker = world.tracker()
    assert tracker.resolve(["bob"], ())["bob"].account == "bob"
    world.store.users["bob"].role = "read"
    outcome = make(tracker, assignees=("bob",))
    assert outcome.issue.assignees == ()
    assert outcome.warnings == ("GitHub did not take the assignees bob",)
    assert world.count() == 1


def test_an_unassignable_person_does_not_unassign_anybody(world: GitHubWorld) -> None:
    tracker = world.tracker()
    issue = make(tracker, assignees=("bob",)).issue
    outcome = change(tracker, issue, assignees=("left-the-company",))
    assert outcome.issue.assignees == ("bob",)
    assert outcome.warnings


def test_the_default_assignee_takes_what_has_no_owner(world: GitHubWorld) -> None:
    assert make(world.tracker(default_assignee="bob")).issue.assignees == ("bob",)


def test_milestone_and_issue_type_are_set(world: GitHubWorld) -> None:
    world.repository.milestones[4] = "Q4"
    make(world.tracker(milestone="Q4", issue_type="Task"))
    assert (world.repository.issues[1].milestone, world.repository.issues[1].type) == (4, "Task")
    outcome = make(world.tracker(milestone="Q5"), marker="k88888888888")
    assert "milestone 'Q5'" in outcome.warnings[0]


def test_a_title_and_a_body_beyond_the_limits_are_shortened_and_told(world: GitHubWorld) -> None:
    outcome = make(world.tracker(), title="word " * 100, context="line of text\n" * 9000)
    assert len(outcome.issue.title) <= 256
    assert len(world.repository.issues[1].body or "") <= 65_536
    assert outcome.issue.marker == "k99999999999"
    assert len(outcome.warnings) == 2


def test_mentions_notify_nobody_but_the_owner(world: GitHubWorld) -> None:
    text = "asked by @carol and @acme/sre, owned by @bob, mail to x@example.org"
    issue = make(world.tracker(), context=text, assignees=("bob",)).issue
    body = world.repository.issues[1].body or ""
    assert "@carol" not in body
    assert "@acme/sre" not in body
    assert "@bob" in body
    assert "x@example.org" in body
    assert issue.context == text


def test_closing_tells_the_reason(world: GitHubWorld) -> None:
    tracker = world.tracker()
    issue = make(tracker).issue
    assert change(tracker, issue, status=Status.DONE).issue.resolution == "completed"
    assert change(tracker, issue, status=Status.CANCELLED).issue.resolution == "not_planned"
    dropped = IssueChange(
        issue.ref, issue.marker or "", {Field.STATUS: Status.CANCELLED}, issue, "Duplicate of #7"
    )
    assert confirmed(tracker.update([dropped])).issue.resolution == "duplicate"
    assert read(world.tracker(), issue.ref).resolution == "duplicate"
    again = change(tracker, issue, status=Status.OPEN).issue
    assert (again.status, again.resolution) == (Status.OPEN, None)


def test_an_item_that_was_done_before_it_was_tracked_is_created_and_closed(world: GitHubWorld) -> None:
    assert make(world.tracker(), status=Status.DONE).issue.status is Status.DONE


def test_a_changed_priority_replaces_only_its_own_label(world: GitHubWorld) -> None:
    tracker = world.tracker()
    issue = make(tracker, priority=2, labels=("pmtrack",)).issue
    world.add_label(issue.ref, "by-a-person")
    after = change(tracker, issue, priority=0).issue
    assert set(after.labels) == {"pmtrack", "by-a-person", "priority: P0"}
    assert change(tracker, after, priority=None).issue.priority is None


def test_a_priority_whose_new_label_is_refused_stays_as_it_was(world: GitHubWorld) -> None:
    tracker = world.tracker()
    issue = make(tracker, priority=2).issue
    body = '{"message": "Validation Failed"}'
    world.server.faults.add(Fault(Kind.STATUS, path=r"/issues/1/labels$", status=422, body=body))
    changed = IssueChange(issue.ref, issue.marker or "", {Field.PRIORITY: 0}, base=issue)
    (only,) = tracker.update([changed])
    assert isinstance(only.outcome, Refused)
    assert read(tracker, issue.ref).priority == 2, "else the next run would see a person who took it away"


def test_a_due_date_goes_to_the_issue_field_in_the_create_itself(world: GitHubWorld) -> None:
    world.store.org_fields[7] = "Due date"
    tracker = world.tracker(due_field="due date")
    issue = make(tracker, due=DUE).issue
    assert world.repository.issues[1].fields == {7: "2026-12-01"}
    assert world.server.content_requests() == 1
    assert change(tracker, issue, due=None).issue.due is None


def test_a_due_date_on_a_board_is_told_beside_a_warning_that_speaks_of_another_due_date(
    world: GitHubWorld,
) -> None:
    world.store.projects[3] = Project(3, "acme")
    tracker = world.tracker(project={"number": 3}, create_labels=False)
    issue = make(tracker, due=DUE).issue
    later = dt.date(2027, 1, 1)
    outcome = change(tracker, issue, due=later, labels=("due date moved",))
    assert outcome.warnings == ("there is no label 'due date moved', and create_labels is off",)
    assert outcome.issue.due == later


def test_sub_issues_stand_under_one_parent_per_post_mortem(world: GitHubWorld) -> None:
    tracker = world.tracker(parent_issues=True)
    for number in range(3):
        make(
            tracker,
            marker=f"k{number:011d}",
            title=f"Action {number}",
            group="INC-7",
            group_title="INC-7 outage",
        )
    make(world.tracker(parent_issues=True), marker="k00000000009", group="INC-7", group_title="INC-7 outage")
    parent = world.repository.issues[1]
    assert parent.title == "INC-7 outage"
    assert len(parent.children) == 4
    assert len(world.repository.issues) == 5
    assert len(list(world.tracker().scan())) == 4, "a parent is no item"


def test_a_parent_whose_answer_was_lost_is_found_again_not_made_twice(world: GitHubWorld) -> None:
    world.lose_next_answer()
    new = NewIssue("k99999999999", "Title", "text", group="INC-7", group_title="INC-7 outage")
    (lost,) = world.tracker(parent_issues=True).create([new])
    assert not isinstance(lost.outcome, Confirmed)
    created(world.tracker(parent_issues=True).create([new]))
    titles = [issue.title for issue in world.repository.issues.values()]
    assert titles.count("INC-7 outage") == 1


def test_a_parent_is_made_again_only_after_the_service_has_given_up_on_the_lost_request(
    world: GitHubWorld,
) -> None:
    new = NewIssue("k99999999999", "Title", "text", group="INC-7", group_title="INC-7 outage")
    world.server.faults.add(Fault(Kind.DROP))
    (lost,) = world.tracker(parent_issues=True).create([new])
    assert not isinstance(lost.outcome, Confirmed)
    body = next(each.body for each in world.server.log if each.path.endswith("/issues") and each.body)
    wait = world.clock.sleep

    def sleep(seconds: float) -> None:
        world.store.create(world.repository, "pm-bot", body["title"], body["body"])  # carried out late
        world.clock.sleep = wait  # type: ignore[method-assign]
        wait(seconds)

    world.clock.sleep = sleep  # type: ignore[method-assign]
    created(world.tracker(parent_issues=True).create([new]))
    assert [issue.title for issue in world.repository.issues.values()] == ["INC-7 outage", "Title"]
    assert world.server.content_requests() == 2, "the lost parent, and the item"


def test_texts_that_the_browser_stored_with_crlf_are_kept_around_the_block(world: GitHubWorld) -> None:
    tracker = world.tracker()
    issue = make(tracker).issue
    world.surround_body(issue.ref, "Above\nand more\n\n", "\n\nBelow")
    now = read(tracker, issue.ref)
    assert now.context == issue.context
    change(tracker, now, context="changed")
    body = world.body(issue.ref)
    assert body.startswith("Above\r\nand more\r\n")
    assert body.endswith("Below")
    assert read(tracker, issue.ref).context == "changed"
