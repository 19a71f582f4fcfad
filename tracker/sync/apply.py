"""Carrying out a plan for one tracker: intents before writes, each answer recorded as soon as it is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from tracker import faults
from tracker.errors import AdapterError
from tracker.models import Issue
from tracker.remote import Confirmed, Field, Found, NotSent, Outcome, Refused, Tracker, Unknown
from tracker.state.records import LinkRecord, NewIntent
from tracker.state.store import Store
from tracker.state.writer import Writer
from tracker.sync import fields
from tracker.sync.fields import Values
from tracker.sync.linking import settle
from tracker.sync.plan import Planned, document_values, new_issue
from tracker.sync.report import ActionRecord, OutcomeName
from tracker.world import Event, Side

AT_ONCE = 50  # issues between two commits of intents, where the tracker's own batches are smaller
ANSWERS_AT_ONCE = 500  # answers per commit where a repeated create is recognised by the chosen id


class Application:
    """Applies planned writes to one tracker and records them.

    Args:
        tracker: Where to write.
        store: The state.
        run_id: The run that writes.
        beat: Says that the run is alive, and raises `LockedError` where its lock was taken over.
        finished: Called with the record of each action that is over.
    """

    def __init__(
        self,
        tracker: Tracker,
        store: Store,
        run_id: str,
        beat: Callable[[], None],
        finished: Callable[[ActionRecord], None],
    ) -> None:
        self._tracker, self._store, self._run_id = tracker, store, run_id
        self._beat, self._finished = beat, finished
        self._stopped: str | None = None
        self._unknown: dict[str, tuple[Planned, str]] = {}

    def run(self, planned: Sequence[Planned]) -> None:
        """Create, then change. Never raises for a tracker's failure; the records say what became of each action."""
        creates = [each for each in planned if each.draft is not None]
        changes = [each for each in planned if each.change is not None]
        size = max(self._tracker.capabilities.create_batch, AT_ONCE)
        for part in _parts(creates, size):
            _state_values(part)
            self._part(part, "create", self._create)
            for each in part:
                each.values = {}  # a first sync has too many to keep them all
        for part in _parts(changes, size):
            self._part(part, "update", self._change)
        if self._unknown:
            self._find_out()

    def _part(
        self,
        part: Sequence[Planned],
        kind: str,
        send: Callable[[Sequence[Planned]], Iterator[tuple[str, Outcome]]],
    ) -> None:
        if self._stopped is not None:
            for each in part:
                self._finish(each, "deferred", self._stopped)
            return
        self._beat()
        try:
            self._intend(part, kind)
        except AdapterError as error:  # nothing was sent: the watermark could not be read
            self._stopped = error.message
            for each in part:
                self._finish(each, "deferred", error.message)
            return
        waiting = {each.subject.marker: each for each in part}
        try:
            self._receive(waiting, kind, send(part))
        except AdapterError as error:
            self._stopped = error.message
        for each in waiting.values():
            self._answered(each, kind, Unknown(self._stopped or "the tracker gave no answer for it"), None)

    def _intend(self, part: Sequence[Planned], kind: str) -> None:
        watermark = self._tracker.watermark() if kind == "create" else None
        faults.reach("before-intent")
        with self._store.writing(self._run_id) as writer:
            writer.intents(_intent(each, kind, self._tracker.name, watermark) for each in part)
        faults.reach("after-intent" if kind == "create" else "before-update")

    def _receive(
        self, waiting: dict[str, Planned], kind: str, answers: Iterator[tuple[str, Outcome]]
    ) -> None:
        """Record every answer: one commit each, or one for many where a repeated create is recognised by the chosen id."""
        at_once = ANSWERS_AT_ONCE if self._tracker.capabilities.chosen_ids else 1
        writer, gathered, not_sent = Writer(self._store.now(), self._run_id), 0, 0
        total = len(waiting)
        try:
            for marker, outcome in answers:
                each = waiting.pop(marker, None)
                if each is None:
                    continue
                not_sent += isinstance(outcome, NotSent)
                self._answered(each, kind, outcome, writer)
                gathered += 1
                if gathered >= at_once:
                    self._commit(writer, kind)
                    writer, gathered = Writer(self._store.now(), self._run_id), 0
                    self._beat()  # what was read is kept; nothing more is sent by a run that lost its lock
        finally:
            if gathered:  # also what was read before the tracker failed
                self._commit(writer, kind)
        if total and not_sent == total:
            self._stopped = "the tracker took nothing more in this run"

    def _commit(self, writer: Writer, kind: str) -> None:
        faults.reach("before-link" if kind == "create" else "after-update")
        self._store.commit(writer)
        faults.reach("after-link")

    def _create(self, part: Sequence[Planned]) -> Iterator[tuple[str, Outcome]]:
        batch = [new_issue(each.subject, each.draft, each.values) for each in part if each.draft is not None]
        return ((each.marker, each.outcome) for each in self._tracker.create(batch))

    def _change(self, part: Sequence[Planned]) -> Iterator[tuple[str, Outcome]]:
        changes = [each.change for each in part if each.change is not None]
        markers = {change.ref.id: change.marker for change in changes}
        return ((markers.get(each.id, ""), each.outcome) for each in self._tracker.update(changes))

    def _answered(self, each: Planned, kind: str, outcome: Outcome, writer: Writer | None) -> None:
        if isinstance(outcome, Unknown):
            self._unknown[each.subject.marker] = each, outcome.reason
            return
        if writer is None:
            return
        marker = each.subject.marker
        match outcome:
            case Confirmed(issue=issue, warnings=warnings):
                writer.intent_settled(kind, marker, "confirmed")
                self._confirmed(each, issue, writer)
                self._finish(each, "done", "; ".join(warnings) or None, issue)
            case Refused(reason=reason, hint=hint):
                writer.intent_settled(kind, marker, "refused")
                self._finish(each, "failed", f"{reason} ({hint})" if hint else reason)
            case NotSent(reason=reason, retry_after_s=seconds):
                writer.intent_settled(kind, marker, "not-sent")
                later = f"; try again in {seconds:.0f} s" if seconds else ""
                self._finish(each, "deferred", reason + later)

    def _find_out(self) -> None:
        """Settle writes of unknown outcome that can be seen to have happened; the others are left to the next run.

        That one cannot be seen proves nothing yet: a request that was given up may still be under way in the service.
        """
        creates = [each for each, _reason in self._unknown.values() if each.draft is not None]
        changes = [each for each, _reason in self._unknown.values() if each.change is not None]
        seen: dict[str, Issue] = {}
        try:
            if creates:
                markers = {each.subject.marker for each in creates}
                intents = self._store.open_intents(self._tracker.name)
                seen = settle(self._tracker, [one for one in intents if one.marker in markers]).adopted
            seen |= self._read_back(changes)
        except AdapterError as error:
            self._stopped = error.message
        for marker, (each, reason) in self._unknown.items():
            if marker in seen:
                _state_values([each])
                kind = "create" if each.draft is not None else "update"
                with self._store.writing(self._run_id) as writer:
                    writer.intent_settled(kind, marker, "adopted" if each.draft is not None else "read-back")
                    self._confirmed(each, seen[marker], writer)
                self._finish(each, "done", None, seen[marker])
            else:
                why = f"it is not known whether this happened ({reason}); the next run finds out"
                self._finish(each, "deferred", why)

    def _read_back(self, changes: Sequence[Planned]) -> dict[str, Issue]:
        """Marker -> issue, for changes that stand in the tracker."""
        by_id = {each.change.ref.id: each for each in changes if each.change is not None}
        found = {}
        for result in self._tracker.fetch(list(by_id)) if by_id else ():
            each = by_id.get(result.id)
            if each is not None and isinstance(result, Found) and stands(each, result.issue):
                found[each.subject.marker] = result.issue
        return found

    def _confirmed(self, each: Planned, issue: Issue, writer: Writer) -> None:
        name, subject, now = self._tracker.name, each.subject, self._store.now()
        writer.issue(name, issue)
        if each.draft is not None:
            link = LinkRecord(subject.item_id, name, issue.ref.id, issue.ref.key, issue.ref.url, "created")
            writer.link(link)
            writer.events([Event(now, subject.item_id, Side.PMTRACK, "linked", None, issue.ref.key)])
            base = created_base(each.values, issue)
            if self._tracker.capabilities.assignees and not each.draft.accounts:
                # Owners without an account are assigned as soon as they have one: the issue knows of none yet.
                base[Field.ASSIGNEES.value] = ([], sorted(issue.assignees))
            writer.base(subject.item_id, base)
        else:
            assert each.merged is not None  # noqa: S101 - every change comes from a merge
            writer.base(subject.item_id, changed_base(each, issue))
            writer.events(own_events(each, subject.item_id, now))
        manual = (
            any(conflict.winner == "manual" for conflict in each.merged.conflicts) if each.merged else False
        )
        writer.items_pending([subject.item_id], pending=manual)

    def _finish(
        self, each: Planned, outcome: OutcomeName, error: str | None, issue: Issue | None = None
    ) -> None:
        if issue is None:
            each.record = replace(each.record, outcome=outcome, error=error)
        else:
            key, url = issue.ref.key, issue.ref.url
            each.record = replace(each.record, outcome=outcome, error=error, issue=key, url=url)
        self._finished(each.record)


