"""What the store gives and takes, as plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from tracker.models import ActionItem, Issue
from tracker.values import dataclass

BaseValues = Mapping[str, tuple[Any, Any]]
"""Field name -> (the document's value, the tracker's value) on which both sides last agreed, as JSON values."""


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document as last read, without its contents.

    Attributes:
        doubtful: Size and time do not prove that the file is unchanged; read it again.
        ambiguous: Rows that could not be identified: index -> (candidates' item ids, why).
        unread: Why it could not be read at the last try.
        items: How many action items it held when it was read.
    """

    path: str
    size: int
    mtime_ns: int
    sha256: str
    doubtful: bool = False
    incident_id: str | None = None
    ambiguous: Mapping[int, tuple[tuple[str, ...], str]] = field(default_factory=dict)
    unread: str | None = None
    removed_at: dt.datetime | None = None
    items: int = 0


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """Item to issue. `how`: created, adopted, row (the document named it), manual."""

    item_id: str
    tracker: str
    issue_id: str
    key: str
    url: str | None = None
    how: str = "created"

    @property
    def names(self) -> frozenset[str]:
        """How a document may name the issue: key, id and URL, case-folded."""
        return frozenset(name.casefold() for name in (self.key, self.issue_id, self.url) if name)


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """An item with everything that a sync needs to know about it.

    Attributes:
        position: 0-based number among the action items of its document.
        issue: As last read; None before that.
        gone_at: When the tracker said that the issue is gone.
        unreadable: Why the issue could not be read at the last try, None if it could.
    """

    item_id: str
    marker: str
    path: str
    position: int
    item: ActionItem
    first_seen: dt.datetime
    pending: bool = False
    removed_at: dt.datetime | None = None
    link: LinkRecord | None = None
    issue: Issue | None = None
    gone_at: dt.datetime | None = None
    unreadable: str | None = None
    base: BaseValues = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IntentRecord:
    """A write of the journal that is not settled. `payload` is what was going to be sent."""

    id: int
    item_id: str
    kind: str
    tracker: str
    marker: str
    issue_id: str | None
    payload: Mapping[str, Any]
    watermark: str | None
    made_at: dt.datetime


@dataclass(frozen=True, slots=True)
class NewIntent:
    """A write that is about to be sent. `kind`: create or update."""

    item_id: str
    kind: str
    tracker: str
    marker: str
    payload: Mapping[str, Any]
    issue_id: str | None = None
    watermark: str | None = None


@dataclass(frozen=True, slots=True)
class TrackerRecord:
    """What is kept for a tracker. `fingerprint` is of the settings under which everything was last compared."""

    name: str
    type: str
    cursor: str | None = None
    memory: Mapping[str, str] = field(default_factory=dict)
    fingerprint: str | None = None
    full_read_at: dt.datetime | None = None
    last_attempt: dt.datetime | None = None
    last_success: dt.datetime | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class LockRecord:
    """Who holds the run lock."""

    owner: str
    host: str
    pid: int
    command: str
    acquired_at: dt.datetime
    heartbeat_at: dt.datetime


@dataclass(frozen=True, slots=True)
class ConflictRecord:
    """A field that both sides changed differently; values as text. `winner`: document, tracker or manual."""

    item_id: str
    field: str
    document_value: str | None
    tracker_value: str | None
    base_value: str | None
    winner: str
    seen_at: dt.datetime
    settled_at: dt.datetime | None = None
