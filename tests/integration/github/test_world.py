"""The world as it is: repositories and issues that are not what the configuration hopes for."""

from __future__ import annotations

import pytest

from tests.contract.suite import created, new_issue
from tests.servers.github.world import GitHubWorld
from tracker.errors import PmtrackError
from tracker.models import Status
from tracker.remote import Confirmed, Field, Found, Gone, IssueChange, NewIssue, Refused, Unreadable


def test_an_archived_repository_is_refused_before_anything_is_sent(world: GitHubWorld) -> None:
    world.repository.archived = True
    (only,) = world.tracker().create([new_issue()])
    assert isinstance(only.outcome, Refused)
    assert "archived" in only.outcome.reason
    assert world.server.content_requests() == 0


def test_disabled_issues_are_refused_with_what_to_do(world: GitHubWorld) -> None:
    world.repository.has_issues = False
    (only,) = world.tracker().create([new_issue()])
    assert isinstance(only.outcome, Refused)
    assert "disabled" in only.outcome.reason
    assert "settings" in str(only.outcome.hint)


def test_a_renamed_repository_is_followed_by_reads_and_writes(world: GitHubWorld) -> None:
    (issue,) = created(world.tracker().create([new_issue()]))
    world.store.rename("acme/incidents", "acme/post-mortems")
    tracker = world.tracker()
    assert [type(each) for each in tracker.fetch([issue.ref.id])] == [Found]
    assert tracker.changes(None, [issue.ref.id]).complete
    (only,) = tracker.create([new_issue("Another")])
    assert isinstance(only.outcome, Confirmed)
    assert only.outcome.issue.ref.key == "acme/post-mortems#2"
    assert len(world.repository.issues) == 2
    messages = [problem.message for problem in world.tracker().check()]
    assert "acme/incidents is called acme/post-mortems now" in messages


def test_a_write_that_meets_the_rename_itself_is_sent_to_the_new_place_once(world: GitHubWorld) -> None:
    tracker = world.tracker()
    (issue,) = created(tracker.create([new_issue()]))
    world.store.rename("acme/incidents", "acme/post-mortems")
    created(tracker.create([new_issue("Another")]))
    (only,) = tracker.update([IssueChange(issue.ref, issue.marker or "", {Field.TITLE: "New"}, base=issue)])
    assert isinstance(only.outcome, Confirmed)
    assert {each.title for each in world.repository.issues.values()} == {"New", "Another"}


def test_a_list_of_a_renamed_repository_keeps_its_query(world: GitHubWorld) -> None:
    world.server.has_graphql = False
    tracker = world.tracker()
    (issue,) = created(tracker.create([new_issue()]))
    world.store.close(world.repository, 1)
    world.store.rename("acme/incidents", "acme/post-mortems")
    changes = world.tracker().changes(None, [issue.ref.id])
    assert [each.status for each in changes.issues] == [Status.DONE]
    assert [each.marker for each in world.tracker().scan()] == [issue.marker]


def test_a_transferred_issue_is_followed_and_changed_where_it_is(world: GitHubWorld) -> None:
    (issue,) = created(world.tracker().create([new_issue()]))
    key = world.move(issue.ref)
    tracker = world.tracker()
    (result,) = tracker.fetch([issue.ref.id])
    assert isinstance(result, Found)
    assert (result.issue.ref.id, result.issue.ref.key) == (issue.ref.id, key)
    (only,) = world.tracker().update(
        [IssueChange(result.issue.ref, issue.marker or "", {Field.TITLE: "There"}, base=issue)]
    )
    assert isinstance(only.outcome, Confirmed)
    assert world.elsewhere.issues[1].title == "There"


def test_a_change_of_an_issue_that_was_just_transferred_arrives(world: GitHubWorld) -> None:
    tracker = world.tracker()
    (issue,) = created(tracker.create([new_issue()]))
    world.move(issue.ref)
    (only,) = tracker.update(
        [IssueChange(issue.ref, issue.marker or "", {Field.STATUS: Status.DONE}, base=issue)]
    )
    assert isinstance(only.outcome, Confirmed)
    assert only.outcome.issue.ref.id == issue.ref.id
    assert world.elsewhere.issues[1].state == "closed"


