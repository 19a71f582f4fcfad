"""The Beads tracker: `tracker.remote.Tracker` over the `bd` program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from adapters.beads import mapping, writing
from adapters.beads.client import Bd, Place
from adapters.beads.config import BeadsOptions
from adapters.beads.database import Database
from adapters.beads.mapping import Row
from tracker import interchange
from tracker.errors import AdapterError
from tracker.models import Issue, Person, Severity
from tracker.remote import (
    Absent,
    Adopted,
    Capabilities,
    ChangeOutcome,
    Changes,
    CreateOutcome,
    FetchResult,
    Found,
    Gone,
    IssueChange,
    NewIssue,
    ProbeQuery,
    ProbeResult,
    Problem,
    Resolution,
    TrackerContext,
    Unproven,
    Unreadable,
)


class BeadsTracker:
    """Issues in a Beads database. Ids are made from the markers, so no create can happen twice."""

    type = "beads"
    capabilities = Capabilities(
        assignees=1,
        create_batch=1000,
        fetch_batch=1000,
        chosen_ids=True,
        title_limit=mapping.TITLE_LIMIT,
    )

    def __init__(self, name: str, options: BeadsOptions, context: TrackerContext) -> None:
        self.name = name
        self._now, self._sleep = context.now, context.sleep
        place = Place(
            program=options.program,
            directory=context.root / options.directory,
            database=None if options.database is None else context.root / options.database,
            actor=options.actor,
            push=options.push,
        )
        bd = Bd(
            name,
            place,
            context.environ,
            context.sleep,
            context.announce,
            timeout_s=options.timeout_s,
            lock_wait_s=options.lock_wait_s,
        )
        self._database = Database(bd, context.memory, options.prefix)
        self._style = writing.Style(
            options.issue_type, options.types, epics=options.epics, dropped=options.dropped_reasons
        )

    @property
    def requests(self) -> int:
        """How many processes were started."""
        return self._database.bd.processes

    def check(self) -> Sequence[Problem]:
        """Which `bd`, which database, and that it can be read."""
        version = ".".join(map(str, self._database.version()))
        place = self._database.where()
        marked = len(self._database.marked())
        return [
            Problem(f"bd {version} ({self._database.bd.program()})", Severity.INFO, ok=True),
            Problem(
                f"{place}: prefix {self._database.prefix()!r}, {marked} beads of pmtrack",
                Severity.INFO,
                ok=True,
            ),
        ]

    def fetch(self, ids: Sequence[str]) -> Iterator[FetchResult]:
        """See `Tracker.fetch`; one process for all, a second one if some are not there."""
        if not ids:
            return
        try:
            rows = self._found(ids)
        except AdapterError as error:
            yield from (Unreadable(id_, error.message) for id_ in ids)
            return
        for id_ in ids:
            yield Found(id_, self._issue(rows[id_])) if id_ in rows else Gone(id_)

    def changes(self, cursor: str | None, ids: Iterable[str]) -> Changes:
        """Everything among `ids`: reading all costs one process, as reading the changed ones would."""
        results = list(self.fetch(list(ids)))
        broken = next((result.reason for result in results if isinstance(result, Unreadable)), None)
        found = tuple(result.issue for result in results if isinstance(result, Found))
        gone = tuple(result for result in results if isinstance(result, Gone))
        return Changes(found, cursor, complete=broken is None, reason=broken, gone=gone)

    def lookup(self, refs: Sequence[str]) -> Mapping[str, FetchResult]:
        """See `Tracker.lookup`."""
        prefix = self._database.known_prefix
        asked = {ref: ids for ref in refs if (ids := mapping.ids_in(ref, prefix))}
        results = {result.id: result for result in self.fetch([ids[0] for ids in asked.values()])}
        return {ref: results[ids[0]] for ref, ids in asked.items()}

    def owns(self, ref: str) -> bool:
        """Whether the reference has the form of a bead's id, and of this database where its prefix is known."""
        return bool(mapping.ids_in(ref, self._database.known_prefix))

    def scan(self) -> Iterator[Issue]:
        """See `Tracker.scan`."""
        yield from map(self._issue, self._database.marked().values())

    def watermark(self) -> str | None:
        """None: ids are chosen, so there is nothing to probe upwards from."""
        return None

    def probe(self, queries: Sequence[ProbeQuery]) -> Iterator[ProbeResult]:
        """See `Tracker.probe`; a row read by its id is the proof."""
        try:
            prefix = self._database.prefix()
            ids = [id_ for query in queries for id_ in mapping.possible_ids(prefix, query.marker)]
            by_marker = {mapping.marker_in(row): row for row in self._database.rows(ids).values()}
            if {query.marker for query in queries} - by_marker.keys():
                # `bd rename-prefix` changes ids; the marker in the metadata stays.
                by_marker |= {mapping.marker_in(row): row for row in self._database.marked().values()}
        except AdapterError as error:
            yield from (Unproven(query.marker, error.message) for query in queries)
            return
        for query in queries:
            row = by_marker.get(query.marker)
            yield Adopted(query.marker, self._issue(row)) if row else Absent(query.marker)

    def create(self, batch: Sequence[NewIssue]) -> Iterator[CreateOutcome]:
        """See `Tracker.create`; a bead that is already there is confirmed, not made again."""
        size = self.capabilities.create_batch
        for start in range(0, len(batch), size):
            part = batch[start : start + size]
            outcomes = writing.create(self._database, part, self._style, self._now)
            yield from (CreateOutcome(new.marker, outcomes[new.marker]) for new in part)

    def update(self, changes: Sequence[IssueChange]) -> Iterator[ChangeOutcome]:
        """See `Tracker.update`."""
        if not changes:
            return
        outcomes = writing.update(self._database, changes, self._style, self._now, self._sleep)
        yield from (ChangeOutcome(change.ref.id, outcomes[change.ref.id]) for change in changes)

    def resolve(self, names: Sequence[str], people: Sequence[Person]) -> Mapping[str, Resolution]:
        """See `Tracker.resolve`; an assignee is any text."""
        return interchange.assignees_of(names, people, self.name, self.type)

    def close(self) -> None:
        """Nothing is kept open."""

    def give(self) -> Sequence[Row]:
        """See `tracker.interchange.Interchange`."""
        return [mapping.without_counts(row) for row in self._database.everything()]

    def take(self, records: Sequence[Mapping[str, object]]) -> None:
        """See `tracker.interchange.Interchange`; one import of what is not there yet."""
        known = self._database.rows([str(record["id"]) for record in records])
        missing = [record for record in records if record["id"] not in known]
        if missing:
            self._database.add(missing)

    def _found(self, ids: Sequence[str]) -> dict[str, Row]:
        rows = self._database.rows([id_ for id_ in ids if mapping.is_id(id_)])
        missing = [id_ for id_ in ids if id_ not in rows]
        if not missing:
            return rows
        by_marker = {mapping.marker_in(row): row for row in self._database.marked().values()}
        renamed = {id_: by_marker.get(id_.rpartition("-")[2]) for id_ in missing}
        return rows | {id_: row for id_, row in renamed.items() if row is not None}

    @property
    def _issue(self) -> partial[Issue]:
        return partial(mapping.to_issue, dropped=self._style.dropped)
