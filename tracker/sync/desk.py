"""What a run knows of one tracker while it works: the adapter, what is kept for it, and what it told."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, field, replace

from tracker.advancing import Advancing
from tracker.errors import AdapterError
from tracker.people import People
from tracker.remote import Resolution, Tracker
from tracker.settings import Settings
from tracker.state.records import IntentRecord, TrackerRecord
from tracker.state.store import Store
from tracker.sync.linking import Settled, settle
from tracker.sync.permalink import Linker
from tracker.sync.plan import Rules
from tracker.sync.pull import Pulled, pull
from tracker.sync.source import glob_matches
from tracker.values import dataclass


@dataclass(slots=True)
class Desk:
    """One tracker in one run.

    Attributes:
        adapter: None if it could not be opened.
        trouble: Why nothing (more) can be done there in this run.
        advice: What a person can do about the trouble.
        intents: Writes of earlier runs whose outcome was unknown when this run began.
        changed: The settings that concern it are not those of the last run.
    """

    name: str
    record: TrackerRecord
    adapter: Tracker | None = None
    pulled: Pulled = field(default_factory=Pulled)
    settled: Settled = field(default_factory=Settled)
    intents: Sequence[IntentRecord] = ()
    trouble: str | None = None
    advice: str | None = None
    fingerprint: str = ""

    @property
    def changed(self) -> bool:
        """The settings that concern it are not those of the last run."""
        return self.record.fingerprint is not None and self.record.fingerprint != self.fingerprint

    def rules(self, settings: Settings, people: People, link: Linker) -> Rules:
        """What planning needs to know."""
        assert self.adapter is not None  # noqa: S101 - nobody plans for a tracker that is not open
        return Rules(self.adapter.capabilities, settings.merge, settings.labels, link, people)

    def resolve(self, names: Sequence[str], settings: Settings) -> Mapping[str, Resolution]:
        """Accounts of owners; empty, with the trouble noted, if the tracker fails."""
        if self.adapter is None or not names:
            return {}
        try:
            return self.adapter.resolve(names, tuple(settings.people.values()))
        except AdapterError as error:
            self.trouble, self.advice = error.message, error.hint
            return {}

    def kept(self, now: dt.datetime) -> TrackerRecord:
        """What to keep for the next run."""
        success = self.trouble is None
        return replace(
            self.record,
            cursor=self._cursor() if success else self.record.cursor,
            fingerprint=self.fingerprint if success else self.record.fingerprint,
            full_read_at=now if self.pulled.full and success else self.record.full_read_at,
            last_attempt=now,
            last_success=now if success else self.record.last_success,
            error=self.trouble,
        )

    def _cursor(self) -> str | None:
        """From where the next run reads: after this run's own writes, where the tracker knows that nobody else wrote."""
        cursor = self.pulled.cursor
        if isinstance(self.adapter, Advancing):
            return self.adapter.advanced(cursor)
        return cursor


def open_desk(
    name: str,
    store: Store,
    settings: Settings,
    open_tracker: Callable[[str], Tracker],
    known: TrackerRecord | None,
) -> Desk:
    """Open a tracker; one that cannot be opened does not stop the others."""
    configured = settings.trackers[name]
    record = known or TrackerRecord(name, configured.type)
    desk = Desk(name, record, fingerprint=fingerprint(name, settings))
    desk.intents = store.open_intents(name)
    try:
        desk.adapter = open_tracker(name)
    except AdapterError as error:
        desk.trouble, desk.advice = error.message, error.hint
    return desk


def ask(desk: Desk, store: Store, now: dt.datetime, *, again: Sequence[str]) -> None:
    """Settle what earlier runs left open, then read what changed. Trouble is noted, never raised."""
    if desk.adapter is None:
        return
    creates = [intent for intent in desk.intents if intent.kind == "create"]
    reread = [intent.issue_id for intent in desk.intents if intent.kind != "create" and intent.issue_id]
    try:
        if creates:
            desk.settled = settle(desk.adapter, creates)
    except AdapterError as error:
        desk.trouble, desk.advice = error.message, error.hint
        return
    desk.pulled = pull(
        desk.adapter,
        store,
        desk.record,
        now=now,
        again=[*dict.fromkeys([*again, *reread])],
        everything=desk.changed,
    )
    desk.trouble, desk.advice = desk.pulled.trouble, desk.pulled.advice


def route_of(path: str, settings: Settings) -> str:
    """The tracker for new items of a document: the first route that matches, else the default."""
    for route in settings.routes:
        if glob_matches(path, route.documents):
            return route.tracker
    return settings.default_tracker


def fingerprint(name: str, settings: Settings) -> str:
    """A digest of the settings by which items of a tracker are compared; no secret is in it."""
    facts = {
        "merge": asdict(settings.merge),
        "labels": settings.labels,
        "link_base": settings.link_base,
        "people": {key: [person.names, dict(person.accounts)] for key, person in settings.people.items()},
        "options": {
            key: value for key, value in settings.trackers[name].options.items() if "token" not in key
        },
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()[:16]