def test_an_issue_that_became_a_discussion_is_gone_with_its_address(world: GitHubWorld) -> None:
    (issue,) = created(world.tracker().create([new_issue()]))
    world.store.convert(world.repository, 1)
    (result,) = world.tracker().fetch([issue.ref.id])
    assert isinstance(result, Gone)
    assert "/discussions/1" in result.reason


def test_without_access_nothing_is_gone(world: GitHubWorld) -> None:
    (issue,) = created(world.tracker().create([new_issue()]))
    world.store.users["pm-bot"].role = "none"
    assert all(isinstance(each, Unreadable) for each in world.tracker().fetch([issue.ref.id]))
    changes = world.tracker().changes(None, [issue.ref.id])
    assert not changes.complete
    assert changes.gone == ()


def test_a_locked_issue_can_be_changed(world: GitHubWorld) -> None:
    tracker = world.tracker()
    (issue,) = created(tracker.create([new_issue()]))
    world.repository.issues[1].locked = True
    (only,) = tracker.update(
        [IssueChange(issue.ref, issue.marker or "", {Field.STATUS: Status.DONE}, base=issue)]
    )
    assert isinstance(only.outcome, Confirmed)


def test_a_reference_to_a_pull_request_names_no_issue(world: GitHubWorld) -> None:
    tracker = world.tracker()
    created(tracker.create([new_issue()]))
    world.store.create(world.repository, "bob", "Mend it", "", pull_request=True)
    assert set(tracker.lookup(["#1", "#2", "GH-1"])) == {"#1", "GH-1"}
    assert not tracker.owns(f"{world.server.url}/acme/incidents/pull/2")
    assert not tracker.owns("other/repository#1")
    assert tracker.owns("acme/incidents#1")


@pytest.mark.parametrize("graphql", [True, False])
def test_a_reference_to_a_number_that_does_not_exist_is_not_readable(
    world: GitHubWorld, graphql: bool
) -> None:
    world.server.has_graphql = graphql
    (result,) = world.tracker().lookup(["#77"]).values()
    assert isinstance(result, Unreadable)


def test_without_push_permission_what_was_dropped_is_told(world: GitHubWorld) -> None:
    world.store.users["pm-bot"].role = "read"
    new = NewIssue("k99999999999", "Title", "text", priority=1, assignees=("bob",), labels=("pmtrack",))
    (only,) = world.tracker().create([new])
    assert isinstance(only.outcome, Confirmed)
    told = " ".join(only.outcome.warnings)
    assert "label 'pmtrack'" in told
    assert "assignee 'bob'" in told
    assert "label 'priority: P1'" in told
    problems = [each for each in world.tracker().check() if not each.ok]
    assert any("no write permission" in each.message and each.hint for each in problems)


def test_the_preflight_names_a_wrong_token_and_what_to_do(world: GitHubWorld) -> None:
    world.store.tokens.clear()
    (problem,) = world.tracker().check()
    assert "Bad credentials" in problem.message
    assert "new one" in str(problem.hint)


def test_the_preflight_names_a_repository_that_is_not_there(world: GitHubWorld) -> None:
    (problem,) = world.tracker(repository="acme/nothing").check()
    assert "404" in problem.message
    assert "acme/nothing" in str(problem.hint)


def test_the_preflight_checks_what_is_configured(world: GitHubWorld) -> None:
    tracker = world.tracker(milestone="Q4", due_field="Due date", create_labels=False)
    messages = " | ".join(problem.message for problem in tracker.check() if not problem.ok)
    assert "milestone 'Q4'" in messages
    assert "no date issue-field 'Due date'" in messages


def test_a_failing_preflight_of_an_unreachable_server_raises(world: GitHubWorld) -> None:
    world.server.stop()
    with pytest.raises(PmtrackError):
        world.tracker().check()
