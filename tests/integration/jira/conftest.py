"""A local Jira for each test; what goes over the wire is held against the vendor's description where that is at hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jira import Bench, bench
from tests.servers.jira.site import Deployment


def checked(deployment: Deployment, request: pytest.FixtureRequest) -> Iterator[Bench]:
    try:
        shared: Path | None = request.getfixturevalue("shared")
    except pytest.skip.Exception:
        shared = None
    for made in bench(deployment):
        if shared is not None:
            from tests.servers.jira.description import Checker

            made.server.checker = Checker(shared, deployment)
        yield made
        if made.server.checker:
            assert made.server.checker.problems == []


@pytest.fixture
def cloud(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Jira Cloud."""
    yield from checked("cloud", request)


@pytest.fixture
def datacenter(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Jira Data Center."""
    yield from checked("datacenter", request)


@pytest.fixture(params=["cloud", "datacenter"])
def either(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """First one, then the other."""
    yield from checked(request.param, request)
