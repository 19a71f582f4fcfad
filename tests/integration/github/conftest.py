"""A GitHub for each test; every request is checked against GitHub's own description where that is here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.github import Contract
from tests.servers.github.world import GitHubWorld


@pytest.fixture
def world(tmp_path: Path, github_description: Path | None) -> Iterator[GitHubWorld]:
    contract = Contract(github_description) if github_description else None
    made = GitHubWorld(tmp_path, contract=contract)
    yield made
    made.server.stop()
    assert contract is None or contract.violations == []


@pytest.fixture
def fast(tmp_path: Path) -> Iterator[GitHubWorld]:
    """The same without the checks, for tests with thousands of requests."""
    made = GitHubWorld(tmp_path)
    yield made
    made.server.stop()
