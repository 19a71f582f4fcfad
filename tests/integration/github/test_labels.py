"""Labels: found or created with their colours, many at once, and never a reason for an issue to fail."""

from __future__ import annotations

import pytest

from tests.contract.suite import created, new_issue
from tests.servers.github import Fault, Kind
from tests.servers.github.world import GitHubWorld
from tracker.remote import Confirmed, NewIssue

OPTIONS = {"category": "type: {value}", "team": "team: {value}"}


def batch(count: int = 12) -> list[NewIssue]:
    """Issues that need more labels than a request each would be sensible for."""
    return [
        NewIssue(
            f"k{number:011d}",
            f"Action {number}",
            "text",
            priority=number % 5,
            labels=("pmtrack",),
            extra={"severity": f"SEV{number % 4}", "category": "prevent", "team": f"Team {number}"},
        )
        for number in range(count)
    ]


def warnings(world: GitHubWorld, issues: list[NewIssue]) -> list[str]:
    tracker = world.tracker(labels=OPTIONS)
    tracker.changes(None, [])
    outcomes = [each.outcome for each in tracker.create(issues)]
    assert all(isinstance(each, Confirmed) for each in outcomes)
    return [text for each in outcomes if isinstance(each, Confirmed) for text in each.warnings]


def test_all_missing_labels_of_a_run_are_made_with_their_colours_in_one_request(world: GitHubWorld) -> None:
    assert warnings(world, batch()) == []
    assert len(world.repository.labels) == 1 + 5 + 4 + 1 + 12
    assert world.repository.labels["pmtrack"] == "5319e7"
    assert world.repository.labels["priority: P0"] == "b60205"
    assert world.repository.labels["team: Team 11"] == "bfd4f2"
    mutations = [each for each in world.server.log if "createLabel" in str(each.body)]
    assert len(mutations) == 1


def test_the_second_run_makes_none(world: GitHubWorld) -> None:
    warnings(world, batch())
    before = len(world.server.log)
    warnings(world, [new_issue(priority=1)])
    assert not [each for each in world.server.log[before:] if "createLabel" in str(each.body)]


@pytest.mark.parametrize("without", ["graphql", "mutation"])
def test_a_server_that_makes_one_label_at_a_time_is_asked_for_five_and_the_rest_is_told(
    world: GitHubWorld, without: str
) -> None:
    world.server.has_graphql = without != "graphql"
    world.store.knows_label_mutation = without != "mutation"
    texts = warnings(world, batch())
    coloured = [name for name, colour in world.repository.labels.items() if colour != "ededed"]
    assert world.server.count("POST", "/labels") == (5 if without == "graphql" else 4)
    assert len(coloured) >= 3
    assert len(texts) == 23 - world.server.count("POST", "/labels")
    assert all("was left to GitHub, which gives it no colour" in each for each in texts)
    assert len(world.repository.labels) == 23, "GitHub made the others"


def test_a_label_that_somebody_makes_meanwhile_is_no_failure(world: GitHubWorld) -> None:
    tracker = world.tracker()
    tracker.changes(None, [])
    tracker.check()
    world.repository.labels["PMTRACK"] = "000000"
    created(tracker.create([new_issue()]))
    assert world.repository.labels["PMTRACK"] == "000000"


@pytest.mark.parametrize("kind", [Kind.DROP, Kind.STATUS, Kind.DROP_AFTER])
def test_labels_that_could_not_be_made_do_not_fail_the_issues(world: GitHubWorld, kind: Kind) -> None:
    tracker = world.tracker()
    tracker.changes(None, [])
    world.server.faults.add(Fault(kind, path=r"/graphql$"))
    (only,) = tracker.create([new_issue()])
    assert isinstance(only.outcome, Confirmed)
    assert set(only.outcome.issue.labels) >= {"pmtrack"}
    assert "the label 'pmtrack' was not created" in only.outcome.warnings[0]


def test_without_write_permission_no_label_is_tried(world: GitHubWorld) -> None:
    world.store.users["pm-bot"].role = "read"
    texts = warnings(world, [new_issue()])
    assert any("label 'pmtrack'" in each for each in texts)
    assert "createLabel" not in str([each.body for each in world.server.log])
