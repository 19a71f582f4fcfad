"""Reading the trackers: which linked issues changed since the last run, in as few requests as the tracker allows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import field

from tracker.errors import AdapterError
from tracker.models import Issue
from tracker.remote import FetchResult, Found, Gone, Tracker, Unreadable
from tracker.state.records import TrackerRecord
from tracker.state.store import Store
from tracker.values import dataclass

READ_ALL_EVERY = dt.timedelta(days=1)  # incremental reads do not tell of deleted issues on every tracker


@dataclass(slots=True)
class Pulled:
    """What a tracker told.

    Attributes:
        issues: Issue id -> issue, for those that changed (or of which it is not known).
        gone: Issue id -> what the tracker said.
        unreadable: Issue id -> why it could not be read; nothing follows from that.
        cursor: For the next incremental read.
        full: Everything was read.
        trouble: Why the read was cut short, None if it was not.
        advice: What a person can do about it.
    """

    issues: dict[str, Issue] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    cursor: str | None = None
    full: bool = False
    trouble: str | None = None
    advice: str | None = None

    def take(self, result: FetchResult) -> None:
        """Note one result."""
        match result:
            case Found(id=key, issue=issue):
                self.issues[key] = issue
            case Gone(id=key, reason=reason):
                self.gone[key] = reason
            case Unreadable(id=key, reason=reason):
                self.unreadable[key] = reason


def pull(
    tracker: Tracker,
    store: Store,
    record: TrackerRecord,
    *,
    now: dt.datetime,
    again: Sequence[str],
    everything: bool,
) -> Pulled:
    """Read what may have changed.

    Args:
        tracker: The tracker.
        store: Knows which issues are linked and what was last read.
        record: What is kept for the tracker, with the cursor.
        now: The moment, UTC.
        again: Issues that must be read whatever the cursor says (not readable last time, changes of unknown outcome).
        everything: The configuration changed, so that everything is compared anew.
    """
    pulled = Pulled(cursor=record.cursor)
    late = record.full_read_at is None or (
        not tracker.capabilities.verifies and abs(now - record.full_read_at) >= READ_ALL_EVERY
    )
    due = everything or late
    try:
        if tracker.capabilities.incremental:
            _incrementally(tracker, store, None if due else record.cursor, pulled, full=due)
        else:
            _all(tracker, store, pulled)
        missing = [key for key in again if key not in pulled.issues and key not in pulled.gone]
        for result in tracker.fetch(missing) if missing else ():
            pulled.take(result)
    except AdapterError as error:
        pulled.trouble, pulled.advice = error.message, error.hint
    _drop_unchanged(store, tracker.name, pulled, keep=set(again))
    return pulled


def _incrementally(tracker: Tracker, store: Store, cursor: str | None, pulled: Pulled, *, full: bool) -> None:
    ids = _Lazy(store, tracker.name)
    # Asked even when nothing is linked yet: the cursor noted before the first create spares the second run a full read.
    changes = tracker.changes(cursor, ids)
    pulled.issues.update({issue.ref.id: issue for issue in changes.issues})
    pulled.gone.update({each.id: each.reason for each in changes.gone})
    pulled.unreadable.update({each.id: each.reason for each in changes.unreadable})
    if not changes.complete:
        pulled.trouble, pulled.advice = changes.reason or "the read was cut short", changes.hint
        return
    pulled.cursor = changes.cursor
    if full:
        silent = [key for key in ids if key not in pulled.issues and key not in pulled.gone]
        for result in tracker.fetch(silent) if silent else ():
            pulled.take(result)
        pulled.full = True


def _all(tracker: Tracker, store: Store, pulled: Pulled) -> None:
    ids = store.linked_issues(tracker.name)
    for result in tracker.fetch(ids) if ids else ():
        pulled.take(result)
    pulled.full = True


class _Lazy:
    """The linked issues, read from the state only if the adapter asks."""

    def __init__(self, store: Store, name: str) -> None:
        self._store, self._name = store, name
        self._ids: list[str] | None = None

    def __iter__(self) -> Iterator[str]:
        if self._ids is None:
            self._ids = self._store.linked_issues(self._name)
        return iter(self._ids)


def _drop_unchanged(store: Store, name: str, pulled: Pulled, *, keep: set[str]) -> None:
    if not pulled.issues:
        return
    known = store.issue_versions(name)
    for key, issue in list(pulled.issues.items()):
        if issue.version is not None and known.get(key) == issue.version and key not in keep:
            del pulled.issues[key]
