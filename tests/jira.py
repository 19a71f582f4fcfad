"""The Jira adapter on a local server: what its tests share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapters.jira import open_tracker
from adapters.jira.adapter import JiraTracker
from tests.servers.jira import EMAIL, TOKEN, JiraServer, Site, User, documents
from tests.servers.jira.site import Deployment
from tracker.models import Person
from tracker.remote import TrackerContext

START = dt.datetime(2026, 11, 21, 8, 0, tzinfo=dt.UTC)


@dataclass
class Clock:
    """A clock that moves a millisecond with each look, and as far as somebody sleeps."""

    at: dt.datetime = START
    slept: list[float] = field(default_factory=list)

    def now(self) -> dt.datetime:
        """The time, a millisecond later each time."""
        self.at += dt.timedelta(milliseconds=1)
        return self.at

    def sleep(self, seconds: float) -> None:
        """Let that much time pass."""
        self.slept.append(seconds)
        self.at += dt.timedelta(seconds=seconds)

    def forward(self, **span: float) -> None:
        """Let time pass."""
        self.at += dt.timedelta(**span)


@dataclass
class Bench:
    """A server, its clock, and the state that survives a run."""

    server: JiraServer
    clock: Clock
    memory: MutableMapping[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    @property
    def site(self) -> Site:
        """The server's state."""
        return self.server.site

    def environ(self) -> dict[str, str]:
        """The environment of a person who may use this server."""
        email = {"JIRA_EMAIL": EMAIL} if self.site.deployment == "cloud" else {}
        return {"JIRA_TOKEN": TOKEN, **email}

    def text(self, issue_id: str) -> str:
        """The description of an issue as its site stores it, on Cloud a line for each block."""
        stored = self.site.issues[issue_id].fields["description"]
        return documents.text_of(stored) if isinstance(stored, dict) else str(stored)

    def tracker(
        self,
        *,
        wait: bool = False,
        environ: dict[str, str] | None = None,
        team: Sequence[Person] = (),
        **options: Any,
    ) -> JiraTracker:
        """A fresh adapter, as a new run makes it."""
        context = TrackerContext(
            root=Path.cwd(),
            environ=self.environ() if environ is None else environ,
            now=self.clock.now,
            sleep=self.clock.sleep,
            memory=self.memory,
            wait=wait,
            announce=self.said.append,
            people=tuple(team),
        )
        usual = {"url": self.server.url, "project": "OPS", "deployment": "auto"}
        return open_tracker("jira", {**usual, **options}, context)


def people(site: Site) -> None:
    """Somebody to assign to, two of the same name, and one who may not be assigned."""
    cloud = site.deployment == "cloud"
    site.add_user(
        User("5b10ac8d82e05b22cc7d4ef5" if cloud else "asmith", "Alice Smith", "alice@acme.example")
    )
    site.add_user(User("5b109f2e9729b51b54dc274d" if cloud else "bjones", "Bob Jones", "bob@acme.example"))
    site.add_user(User("5b1-sam-one" if cloud else "sam1", "Sam Lee", "sam1@acme.example"))
    site.add_user(User("5b1-sam-two" if cloud else "sam2", "Sam Lee", "sam2@acme.example"))
    site.add_user(User("5b1-guest" if cloud else "guest", "Guest", "guest@acme.example", assignable=False))


def bench(deployment: Deployment) -> Iterator[Bench]:
    """A started server with people and a second project; stopped afterwards."""
    clock = Clock()
    site = Site(deployment, clock.now)
    people(site)
    site.add_project("PAY", "Payments")
    server = JiraServer(site).start()
    yield Bench(server, clock)
    server.stop()
