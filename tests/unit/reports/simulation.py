"""Twelve weeks of an organisation's incidents, generated from a seed, with the true numbers written down as they happen.

The simulation keeps its own books in the plainest way (sets of open items, counters a day), knows nothing of
`tracker.reports`, and gives the world that pmtrack would have recorded.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass, field, replace

from tracker.models import ActionItem, Issue, IssueRef, Note, Person, PostMortem, Review, Status
from tracker.world import Event, RunRecord, Side, TrackedItem, TrackerHealth, World

FIRST = dt.date(2026, 8, 31)  # a Monday
DAYS = 12 * 7
LAST = FIRST + dt.timedelta(days=DAYS - 1)

PEOPLE = {
    person.key: person
    for person in (
        Person(
            "alice",
            ("Alice Smith", "@asmith"),
            {"github": "asmith", "slack": "U01ALICE"},
            "alice@acme.example",
            "payments",
            "grace",
        ),
        Person("bob", ("Bob Jones",), {"jira": "557058:bob"}, "bob@acme.example", "payments", "grace"),
        Person(
            "chandra", ("Chandra Rao",), {"slack": "U03CHAN"}, "chandra@acme.example", "platform", "grace"
        ),
        Person("dmitri", ("Dmitri Petrov", "dmitri"), {}, "dmitri@acme.example", "platform", "grace"),
        Person("erika", ("Erika Müller",), {}, None, "search"),
        Person("grace", ("Grace Hopper",), {"slack": "U07GRACE"}, "grace@acme.example", "leadership"),
    )
}
_WRITTEN = ("Alice Smith", "Bob Jones", "Chandra Rao", "Dmitri Petrov", "Erika Müller", "Zoë Unmapped")
_VERBS = (
    "Add an alert on", "Cap", "Document", "Load-test", "Add a circuit breaker to", "Remove the single point of failure in",
    "Rotate the credentials of", "Write a runbook for", "Add a canary stage to", "Bound the retries of",
)  # fmt: skip
_THINGS = (
    "the payment gateway", "the connection pool", "the queue consumer", "the DNS failover", "the schema migration",
    "the certificate renewal", "the search indexer", "the rate limiter", "the session cache", "the backup restore",
)  # fmt: skip
_TYPES = ("prevent", "detect", "mitigate", "Process", "Documentation", None)
_SERVICES = (
    "checkout",
    "search",
    "identity",
    "billing",
    "catalogue",
    "notifications",
    "ledger",
    "mobile api",
)
_CAUSES = (
    "Connection pool exhausted after the nightly batch doubled its parallelism",
    "Expired certificate on the internal gateway because renewal needed a manual step",
    "Schema migration locked the orders table during peak traffic",
    "Retry storm from mobile clients saturated the session cache",
    "Feature flag rolled out to every region at once without a canary",
    "Disk filled by debug logging that nobody switched off",
    "Failover script still pointed at a decommissioned replica",
    "Third-party rate limit reached after a marketing campaign",
    "Clock drift on two hosts broke token validation",
    "Memory leak in the image resizer, restarted by hand for weeks",
    "Typo in a DNS record removed the mail exchanger",
    "Backup job competed with customer queries for disk bandwidth",
    "Queue consumer deadlocked on an oversized message",
    "Autoscaler lowered capacity during a metrics outage",
)

_BEFORE = (26, 24, 20, 18, 17, 13, 11, 10, 6, 5, 4, 3)  # days before the first one; working days


@dataclass
class Work:
    """An item in the simulation's own books."""

    number: int
    path: str
    title: str
    owner: str | None
    due: dt.date | None
    tracked: bool
    priority: int
    category: str | None
    seen: dt.datetime
    status: Status = Status.OPEN
    first_due: dt.date | None = None
    evidence: bool = False
    removed: dt.datetime | None = None
    gone: bool = False
    closed: dt.datetime | None = None
    events: list[Event] = field(default_factory=list)

    @property
    def item_id(self) -> str:
        return f"01SIM{self.number:021d}"

    @property
    def is_open(self) -> bool:
        return not self.status.is_closed and self.removed is None


@dataclass
class Day:
    """What was true at the end of one day, and what happened on it."""

    open: set[str]
    overdue: set[str]
    happened: Counter[str]


