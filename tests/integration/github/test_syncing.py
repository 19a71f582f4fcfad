"""Syncs of documents with a GitHub: engine, state and adapter together."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.github.test_memory import GitHubStage, staged
from tests.integration.sync.stage import document, row
from tests.servers.github.world import REPOSITORY, GitHubWorld
from tracker.models import Person

_CATEGORIES = """# Queue outage

**Incident ID:** INC-7
**Severity:** SEV-1 (all customers of the EU region)

## Action Items

| Action | Owner | Category |
|---|---|---|
| Add alerting for the queue depth | Alice Smith | Detection |
"""


@pytest.fixture
def stage(fast: GitHubWorld, tmp_path: Path) -> GitHubStage:
    return staged(fast, tmp_path)


@pytest.mark.parametrize("has_graphql", [True, False])
def test_a_number_in_a_row_that_became_the_issue_of_another_item_stops_only_that_row(
    stage: GitHubStage, has_graphql: bool
) -> None:
    # The row means the issue of another repository; while nothing had that number here it could not be read.
    stage.world.server.has_graphql = has_graphql
    rows = (row("Write the runbook", ticket="#2"), row("Rotate the keys"), row("Test the restore"))
    stage.write("a.md", document(*rows))
    (named, *created) = stage.sync().actions
    assert "no such number, or the token may not see it" in named.reason
    assert [each.issue for each in created] == [f"{REPOSITORY}#1", f"{REPOSITORY}#2"]
    for _ in range(2):
        (stopped,) = stage.sync().actions
        assert (stopped.action, stopped.outcome) == ("skip", "failed")
        assert f"{REPOSITORY}#2, which is the issue of another item" in stopped.reason
    assert stage.world.count() == 2


def test_a_row_that_names_a_pull_request_and_an_issue_is_linked_to_the_issue(stage: GitHubStage) -> None:
    store, repository = stage.world.store, stage.world.repository
    store.create(repository, "bob", "Mend the queue", "", pull_request=True)
    store.create(repository, "bob", "Made by a person", "")
    stage.write("a.md", document(row("Mend the queue", ticket="#1, #2", owner="")))
    (link, *_rest) = stage.sync().actions
    assert (link.action, link.issue) == ("link", f"{REPOSITORY}#2")
    assert stage.world.count() == 2


def test_labels_tell_the_severity_without_remarks_the_category_and_the_team_of_the_owner(
    stage: GitHubStage,
) -> None:
    stage.world.options = {"labels": {"category": "{value}", "team": "team: {value}"}}
    person = Person("alice", ("Alice Smith",), {"github": "asmith"}, team="Payments")
    stage.extra["people"] = {"alice": person}
    stage.write("a.md", _CATEGORIES)
    stage.sync()
    (issue,) = stage.world.repository.issues.values()
    assert sorted(issue.labels) == ["Detection", "pmtrack", "severity: SEV-1", "team: Payments"]


def test_of_many_owners_without_an_account_one_line_is_said(stage: GitHubStage) -> None:
    names = ["Nora Late", "Olaf Early", "Petra Gone", "Quinn New"]
    stage.write("a.md", document(*(row(f"Task of {name}", owner=name) for name in names[:3])))
    assert [text.partition(":")[0] for text in stage.sync().warnings] == [
        f"owner {name}" for name in names[:3]
    ]
    stage.write("b.md", document(*(row(f"Work of {name}", owner=name) for name in names), incident="INC-8"))
    (told,) = stage.sync().warnings
    assert told.startswith("4 owners cannot be assigned: Nora Late, Olaf Early, Petra Gone, Quinn New; their")
    assert "[people]" in told
