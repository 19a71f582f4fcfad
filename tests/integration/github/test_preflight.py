"""What is looked at before anything is written, what it costs, and what a person is told to do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.suite import confirmed, created, new_issue
from tests.servers.github import Fault, Kind, Limits, Project
from tests.servers.github.world import TOKEN, GitHubWorld
from tracker.models import Severity
from tracker.remote import Confirmed, Field, IssueChange, NotSent, Outcome, Refused


def first(world: GitHubWorld, **options: Any) -> Outcome:
    """What becomes of a create with these options."""
    (only,) = world.tracker(**options).create([new_issue()])
    return only.outcome


def told(world: GitHubWorld, **options: Any) -> dict[str, str]:
    """What doctor finds wrong, with the hints."""
    return {each.message: str(each.hint) for each in world.tracker(**options).check() if not each.ok}


def limit_token(world: GitHubWorld, **permissions: str) -> None:
    """Make the token a fine-grained one."""
    world.store.scopes.clear()
    world.store.add_limited_token(TOKEN, "pm-bot", **permissions)


def test_a_classic_token_without_the_scope_is_refused_before_anything_is_sent(world: GitHubWorld) -> None:
    world.store.scopes[TOKEN] = "gist, read:org"
    outcome = first(world)
    assert isinstance(outcome, Refused)
    assert outcome.reason == "the token has only the scopes gist, read:org"
    assert "Issues: Read and write" in str(outcome.hint)
    assert world.writes() == 0
    assert "the token has only the scopes gist, read:org" in told(world)


def test_a_fine_grained_token_that_may_only_read_is_found_out_by_trying(world: GitHubWorld) -> None:
    limit_token(world, issues="read")
    outcome = first(world)
    assert isinstance(outcome, Refused)
    assert "Resource not accessible by personal access token; needed: issues=write" in outcome.reason
    assert (world.writes(), world.count()) == (1, 0)
    assert any("may not write issues" in each for each in told(world))


def test_a_fine_grained_token_that_may_write_creates_nothing_by_the_trial(world: GitHubWorld) -> None:
    limit_token(world, issues="write")
    assert told(world) == {}
    assert world.count() == 0
    run = world.tracker()
    created(run.create([new_issue("One"), new_issue("Two")]))
    assert [each.status for each in world.server.log if each.body == {"title": ""}] == [422, 422], (
        "one by doctor, one by the run"
    )
    assert world.count() == 2


@pytest.mark.parametrize("kind", [Kind.DROP, Kind.STATUS])
def test_a_trial_without_an_answer_proves_nothing_and_stops_nothing(world: GitHubWorld, kind: Kind) -> None:
    limit_token(world, issues="write")
    world.server.faults.add(Fault(kind))
    assert isinstance(first(world), Confirmed)


def test_a_limit_that_meets_the_trial_is_no_missing_permission(world: GitHubWorld) -> None:
    limit_token(world, issues="write")
    body = '{"message": "You have exceeded a secondary rate limit."}'
    world.server.faults.add(Fault(Kind.STATUS, status=403, body=body, headers={"Retry-After": "1800"}))
    outcome = first(world)
    assert isinstance(outcome, NotSent), "the create itself met the same limit"


def test_a_run_that_writes_nothing_sends_nothing_for_the_preflight(world: GitHubWorld) -> None:
    limit_token(world, issues="read")
    run = world.tracker()
    run.changes(None, [])
    assert list(run.create([])) == []
    assert list(run.update([])) == []
    run.close()
    assert len(world.server.log) == 1


def test_the_preflight_of_a_run_takes_one_request_for_a_fine_grained_token_and_none_for_others(
    world: GitHubWorld,
) -> None:
    for token_says_nothing in (False, True):
        if token_says_nothing:
            limit_token(world, issues="write")
        run = world.tracker()
        run.changes(None, [])
        (issue,) = created(run.create([new_issue(f"{token_says_nothing}")]))
        before = len(world.server.log)
        again = world.tracker()
        again.changes(None, [issue.ref.id])
        change = IssueChange(issue.ref, issue.marker or "", {Field.TITLE: "New"}, base=issue)
        confirmed(again.update([change]))
        assert len(world.server.log) - before == (3 if token_says_nothing else 2)


def test_without_write_permission_the_first_outcome_says_what_will_be_dropped_and_what_to_do(
    world: GitHubWorld,
) -> None:
    world.store.users["pm-bot"].role = "read"
    outcomes = [each.outcome for each in world.tracker().create([new_issue("One"), new_issue("Two")])]
    assert all(isinstance(each, Confirmed) for each in outcomes)
    texts = [" ".join(each.warnings) for each in outcomes if isinstance(each, Confirmed)]
    assert "no write permission in acme/incidents (Give the account the role Triage or Write" in texts[0]
    assert "no write permission" not in texts[1], "it is told once"


def test_a_quota_that_runs_low_is_told_with_the_time_of_its_reset(world: GitHubWorld) -> None:
    world.server.limits = Limits(core=150, reset_in_s=1800)
    outcome = first(world)
    assert isinstance(outcome, Confirmed)
    assert "of 5000 requests are left until 08:30 UTC" in outcome.warnings[0]
    assert any("requests are left this hour" in each for each in told(world))


def test_the_documented_creates_that_are_left_are_told(world: GitHubWorld) -> None:
    options: dict[str, Any] = {"content_per_hour": 2, "content_per_minute": 80}
    created(world.tracker(**options).create([new_issue("One")]))
    assert {each.message for each in world.tracker(**options).check() if each.ok} >= {
        "1 of 2 new issues this hour are left",
        "79 of 80 new issues this minute are left",
    }
    created(world.tracker(**options).create([new_issue("Two")]))
    assert told(world, **options) == {
        "0 of 2 new issues this hour are left": "Run again later, or with --wait."
    }


def test_a_field_that_does_not_exist_is_refused_before_the_first_write(world: GitHubWorld) -> None:
    outcome = first(world, due_field="Deadline")
    assert isinstance(outcome, Refused)
    assert "no date issue-field 'Deadline'" in outcome.reason
    outcome = first(world, project={"number": 9})
    assert isinstance(outcome, Refused)
    assert "no project 9 with a date field" in outcome.reason
    assert world.count() == 0


def test_a_classic_token_without_the_scope_for_projects_is_told(world: GitHubWorld) -> None:
    world.store.projects[3] = Project(3, "acme")
    assert told(world, project={"number": 3}) == {
        "the token may not write projects, where due dates are to go": "Add the scope `project` to the token."
    }


def test_a_default_assignee_who_cannot_be_assigned_is_told(world: GitHubWorld) -> None:
    assert list(told(world, default_assignee="left-us")) == ["left-us cannot be assigned in acme/incidents"]
    assert told(world, default_assignee="bob") == {}


def test_labels_that_are_missing_are_told(world: GitHubWorld) -> None:
    names = ", ".join(repr(name) for name in ("pmtrack", *(f"priority: P{level}" for level in range(5))))
    fine = [each.message for each in world.tracker().check() if each.ok]
    assert f"labels that are not there yet are created when needed: {names}" in fine
    (message,) = told(world, create_labels=False, labels={"priority": ""})
    assert message == "there are no labels 'pmtrack'"


def test_every_problem_that_doctor_finds_says_what_to_do(world: GitHubWorld) -> None:
    world.store.users["pm-bot"].role = "read"
    world.server.limits = Limits(core=100)
    found = world.tracker(milestone="Q4", create_labels=False, default_assignee="left-us").check()
    wrong = [each for each in found if not each.ok]
    assert len(wrong) == 5
    assert all(each.hint for each in wrong)
    assert {each.severity for each in wrong} == {Severity.WARNING}


def test_an_answer_that_is_no_repository_allows_nothing(world: GitHubWorld) -> None:
    world.server.faults.add(
        Fault(Kind.STATUS, method="GET", path=r"/incidents$", status=200, body='{"ok": true}')
    )
    outcome = first(world)
    assert isinstance(outcome, NotSent)
    assert "/repos/acme/incidents is not a repository" in outcome.reason
    assert world.server.content_requests() == 0


def test_a_repository_that_cannot_be_read_now_is_put_off_not_refused(world: GitHubWorld) -> None:
    world.server.faults.add(Fault(Kind.STATUS, method="GET", path=r"/incidents$", times=9))
    assert isinstance(first(world), NotSent)