@dataclass
class Simulation:
    """The books: every item, every document, and the truth of every day."""

    works: list[Work] = field(default_factory=list)
    documents: list[PostMortem] = field(default_factory=list)
    days: dict[dt.date, Day] = field(default_factory=dict)
    runs: list[RunRecord] = field(default_factory=list)

    def happened(self, first: dt.date, last: dt.date) -> Counter[str]:
        """Sums over days, both ends included."""
        total: Counter[str] = Counter()
        for day, books in self.days.items():
            if first <= day <= last:
                total += books.happened
        return total

    def world(self, now: dt.datetime | None = None) -> World:
        """As pmtrack recorded it: the values of the last day, and all events."""
        moment = now or dt.datetime.combine(LAST, dt.time(23, 59), dt.UTC)
        return World(
            now=moment,
            documents=tuple(self.documents),
            items=tuple(tracked(work) for work in self.works),
            trackers=(
                TrackerHealth(
                    "github", "github", moment - dt.timedelta(hours=2), moment - dt.timedelta(hours=2)
                ),
                TrackerHealth(
                    "jira",
                    "jira",
                    moment - dt.timedelta(days=3),
                    moment - dt.timedelta(hours=2),
                    "no connection to acme.atlassian.net",
                ),
            ),
            runs=tuple(self.runs),
            people=PEOPLE,
            has_state=True,
            has_trackers=True,
            open_intents=1,
        )


def tracked(work: Work) -> TrackedItem:
    """The item as the state would give it."""
    item = ActionItem(
        title=work.title,
        line=10 + work.number % 40,
        local_id=f"AI-{work.number}",
        owners=(work.owner,) if work.owner else (),
        due=work.due,
        due_raw=work.due.isoformat() if work.due else None,
        priority=f"P{work.priority}",
        priority_level=work.priority,
        status=None if work.tracked else work.status,
        category=work.category,
    )
    issue = None
    if work.tracked:
        name = "jira" if work.number % 3 == 0 else "github"
        key = f"OPS-{work.number}" if name == "jira" else f"#{work.number}"
        ref = IssueRef(str(work.number), key, f"https://{name}.acme.example/issues/{work.number}")
        issue = Issue(
            ref=ref,
            title=work.title,
            status=work.status,
            created_at=work.seen,
            closed_at=work.closed,
            evidence=("https://github.acme.example/pull/7",) if work.evidence else (),
        )
    return TrackedItem(
        item_id=work.item_id,
        item=item,
        path=work.path,
        tracker=None if issue is None else ("jira" if work.number % 3 == 0 else "github"),
        ref=issue.ref if issue else None,
        issue=issue,
        issue_gone=work.gone,
        unreadable="no connection to acme.atlassian.net" if issue and work.number % 9 == 0 else None,
        first_seen=work.seen,
        removed_at=work.removed,
        events=tuple(work.events),
    )


def simulate(seed: int = 7, incidents_a_week: float = 3.0) -> Simulation:
    """Live through the weeks, beginning with what the incidents of the weeks before have left open."""
    chance = random.Random(seed)  # noqa: S311 -- a simulation, no secret
    books = Simulation()
    for days in _BEFORE:
        _incident(books, chance, FIRST - dt.timedelta(days=days), Counter())
    for number in range(DAYS):
        day = FIRST + dt.timedelta(days=number)
        happened: Counter[str] = Counter()
        if day.weekday() < 5:
            if chance.random() < incidents_a_week / 5:
                _incident(books, chance, day, happened)
            for work in books.works:
                if work.seen.date() < day:
                    _work_on(work, chance, day, happened)
        books.days[day] = Day(
            {work.item_id for work in books.works if work.is_open},
            {work.item_id for work in books.works if work.is_open and work.due and work.due < day},
            happened,
        )
        _night(books, day)
    return books


def _incident(books: Simulation, chance: random.Random, day: dt.date, happened: Counter[str]) -> None:
    number = len(books.documents) + 1
    path = f"docs/postmortems/2026/inc-{number:03d}.md"
    happened_on = day - dt.timedelta(days=chance.choice((0, 1, 2, 3, 9)))
    items = []
    for _ in range(chance.choice((0, 1, 2, 3, 4, 5))):
        work = _new_work(len(books.works) + 1, path, chance, day)
        books.works.append(work)
        happened["opened"] += 1
        items.append(tracked(work).item)
    earlier = [document.incident_id for document in books.documents if document.incident_id]
    books.documents.append(
        PostMortem(
            path=path,
            title=f"{chance.choice(_SERVICES).title()} degraded: {chance.choice(_THINGS)} failed",
            incident_id=f"INC-{number:03d}",
            date=happened_on,
            completed=day,
            severity=chance.choice(("SEV1", "SEV2", "SEV2", "SEV3")),
            service=chance.choice(_SERVICES),
            related=(chance.choice(earlier),) if earlier and chance.random() < 0.3 else (),
            items=tuple(items),
            notes=(Note("cause", chance.choice(_CAUSES), 5),),
            reviews=(
                Review("1 week", None, 60, done=chance.random() < 0.85),
                Review("1 month", day + dt.timedelta(days=30), 61, done=chance.random() < 0.6),
            ),
            sha256="0" * 64,
        )
    )


