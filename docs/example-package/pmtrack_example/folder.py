"""A tracker that keeps each issue as one JSON file in a folder.

The smallest adapter that keeps the whole contract (`tracker.remote.Tracker`); `tests/contract/suite.py` of pmtrack runs on it. The
id of an issue is its marker, chosen by pmtrack, so a create can be repeated without making a second issue.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker import block
from tracker.errors import AdapterError, UserError
from tracker.models import Issue, IssueRef, Person, Severity, Status
from tracker.remote import (
    Absent,
    Adopted,
    Capabilities,
    ChangeOutcome,
    Changes,
    Confirmed,
    CreateOutcome,
    FetchResult,
    Field,
    Found,
    Gone,
    IssueChange,
    NewIssue,
    NotSent,
    Outcome,
    ProbeQuery,
    ProbeResult,
    Problem,
    Refused,
    Resolution,
    TrackerContext,
    Unproven,
    Unreadable,
)


def open_tracker(name: str, options: Mapping[str, Any], context: TrackerContext) -> FolderTracker:
    """What the entry point names: a tracker from its table in the configuration. Sends nothing."""
    unknown = set(options) - {"path"}
    if unknown:
        raise UserError(
            f"[trackers.{name}]: unknown key {min(unknown)!r}", hint='The only key is path = "...".'
        )
    return FolderTracker(name, context.root / options.get("path", "issues"))


@dataclass
class FolderTracker:
    """Issues as `FOLDER/<id>.json`."""

    name: str
    folder: Path
    requests: int = 0
    type: str = "folder"
    # No assignees, no priority: pmtrack then compares neither, and names both in its block of the body.
    capabilities = Capabilities(assignees=0, priority=False, chosen_ids=True)

    def check(self) -> Sequence[Problem]:
        """Preflight for `pmtrack doctor`."""
        self.requests += 1
        above = next(folder for folder in (self.folder, *self.folder.parents) if folder.exists())
        if os.access(above, os.W_OK):
            return [Problem(f"{self.folder} can be written", Severity.INFO, ok=True)]
        return [Problem(f"{above} cannot be written", hint=f"chmod u+w {above}")]

    def fetch(self, ids: Sequence[str]) -> Iterator[FetchResult]:
        """One result per id; "cannot be read" is told apart from "is not there"."""
        for key in ids:
            try:
                yield Found(key, _issue(self._read(key)))
            except FileNotFoundError:
                yield Gone(key)
            except (OSError, ValueError, KeyError, TypeError) as error:
                yield Unreadable(key, f"{self.folder / key}.json cannot be read: {error}")

    def changes(self, cursor: str | None, ids: Iterable[str]) -> Changes:
        """Never called, since `capabilities.incremental` is False."""
        raise NotImplementedError

    def lookup(self, refs: Sequence[str]) -> Mapping[str, FetchResult]:
        """Documents call an issue `folder:<id>`."""
        return {
            ref: result for ref in refs if self.owns(ref) for result in self.fetch([ref.partition(":")[2]])
        }

    def owns(self, ref: str) -> bool:
        """Whether a reference is one of ours; pure. Never let a document choose a path."""
        prefix, _, key = ref.partition(":")
        return prefix == "folder" and key.isalnum()

    def scan(self) -> Iterator[Issue]:
        """All issues, to rebuild a lost state; one that cannot be read must not look like one that is not there."""
        for result in self.fetch([path.stem for path in sorted(self.folder.glob("*.json"))]):
            if isinstance(result, Unreadable):
                raise AdapterError(result.reason, tracker=self.name, hint="Correct or remove the file.")
            if isinstance(result, Found):
                yield result.issue

    def watermark(self) -> str | None:
        """Ids are chosen: there is nothing to probe upwards from."""
        return None

    def probe(self, queries: Sequence[ProbeQuery]) -> Iterator[ProbeResult]:
        """Settles a create of unknown outcome: the file is there, or it is not, or it cannot be read."""
        for query, result in zip(queries, self.fetch([query.marker for query in queries]), strict=True):
            match result:
                case Found(issue=issue):
                    yield Adopted(query.marker, issue)
                case Gone():
                    yield Absent(query.marker)
                case Unreadable(reason=reason):
                    yield Unproven(query.marker, reason)

    def create(self, batch: Sequence[NewIssue]) -> Iterator[CreateOutcome]:
        """Yields each outcome as soon as it is known; the caller commits it before asking for the next."""
        for new in batch:
            yield CreateOutcome(new.marker, self._created(new))

    def _created(self, new: NewIssue) -> Outcome:
        """An issue that is there already is confirmed as it is: people may have edited it."""
        (known,) = self.fetch([new.marker])
        match known:
            case Found(issue=issue):
                return Confirmed(issue)
            case Unreadable(reason=reason):
                return NotSent(reason)
            case Gone():
                record = {"id": new.marker, "title": new.title, "status": new.status.value, "labels": list(new.labels),
                          "due": _iso(new.due), "body": block.render(new.marker, new.context)}  # fmt: skip
                return self._write(record)

    def update(self, changes: Sequence[IssueChange]) -> Iterator[ChangeOutcome]:
        """Only the named fields; text around pmtrack's block stays as it is."""
        for change in changes:
            try:
                record = self._read(change.ref.id)
            except FileNotFoundError:
                yield ChangeOutcome(change.ref.id, Refused("the issue is not there any more"))
                continue
            except (OSError, ValueError) as error:
                yield ChangeOutcome(change.ref.id, NotSent(f"the issue cannot be read: {error}"))
                continue
            yield ChangeOutcome(change.ref.id, self._write(_changed(record, change)))

    def resolve(self, names: Sequence[str], people: Sequence[Person]) -> Mapping[str, Resolution]:  # noqa: ARG002
        """This tracker has no accounts."""
        return {name: Resolution(name, None, "this tracker has no accounts") for name in names}

    def close(self) -> None:
        """Nothing is kept open."""

    def _read(self, key: str) -> dict[str, Any]:
        self.requests += 1
        record: dict[str, Any] = json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8"))
        return record

    def _write(self, record: dict[str, Any]) -> Outcome:
        """Replaces the file at once or not at all, so no other outcome than these two is possible."""
        self.requests += 1
        path = self.folder / f"{record['id']}.json"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            new = path.with_suffix(".new")
            new.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            new.replace(path)
        except OSError as error:
            return NotSent(f"cannot write {path}: {error.strerror}")
        return Confirmed(_issue(record))


def _issue(record: Mapping[str, Any]) -> Issue:
    marker, context = block.find(record["body"])
    return Issue(
        ref=IssueRef(record["id"], f"folder:{record['id']}"),
        title=record["title"],
        status=Status(record["status"]),
        marker=marker,
        context=context,
        status_raw=record["status"],
        due=dt.date.fromisoformat(record["due"]) if record["due"] else None,
        labels=tuple(record["labels"]),
    )


def _changed(record: Mapping[str, Any], change: IssueChange) -> dict[str, Any]:
    after = dict(record)
    for field, value in change.fields.items():
        if field is Field.CONTEXT:
            after["body"] = block.replace(record["body"], change.marker, value)
        elif field is Field.LABELS:
            after["labels"] = [
                *record["labels"],
                *(label for label in value if label not in record["labels"]),
            ]
        elif field is Field.DUE:
            after["due"] = _iso(value)
        elif field in (Field.TITLE, Field.STATUS):
            after[field.value] = str(value)
    return after


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
