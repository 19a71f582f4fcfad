"""The settings of a run as plain values, with the embedded defaults.

`tracker.config` makes a `Settings` from `pmtrack.toml`, `pyproject.toml` and the environment; without any of them the
defaults here are used and nothing heavy is imported. Tables whose keys belong to somebody else (a tracker's options, the
policies, the reports) are kept as read and validated by their owner when it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Literal

from tracker.models import Person
from tracker.values import dataclass

Winner = Literal["document", "tracker", "manual"]


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """One `[trackers.NAME]` table: the adapter's `type` and the rest as written."""

    name: str
    type: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """Documents that match the glob go to this tracker; the first match wins."""

    documents: str
    tracker: str


@dataclass(frozen=True, slots=True)
class MergeSettings:
    """Who wins when both sides changed a field; `manual` leaves both and reports until a person settles it."""

    title: Winner = "document"
    due: Winner = "document"
    priority: Winner = "document"
    status: Winner = "tracker"
    assignees: Winner = "tracker"


@dataclass(frozen=True, slots=True)
class Limits:
    """Above these numbers of writes in one run: ask on a terminal, refuse without one unless `--yes`."""

    creates: int = 20
    updates: int = 40


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is configured.

    Attributes:
        root: Folder of the configuration file; globs and relative paths start here.
        source: The configuration file, None for the embedded defaults.
        documents: Globs of the documents, relative to `root`.
        state: SQLAlchemy URL of the state; relative SQLite paths start at `root`.
        labels: Put on every issue.
        reading: `[reading]`: own headings, column names, date order, ...; owned by `tracker.reading`.
        policies: `[policies]`; owned by `policies`.
        reports: `[reports]`; owned by `tracker.reports`.
        notify: `[notify.NAME]`; owned by `tracker.notify`.
        link_base: URL under which the documents can be read by people ("https://github.com/acme/docs/blob/main"),
            None to find it from the git remote.
    """

    root: Path
    source: Path | None = None
    documents: tuple[str, ...] = ()
    state: str = "sqlite:///.pmtrack/state.db"
    default_tracker: str = "local"
    trackers: Mapping[str, TrackerSettings] = field(
        default_factory=lambda: {
            "local": TrackerSettings("local", "local", {"path": ".pmtrack/issues.jsonl"})
        }
    )
    routes: tuple[Route, ...] = ()
    people: Mapping[str, Person] = field(default_factory=dict)
    merge: MergeSettings = MergeSettings()
    limits: Limits = Limits()
    labels: tuple[str, ...] = ("pmtrack",)
    link_base: str | None = None
    timezone: str = "UTC"
    reading: Mapping[str, Any] = field(default_factory=dict)
    policies: Mapping[str, Any] = field(default_factory=dict)
    reports: Mapping[str, Any] = field(default_factory=dict)
    notify: Mapping[str, Any] = field(default_factory=dict)
