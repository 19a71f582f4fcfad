"""The Jira tracker: `tracker.remote.Tracker` over one project of one site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from adapters.jira import credentials, mapping
from adapters.jira.client import Client
from adapters.jira.config import JiraOptions
from adapters.jira.creating import BATCH, Creator
from adapters.jira.groups import Groups
from adapters.jira.lookahead import Lookahead
from adapters.jira.metadata import Screen
from adapters.jira.people import People
from adapters.jira.permissions import Permissions
from adapters.jira.preflight import Preflight
from adapters.jira.probe import Prober
from adapters.jira.pull import Pull
from adapters.jira.reader import BATCH as READ_BATCH
from adapters.jira.reader import Reader
from adapters.jira.references import key_in, number_of
from adapters.jira.site import Site
from adapters.jira.transitions import Step
from adapters.jira.updating import Updater
from tracker.errors import AdapterError
from tracker.foresight import Foresight
from tracker.models import Issue, Person, Status
from tracker.remote import (
    Capabilities,
    ChangeOutcome,
    Changes,
    CreateOutcome,
    FetchResult,
    IssueChange,
    NewIssue,
    NotSent,
    ProbeQuery,
    ProbeResult,
    Problem,
    Resolution,
    TrackerContext,
    Unproven,
    Unreadable,
)


class JiraTracker:
    """Issues of one Jira project."""

    type = "jira"

    def __init__(self, name: str, options: JiraOptions, context: TrackerContext) -> None:
        self.name = name
        self._options = options
        self._context = context
        self._parts: _Parts | None = None

    @property
    def capabilities(self) -> Capabilities:
        """What this project can hold, as far as its create screen is known; no request."""
        known = self._context.memory.get("screen", "")
        screen = self._parts.site.known_screen() if self._parts else Screen.load(known)
        statuses = {Status.OPEN, Status.IN_PROGRESS, Status.DONE, Status.CANCELLED}
        if self._options.blocked_statuses:
            statuses.add(Status.BLOCKED)
        return Capabilities(
            statuses=frozenset(statuses),
            due=screen is None or screen.offers("duedate"),
            priority=screen is None or screen.offers("priority"),
            assignees=1 if screen is None or screen.offers("assignee") else 0,
            labels=screen is None or screen.offers("labels"),
            create_batch=BATCH,
            fetch_batch=READ_BATCH,
            incremental=True,
            verifies=self._options.full_read == "spread",
            title_limit=mapping.TITLE_LIMIT,
        )

    @property
    def requests(self) -> int:
        """HTTP requests so far."""
        return self._parts.client.requests if self._parts else 0

    @property
    def _opened(self) -> _Parts:
        if self._parts is None:
            self._parts = _Parts(self.name, self._options, self._context)
        return self._parts

    def check(self) -> Sequence[Problem]:
        """See `Tracker.check`; asks everything anew."""
        parts = self._opened
        parts.people.forget()
        parts.reader.forget()
        return list(parts.preflight.problems())

    def fetch(self, ids: Sequence[str]) -> Iterator[FetchResult]:
        """See `Tracker.fetch`."""
        try:
            reader = self._opened.reader
        except AdapterError as error:
            yield from (Unreadable(name, error.message) for name in ids)
            return
        yield from reader.fetched(ids)

    def changes(self, cursor: str | None, ids: Iterable[str]) -> Changes:
        """See `Tracker.changes`."""
        try:
            pull = self._opened.pull
        except AdapterError as error:
            return Changes((), cursor, complete=False, reason=error.message, hint=error.hint)
        return pull.changes(cursor, ids)

    def lookup(self, refs: Sequence[str]) -> Mapping[str, FetchResult]:
        """See `Tracker.lookup`; a bare key of any project of the site is taken."""
        keys = {ref: key for ref in refs if (key := key_in(ref, self._options.url))}
        results = {
            result.id: result for result in self._opened.reader.looked_up(list(dict.fromkeys(keys.values())))
        }
        return {ref: results[key] for ref, key in keys.items()}

    def owns(self, ref: str) -> bool:
        """Whether the reference has the form of a key, or is an address on this site."""
        return key_in(ref, self._options.url) is not None

    def scan(self) -> Iterator[Issue]:
        """See `Tracker.scan`: by label or text, then by key above what the index knows."""
        parts = self._opened
        jql = f'labels = "{self._options.label}" OR description ~ "pmtrack" ORDER BY created ASC'
        dialect, told, highest = parts.site.dialect, set[str](), 0
        for page in parts.pull.pages(jql, mapping.READ_FIELDS):
            for raw in page:
                issue = mapping.to_issue(raw, dialect)
                told.add(issue.ref.id)
                if issue.ref.key.startswith(f"{self._options.project}-"):
                    highest = max(highest, number_of(issue.ref.key))
                if issue.marker:
                    yield issue
        for raw in parts.prober.upwards(highest + 1):
            issue = mapping.to_issue(raw, dialect)
            if issue.marker and issue.ref.id not in told:
                yield issue

    def watermark(self) -> str | None:
        """See `Tracker.watermark`: a key that is not above the highest one."""
        return self._opened.prober.watermark()

    def probe(self, queries: Sequence[ProbeQuery]) -> Iterator[ProbeResult]:
        """See `Tracker.probe`."""
        try:
            prober = self._opened.prober
        except AdapterError as error:
            yield from (Unproven(query.marker, error.message) for query in queries)
            return
        yield from prober.settle(queries)

    def foresee(self, creates: Sequence[NewIssue], changes: Sequence[IssueChange]) -> Foresight:
        """See `tracker.foresight.Foreseeing`."""
        try:
            lookahead = self._opened.lookahead
        except AdapterError as error:
            return Foresight((Problem(error.message, hint=error.hint),))
        return lookahead.foresee(creates, changes)

    def create(self, batch: Sequence[NewIssue]) -> Iterator[CreateOutcome]:
        """See `Tracker.create`."""
        if not batch:
            return
        try:
            creator = self._opened.creator
        except AdapterError as error:
            yield from (CreateOutcome(new.marker, NotSent(error.message)) for new in batch)
            return
        yield from creator.create(batch)

    def update(self, changes: Sequence[IssueChange]) -> Iterator[ChangeOutcome]:
        """See `Tracker.update`."""
        if not changes:
            return
        try:
            updater = self._opened.updater
        except AdapterError as error:
            yield from (ChangeOutcome(change.ref.id, NotSent(error.message)) for change in changes)
            return
        yield from updater.update(changes)

    def resolve(self, names: Sequence[str], people: Sequence[Person]) -> Mapping[str, Resolution]:
        """See `Tracker.resolve`."""
        try:
            parts = self._opened
            return parts.people.resolve(names, people, cloud=lambda: parts.site.is_cloud)
        except AdapterError as error:
            return {
                name: Resolution(name, None, f"could not be looked up: {error.message}") for name in names
            }

    def close(self) -> None:
        """Close the connections."""
        if self._parts is not None:
            self._parts.client.close()


class _Parts:
    """The parts of an opened tracker, over one client."""

    def __init__(self, name: str, options: JiraOptions, context: TrackerContext) -> None:
        memory = context.memory
        self.client = Client(name, options, credentials.find(name, options, context), context)
        self.site = Site(name, self.client, options, memory)
        self.reader = Reader(self.client, options, self.site, memory=memory)
        self.pull = Pull(self.client, options, self.site, self.reader, memory)
        self.prober = Prober(self.client, options, self.site, self.reader, self.pull)
        self.people = People(name, self.client, options, memory, context.now)
        ahead: dict[str, list[Step]] = {}
        self.updater = Updater(
            self.client,
            options,
            self.site,
            reader=self.reader,
            pull=self.pull,
            people=self.people,
            ahead=ahead,
        )
        permissions = Permissions(self.client, options)
        self.preflight = Preflight(
            self.client,
            options,
            self.site,
            self.people,
            permissions=permissions,
            people_map=context.people,
        )
        self.lookahead = Lookahead(
            self.client,
            options,
            self.site,
            permissions=permissions,
            preflight=self.preflight,
            ahead=ahead,
        )
        groups = Groups(self.client, options, memory, self.prober)
        self.creator = Creator(
            self.client,
            options,
            self.site,
            reader=self.reader,
            pull=self.pull,
            groups=groups,
            people=self.people,
            preflight=self.preflight,
        )
