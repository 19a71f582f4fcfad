"""Every tracker as a world with people in it, and a stage on it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Literal

import pytest

from tests.bd import HOW, Beads, copy_template, find_bd, make_template
from tests.contract.suite import World
from tests.contract.test_beads import BeadsWorld
from tests.contract.test_jira import JiraWorld
from tests.contract.test_local import LocalWorld
from tests.integration.sync.stage import Stage
from tests.jira import bench
from tests.servers.github.world import GitHubWorld
from tracker.settings import TrackerSettings

LINK_BASE = "https://git.example/acme/incidents/blob/main"


@contextmanager
def jira(deployment: Literal["cloud", "datacenter"]) -> Iterator[World]:
    """A Jira on the loopback."""
    made = bench(deployment)
    yield JiraWorld(next(made))
    next(made, None)


@contextmanager
def github(folder: Path) -> Iterator[World]:
    """A GitHub on the loopback."""
    world = GitHubWorld(folder)
    yield world
    world.server.stop()


@contextmanager
def beads(folder: Path) -> Iterator[World]:
    """The real `bd`; the test is skipped where it is not installed."""
    program = find_bd()
    if program is None:
        pytest.skip(HOW)
    folder.mkdir(parents=True, exist_ok=True)
    copy_template(make_template(program), folder)
    yield BeadsWorld(Beads(program, folder))


@contextmanager
def local(folder: Path) -> Iterator[World]:
    """The embedded tracker."""
    folder.mkdir(parents=True, exist_ok=True)
    yield LocalWorld(folder)


WORLDS: Mapping[str, Callable[[Path], AbstractContextManager[World]]] = {
    "local": local,
    "github": github,
    "jira-cloud": lambda _folder: jira("cloud"),
    "jira-datacenter": lambda _folder: jira("datacenter"),
    "beads": beads,
}


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """One of all trackers."""
    with ExitStack() as stack:
        yield stack.enter_context(WORLDS[request.param](tmp_path / "tracker"))


@pytest.fixture
def stage(world: World, tmp_path: Path) -> Stage:
    """A stage whose only tracker is the world's."""
    made = world.tracker()
    name = made.name
    made.close()
    extra = {
        "default_tracker": name,
        "trackers": {name: TrackerSettings(name, name)},
        "link_base": LINK_BASE,
        "people": {person.key: person for person in world.people},
    }
    return Stage(tmp_path, trackers={name: world.tracker}, extra=extra)


def spare_beads(world: World) -> None:
    """Leave what tests/integration/beads holds as well to the long profile: every look at bd is a process."""
    if isinstance(world, BeadsWorld) and os.environ.get("PMTRACK_TEST_PROFILE") != "long":
        pytest.skip("the long profile runs this on Beads; see tests/integration/beads")
