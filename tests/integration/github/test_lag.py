"""Lists and the search of GitHub know a new issue late, by seconds to minutes; its own address knows it at once.

`Store.lag_s` of the server is how late.
"""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.contract.suite import created, new_issue
from tests.integration.sync.stage import Stage, document, row
from tests.servers.github import Fault, Kind
from tests.servers.github.world import REPOSITORY, TOKEN, GitHubWorld
from tracker.remote import Adopted, NewIssue, ProbeQuery, Unknown
from tracker.settings import TrackerSettings

MINUTES = 10
TITLES = ("Add alerting", "Write the runbook", "Rotate the keys")


@pytest.fixture
def late(fast: GitHubWorld) -> GitHubWorld:
    fast.store.lag_s = MINUTES * 60.0
    return fast


@pytest.fixture
def stage(late: GitHubWorld, tmp_path: Path) -> Stage:
    """A real engine and state on that server, with the server's clock."""
    made = Stage(tmp_path / "ground", trackers={"github": late.tracker})
    made.extra = {
        "default_tracker": "github",
        "trackers": {"github": TrackerSettings("github", "github", {"repository": REPOSITORY})},
    }
    made.write("a.md", document(*(row(title, owner="") for title in TITLES)))
    return made


def searched(world: GitHubWorld, words: str) -> int:
    """How many issues the search knows."""
    query = quote(f"repo:{REPOSITORY} {words}")
    request = urllib.request.Request(  # noqa: S310 - a loopback address
        f"{world.server.url}/search/issues?q={query}", headers={"Authorization": f"token {TOKEN}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return int(json.loads(answer.read())["total_count"])


def titles(world: GitHubWorld) -> list[str]:
    return sorted(issue.title for issue in world.repository.issues.values())


@pytest.mark.parametrize("graphql", [True, False])
def test_a_create_whose_answer_was_lost_is_adopted_though_no_list_knows_it_yet(
    late: GitHubWorld, graphql: bool
) -> None:
    late.server.has_graphql = graphql
    tracker = late.tracker()
    created(tracker.create([new_issue("Before")]))
    watermark = tracker.watermark()
    new = NewIssue("k99999999999", "Lost on the way", "text")
    late.lose_next_answer()
    assert isinstance(next(iter(tracker.create([new]))).outcome, Unknown)
    assert searched(late, "Lost on the way") == 0, "a script that searches would create it again"
    (settled,) = late.tracker().probe([ProbeQuery(new.marker, watermark)])
    assert isinstance(settled, Adopted)
    late.clock.sleep(MINUTES * 60)
    assert searched(late, "Lost on the way") == 1


def test_runs_on_a_late_list_create_nothing_twice_and_lose_nothing(late: GitHubWorld, stage: Stage) -> None:
    late.server.faults.add(Fault(Kind.DROP_AFTER, skip=1))
    first = stage.sync()
    assert [each.outcome for each in first.actions if each.action == "create"] == ["done"] * 3
    assert stage.sync().actions == ()
    late.clock.sleep(MINUTES * 60)
    assert stage.sync().actions == ()
    assert titles(late) == sorted(TITLES)


def test_a_late_list_makes_no_issue_gone_and_an_edit_is_told_when_it_arrives(
    late: GitHubWorld, stage: Stage
) -> None:
    stage.sync()
    late.store.close(late.repository, 2)
    assert stage.sync().actions == (), "the list does not know it yet"
    late.clock.sleep(MINUTES * 60)
    stage.sync()
    with stage.store() as store:
        versions = store.issue_versions("github")
    assert len(versions) == 3
    tracker = late.tracker()
    (known,) = [key for key in versions if key.startswith("2/")]
    (found,) = tracker.fetch([known])
    assert versions[known] == found.issue.version, "the state holds what the person did"  # type: ignore[union-attr]
