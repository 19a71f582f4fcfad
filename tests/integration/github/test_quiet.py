"""Runs in which nothing changed, in a world where not all is well: three requests at most, and nothing is missed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from adapters.github.adapter import GitHubTracker
from tests.contract.suite import created, new_issue
from tests.integration.github.test_app import keys, opened
from tests.integration.github.test_budgets import fill
from tests.integration.github.test_memory import GitHubStage, staged
from tests.integration.sync.stage import document, row
from tests.servers.github import Fault, Kind
from tests.servers.github.world import GitHubWorld
from tracker.remote import Unreadable

MOST = 3
EACH = 10
NAMES = [f"Petra Unknown{number}" for number in range(EACH)]
NUMBERS = [f"#{9_000 + number}" for number in range(EACH)]
OPENERS: dict[str, Callable[[GitHubWorld], GitHubTracker]] = {"token": GitHubWorld.tracker, "app": opened}


LONG = os.environ.get("PMTRACK_TEST_PROFILE") == "long"


# The App has one request less for everything else.
@pytest.fixture(params=list(OPENERS) if LONG else ["app"])
def stage(fast: GitHubWorld, tmp_path: Path, request: pytest.FixtureRequest) -> GitHubStage:
    """Signed in with a token, or as an App's installation, whose token is one request of each run."""
    fast.store.app_key = keys().public

    class Signed(GitHubStage):
        def open(self, name: str) -> GitHubTracker:
            super().open(name)
            return OPENERS[request.param](self.world)

    return staged(fast, tmp_path, Signed)


def trouble(stage: GitHubStage) -> None:
    """Ten rows each whose owner is unknown, that name a pull request or nothing, whose issue moved, is out of sight or gone."""
    world = stage.world
    for number in range(EACH):
        world.store.create(world.repository, "bob", f"Pull {number}", "", pull_request=True)
    rows = [row(f"Owned {n}", owner=name) for n, name in enumerate(NAMES)]
    rows += [row(f"Pull {n}", ticket=f"#{n + 1}", owner="") for n in range(EACH)]
    rows += [row(f"Number {n}", ticket=number, owner="") for n, number in enumerate(NUMBERS)]
    rows += [row(f"{what} {n}", owner="") for what in ("Moved", "Hidden", "Gone") for n in range(EACH)]
    stage.write("a.md", document(*rows))
    stage.write("b.md", document(*(row(f"More {n}", owner="") for n in range(80)), incident="INC-8"))
    stage.sync()
    for issue in list(world.repository.issues.values()):
        if issue.title.startswith("Moved"):
            world.store.transfer(world.repository, issue.number, world.elsewhere)
        elif issue.title.startswith("Hidden"):
            world.repository.hidden.add(issue.number)
        elif issue.title.startswith("Gone"):
            world.store.delete(world.repository, issue.number)
    for _ in range(2):
        world.clock.sleep(90_000)
        stage.sync()


def requests_of(stage: GitHubStage, *, hours: int) -> int:
    """How many requests a run takes that is so much later."""
    stage.world.clock.sleep(hours * 3600)
    before = len(stage.world.server.log)
    stage.sync()
    return len(stage.world.server.log) - before


def test_a_run_without_changes_takes_three_requests_at_most_whatever_is_amiss(stage: GitHubStage) -> None:
    trouble(stage)
    used = [requests_of(stage, hours=13) for _ in range(6)]
    assert max(used) <= MOST, used
    moved = next(iter(stage.world.elsewhere.issues.values()))
    stage.world.store.edit(stage.world.elsewhere, moved.number, title="Edited where it is now")
    back = stage.world.repository.hidden.pop()
    # As a list does that never tells of an edit: only reading by id can see it.
    late = next(each for each in stage.world.repository.issues.values() if each.title == "More 60")
    late.title, late.updated = "Edited behind the list", stage.world.store.stamp()
    for _ in range(5):
        stage.sync()
        stage.world.clock.sleep(30_000)
    with stage.store() as store:
        told = {each.issue.title: each.unreadable for each in store.items() if each.issue}
        gone = [each.item.title for each in store.items() if each.gone_at]
    assert {"Edited where it is now", "Edited behind the list"} <= told.keys()
    assert told[stage.world.repository.issues[back].title] is None
    assert len([why for why in told.values() if why]) == EACH - 1
    assert sorted(gone) == [f"Gone {number}" for number in range(EACH)]


