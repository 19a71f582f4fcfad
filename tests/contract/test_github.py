"""The contract on the GitHub adapter over a local GitHub server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from adapters.github import open_tracker
from tests.contract.suite import TrackerContract, World
from tests.servers.github import Contract, Fault, GitHubServer, Kind, Project, Repository, Store
from tracker.models import IssueRef, Person, Status
from tracker.remote import Tracker, TrackerContext

REPOSITORY = "acme/incidents"
TOKEN = "a-token"


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.time = dt.datetime(2026, 11, 21, 8, 0, tzinfo=dt.UTC)

    def now(self) -> dt.datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += dt.timedelta(seconds=seconds)


class GitHubWorld(World):
    """A server with two repositories and four people."""

    known_person = ("Alice Smith", "asmith")
    other_account = "bob"
    ambiguous_person: str | None = "Carol Jones"
    unknown_person = "Nobody Atall"
    people = (Person("alice", ("Alice Smith",), {"github": "asmith"}),)

    def __init__(
        self, root: Path, *, contract: Contract | None = None, options: Mapping[str, object] | None = None
    ) -> None:
        self.clock = Clock()
        self.memory: dict[str, str] = {}
        self.root = root
        self.options = options or {}
        self.store = Store(self.clock.now)
        self.store.add_user("pm-bot", "Bot", token=TOKEN)
        for login, name in (
            ("asmith", "Alice Smith"),
            ("bob", "Bob"),
            ("cj1", "Carol Jones"),
            ("cj2", "Carol Jones"),
        ):
            self.store.add_user(login, name)
        self.repository = self.store.add_repository(REPOSITORY)
        self.elsewhere = self.store.add_repository("acme/platform")
        self.server = GitHubServer(self.store, contract=contract).start()

    def tracker(self) -> Tracker:
        options = {
            "repository": REPOSITORY,
            "api_url": self.server.url,
            "write_interval_s": 0,
            **self.options,
        }
        environ = {"GITHUB_TOKEN": TOKEN}
        context = TrackerContext(self.root, environ, self.clock.now, self.clock.sleep, self.memory)
        return open_tracker("github", options, context)

    def place(self, ref: IssueRef) -> tuple[Repository, int]:
        name, _, number = ref.key.partition("#")
        found = self.store.repository(name)
        assert found is not None
        return found, int(number)

    def writes(self) -> int:
        return sum(
            1 for each in self.server.log if each.method != "GET" and not each.path.endswith("/graphql")
        )

    def count(self) -> int:
        return len(self.repository.issues)

    def body(self, ref: IssueRef) -> str:
        repository, number = self.place(ref)
        return repository.issues[number].body or ""

    def edit_title(self, ref: IssueRef, title: str) -> None:
        self.clock.sleep(1)
        self.store.edit(*self.place(ref), title=title)

    def surround_body(self, ref: IssueRef, before: str, after: str) -> None:
        self.store.edit(*self.place(ref), body=before + self.body(ref) + after)

    def reformat_body(self, ref: IssueRef) -> None:
        body = self.body(ref).replace("- from", "* from").replace("\n", "  \n")
        self.store.edit(*self.place(ref), body=body)

    def set_status(self, ref: IssueRef, status: Status) -> None:
        if status.is_closed:
            self.store.close(*self.place(ref))
        else:
            self.store.reopen(*self.place(ref))

    def drop_status(self, ref: IssueRef) -> str:
        self.store.close(*self.place(ref), reason="duplicate")
        return "duplicate"

    def assign(self, ref: IssueRef, account: str | None) -> None:
        self.store.edit(*self.place(ref), assignees=[account] if account else [])

    def add_label(self, ref: IssueRef, label: str) -> None:
        repository, number = self.place(ref)
        self.store.edit(repository, number, labels=[*repository.issues[number].labels, label])

    def delete(self, ref: IssueRef) -> None:
        self.store.delete(*self.place(ref))

    def move(self, ref: IssueRef) -> str:
        issue = self.store.transfer(*self.place(ref), self.elsewhere)
        return f"{self.elsewhere.full_name}#{issue.number}"

    def make_unreadable(self, ref: IssueRef) -> None:
        self.repository.hidden.add(self.place(ref)[1])

    def lose_next_answer(self) -> None:
        self.server.faults.add(Fault(Kind.DROP_AFTER))

    def refuse_next_write(self) -> None:
        body = '{"message": "Validation Failed", "errors": [{"resource": "Issue", "field": "title", "code": "invalid"}]}'
        self.server.faults.add(Fault(Kind.STATUS, status=422, body=body))


@pytest.fixture(scope="session")
def description(request: pytest.FixtureRequest) -> Path | None:
    """GitHub's own OpenAPI description, None where it is not here."""
    try:
        shared: Path = request.getfixturevalue("shared")
    except pytest.skip.Exception:
        return None
    return shared / "api" / "openapi" / "github.json"


class TestGitHub(TrackerContract):
    """The GitHub adapter keeps the contract, and every request of it GitHub's description."""

    options: Mapping[str, object] = MappingProxyType({})

    @pytest.fixture
    def world(self, tmp_path: Path, description: Path | None) -> Iterator[World]:
        contract = Contract(description) if description else None
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
    def world(self, tmp_path: Path, description: Path | None) -> Iterator[World]:
        world = GitHubWorld(tmp_path, contract=Contract(description) if description else None)
        world.ambiguous_person = None
        world.server.has_graphql = False
        yield world
        world.server.stop()
