"""Finding the links again when the state is lost: from the markers that stand in the trackers' issues."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace

from ulid import ULID

from tracker.errors import StateError
from tracker.identity import Known, KnownDocument, Place, TodayDocument, match
from tracker.models import ActionItem, Issue
from tracker.remote import Tracker
from tracker.settings import Settings
from tracker.state.records import LinkRecord
from tracker.state.store import Store
from tracker.state.writer import Writer
from tracker.sync import fields
from tracker.sync.checkout import linker_of
from tracker.sync.context import context_of
from tracker.sync.source import Source, key_of
from tracker.values import dataclass
from tracker.world import Event, Side

_FACT = re.compile(r"^\*\*(?P<name>[A-Z][a-z]+):\*\* (?P<value>.+)$", re.MULTILINE)
_PLACE = re.compile(r"^\[?(?P<path>.+?), line (?P<line>\d+)")


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild found.

    Attributes:
        linked: Rows that have their issue again.
        removed: Issues whose row is not there any more; they are kept as removed items.
        unclear: Rows that could be several issues' items; the next sync tells them.
        messages: What a person should look at.
    """

    linked: int
    removed: int
    unclear: int
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Trace:
    """An issue with a marker, and the item as far as pmtrack's block tells it."""

    tracker: str
    issue: Issue
    path: str
    item: ActionItem

    @property
    def key(self) -> str:
        """Unique over all trackers."""
        return f"{self.tracker}\n{self.issue.ref.id}"


def rebuild(
    source: Source,
    *,
    settings: Settings,
    store: Store,
    open_tracker: Callable[[str], Tracker],
    now: dt.datetime,
) -> Rebuilt:
    """Make the links of an empty state again. Nothing is written to documents or trackers.

    Both sides are taken as agreed as they are now, so that the next sync changes nothing that people did meanwhile.

    Raises:
        StateError: the state has items already.
        AdapterError: a tracker could not be read to the end; nothing is written then.
    """
    if store.items():
        hint = "Move the state away first, or use `pmtrack adopt` to link single issues."
        raise StateError(f"the state {store.place} is not empty", hint=hint)
    messages: list[str] = []
    traces = _traces(settings, open_tracker, messages)
    documents = {
        (key := key_of(document.path, settings.root)): replace(document, path=key)
        for document in source.read(source.files)
        if document.sha256
    }
    files = {key_of(file.path, settings.root): file for file in source.files}
    today = [
        TodayDocument(key, document.sha256, document.incident_id, document.action_items)
        for key, document in documents.items()
    ]
    matching = match(today, _known(traces.values()))
    link = linker_of(settings, source.roots)
    with store.writing() as writer:
        for key, document in documents.items():
            file = files[key]
            # A document with a row that has no issue must not look known: the next sync identifies its rows.
            rows = range(len(document.action_items))
            whole = all(Place(key, index) in matching.bound for index in rows)
            seen = document if whole else replace(document, sha256="")
            writer.document(seen, size=file.size, mtime_ns=file.mtime_ns, doubtful=True, ambiguous={})
        for each in today:
            for index, item in enumerate(each.items):
                binding = matching.bound.get(Place(each.path, index))
                if binding is not None:
                    trace = traces.pop(binding.item_id)
                    context = context_of(
                        item, documents[each.path], path=each.path, link=link(each.path, item.line)
                    )
                    here = fields.of_document(item, context, settings.labels)
                    _link(writer, trace, each.path, index, item, here, now)
        linked = len(matching.bound)
        for trace in traces.values():
            _stray(writer, trace, now)
    return Rebuilt(linked, len(traces), len(matching.ambiguous), tuple(messages))


def _traces(
    settings: Settings, open_tracker: Callable[[str], Tracker], messages: list[str]
) -> dict[str, _Trace]:
    """Every issue with a marker; of several with one marker (a person copied an issue) the oldest."""
    found: dict[str, _Trace] = {}
    for name in settings.trackers:
        by_marker: dict[str, Issue] = {}
        with closing(open_tracker(name)) as tracker:
            for issue in tracker.scan():
                marker = issue.marker or ""
                other = by_marker.get(marker)
                if other is not None:
                    messages.append(f"{name}: {other.ref.key} and {issue.ref.key} carry the same marker")
                if other is None or _age(issue) < _age(other):
                    by_marker[marker] = issue
        for issue in by_marker.values():
            trace = _trace(name, issue)
            found[trace.key] = trace
    return found


def _age(issue: Issue) -> tuple[dt.datetime, str]:
    return issue.created_at or dt.datetime.max.replace(tzinfo=dt.UTC), issue.ref.id


def _trace(tracker: str, issue: Issue) -> _Trace:
    facts = {match["name"]: match["value"].strip() for match in _FACT.finditer(issue.context or "")}
    place = _PLACE.match(facts.get("Document", ""))
    item = ActionItem(
        title=issue.title,
        line=int(place["line"]) if place else 1,
        owners=tuple(facts["Owner"].split(", ")) if "Owner" in facts else (),
        due=_day(facts.get("Due")),
        priority=facts.get("Priority"),
        category=facts.get("Type"),
        section=facts.get("Section"),
    )
    return _Trace(tracker, issue, place["path"] if place else "", item)


def _day(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _known(traces: Iterable[_Trace]) -> list[KnownDocument]:
    by_path: dict[str, list[_Trace]] = {}
    for trace in sorted(traces, key=lambda each: (each.path, each.item.line)):
        by_path.setdefault(trace.path, []).append(trace)
    return [
        KnownDocument(path, items=tuple(Known(trace.key, trace.item, _refs(trace)) for trace in mine))
        for path, mine in by_path.items()
    ]


def _refs(trace: _Trace) -> frozenset[str]:
    ref = trace.issue.ref
    return frozenset(text.casefold() for text in (ref.key, ref.id, ref.url) if text)


def _link(  # noqa: PLR0917 - one caller, just above
    writer: Writer,
    trace: _Trace,
    path: str,
    index: int,
    item: ActionItem,
    here: fields.Values,
    now: dt.datetime,
) -> None:
    item_id = _write(writer, trace, path, index, item, now)
    there = fields.of_issue(trace.issue)
    writer.base(item_id, {name.value: (value, there[name]) for name, value in here.items()})


def _stray(writer: Writer, trace: _Trace, now: dt.datetime) -> None:
    item_id = _write(writer, trace, trace.path, 0, trace.item, now)
    writer.items_removed([item_id])


def _write(  # noqa: PLR0917 - two callers, just above
    writer: Writer, trace: _Trace, path: str, index: int, item: ActionItem, now: dt.datetime
) -> str:
    item_id, ref = str(ULID()), trace.issue.ref
    writer.item(item_id, trace.issue.marker or "", path, index, item)
    writer.link(LinkRecord(item_id, trace.tracker, ref.id, ref.key, ref.url, "rebuilt"))
    writer.issue(trace.tracker, trace.issue)
    writer.events([Event(now, item_id, Side.PMTRACK, "linked", None, ref.key)])
    return item_id
