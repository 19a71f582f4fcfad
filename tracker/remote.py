"""What pmtrack asks of a tracker: the `Tracker` protocol and its values.

An adapter implements `Tracker` and passes the contract suite in tests/contract. It turns these values into its service's
payloads and back, and decides nothing: matching, merging and planning happen elsewhere.

Three rules that every adapter keeps:

* One call is one write. An adapter never repeats a write that may have reached the service; it reports `Unknown` and the
  sync engine settles it through `probe`. Reads are repeated with back-off inside the adapter.
* "Could not read" is a value (`Unreadable`), never an absence. `Gone` is said only when the service says so.
* Answers are checked against what was asked; whatever the service dropped silently is a `warnings` entry.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from tracker.models import Issue, IssueRef, Person, Severity, Status
from tracker.values import dataclass


class Field(StrEnum):
    """The fields of an issue that pmtrack keeps in step."""

    TITLE = "title"
    STATUS = "status"
    DUE = "due"
    PRIORITY = "priority"
    ASSIGNEES = "assignees"
    LABELS = "labels"
    CONTEXT = "context"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a tracker can hold; the merge compares only what both sides can say.

    Attributes:
        statuses: The statuses it tells apart. A status that it lacks is compared as its nearest (in progress and blocked
            as open).
        due: It has a due date of its own (else the date stands in pmtrack's block only).
        priority: It has a priority of its own.
        assignees: Most people it takes; 0 where it has none.
        labels: It has labels.
        create_batch: Most issues that one `create` call sends in one request.
        fetch_batch: Most issues that one read returns.
        chosen_ids: The creator chooses the id, so that a repeated create is recognised by the tracker itself.
        incremental: `changes` works.
        verifies: `changes` also reads every issue again by and by; the engine does not read everything once a day then.
        title_limit: Most characters of a title, 0 for no limit.
    """

    statuses: frozenset[Status] = frozenset(Status)
    due: bool = True
    priority: bool = True
    assignees: int = 1
    labels: bool = True
    create_batch: int = 1
    fetch_batch: int = 100
    chosen_ids: bool = False
    incremental: bool = False
    verifies: bool = False
    title_limit: int = 255


@dataclass(frozen=True, slots=True)
class NewIssue:
    """An issue to create.

    Attributes:
        marker: Short stable token of the item (`tracker.identity.marker_of`), put into the issue.
        context: Markdown that goes into pmtrack's block (incident, link to the document, due date, ...).
        assignees: Accounts, already resolved by `resolve`.
        group: Key of the post-mortem (incident id or path) for trackers that file items under a parent or epic.
        group_title: Title of that parent.
        extra: What the document says beyond the fields (category, severity, team), for labels and custom fields;
            `related` holds the ids of related incidents, separated by blanks.
    """

    marker: str
    title: str
    context: str = ""
    status: Status = Status.OPEN
    due: dt.date | None = None
    priority: int | None = None
    assignees: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    group: str | None = None
    group_title: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class IssueChange:
    """Fields of one issue to change; `fields` holds only what changes.

    `title` str, `status` Status, `due` date | None, `priority` int | None, `assignees` tuple[str, ...] (all of them),
    `labels` tuple[str, ...] (to add; labels are never removed), `context` str (new inside of pmtrack's block; text around
    it stays byte for byte).
    """

    ref: IssueRef
    marker: str
    fields: Mapping[Field, Any] = field(hash=False)
    base: Issue | None = field(default=None, hash=False)
    resolution: str | None = None


# --- outcomes of writes ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The tracker did it. `issue` as it is now; `warnings` name what it dropped or changed."""

    issue: Issue
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing happened (4xx). `reason` names the field and the value where the tracker does."""

    reason: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class NotSent:
    """Nothing happened and trying again is safe (connection refused, rate limit); `retry_after_s` says when."""

    reason: str
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have happened: dropped after sending, time-out, 5xx, an answer that is none."""

    reason: str


Outcome = Confirmed | Refused | NotSent | Unknown


@dataclass(frozen=True, slots=True)
class CreateOutcome:
    """What became of one `NewIssue`, named by its marker."""

    marker: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class ChangeOutcome:
    """What became of one `IssueChange`, named by the issue's id. A `Confirmed` with `warnings` was done in part."""

    id: str
    outcome: Outcome


# --- results of reads ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """The issue, under the id that was asked for (a moved issue has a new key, the same id)."""

    id: str
    issue: Issue


