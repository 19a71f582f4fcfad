"""Creating and changing many beads with few processes, and saying of each what became of it."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field

from adapters.beads import mapping
from adapters.beads.client import BdError, Effect
from adapters.beads.database import Database
from adapters.beads.mapping import Row
from tracker import faults
from tracker.errors import AdapterError, BadResponseError
from tracker.interchange import day_of, moment_of
from tracker.models import Issue
from tracker.remote import Confirmed, Field, IssueChange, NewIssue, NotSent, Outcome, Refused, Unknown
from tracker.values import dataclass

_MOST_LINKS = 10  # of one bead with what related incidents left open; more is noise
MOST_DAYS = 100  # new due dates of one run; each takes a process, see `_Run.due`
_ROUNDS = 5  # of sending the rest of a batch again without the line that bd refused


@dataclass(frozen=True, slots=True)
class Style:
    """How the configuration wants beads to be."""

    issue_type: str = "task"
    types: Mapping[str, str] = field(default_factory=dict)
    epics: bool = False
    dropped: tuple[str, ...] = ()

    def type_of(self, new: NewIssue) -> str:
        """The type of the bead for a new issue, by its category."""
        category = new.extra.get("category", "").casefold()
        return next(
            (type_ for name, type_ in self.types.items() if name.casefold() == category), self.issue_type
        )


def outcome_of(error: AdapterError) -> Outcome:
    """What a failed write means for the beads it was about."""
    if isinstance(error, BadResponseError):
        return Unknown(error.message)  # it did something, but what it said is cut off or no answer
    if not isinstance(error, BdError):
        return NotSent(error.message)
    if error.effect is Effect.NONE:
        return Refused(error.reason, error.hint)
    return NotSent(error.reason) if error.effect is Effect.NOT_SENT else Unknown(error.reason)


# --- create ----------------------------------------------------------------------------------------------------------


def create(
    database: Database, batch: Sequence[NewIssue], style: Style, now: Callable[[], dt.datetime]
) -> dict[str, Outcome]:
    """Create what is not there yet; outcomes by marker. Five processes at most, whatever the number."""
    try:
        prefix = database.prefix()
        there = _look(database, batch, prefix, style)
    except AdapterError as error:
        return {new.marker: _before_writing(error) for new in batch}
    missing = [new for new in batch if not there.rows.keys() & set(mapping.possible_ids(prefix, new.marker))]
    failed = _import_new(database, _rows(missing, prefix, style, there, now()), missing, prefix)
    # An import of more than 250 rows is several transactions: a refusal may come after the first was committed.
    doubtful = len(failed) < len(missing) or any(isinstance(each, Refused) for each in failed.values())
    after = _read_again(database, _ids_asked(batch, prefix)) if doubtful else there.rows
    created = {new.marker: _created(new, prefix, after, style) for new in batch}
    return {marker: _truth(failed.get(marker), found) for marker, found in created.items()}


def _truth(failure: Outcome | None, found: Outcome) -> Outcome:
    """What became of one issue, from what the import said and what a read found."""
    if failure is None or (isinstance(failure, Refused) and isinstance(found, Confirmed)):
        return found
    return failure


@dataclass(frozen=True, slots=True)
class _There:
    """What is there before a create: rows by id, and the open beads of related incidents by incident."""

    rows: Mapping[str, Row]
    open_beads: Mapping[str, Sequence[str]]


def _look(database: Database, batch: Sequence[NewIssue], prefix: str, style: Style) -> _There:
    rows = database.rows(_ids_asked(batch, prefix))
    asks = not style.epics and any(mapping.related_groups(new) for new in batch)
    return _There(rows, mapping.open_by_group(database.marked().values()) if asks else {})


def _ids_asked(batch: Sequence[NewIssue], prefix: str) -> list[str]:
    ids = [id_ for new in batch for id_ in mapping.possible_ids(prefix, new.marker)]
    groups = {new.group for new in batch if new.group}
    groups |= {group for new in batch for group in mapping.related_groups(new)}
    return ids + [mapping.epic_id(prefix, group) for group in sorted(groups)]


def _rows(
    missing: Sequence[NewIssue], prefix: str, style: Style, there: _There, now: dt.datetime
) -> list[Row]:
    rows = {new.marker: mapping.to_row(new, prefix, style.type_of(new), now) for new in missing}
    if not style.epics:
        _relate_beads(missing, rows, there.open_beads)
        return list(rows.values())
    epics: dict[str, Row] = {}
    for new in missing:
        if new.group:
            row, epic = rows[new.marker], mapping.epic_id(prefix, new.group)
            row["dependencies"] = [mapping.link(row["id"], epic, "parent-child")]
            if epic not in there.rows and epic not in epics:
                epics[epic] = mapping.to_epic(new, prefix, now)
    _relate_epics(missing, prefix, epics, there.rows)
    return [*epics.values(), *rows.values()]


def _relate_epics(
    missing: Sequence[NewIssue], prefix: str, epics: Mapping[str, Row], known: Mapping[str, Row]
) -> None:
    for new in missing:
        own = epics.get(mapping.epic_id(prefix, new.group or ""))
        if own is None or "dependencies" in own:
            continue
        others = [mapping.epic_id(prefix, group) for group in mapping.related_groups(new)]
        there = [id_ for id_ in others if (id_ in known or id_ in epics) and id_ != own["id"]]
        own["dependencies"] = [mapping.link(own["id"], id_, "related") for id_ in there]


def _relate_beads(
    missing: Sequence[NewIssue], rows: Mapping[str, Row], open_beads: Mapping[str, Sequence[str]]
) -> None:
    """Without epics: what a related incident left open is linked with the new beads themselves."""
    for new in missing:
        row = rows[new.marker]
        targets = [id_ for group in mapping.related_groups(new) for id_ in open_beads.get(group, ())]
        if targets:
            links = targets[:_MOST_LINKS]
            row["dependencies"] = [mapping.link(row["id"], id_, "related") for id_ in links]


def _import_new(
    database: Database, rows: list[Row], missing: Sequence[NewIssue], prefix: str
) -> dict[str, Outcome]:
    """Import; a row that `bd` refuses by name is left out and the rest sent again, for an import is all or nothing."""
    failed: dict[str, Outcome] = {}
    markers = {mapping.issue_id(prefix, new.marker): new.marker for new in missing}
    for _ in range(_ROUNDS if missing else 0):
        faults.reach("while-sent")
        try:
            database.add(rows)
        except AdapterError as error:
            refused = _named_in(error, markers) - failed.keys()
            failed |= {marker: outcome_of(error) for marker in refused}
            rows = [row for row in rows if markers.get(row["id"]) not in refused]
            if refused and any(row["id"] in markers for row in rows):
                continue
            return {marker: outcome_of(error) for marker in markers.values()} | failed
        faults.reach("after-commit")
        return failed
    return {
        marker: NotSent("bd refused other issues of the same batch") for marker in markers.values()
    } | failed


def _named_in(error: AdapterError, markers: Mapping[str, str]) -> set[str]:
    if not isinstance(error, BdError) or error.effect is not Effect.NONE:
        return set()
    return {marker for id_, marker in markers.items() if re.search(rf"{re.escape(id_)}\b", error.reason)}


def _created(new: NewIssue, prefix: str, known: Mapping[str, Row] | None, style: Style) -> Outcome:
    if known is None:
        return Unknown("bd took the issue, but it could not be read again")
    row = next((known[id_] for id_ in mapping.possible_ids(prefix, new.marker) if id_ in known), None)
    if row is None:
        return Unknown("bd said that it took the issue, but it is not there")
    return Confirmed(mapping.to_issue(row, style.dropped))


def _read_again(database: Database, ids: Sequence[str]) -> dict[str, Row] | None:
    try:
        return database.rows(ids)
    except AdapterError:
        return None


def _before_writing(error: AdapterError) -> Outcome:
    # A read failed, so nothing was written whatever its cause.
    return NotSent(error.message)


# --- update ----------------------------------------------------------------------------------------------------------


def update(
    database: Database,
    changes: Sequence[IssueChange],
    style: Style,
    now: Callable[[], dt.datetime],
    sleep: Callable[[float], None],
) -> dict[str, Outcome]:
    """Change beads; outcomes by id. Four processes, and one more for each different new due date."""
    try:
        asked, rows = _read_for_change(database, changes, now, sleep)
    except AdapterError as error:
        return {change.ref.id: _before_writing(error) for change in changes}
    run = _Run(database, style, rows, {})
    ready = [change for change in changes if run.accepts(change)]
    faults.reach("while-sent")
    run.rewrite(ready, asked)
    run.batch(ready)
    run.due(ready)
    faults.reach("after-commit")
    return run.outcomes(changes)


def _read_for_change(
    database: Database,
    changes: Sequence[IssueChange],
    now: Callable[[], dt.datetime],
    sleep: Callable[[float], None],
) -> tuple[dt.datetime, dict[str, Row]]:
    """The rows and the second in which reading began.

    An import replaces a row only by a newer one, and times are whole seconds. A row that was changed in this very second
    is read again in the next one, so that a change which a person makes meanwhile is never older than ours.
    """
    rewriting = [change.ref.id for change in changes if Field.CONTEXT in change.fields]
    asked = now().replace(microsecond=0)
    rows = _with_blockers(database, changes)
    newest = max(
        (_time_of(rows[id_]) for id_ in rewriting if id_ in rows), default=asked - dt.timedelta(days=1)
    )
    if newest < asked or newest > asked + dt.timedelta(seconds=2):
        return asked, rows
    sleep(1.0 + (newest - asked).total_seconds())
    return max(now().replace(microsecond=0), newest), _with_blockers(database, changes)


def _with_blockers(database: Database, changes: Sequence[IssueChange]) -> dict[str, Row]:
    rows = database.rows([change.ref.id for change in changes])
    closing = [change.ref.id for change in changes if _closes(change)]
    blockers = {each for id_ in closing if id_ in rows for each in mapping.blockers(rows[id_])} - rows.keys()
    return rows | (database.rows(sorted(blockers)) if blockers else {})


def _time_of(row: Row) -> dt.datetime:
    return moment_of(row.get("updated_at")) or dt.datetime.fromtimestamp(0, dt.UTC)


def _closes(change: IssueChange) -> bool:
    status = change.fields.get(Field.STATUS)
    return status is not None and status.is_closed


@dataclass
class _Run:
    """One call of `update`: the rows as read, and what failed so far by id."""

    database: Database
    style: Style
    rows: Mapping[str, Row]
    failed: dict[str, Outcome]

    def accepts(self, change: IssueChange) -> bool:
        """Whether `bd` would let a person make this change; notes the refusal where not."""
        row = self.rows.get(change.ref.id)
        if row is None:
            self.failed[change.ref.id] = Refused(f"there is no bead {change.ref.id}")
            return False
        if _closes(change) and row.get("status") != "closed":
            # `bd close` and `bd update` refuse this, `bd batch` would not.
            open_ = [id_ for id_ in mapping.blockers(row) if self._is_open(id_)]
            if open_:
                hint = "Close what blocks it first, or remove the dependency: `bd dep remove`."
                self.failed[change.ref.id] = Refused(
                    f"cannot close {change.ref.id}: it is blocked by {', '.join(open_)}, which is open", hint
                )
                return False
        return True

    def rewrite(self, changes: Sequence[IssueChange], asked: dt.datetime) -> None:
        """Descriptions and labels, by one import."""
        rows = {}
        for change in changes:
            row = self.rows[change.ref.id]
            stamp = max(asked, _time_of(row) + dt.timedelta(seconds=1))
            after = mapping.rewritten(row, change, stamp)
            if after is not None:
                rows[change.ref.id] = after
        if not rows:
            return
        try:
            told = self.database.add(rows.values())
        except AdapterError as error:
            self._fail(rows, outcome_of(error))
            return
        # A row that keeps its time only adds labels, and its columns are meant to stay.
        replaced = {
            id_ for id_, after in rows.items() if after["updated_at"] != self.rows[id_].get("updated_at")
        }
        kept = told.kept | (told.tied & replaced)
        self._fail(kept, NotSent("somebody changed it at the same moment; the next run sees that change"))

    def batch(self, changes: Sequence[IssueChange]) -> None:
        """Titles, priorities, assignees and statuses, by one transaction; again without a line that `bd` refuses."""
        todo = self._lines(changes)
        for _ in range(_ROUNDS):
            if not todo:
                return
            lines = [(id_, line) for id_, each in todo.items() for line in each]
            try:
                self.database.batch([line for _, line in lines])
            except AdapterError as error:
                culprit = _line_named(error, lines)
                if culprit is None:
                    self._fail(todo, outcome_of(error))
                    return
                self._fail([culprit], outcome_of(error))
                todo.pop(culprit)
                continue
            return
        self._fail(todo, NotSent("bd refused other changes of the same batch"))

    def due(self, changes: Sequence[IssueChange]) -> None:
        """Due dates, by one process for each new date: no command of `bd` takes several. Above `MOST_DAYS` the rest waits."""
        by_day: defaultdict[str, list[str]] = defaultdict(list)
        for change in changes:
            if Field.DUE in change.fields and change.ref.id not in self.failed:
                day = change.fields[Field.DUE]
                if day_of(self.rows[change.ref.id].get("due_at")) != day:
                    by_day[day.isoformat() if day else ""].append(change.ref.id)
        for number, (text, ids) in enumerate(sorted(by_day.items())):
            if number >= MOST_DAYS:
                self._fail(
                    ids, NotSent(f"more than {MOST_DAYS} different new due dates; the next run goes on")
                )
                continue
            try:
                self.database.set_due(ids, text)
            except AdapterError as error:
                self._fail(ids, outcome_of(error))

    def outcomes(self, changes: Sequence[IssueChange]) -> dict[str, Outcome]:
        """What became of each change, from a last read."""
        rows: Mapping[str, Row] | None = {}
        if len(self.failed) < len(changes):
            rows = _read_again(self.database, [change.ref.id for change in changes])
        return {
            change.ref.id: self.failed.get(change.ref.id) or self._settled(change, rows) for change in changes
        }

    def _settled(self, change: IssueChange, rows: Mapping[str, Row] | None) -> Outcome:
        row = (rows or {}).get(change.ref.id)
        if row is None:
            return Unknown(f"{change.ref.id} could not be read after the change")
        issue: Issue = mapping.to_issue(row, self.style.dropped)
        return Confirmed(issue, mapping.mismatches(issue, change))

    def _lines(self, changes: Sequence[IssueChange]) -> dict[str, list[str]]:
        lines = {
            change.ref.id: mapping.batch_lines(self.rows[change.ref.id], change, self.style.dropped)
            for change in changes
            if change.ref.id not in self.failed
        }
        return {id_: each for id_, each in lines.items() if each}

    def _is_open(self, id_: str) -> bool:
        row = self.rows.get(id_)
        return row is not None and row.get("status") != "closed"

    def _fail(self, ids: Sequence[str] | Mapping[str, object] | frozenset[str], outcome: Outcome) -> None:
        for id_ in ids:
            self.failed.setdefault(id_, outcome)


def _line_named(error: AdapterError, lines: Sequence[tuple[str, str]]) -> str | None:
    """The id of the line that `bd batch` names in its refusal ("line 3 (update ...): ...")."""
    match = re.search(r"\bline (\d+)\b", error.reason) if isinstance(error, BdError) else None
    if match is None or not isinstance(error, BdError) or error.effect is not Effect.NONE:
        return None
    number = int(match[1])
    return lines[number - 1][0] if 0 < number <= len(lines) else None
