"""Killed or cut off at every point, then run again: one issue per item, nothing lost, the last run empty."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.arena import SIGKILLED, TITLES, Arena, Finished, Ground, finished
from tests.faults.arenas import ARENAS, FAULTS
from tests.postgresql import make_database, server

pytestmark = [pytest.mark.faults, pytest.mark.sleeps]

LONG = os.environ.get("PMTRACK_TEST_PROFILE") == "long"
CREATE_POINTS = (
    "before-intent",
    "after-intent",
    "while-sent",
    "after-commit",
    "before-link",
    "after-link",
    "before-books",
)
CHANGE_POINTS = ("before-update", "while-sent", "after-commit", "after-update", "before-books")
OCCURRENCES = (1, 2, 4) if LONG else (1,)
# What the suite runs of all pairs; `make faults` runs all.
QUICK = {
    ("github", "after-intent"),
    ("jira-cloud", "after-commit"),
}

SERVERS = [name for name in ARENAS if name != "local"] if LONG else ["github"]

MakeGround = Callable[[str], Ground]


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[MakeGround]:
    """Makes the ground with one tracker; its server is stopped at the end."""
    arenas: list[Arena] = []

    def make(name: str) -> Ground:
        arenas.append(ARENAS[name](tmp_path))
        return Ground(tmp_path / "ground", arenas[-1])

    yield make
    for arena in arenas:
        arena.close()


def cases(points: tuple[str, ...], *, quick: set[tuple[str, str]]) -> list[object]:
    """Every tracker at every point at every occurrence, or the quick part of it."""
    return [
        pytest.param(name, f"{point}:{number}", id=f"{name}-{point}-{number}")
        for name in ARENAS
        for point in points
        for number in OCCURRENCES
        if LONG or (name, point) in quick
    ]


def assert_killed(run: Finished, fault: str) -> None:
    """Every tracker has every point; a later passage of it only where the tracker's batches are small enough."""
    if fault.endswith(":1"):
        assert run.code == SIGKILLED, run
    elif run.code != SIGKILLED:
        pytest.skip(f"this run did not pass {fault.partition(':')[0]} so often")


@pytest.mark.parametrize(("name", "fault"), cases(CREATE_POINTS, quick=QUICK))
def test_a_sync_killed_while_it_creates_is_made_good_by_the_next(
    ground: MakeGround, name: str, fault: str
) -> None:
    here = ground(name)
    killed = here.sync(fault=fault)
    here.until_quiet()
    here.check()
    assert_killed(killed, fault)


@pytest.mark.parametrize("fault", [f"{point}:1" for point in CREATE_POINTS] if LONG else [])
def test_a_sync_with_its_state_on_postgresql_killed_while_it_creates_is_made_good_by_the_next(
    tmp_path: Path, fault: str
) -> None:
    with server() as url:
        here = Ground(tmp_path / "ground", ARENAS["local"](tmp_path), state=make_database(url, "state"))
        killed = here.sync(fault=fault)
        here.until_quiet()
        here.check()
        assert_killed(killed, fault)


@pytest.mark.parametrize(
    ("name", "fault"),
    cases(CHANGE_POINTS, quick={("local", "after-update")}),
)
def test_a_sync_killed_while_it_changes_issues_is_made_good_by_the_next(
    ground: MakeGround, name: str, fault: str
) -> None:
    here = ground(name)
    assert here.sync().code == 0
    here.write("INC-1", TITLES[:3], due="2027-01-15", status="Done")
    killed = here.sync(fault=fault)
    here.until_quiet()
    here.check()
    assert_killed(killed, fault)


@pytest.mark.parametrize(
    ("name", "point"),
    [
        (name, point)
        for name in ARENAS
        for point in ("before-replace", "after-replace")
        if LONG or (name, point) == ("local", "after-replace")
    ],
)
def test_a_sync_killed_while_it_writes_documents_is_made_good_by_the_next(
    ground: MakeGround, name: str, point: str
) -> None:
    here = ground(name)
    assert here.sync().code == 0
    before = {
        path.name: path.read_text() for path in (here.folder / "docs").iterdir() if path.suffix == ".md"
    }
    killed = here.sync("--write-back", fault=point)
    assert killed.code == SIGKILLED, killed
    for path in (here.folder / "docs").glob("*.md"):
        rows = [line for line in path.read_text().splitlines() if line.startswith("|")]
        assert len(rows) == before[path.name].count("\n|")
    here.until_quiet("--write-back")
    here.check()


@pytest.mark.parametrize("how", FAULTS if LONG else ["lost-answer"])
@pytest.mark.parametrize("name", SERVERS)
def test_whatever_a_server_answers_no_issue_is_made_twice(ground: MakeGround, name: str, how: str) -> None:
    here = ground(name)
    here.arena.misbehave(how)
    first = here.sync()
    assert first.code in (0, 1, 5), first
    here.until_quiet()
    here.check()


@pytest.mark.kill
@pytest.mark.timeout(3600)
def test_killed_at_every_point_of_the_create_path_each_item_is_there_once(
    tmp_path: Path, ground: MakeGround
) -> None:
    """`make kill-test` runs 100 rounds; each round kills at a point, and now and then the repair as well."""
    rounds = int(os.environ.get("PMTRACK_KILL_RUNS", "1"))
    chance = random.Random(7)  # noqa: S311 - which points, nothing secret
    for number in range(rounds):
        arena = ARENAS["local"](tmp_path / f"tracker-{number}")
        here = Ground(tmp_path / f"round-{number}", arena)
        point = CREATE_POINTS[(number + 4) % len(CREATE_POINTS)]  # first before the link is kept
        assert here.sync(fault=point).code == SIGKILLED
        if chance.random() < 0.3:
            here.sync(fault=chance.choice(CREATE_POINTS))
        here.until_quiet()
        here.check()


@pytest.mark.parametrize("name", list(ARENAS) if LONG else ["local"])
def test_four_processes_at_once_create_each_issue_once(ground: MakeGround, name: str) -> None:
    here = ground(name)
    runs = [finished(process) for process in [here.start("--lock-timeout", "60") for _ in range(4)]]
    assert [run.code for run in runs] == [0, 0, 0, 0], runs
    assert sum(len(run.actions) for run in runs) == len(TITLES)
    here.until_quiet()
    here.check()
