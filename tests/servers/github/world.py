"""A GitHub with people in it, for the contract suite and the integration tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from adapters.github import open_tracker
from adapters.github.adapter import GitHubTracker
from tests.contract.suite import World
from tests.servers.github import Contract, Fault, GitHubServer, Kind, Repository, Store
from tracker.models import IssueRef, Person, Status
from tracker.remote import TrackerContext

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
        self.announced: list[str] = []
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

    def tracker(self, *, wait: bool = False, **more: object) -> GitHubTracker:
        options = {
            "repository": REPOSITORY,
            "api_url": self.server.url,
            "write_interval_s": 0,
            "connections": 1,  # numbers in the order of the creates
            **self.options,
            **more,
        }
        environ = {"GITHUB_TOKEN": TOKEN}
        context = TrackerContext(
            self.root, environ, self.clock.now, self.clock.sleep, self.memory, wait, self.announced.append
        )
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

    def put_body(self, ref: IssueRef, text: str) -> None:
        self.store.edit(*self.place(ref), body=text)

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
