"""What `pmtrack doctor` asks a Jira, and what a run looks at before it creates anything."""

from __future__ import annotations

import pytest

from adapters.jira.transitions import Step
from adapters.jira.workflow import may_reach
from tests.contract.suite import created, new_issue
from tests.jira import Bench
from tests.servers.jira.model import CustomField, Transition
from tracker.models import Person, Severity
from tracker.remote import Confirmed, Problem, Refused


def told(bench: Bench, **options: object) -> list[Problem]:
    return list(bench.tracker(**options).check())  # type: ignore[arg-type]


def said(problems: list[Problem], word: str) -> Problem:
    (only,) = [problem for problem in problems if word in problem.message]
    return only


def seeded(bench: Bench) -> None:
    """An issue in each status."""
    for name in ("To Do", "In Progress", "Done"):
        issue = bench.site.add_issue("OPS", {"summary": name, "issuetype": "10002"})
        bench.site.set_status(issue.id, name)


def test_it_says_who_i_am(either: Bench) -> None:
    first = told(either)[0]
    assert first.ok
    assert "logged in as pmtrack" in first.message


def test_a_project_that_is_not_there_is_told_without_naming_the_tracker_again(either: Bench) -> None:
    last = told(either, project="NOPE")[-1]
    assert not last.ok
    assert last.message.startswith("project NOPE: ")
    assert "jira:" not in last.message


@pytest.mark.parametrize(
    ("permission", "what", "severity"),
    [
        ("CREATE_ISSUES", "create issues", Severity.ERROR),
        ("EDIT_ISSUES", "edit issues", Severity.ERROR),
        ("ASSIGN_ISSUES", "assign issues", Severity.WARNING),
        ("TRANSITION_ISSUES", "change the status", Severity.WARNING),
        ("LINK_ISSUES", "link issues", Severity.INFO),
    ],
)
def test_each_missing_permission_is_named(
    either: Bench, permission: str, what: str, severity: Severity
) -> None:
    either.site.projects["OPS"].permissions.discard(permission)
    problem = said(told(either), f"may not {what}")
    assert (problem.ok, problem.severity) == (False, severity)
    assert permission in str(problem.hint)


def test_fields_that_are_not_on_the_screen_and_required_ones_are_named(either: Bench) -> None:
    either.site.projects["OPS"].create_screen.discard("duedate")
    cause = CustomField("customfield_10100", "Root cause", "option", True, ("Process", "Code"))
    either.site.add_custom_field("OPS", cause)
    problems = told(either)
    assert not said(problems, "duedate is not on the create screen").ok
    assert "one of Process, Code" in said(problems, "requires 'Root cause'").message
    assert not [each for each in told(either, fields={"Root cause": "Code"}) if "requires" in each.message]


def test_a_workflow_with_a_way_to_done_and_back_is_fine(either: Bench) -> None:
    seeded(either)
    problems = told(either)
    assert said(problems, "can be closed and reopened").ok
    assert all(each.ok for each in problems if "workflow" in each.message)


def test_a_workflow_without_a_way_to_done_or_back_is_told(either: Bench) -> None:
    seeded(either)
    either.site.projects["OPS"].workflow[:] = [Transition("11", "Start", "10002", ("10000",))]
    problems = told(either)
    starts = [each.name for each in either.site.statuses.values() if each.category != "done"]
    ways = [each.message for each in problems if "there is no way to done" in each.message]
    assert ways
    assert all(any(f"{name!r}" in way for name in starts) for way in ways)
    assert said(problems, "no way back from done out of 'Done'").severity is Severity.WARNING


def test_fields_that_closing_asks_for_are_named(either: Bench) -> None:
    seeded(either)
    done = next(key for key, each in either.site.statuses.items() if each.name == "Done")
    either.site.projects["OPS"].workflow.append(
        Transition("77", "Sign off", done, None, screen={"resolution": True, "customfield_1": True})
    )
    assert said(told(either), "transition 'Sign off' needs").severity is Severity.WARNING


def test_a_status_without_an_issue_is_not_judged(either: Bench) -> None:
    problems = told(either)
    assert said(problems, "are seen once an issue stands in them").ok
    assert not [each for each in problems if "no way" in each.message]


def test_the_preflight_writes_nothing(either: Bench) -> None:
    seeded(either)
    told(either)
    assert either.server.writes == []


def test_everybody_of_the_people_map_must_be_exactly_one_assignable_account(either: Bench) -> None:
    account = "5b10ac8d82e05b22cc7d4ef5" if either.site.deployment == "cloud" else "asmith"
    guest = "5b1-guest" if either.site.deployment == "cloud" else "guest"
    team = [
        Person("alice", ("Alice",), accounts={"jira": account}),
        Person("bob", ("Bob Jones",), email="bob@acme.example"),
        Person("sam", ("Sam Lee",)),
        Person("guest", ("Guest",), accounts={"jira": guest}),
        Person("ghost", ("Nobody At All",)),
    ]
    problems = [each for each in told(either, team=team) if each.message.startswith("people")]
    assert [each.message for each in problems if each.ok] == ["people: 2 of 5 can be assigned in OPS"]
    assert {each.message.split(":")[1].strip() for each in problems if not each.ok} == {
        "sam",
        "guest",
        "ghost",
    }
    assert "several people are called so" in said(problems, "sam").message


def test_without_the_right_to_create_nothing_is_sent(either: Bench) -> None:
    either.site.projects["OPS"].permissions.discard("CREATE_ISSUES")
    outcomes = list(either.tracker().create([new_issue("One"), new_issue("Two")]))
    assert all(isinstance(each.outcome, Refused) for each in outcomes), outcomes
    assert either.server.writes == []


def test_what_else_is_missing_is_told_with_the_first_issue(either: Bench) -> None:
    either.site.projects["OPS"].permissions.discard("LINK_ISSUES")
    tracker = either.tracker(remote_link=True)
    outcomes = [each.outcome for each in tracker.create([new_issue("One"), new_issue("Two")])]
    warnings = [each.warnings for each in outcomes if isinstance(each, Confirmed)]
    assert ["may not link" in str(each) for each in warnings] == [True, False]


def test_permissions_and_the_create_screen_are_read_once_a_run(either: Bench) -> None:
    tracker = either.tracker()
    created(tracker.create([new_issue("One")]))
    created(tracker.create([new_issue("Two")]))
    paths = [each.path for each in either.server.requests]
    assert paths.count("mypermissions") == 1
    assert (
        sum(path.startswith("issue/createmeta/") for path in paths) == 2
    )  # the types, and the fields of ours


def test_ways_are_found_through_other_statuses_and_unknown_ones_are_no_dead_end() -> None:
    def to(target: str) -> Step:
        return Step(target, target, {"id": target})

    assert may_reach("a", {"d"}, {"a": [to("b")], "b": [to("a"), to("d")]})
    assert may_reach("a", {"d"}, {"a": [to("unknown")]})
    assert not may_reach("a", {"d"}, {"a": [to("b")], "b": [to("a")]})
