"""The contract on the GitHub adapter over a local GitHub server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from tests.contract.suite import TrackerContract, World
from tests.servers.github import Contract, Project
from tests.servers.github.world import GitHubWorld


class TestGitHub(TrackerContract):
    """The GitHub adapter keeps the contract, and every request of it GitHub's description."""

    options: Mapping[str, object] = MappingProxyType({})

    @pytest.fixture
    def world(self, tmp_path: Path, github_description: Path | None) -> Iterator[World]:
        contract = Contract(github_description) if github_description else None
        world = GitHubWorld(tmp_path, contract=contract, options=self.options)
        world.store.org_fields[7] = "Due date"
        world.store.projects[3] = Project(3, "acme")
        yield world
        world.server.stop()
        assert contract is None or contract.violations == []


class TestGitHubWithIssueField(TestGitHub):
    """The same with due dates in an organisation's issue field and a parent issue for each post-mortem."""

    options = MappingProxyType({"due_field": "Due date"})


class TestGitHubWithProject(TestGitHub):
    """The same with due dates on a project board."""

    options = MappingProxyType({"project": {"number": 3}})


class TestGitHubWithoutGraphQL(TestGitHub):
    """The same on a server that has REST only."""

    @pytest.fixture
    def world(self, tmp_path: Path, github_description: Path | None) -> Iterator[World]:
        world = GitHubWorld(tmp_path, contract=Contract(github_description) if github_description else None)
        world.ambiguous_person = None
        world.server.has_graphql = False
        yield world
        world.server.stop()