def stands(each: Planned, issue: Issue) -> bool:
    """Whether every change of a planned one stands in the issue as read."""
    there = fields.of_issue(issue)
    for change in each.merged.changes if each.merged else ():
        now = there[change.field]
        if change.field is Field.LABELS:
            same = set(change.after) <= set(now)
        elif change.field is Field.CONTEXT:
            same = fields.stable(now) == fields.stable(change.after)
        else:
            same = now == change.after
        if not same:
            return False
    return True


def created_base(values: Values, issue: Issue) -> dict[str, tuple[Any, Any]]:
    """The base after a create: what the document said, and what the tracker made of it."""
    there = fields.of_issue(issue)
    return {name.value: (value, there[name]) for name, value in values.items()}


def changed_base(each: Planned, issue: Issue) -> dict[str, tuple[Any, Any]]:
    """The base after a change: for the changed fields what the tracker says now, so that its own ways are no change."""
    assert each.merged is not None  # noqa: S101 - every change comes from a merge
    there = fields.of_issue(issue)
    changed = {change.field for change in each.merged.changes}
    return {
        name.value: (document, there[name] if name in changed else tracker)
        for name, (document, tracker) in each.merged.base.items()
    }


def own_events(each: Planned, item_id: str, now: dt.datetime) -> list[Event]:
    """The history of what pmtrack itself changed in the tracker."""
    names = {Field.ASSIGNEES: "owners"}
    return [
        Event(
            now,
            item_id,
            Side.PMTRACK,
            names.get(change.field, change.field.value),
            fields.text(change.before),
            fields.text(change.after),
        )
        for change in (each.merged.changes if each.merged else ())
        if change.field in fields.COMPARED
    ]


def _intent(each: Planned, kind: str, tracker: str, watermark: str | None) -> NewIntent:
    payload = {name.value: value for name, value in each.values.items()}
    issue_id = each.change.ref.id if each.change else None
    return NewIntent(each.subject.item_id, kind, tracker, each.subject.marker, payload, issue_id, watermark)


def _state_values(planned: Iterable[Planned]) -> None:
    """Work out what the documents say of the drafts."""
    for each in planned:
        if each.draft is not None:
            each.values = document_values(each.subject, each.draft.rules)


def _parts(planned: Sequence[Planned], size: int) -> Iterator[Sequence[Planned]]:
    for start in range(0, len(planned), size):
        yield planned[start : start + size]