def test_what_the_last_run_had_to_ask_is_asked_in_one_request_and_answered_anew(fast: GitHubWorld) -> None:
    first = fast.tracker()
    cursor = first.changes(None, []).cursor

    def ask(run: GitHubTracker) -> tuple[set[str], set[str]]:
        owners = [each.name for each in run.resolve(NAMES, ()).values() if each.account]
        found = [ref for ref, each in run.lookup(NUMBERS).items() if not isinstance(each, Unreadable)]
        run.close()
        return set(owners), set(found)

    assert ask(first) == (set(), set())
    quiet = fast.tracker()
    quiet.changes(cursor, [])
    assert ask(quiet) == (set(), set())
    assert quiet.requests == 2
    fast.store.add_user("petra", NAMES[3])
    fast.store.create(fast.repository, "bob", "There now", "").number = 1
    fast.repository.issues[9_004] = fast.repository.issues.pop(1)
    fast.repository.issues[9_004].number = 9_004
    later = fast.tracker()
    later.changes(cursor, [])
    assert ask(later) == ({NAMES[3]}, {"#9004"})


def test_an_issue_out_of_sight_is_looked_for_once_a_week_and_keeps_no_other_back(fast: GitHubWorld) -> None:
    run = fast.tracker()
    ids = [each.ref.id for each in created(run.create([new_issue(f"Action {n}") for n in range(8)]))]
    fast.clock.sleep(3600)
    cursor = fast.tracker().changes(None, ids).cursor
    fast.repository.hidden |= {2, 3, 4}
    used, gone = [], []
    for day in range(24):
        fast.clock.sleep(86_400)
        if day == 12:
            fast.store.delete(fast.repository, 3)
        if day == 20:
            fast.store.edit(fast.repository, 7, title="Edited by a person")
        quiet = fast.tracker()
        told = quiet.changes(cursor, ids)
        assert told.complete
        list(quiet.fetch([each.id for each in told.unreadable]))
        quiet.close()
        cursor, ids = told.cursor, [each for each in ids if each not in {one.id for one in told.gone}]
        used.append(quiet.requests)
        gone += [(day, each.id.partition("/")[0]) for each in told.gone]
        assert {each.id.partition("/")[0] for each in told.unreadable} >= {"2", "4"}
        assert day != 20 or "Edited by a person" in {each.title for each in told.issues}
    assert max(used[1:12] + used[13:]) <= MOST, used
    assert [number for _, number in gone] == ["3"]


def test_a_transferred_issue_that_is_transferred_again_is_followed(fast: GitHubWorld) -> None:
    run = fast.tracker()
    (issue,) = created(run.create([new_issue()]))
    cursor = run.changes(None, [issue.ref.id]).cursor
    fast.move(issue.ref)
    assert [each.ref.key for each in fast.tracker().changes(cursor, [issue.ref.id]).issues] == [
        "acme/platform#1"
    ]
    third = fast.store.add_repository("acme/third")
    fast.store.transfer(fast.elsewhere, 1, third)
    (told,) = fast.tracker().changes(cursor, [issue.ref.id]).issues
    assert (told.ref.id, told.ref.key) == (issue.ref.id, "acme/third#1")
    quiet = fast.tracker()
    assert quiet.changes(cursor, [issue.ref.id]).complete
    assert quiet.requests <= MOST


def test_a_part_of_the_round_whose_request_failed_is_read_by_the_next_run(fast: GitHubWorld) -> None:
    ids = fill(fast, 10)
    fast.clock.sleep(1000)
    ids += fill(fast, 100)
    fast.clock.sleep(3600)
    cursor = fast.tracker().changes(None, ids).cursor
    fast.clock.sleep(90_000)
    fast.repository.issues[2].title = "Edited behind the list"
    fast.server.faults.add(Fault(Kind.STATUS, status=502, body="", path="graphql$", skip=1, times=9))
    broken = fast.tracker().changes(cursor, ids)
    assert (broken.complete, broken.issues, broken.unreadable) == (True, (), ())
    fast.server.faults.clear()
    told = fast.tracker().changes(cursor, ids)
    assert "Edited behind the list" in {each.title for each in told.issues}
