"""The GitHub tracker: `tracker.remote.Tracker` put together from its parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from adapters.github import mapping, probe, queries, reader
from adapters.github.budget import Budget
from adapters.github.changes import Journal, changes, read_cursor, settle
from adapters.github.changing import Changer
from adapters.github.client import Client
from adapters.github.config import GitHubOptions
from adapters.github.creating import Creator
from adapters.github.due import DueField
from adapters.github.gate import Gate
from adapters.github.labels import Labels
from adapters.github.people import People
from adapters.github.preflight import Preflight
from adapters.github.repository import REST_ONLY, Repository
from adapters.github.rereading import Rereading
from adapters.github.sending import Sender
from tracker.models import Issue, Person, Status
from tracker.remote import (
    Capabilities,
    ChangeOutcome,
    Changes,
    CreateOutcome,
    FetchResult,
    IssueChange,
    NewIssue,
    ProbeQuery,
    ProbeResult,
    Problem,
    Resolution,
    TrackerContext,
)


class GitHubTracker:
    """The issues of one repository."""

    type = "github"

    def __init__(self, name: str, options: GitHubOptions, context: TrackerContext) -> None:
        self.name = name
        self._options = options
        self._context = context
        self._budget = Budget(options, context)
        self._client = Client(name, options, context, self._budget)
        self._repository = Repository(self._client, options, context.memory)
        self._labels = Labels(self._repository, self._budget)
        self._people = People(self._repository, name)
        self._journal = Journal()
        self._hidden: dict[str, FetchResult] = {}
        due = DueField(self._repository)
        self._preflight = Preflight(
            self._repository, self._budget, labels=self._labels, due=due, people=self._people
        )
        sender = Sender(self._repository, self._budget)
        gate = Gate(self._preflight, sender)
        self._changer = Changer(
            self._repository,
            sender,
            gate,
            labels=self._labels,
            people=self._people,
            due=due,
            journal=self._journal,
        )
        self._creator = Creator(
            self._repository,
            sender,
            gate,
            labels=self._labels,
            people=self._people,
            due=due,
            journal=self._journal,
            change=self._changer.carried_out,
        )

    @property
    def capabilities(self) -> Capabilities:
        """See `Tracker.capabilities`; a service without GraphQL is known as such after the first run."""
        known = capabilities(self._options)
        return replace(known, verifies=known.verifies and REST_ONLY not in self._context.memory)

    @property
    def requests(self) -> int:
        """HTTP requests so far."""
        return self._client.requests

    def check(self) -> Sequence[Problem]:
        """See `Tracker.check`."""
        return list(self._preflight.check())

    def fetch(self, ids: Sequence[str]) -> Iterator[FetchResult]:
        """See `Tracker.fetch`; one request for each hundred ids. What was out of sight when `changes` looked still is."""
        yield from (self._hidden[each] for each in dict.fromkeys(ids) if each in self._hidden)
        yield from reader.fetch(self._repository, [each for each in ids if each not in self._hidden])

    def changes(self, cursor: str | None, ids: Iterable[str]) -> Changes:
        """See `Tracker.changes`; one request when nothing changed, and up to two for what the list does not tell."""
        rereading = Rereading(self._repository, self._context.memory, spread=self.capabilities.verifies)
        told = changes(self._repository, self._journal, cursor, ids, rereading)
        if told.complete and read_cursor(cursor) is None:
            rereading.begin()
        self._hidden = {each.id: each for each in told.unreadable if isinstance(each, reader.Hidden)}
        return told

    def lookup(self, refs: Sequence[str]) -> Mapping[str, FetchResult]:
        """See `Tracker.lookup`."""
        return reader.lookup(self._repository, refs)

    def owns(self, ref: str) -> bool:
        """See `Tracker.owns`: `#45`, `GH-45`, `owner/name#45` or the address of an issue, not of a pull request."""
        return self._repository.number_in(ref) is not None

    def scan(self) -> Iterator[Issue]:
        """See `Tracker.scan`."""
        return reader.scan(self._repository)

    def watermark(self) -> str | None:
        """See `Tracker.watermark`: the highest number known to be taken."""
        return probe.watermark(self._repository)

    def probe(self, queries: Sequence[ProbeQuery]) -> Iterator[ProbeResult]:
        """See `Tracker.probe`."""
        return probe.probe(self._repository, queries, self._budget.settle)

    def create(self, batch: Sequence[NewIssue]) -> Iterator[CreateOutcome]:
        """See `Tracker.create`; one request for each issue."""
        return self._creator.create(batch)

    def update(self, changes: Sequence[IssueChange]) -> Iterator[ChangeOutcome]:
        """See `Tracker.update`."""
        return self._changer.update(changes)

    def resolve(self, names: Sequence[str], people: Sequence[Person]) -> Mapping[str, Resolution]:
        """See `Tracker.resolve`."""
        return self._people.resolve(names, people)

    def close(self) -> None:
        """Note how this run left the issues, so that the next one need not read them; close the connections."""
        settle(self._repository, self._journal)
        self._repository.lost.keep()
        if self._journal.cursor is not None:
            self._repository.recurring.keep()
        self._client.close()


def capabilities(options: GitHubOptions) -> Capabilities:
    """What a repository can hold with these options."""
    return Capabilities(
        statuses=frozenset({Status.OPEN, Status.DONE, Status.CANCELLED}),
        due=bool(options.due_field or options.project),
        priority=bool(options.labels.priority),
        assignees=mapping.ASSIGNEE_LIMIT,
        labels=True,
        create_batch=1,
        fetch_batch=queries.BATCH,
        # A date on a project board is no change of the issue: it does not move `updated_at`.
        incremental=options.project is None,
        verifies=options.full_read == "spread",
        title_limit=mapping.TITLE_LIMIT,
    )
