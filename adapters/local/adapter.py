"""The local tracker: `tracker.remote.Tracker` over one file."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from adapters.local import mapping
from adapters.local.file import Contents, IssueFile
from adapters.local.mapping import Record
from tracker import faults, interchange
from tracker.errors import AdapterError
from tracker.models import Issue, Person, Severity
from tracker.remote import (
    Absent,
    Adopted,
    Capabilities,
    ChangeOutcome,
    Changes,
    Confirmed,
    CreateOutcome,
    FetchResult,
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
    Unreadable,
)

_Change = Callable[[Contents], tuple[dict[str, Record], dict[str, Outcome]]]


class LocalTracker:
    """Issues in one JSONL file. Ids are chosen from the marker, so no create can happen twice."""

    type = "local"
    capabilities = Capabilities(
        assignees=1,
        create_batch=5_000,
        fetch_batch=1_000_000,
        chosen_ids=True,
        incremental=True,
        title_limit=mapping.TITLE_LIMIT,
    )

    def __init__(self, name: str, path: Path, now: Callable[[], dt.datetime]) -> None:
        self.name = name
        self._file = IssueFile(path, name)
        self._now = now

    @property
    def requests(self) -> int:
        """How often the file was read or written."""
        return self._file.accesses

    def check(self) -> Sequence[Problem]:
        """Whether the file can be read and its folder written."""
        path = self._file.path
        contents = self._file.read()
        folder = next(parent for parent in path.absolute().parents if parent.exists())
        if not os.access(folder, os.W_OK):
            hint = "Give this user write access, or set another `path` for the tracker."
            return [Problem(f"{folder} cannot be written", hint=hint)]
        return [Problem(f"{path}: {len(contents.lines)} issues", Severity.INFO, ok=True)]

    def fetch(self, ids: Sequence[str]) -> Iterator[FetchResult]:
        """See `Tracker.fetch`; one read of the file for all."""
        try:
            contents = self._file.read() if ids else None
        except AdapterError as error:
            yield from (Unreadable(key, error.message) for key in ids)
            return
        for key in ids:
            yield _result(key, contents.record(key) if contents else None)

    def changes(self, cursor: str | None, ids: Iterable[str]) -> Changes:
        """See `Tracker.changes`; the cursor is the digest of the file."""
        try:
            if cursor is not None and cursor == self._file.digest():
                self._file.trust(cursor)
                return Changes((), cursor)
            contents = self._file.read()
        except AdapterError as error:
            return Changes((), cursor, complete=False, reason=error.message, hint=error.hint)
        results = [_result(key, contents.record(key)) for key in ids]
        found = tuple(result.issue for result in results if isinstance(result, Found))
        gone = tuple(result for result in results if isinstance(result, Gone))
        return Changes(found, contents.digest, gone=gone)

    def advanced(self, cursor: str | None) -> str | None:
        """See `tracker.advancing.Advancing`."""
        return self._file.written(cursor)

    def lookup(self, refs: Sequence[str]) -> Mapping[str, FetchResult]:
        """See `Tracker.lookup`."""
        owned = {ref: _id_in(ref) for ref in refs if self.owns(ref)}
        results = {result.id: result for result in self.fetch(list(owned.values()))}
        return {ref: results[key] for ref, key in owned.items()}

    def owns(self, ref: str) -> bool:
        """Whether the reference has the form of an id that this tracker chooses."""
        return _id_in(ref).startswith(mapping.ID_PREFIX)

    def scan(self) -> Iterator[Issue]:
        """See `Tracker.scan`."""
        for record in self._file.read().records():
            if mapping.marker_in(record) is not None and record.get("status") != "tombstone":
                yield mapping.to_issue(record)

    def watermark(self) -> str | None:
        """None: ids are chosen, so there is nothing to probe upwards from."""
        return None

    def probe(self, queries: Sequence[ProbeQuery]) -> Iterator[ProbeResult]:
        """See `Tracker.probe`; the file is its own proof."""
        contents = self._file.read()
        for query in queries:
            record = contents.record(mapping.issue_id(query.marker))
            yield Adopted(query.marker, mapping.to_issue(record)) if record else Absent(query.marker)

    def create(self, batch: Sequence[NewIssue]) -> Iterator[CreateOutcome]:
        """See `Tracker.create`; a batch is one replacement of the file, so it happens whole or not at all."""
        size = self.capabilities.create_batch
        for start in range(0, len(batch), size):
            part = batch[start : start + size]
            records = {mapping.issue_id(new.marker): mapping.to_record(new, self._now()) for new in part}
            outcomes = self._store(partial(_added, records), list(records))
            for new in part:
                yield CreateOutcome(new.marker, outcomes[mapping.issue_id(new.marker)])

    def update(self, changes: Sequence[IssueChange]) -> Iterator[ChangeOutcome]:
        """See `Tracker.update`; all changes are one replacement of the file."""
        keys = [change.ref.id for change in changes]
        outcomes = self._store(partial(_updated, changes, self._now()), keys)
        for change in changes:
            yield ChangeOutcome(change.ref.id, outcomes[change.ref.id])

    def resolve(self, names: Sequence[str], people: Sequence[Person]) -> Mapping[str, Resolution]:
        """See `Tracker.resolve`; an assignee is any text."""
        return interchange.assignees_of(names, people, self.name, self.type)

    def close(self) -> None:
        """Nothing is kept open."""

    def give(self) -> Sequence[Record]:
        """See `tracker.interchange.Interchange`."""
        return list(self._file.read().records())

    def take(self, records: Sequence[Mapping[str, object]]) -> None:
        """See `tracker.interchange.Interchange`; one replacement of the file."""
        new = {str(record["id"]): {"_type": "issue", **record} for record in records}
        outcomes = self._store(partial(_added, new), list(new))
        failed = next((outcome.reason for outcome in outcomes.values() if isinstance(outcome, NotSent)), None)
        if failed is not None:
            raise AdapterError(failed, tracker=self.name, hint="Nothing was changed; run it again.")

    def _store(self, change: _Change, keys: Sequence[str]) -> dict[str, Outcome]:
        """Apply `change` under the file's lock; the outcome of each key."""
        if not keys:
            return {}
        try:
            with self._file.lock():
                contents = self._file.read()
                records, outcomes = change(contents)
                if records:
                    faults.reach("while-sent")
                    self._file.write(contents, records)
                    faults.reach("after-commit")
        except (OSError, AdapterError) as error:
            # The old file was not replaced, so nothing happened and repeating is safe.
            what = error.message if isinstance(error, AdapterError) else error.strerror or str(error)
            return dict.fromkeys(keys, NotSent(f"cannot write {self._file.path}: {what}"))
        return outcomes


def _added(new: Mapping[str, Record], known: Contents) -> tuple[dict[str, Record], dict[str, Outcome]]:
    missing = {key: record for key, record in new.items() if key not in known.lines}
    outcomes: dict[str, Outcome] = {
        key: Confirmed(mapping.to_issue(known.record(key) or record)) for key, record in new.items()
    }
    return missing, outcomes


def _updated(
    changes: Sequence[IssueChange], now: dt.datetime, known: Contents
) -> tuple[dict[str, Record], dict[str, Outcome]]:
    records: dict[str, Record] = {}
    outcomes: dict[str, Outcome] = {}
    for change in changes:
        record = known.record(change.ref.id)
        if record is None:
            outcomes[change.ref.id] = Refused(f"there is no issue {change.ref.id}")
            continue
        after = mapping.changed(record, change, now)
        outcomes[change.ref.id] = Confirmed(mapping.to_issue(after))
        if after != record:
            records[change.ref.id] = after
    return records, outcomes


def _result(key: str, record: Record | None) -> FetchResult:
    if record is None or record.get("status") == "tombstone":
        return Gone(key)
    return Found(key, mapping.to_issue(record))


def _id_in(ref: str) -> str:
    return ref.strip().removeprefix("bd://")
