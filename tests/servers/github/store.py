"""What a GitHub server holds, and what people do there behind pmtrack's back."""

from __future__ import annotations

import datetime as dt
import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class User:
    """A person; `role` is what they may do in the repositories: "write", "read" or "none"."""

    login: str
    name: str = ""
    role: str = "write"
    id: int = 0


@dataclass
class Issue:
    """An issue or a pull request."""

    number: int
    id: int
    node_id: str
    title: str
    body: str | None
    author: str
    created: dt.datetime
    updated: dt.datetime
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    milestone: int | None = None
    type: str | None = None
    state: str = "open"
    reason: str | None = None
    closed: dt.datetime | None = None
    locked: bool = False
    pull_request: bool = False
    fields: dict[int, Any] = field(default_factory=dict)
    children: list[int] = field(default_factory=list)
    visible_from: dt.datetime | None = None


@dataclass
class Repository:
    """A repository; `gone`, `moved` and `discussions` say what became of numbers that are issues no more."""

    owner: str
    name: str
    id: int
    has_issues: bool = True
    archived: bool = False
    private: bool = False
    issues: dict[int, Issue] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    hidden: set[int] = field(default_factory=set)
    moved: dict[int, tuple[str, int]] = field(default_factory=dict)
    discussions: set[int] = field(default_factory=set)
    labels: dict[str, str] = field(default_factory=dict)
    milestones: dict[int, str] = field(default_factory=dict)
    counter: int = 0

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"


@dataclass
class Project:
    """A Projects (v2) board with one date field."""

    number: int
    owner: str
    field_name: str = "Due date"
    items: dict[str, str] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)

    @property
    def node_id(self) -> str:
        return f"PVT_{self.number}"

    @property
    def field_id(self) -> str:
        return f"PVTF_{self.number}"


class Store:
    """The whole service."""

    def __init__(self, now: Callable[[], dt.datetime] | None = None) -> None:
        self.lock = threading.RLock()
        self.now: Callable[[], dt.datetime] = now or (lambda: dt.datetime.now(dt.UTC))
        self.users: dict[str, User] = {}
        self.tokens: dict[str, str] = {}
        self.repositories: dict[str, Repository] = {}
        self.renamed: dict[str, str] = {}
        self.org_fields: dict[int, str] = {}
        self.projects: dict[int, Project] = {}
        # Of classic tokens; others have permissions instead, and may end.
        self.scopes: dict[str, str] = {}
        self.permissions: dict[str, dict[str, str]] = {}
        self.expires: dict[str, dt.datetime] = {}
        # A GitHub App: its installation, what that may do, and the public key of the App (None believes every signature).
        self.installation = 34
        self.app_permissions = {"issues": "write", "metadata": "read"}
        self.app_key: str | None = None
        # How long a new issue is missing in lists and in the search; its own address knows it at once.
        self.lag_s = 0.0
        self.knows_label_mutation = True
        self._ids = itertools.count(1000)

    # --- set-up -----------------------------------------------------------------------------------------------------

    def add_user(self, login: str, name: str = "", role: str = "write", token: str | None = None) -> User:
        user = User(login, name, role, next(self._ids))
        self.users[login.casefold()] = user
        if token:
            self.tokens[token] = login
            self.scopes[token] = "repo"
        return user

    def add_limited_token(self, token: str, login: str, **permissions: str) -> None:
        """A fine-grained token: it does not say what it may do."""
        self.tokens[token] = login
        self.permissions[token] = permissions

    def add_repository(self, full_name: str) -> Repository:
        owner, _, name = full_name.partition("/")
        repository = Repository(owner, name, next(self._ids))
        self.repositories[full_name.casefold()] = repository
        return repository

    def repository(self, full_name: str) -> Repository | None:
        key = full_name.casefold()
        return self.repositories.get(self.renamed.get(key, key))

    def rename(self, old: str, new: str) -> None:
        """A person renames a repository; the old name redirects."""
        repository = self.repositories.pop(old.casefold())
        repository.owner, _, repository.name = new.partition("/")
        self.repositories[new.casefold()] = repository
        self.renamed[old.casefold()] = new.casefold()

    # --- issues -----------------------------------------------------------------------------------------------------

    def stamp(self) -> dt.datetime:
        """The present moment in whole seconds, as GitHub tells it."""
        return self.now().replace(microsecond=0)

    def create(self, repository: Repository, author: str, title: str, body: str | None, **rest: Any) -> Issue:
        """A new issue or pull request; both take the next number."""
        with self.lock:
            repository.counter += 1
            number, now = repository.counter, self.stamp()
            node = f"I_kw{repository.id}_{number}"
            if self.lag_s:
                rest.setdefault("visible_from", self.now() + dt.timedelta(seconds=self.lag_s))
            issue = Issue(number, next(self._ids), node, title, body, author, now, now, **rest)
            repository.issues[number] = issue
            return issue

    def listed(self, repository: Repository) -> list[Issue]:
        """The issues that lists and the search know by now."""
        now = self.now()
        return [
            each
            for each in repository.issues.values()
            if each.number not in repository.hidden and (not each.visible_from or each.visible_from <= now)
        ]

    def touch(self, issue: Issue) -> None:
        """Something of the issue changed."""
        issue.updated = max(self.stamp(), issue.updated)

    def set_state(self, issue: Issue, state: str, reason: str | None) -> None:
        if state == issue.state and (reason is None or reason == issue.reason):
            return
        issue.state = state
        issue.reason = reason or ("completed" if state == "closed" else "reopened")
        issue.closed = self.stamp() if state == "closed" else None
        self.touch(issue)

    def find_node(self, node_id: str) -> tuple[Repository, Issue] | None:
        for repository in self.repositories.values():
            number = node_id.rpartition("_")[2]
            issue = repository.issues.get(int(number)) if number.isdigit() else None
            if issue and issue.node_id == node_id and issue.number not in repository.hidden:
                return repository, issue
        return None

    # --- what people do ---------------------------------------------------------------------------------------------

    def edit(self, repository: Repository, number: int, **values: Any) -> Issue:
        """A person edits an issue in the browser, whose text areas send CRLF."""
        with self.lock:
            issue = repository.issues[number]
            if isinstance(values.get("body"), str):
                values["body"] = values["body"].replace("\r\n", "\n").replace("\n", "\r\n")
            for key, value in values.items():
                setattr(issue, key, value)
            self.touch(issue)
            return issue

    def close(self, repository: Repository, number: int, reason: str = "completed") -> None:
        """A person closes an issue."""
        with self.lock:
            self.set_state(repository.issues[number], "closed", reason)

    def reopen(self, repository: Repository, number: int) -> None:
        """A person opens an issue again."""
        with self.lock:
            self.set_state(repository.issues[number], "open", "reopened")

    def delete(self, repository: Repository, number: int) -> None:
        """An administrator deletes an issue."""
        with self.lock:
            del repository.issues[number]
            repository.gone.add(number)

    def transfer(self, repository: Repository, number: int, target: Repository) -> Issue:
        """A person transfers an issue; it gets a new number and node there, the old address redirects."""
        with self.lock:
            issue = repository.issues.pop(number)
            target.counter += 1
            issue.number = target.counter
            issue.node_id = f"I_kw{target.id}_{issue.number}"
            target.issues[issue.number] = issue
            repository.moved[number] = (target.full_name, issue.number)
            self.touch(issue)
            return issue

    def convert(self, repository: Repository, number: int) -> None:
        """A person converts an issue to a discussion of the same number."""
        with self.lock:
            del repository.issues[number]
            repository.discussions.add(number)
