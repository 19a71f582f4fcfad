"""The tracked world as rules and reports see it: documents, items with their issues, and what happened to them.

Made by `tracker.state` (or, for `pmtrack check` without a state, from documents alone), read by `policies` and
`tracker.reports`. Values only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import NamedTuple

from tracker.models import ActionItem, Issue, IssueRef, Person, PostMortem
from tracker.values import dataclass


class Side(StrEnum):
    """Where a change was observed."""

    DOCUMENT = "document"
    TRACKER = "tracker"
    PMTRACK = "pmtrack"


class Event(NamedTuple):
    """One observed change of one item; the history is the ordered list of them.

    A tuple, for a large history has a quarter of a million and a tuple is made in a quarter of a dataclass's time.

    Attributes:
        at: When it happened (the tracker's own time where it tells, else when the run saw it), UTC.
        field: `created`, `removed`, `linked`, `unlinked`, `title`, `status`, `due`, `priority`, `owners`, `gone`,
            `conflict`, `touched` (updated in the tracker without a change of these fields).
        old: Text before (ISO dates, status values, owners joined by ", "), None for nothing.
        new: Text after.
        by: Account that did it, where known.
    """

    at: dt.datetime
    item_id: str
    side: Side
    field: str
    old: str | None = None
    new: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class TrackedItem:
    """An action item with its identity, its issue and its past.

    Attributes:
        item_id: ULID given when first seen; "" in a world without a state.
        item: As last read from the document.
        path: The document it was last seen in.
        tracker: Name of the tracker, None while it has no issue.
        ref: The issue.
        issue: The issue as last read; None if never read.
        issue_gone: The tracker said that the issue no longer exists.
        unreadable: Why the issue could not be read at the last try, None if it could.
        first_seen: When pmtrack first saw the item, UTC.
        removed_at: When its row was found gone, UTC.
        candidates: Titles of the known items that it could equally well be (ambiguous identity).
        conflicts: Fields on which both sides differ and no rule has settled it.
        events: Oldest first, without `created` of an item that came once: that is `first_seen`.
    """

    item_id: str
    item: ActionItem
    path: str
    tracker: str | None = None
    ref: IssueRef | None = None
    issue: Issue | None = None
    issue_gone: bool = False
    unreadable: str | None = None
    first_seen: dt.datetime | None = None
    removed_at: dt.datetime | None = None
    candidates: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class TrackerHealth:
    """How fresh the data of one tracker is; times are UTC."""

    name: str
    type: str
    last_success: dt.datetime | None = None
    last_attempt: dt.datetime | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One finished or broken-off run of pmtrack; `finished` is None if it was killed."""

    id: str
    command: str
    started: dt.datetime
    finished: dt.datetime | None
    done: int = 0
    failed: int = 0
    deferred: int = 0
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class Hindsight:
    """What the world of a past day cannot know of that day.

    Attributes:
        begins: When the state saw its first document, UTC; None for a state that has seen none.
        reread: Documents that were there on the day and were read again after it, where the state did not keep former headers
            yet (one of an older pmtrack): what became of their items is known, their titles, severities and other headers are
            those of the latest reading.
    """

    begins: dt.datetime | None
    reread: int


@dataclass(frozen=True, slots=True)
class World:
    """Everything a rule or report may look at.

    Attributes:
        now: The moment for which the question is asked, aware UTC.
        has_state: Whether identity and history are known.
        has_trackers: Whether issues are known.
        open_intents: Creates of unknown outcome that no run has settled yet.
        removed_documents: Documents that are not there (any more), as last read: the past of their items counts on.
        hindsight: Of a past day, None for now.
    """

    now: dt.datetime
    documents: tuple[PostMortem, ...] = ()
    items: tuple[TrackedItem, ...] = ()
    trackers: tuple[TrackerHealth, ...] = ()
    runs: tuple[RunRecord, ...] = ()
    people: Mapping[str, Person] = field(default_factory=dict)
    has_state: bool = False
    has_trackers: bool = False
    open_intents: int = 0
    removed_documents: tuple[PostMortem, ...] = ()
    hindsight: Hindsight | None = None