def _new_work(number: int, path: str, chance: random.Random, day: dt.date) -> Work:
    due = None if chance.random() < 0.1 else day + dt.timedelta(days=chance.choice((5, 10, 14, 21, 30, 45)))
    seen = dt.datetime.combine(day, dt.time(8, number % 60), dt.UTC)
    has_issue = chance.random() < 0.85
    return Work(
        number=number,
        path=path,
        title=f"{chance.choice(_VERBS)} {chance.choice(_THINGS)}",
        owner=None if chance.random() < 0.08 else chance.choice(_WRITTEN),
        due=due,
        first_due=due,
        tracked=has_issue,
        priority=chance.choice((0, 1, 1, 2, 2, 3)),
        category=chance.choice(_TYPES),
        seen=seen,
    )


def _work_on(work: Work, chance: random.Random, day: dt.date, happened: Counter[str]) -> None:
    at = dt.datetime.combine(day, dt.time(9, 0), dt.UTC) + dt.timedelta(minutes=chance.randrange(480))
    if work.removed is not None:
        return
    dice = chance.random()
    if work.is_open and dice < 0.035:
        _set_status(work, Status.DONE, at)
        work.evidence = work.tracked and chance.random() < 0.5
        happened["closed"] += 1
    elif work.is_open and dice < 0.040:
        _set_status(work, Status.CANCELLED, at)
        happened["closed"] += 1
    elif (
        work.is_open and 0.5 < dice < 0.62 and work.due is not None and work.due <= day + dt.timedelta(days=3)
    ):
        _slip(work, chance, at, happened)
    elif work.is_open and dice < 0.080:
        _set_status(work, Status.IN_PROGRESS, at)
    elif work.status.is_closed and dice < 0.004:
        _set_status(work, Status.OPEN, at)
        work.evidence = False
        happened["reopened"] += 1
    elif work.is_open and not work.tracked and dice > 0.99:
        work.removed = at
        work.events.append(Event(at, work.item_id, Side.DOCUMENT, "removed"))
        happened["removed"] += 1
    elif work.is_open and work.tracked and dice > 0.999:
        work.gone = True
        work.events.append(Event(at, work.item_id, Side.TRACKER, "gone"))


def _set_status(work: Work, status: Status, at: dt.datetime) -> None:
    if status is work.status:
        return
    side = Side.TRACKER if work.tracked else Side.DOCUMENT
    work.events.append(Event(at, work.item_id, side, "status", work.status.value, status.value))
    work.status = status
    work.closed = at if status.is_closed else None


def _slip(work: Work, chance: random.Random, at: dt.datetime, happened: Counter[str]) -> None:
    days = chance.choice((7, 14, 30))
    old = work.due
    assert old is not None
    work.due = old + dt.timedelta(days=days)
    event = Event(at, work.item_id, Side.DOCUMENT, "due", old.isoformat(), work.due.isoformat())
    work.events.append(event)
    happened["slips"] += 1
    happened["slip days"] += days


def _night(books: Simulation, day: dt.date) -> None:
    at = dt.datetime.combine(day, dt.time(2), dt.UTC)
    for minute, command in ((0, "sync"), (20, "audit")):
        start = at + dt.timedelta(minutes=minute)
        name = f"{command}-{day}"
        books.runs.append(
            RunRecord(name, command, start, start + dt.timedelta(minutes=2), done=3, exit_code=0)
        )


def with_hostile_titles(world: World) -> World:
    """The same world, in which the first overdue items bear titles that a report must show as text."""
    titles = (
        "<script>document.title='owned'</script>",
        "\"quotes\" & 'apostrophes' <b>bold</b>",
        "right-to-left \u202egnp.exe\u202c and \u2066isolate",
        "x" * 10_000,
        '=HYPERLINK("http://evil.example","click")',
        "*bold* _it_ <@U01ALICE> <!channel> [link](http://evil.example) | pipe `code`",
        "escape \x1b[31mred\x1b[0m and bell \x07",
    )
    late = [
        one
        for one in world.items
        if one.removed_at is None
        and one.item.due is not None
        and one.item.due < world.now.date()
        and not (one.issue.status if one.issue is not None else one.item.status or Status.OPEN).is_closed
    ]
    renamed = {
        one.item_id: replace(one, item=replace(one.item, title=title))
        for one, title in zip(late, titles, strict=False)
    }
    return replace(world, items=tuple(renamed.get(one.item_id, one) for one in world.items))