@dataclass(frozen=True, slots=True)
class Gone:
    """The service says that the issue does not exist any more (deleted), or that it turned into something else."""

    id: str
    reason: str = "deleted"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The issue could not be read: permission, time-out, truncated answer. Nothing follows from it."""

    id: str
    reason: str


FetchResult = Found | Gone | Unreadable


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in the tracker since `cursor`.

    Attributes:
        issues: Changed issues among those asked for, newest state.
        cursor: To pass to the next call; opaque, stored per tracker.
        complete: False where the read was cut short (`reason`, `hint`): `cursor` is the old one, absence says nothing.
        gone: Issues among those asked for of which the service says, in the same read, that they no longer exist. An
            adapter whose service does not tell leaves it empty; the engine reads everything once a day for that reason.
        unreadable: Issues among those asked for that were read again and could not be; nothing follows from that.
    """

    issues: tuple[Issue, ...]
    cursor: str | None
    complete: bool = True
    reason: str | None = None
    gone: tuple[Gone, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class ProbeQuery:
    """Asks whether a create that may have happened did: the marker, and the watermark noted before the write."""

    marker: str
    watermark: str | None


@dataclass(frozen=True, slots=True)
class Adopted:
    """The create had happened: this is the issue."""

    marker: str
    issue: Issue


@dataclass(frozen=True, slots=True)
class Absent:
    """Proved: no issue with this marker exists; creating it is safe."""

    marker: str


@dataclass(frozen=True, slots=True)
class Unproven:
    """Neither could be proved; the intent stays open."""

    marker: str
    reason: str


ProbeResult = Adopted | Absent | Unproven


@dataclass(frozen=True, slots=True)
class Resolution:
    """What `resolve` found for one person.

    `account` is None where nobody or more than one matched; `reason` says which.
    """

    name: str
    account: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that must be put right before syncing (`pmtrack doctor`); `hint` is the command or step that mends it."""

    message: str
    severity: Severity = Severity.ERROR
    hint: str | None = None
    ok: bool = False


@dataclass(frozen=True, slots=True)
class TrackerContext:
    """What an adapter may know of the world around it; tests pass their own clock, sleep and environment.

    Attributes:
        root: Folder of the configuration; relative paths are relative to it.
        environ: The environment variables (secrets are read from here, never from the configuration).
        now: The clock; gives an aware UTC time.
        sleep: Waits that many seconds.
        memory: Small texts that survive the run, kept in the state per tracker (rate budget, cursors of the adapter).
        wait: Wait for a used-up budget instead of deferring (`--wait`).
        announce: Tells the person something while waiting; may be called with the same text again.
        people: The people map, for the preflight.
    """

    root: Path
    environ: Mapping[str, str]
    now: Callable[[], dt.datetime]
    sleep: Callable[[float], None]
    memory: MutableMapping[str, str]
    wait: bool = False
    announce: Callable[[str], None] = lambda _text: None
    people: tuple[Person, ...] = ()


class TrackerFactory(Protocol):
    """What the adapter table and the entry points of `pmtrack.adapters` name: makes a tracker from its configuration."""

    def __call__(self, name: str, options: Mapping[str, Any], context: TrackerContext) -> Tracker:
        """Validate the options and make the tracker; sends nothing.

        Args:
            name: The tracker's name in the configuration (`[trackers.NAME]`).
            options: The table as written there, without `type`.
            context: The world around it.

        Raises:
            UserError: an option is missing, unknown or wrong.
        """
        ...


@runtime_checkable
class Tracker(Protocol):
    """One configured tracker. Made by `adapters.create`, used for one run, closed at its end."""

    name: str
    type: str

    @property
    def capabilities(self) -> Capabilities:
        """What it can hold; may depend on what is known of the project so far. No request."""
        ...

    @property
    def requests(self) -> int:
        """What went over the wire so far: HTTP requests, processes, or file accesses."""
        ...

    def check(self) -> Sequence[Problem]:
        """Preflight: who am I, what may I do, what is missing. Entries with `ok` say what is fine.

        Raises:
            AdapterError: the tracker cannot be reached at all.
        """
        ...

    def fetch(self, ids: Sequence[str]) -> Iterator[FetchResult]:
        """One result per id, in any order, read in batches. Never raises for single issues."""
        ...

    def changes(self, cursor: str | None, ids: Iterable[str]) -> Changes:
        """Issues among `ids` that changed since `cursor` (None: everything is to be read).

        Only called where `capabilities.incremental`. Overlaps by design: an issue may be told twice, never missed.
        """
        ...

    def lookup(self, refs: Sequence[str]) -> Mapping[str, FetchResult]:
        """Read issues by what documents call them (`PAY-123`, `#45`, a URL, `bd://x`).

        The mapping holds only refs that belong to this tracker.
        """
        ...

    def owns(self, ref: str) -> bool:
        """Whether a reference in a document names an issue of this tracker. Pure; no request."""
        ...

    def scan(self) -> Iterator[Issue]:
        """Every issue that carries a marker of pmtrack, to rebuild a lost state.

        Raises:
            AdapterError: the scan could not be finished; what was yielded is true but not all.
        """
        ...

    def watermark(self) -> str | None:
        """The highest issue number or key now, noted with intents before a create. None with `chosen_ids`."""
        ...

    def probe(self, queries: Sequence[ProbeQuery]) -> Iterator[ProbeResult]:
        """Settle creates of unknown outcome: one result per query, by strongly consistent reads only."""
        ...

    def create(self, batch: Sequence[NewIssue]) -> Iterator[CreateOutcome]:
        """Create issues, in the largest requests that the service takes; yields each outcome as soon as it is read.

        The caller commits every outcome before asking for the next, so yield early. Issues for which nothing is yielded
        (an exception, a kill) count as `Unknown`.
        """
        ...

    def update(self, changes: Sequence[IssueChange]) -> Iterator[ChangeOutcome]:
        """Change issues, including their status; yields each outcome as soon as it is known."""
        ...

    def resolve(self, names: Sequence[str], people: Sequence[Person]) -> Mapping[str, Resolution]:
        """Accounts for owners, through the people map, then the tracker's own search; several matches are not guessed."""
        ...

    def close(self) -> None:
        """Give back connections and files."""
        ...
