"""A folder with documents, a state and the local tracker, on which tests run real syncs."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from adapters.local import LocalTracker
from tracker.remote import Tracker
from tracker.settings import Limits, MergeSettings, Settings
from tracker.state.store import Store, open_store
from tracker.sync import engine
from tracker.sync.rebuild import Rebuilt, rebuild
from tracker.sync.report import ActionRecord, Progress, SyncOptions, SyncReport
from tracker.sync.source import Documents

HEAD = "# Queue outage\n\n**Incident ID:** {incident}\n**Date:** 2026-05-06\n**Severity:** SEV-1\n\n## Action Items\n\n"
# What some items of the tests say.
ALERT, RUNBOOK, POOL = (
    "Add alerting for payment queue depth",
    "Write a runbook for broker failover",
    "Raise the connection pool limit",
)
COLUMNS = "| ID | Action | Owner | Priority | Due Date | Status | Ticket |\n|---|---|---|---|---|---|---|\n"


def row(
    title: str,
    *,
    id_: str = "",
    owner: str = "Alice",
    priority: str = "P1",
    due: str = "2026-12-01",
    status: str = "Open",
    ticket: str = "",
) -> str:
    """A row of the action table."""
    return f"| {id_} | {title} | {owner} | {priority} | {due} | {status} | {ticket} |\n"


def document(*rows: str, incident: str = "INC-7") -> str:
    """A post-mortem with an action table."""
    return HEAD.format(incident=incident) + COLUMNS + "".join(rows)


@dataclass
class Stage:
    """One set-up; every `sync` is a fresh engine on the same state."""

    root: Path
    limits: Limits = field(default_factory=lambda: Limits(creates=1000, updates=1000))
    merge: MergeSettings = field(default_factory=MergeSettings)
    trackers: dict[str, Callable[[], Tracker]] = field(default_factory=dict)
    state: str = "sqlite:///.pmtrack/state.db"
    now: dt.datetime = dt.datetime(2026, 11, 21, 8, 0, tzinfo=dt.UTC)
    extra: dict[str, Any] = field(default_factory=dict)

    def write(self, name: str, text: str) -> Path:
        """Write a document, by the clock of the stage: two writes never have one time stamp."""
        path = self.root / "docs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        stamp = int(self.clock().timestamp() * 1000) * 1_000_000
        os.utime(path, ns=(stamp, stamp))
        return path

    def settings(self) -> Settings:
        return replace(Settings(root=self.root), limits=self.limits, merge=self.merge, **self.extra)

    def store(self) -> Store:
        return open_store(self.state, root=self.root, now=self.clock)

    def clock(self) -> dt.datetime:
        """A clock that moves a little with every look."""
        self.now += dt.timedelta(milliseconds=10)
        return self.now

    def open(self, name: str) -> Tracker:
        if name in self.trackers:
            return self.trackers[name]()
        return LocalTracker(name, self.root / ".pmtrack/issues.jsonl", self.clock)

    def sync(self, *paths: str, progress: Progress | None = None, **options: Any) -> SyncReport:
        """One run over the folder `docs`, or over the given paths below the root."""
        self.now += dt.timedelta(hours=1)
        where = [str(self.root / path) for path in paths or ("docs",)]
        chosen = SyncOptions(**options)
        source = Documents(where, self.settings(), allow_empty=chosen.allow_empty)
        with self.store() as store:
            return engine.run(
                source,
                settings=self.settings(),
                store=store,
                open_tracker=self.open,
                options=chosen,
                now=self.clock,
                progress=progress or Progress(),
                sleep=lambda _seconds: None,
            )

    @property
    def issues(self) -> list[dict[str, Any]]:
        """The records of the local tracker."""
        path = self.root / ".pmtrack/issues.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [json.loads(line) for line in lines]

    def issue(self, title: str) -> dict[str, Any]:
        """The record with this title."""
        (found,) = [record for record in self.issues if record["title"] == title]
        return found

    def edit(self, which: str, /, **fields: Any) -> None:
        """A person edits an issue in the tracker; None removes a field."""
        records = self.issues
        for record in records:
            if record["title"] == which:
                record.update(fields)
                record["updated_at"] = (self.now + dt.timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.put(records)

    def put(self, records: Sequence[dict[str, Any]]) -> None:
        """Replace the tracker's file."""
        kept = [{key: value for key, value in record.items() if value is not None} for record in records]
        text = "".join(json.dumps(record) + "\n" for record in kept)
        (self.root / ".pmtrack/issues.jsonl").write_text(text, encoding="utf-8")


def names(report: SyncReport) -> list[str]:
    """The actions of a report, in order."""
    return [record.action for record in report.actions]


def only(report: SyncReport) -> ActionRecord:
    """The one action of a report."""
    (record,) = report.actions
    return record


def linked(stage: Stage) -> dict[str, str]:
    """Marker -> issue id, for items whose row stands in a document."""
    with stage.store() as store:
        return {
            each.marker: each.link.issue_id for each in store.items() if each.link and not each.removed_at
        }


def lose_the_state(stage: Stage) -> None:
    """The database is not there any more."""
    for path in (stage.root / ".pmtrack").glob("state.db*"):
        path.unlink()


def rebuilt(stage: Stage) -> Rebuilt:
    """`pmtrack state rebuild`."""
    source = Documents([str(stage.root / "docs")], stage.settings())
    with stage.store() as store:
        return rebuild(
            source, settings=stage.settings(), store=store, open_tracker=stage.open, now=stage.clock()
        )
