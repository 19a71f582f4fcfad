"""What happened to each item, made ready for questions about any moment.

The values of today and the list of changes together say what was true on any day: the value at a moment is what the first
later change replaced, and today's value where none is later. Nothing is ever taken from the absence of data: an item whose
tracker could not be read keeps the last known status, an item whose row is gone is neither open nor closed from then on
(except where its issue lives on), and one that was found closed without a date was never opened or closed *in* a period.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from tracker.models import PostMortem, Status
from tracker.values import dataclass
from tracker.world import Event, Side, TrackedItem, World

# A document that is first seen this long after its date is an import of an old archive, not new work.
IMPORT_AFTER = dt.timedelta(days=28)
_MIDDAY = dt.time(12, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Life:
    """One item from its opening on.

    Attributes:
        tracked: The item with its values of today.
        document: The document it was last seen in, as last read where it is gone; None where nothing is known of it.
        opened: When the work came up, UTC.
        open_spells: When it was open: start (exclusive end is None while it is open). Empty for one that was found closed.
        ended: When its row was removed, None while it is there or its issue lives on.
    """

    tracked: TrackedItem
    document: PostMortem | None
    opened: dt.datetime
    open_spells: tuple[tuple[dt.datetime, dt.datetime | None], ...]
    ended: dt.datetime | None

    def exists_at(self, moment: dt.datetime) -> bool:
        """Whether it was there."""
        return self.opened <= moment and (self.ended is None or moment < self.ended)

    def is_open_at(self, moment: dt.datetime) -> bool:
        """Whether there was work left to do."""
        # A loop and not any(): asked a million times for a large archive.
        for start, end in self.open_spells:  # noqa: SIM110
            if start <= moment and (end is None or moment < end):
                return True
        return False

    def is_settled_by(self, moment: dt.datetime) -> bool:
        """Whether it was closed or gone by then and nothing happened to it after: most items of a large archive."""
        events, spells = self.tracked.events, self.open_spells
        if (events and events[-1].at > moment) or (self.ended is not None and self.ended > moment):
            return False
        end = spells[-1][1] if spells else self.opened
        return end is not None and end <= moment

    def closed_at(self, moment: dt.datetime) -> dt.datetime | None:
        """When it was closed for the last time up to the moment; None where it is open, removed or that is unknown."""
        past = [spell for spell in self.open_spells if spell[0] <= moment]
        end = past[-1][1] if past else None
        return end if end is not None and end <= moment and end != self.ended else None


def lives(world: World) -> tuple[Life, ...]:
    """The life of every item that is real work, in the world's order.

    No template text, and no row that could be either of two known items: those count already.
    """
    documents = {document.path: document for document in (*world.removed_documents, *world.documents)}
    days = {path: _published(document) for path, document in documents.items()}
    first = _first_seen(world.items)
    return tuple(
        _life(tracked, documents.get(tracked.path), days.get(tracked.path), first, world.now)
        for tracked in world.items
        if not tracked.item.placeholder and not tracked.candidates
    )


def unidentified(world: World) -> tuple[Life, ...]:
    """Rows that could be either of two known items; they are shown and never counted."""
    documents = {document.path: document for document in world.documents}
    return tuple(
        Life(tracked, documents.get(tracked.path), world.now, ((world.now, None),), None)
        for tracked in world.items
        if tracked.candidates and not tracked.item.placeholder
    )


def _first_seen(items: Iterable[TrackedItem]) -> Mapping[str, dt.datetime]:
    """When the first item of each document was seen."""
    found: dict[str, dt.datetime] = {}
    for tracked in items:
        seen = tracked.first_seen
        if seen is not None and (tracked.path not in found or seen < found[tracked.path]):
            found[tracked.path] = seen
    return found


def _published(document: PostMortem) -> dt.datetime | None:
    day = document.completed or document.date
    return dt.datetime.combine(day, _MIDDAY) if day is not None else None


def _life(
    tracked: TrackedItem,
    document: PostMortem | None,
    published: dt.datetime | None,
    first: Mapping[str, dt.datetime],
    now: dt.datetime,
) -> Life:
    opened = _opened(tracked, published, first.get(tracked.path), now)
    ended = None if tracked.ref is not None else tracked.removed_at
    return Life(tracked, document, opened, _open_spells(tracked, opened, ended), ended)


def _opened(
    tracked: TrackedItem, published: dt.datetime | None, first: dt.datetime | None, now: dt.datetime
) -> dt.datetime:
    """When pmtrack first saw it; earlier where the issue is older or the document was imported long after its day."""
    seen = tracked.first_seen or now
    if tracked.issue is not None and tracked.issue.created_at is not None:
        seen = min(seen, tracked.issue.created_at)
    if published is None or (first is not None and tracked.first_seen != first):
        return seen
    return published if seen - published > IMPORT_AFTER else seen


def _open_spells(
    tracked: TrackedItem, opened: dt.datetime, ended: dt.datetime | None
) -> tuple[tuple[dt.datetime, dt.datetime | None], ...]:
    spells: list[tuple[dt.datetime, dt.datetime | None]] = []
    start: dt.datetime | None = None
    for at, status in status_changes(tracked, opened):
        if ended is not None and at >= ended:
            break
        if status.is_closed and start is not None:
            spells.append((start, at))
            start = None
        elif not status.is_closed and start is None:
            start = at
    if start is not None:
        spells.append((start, ended))
    return tuple(spells)


def status_changes(tracked: TrackedItem, opened: dt.datetime) -> Sequence[tuple[dt.datetime, Status]]:
    """The item's status from its opening on: the tracker's where it has an issue, else the document's.

    One that was closed before anybody saw it open begins with that status; where the tracker tells when its issue was
    closed, it was open until then.
    """
    changes = _merged(tracked)
    if len(changes) == 1:
        return _single(tracked, opened, changes[0][1])
    result = [(opened, changes[0][1])]
    for at, status in changes[1:]:
        if at <= opened:
            result = [(opened, status)]
        elif status is not result[-1][1]:
            result.append((at, status))
    return result


def _single(
    tracked: TrackedItem, opened: dt.datetime, status: Status
) -> Sequence[tuple[dt.datetime, Status]]:
    closed = tracked.issue.closed_at if tracked.issue is not None else None
    if status.is_closed and closed is not None and closed > opened:
        return [(opened, Status.OPEN), (closed, status)]
    return [(opened, status)]


_DAWN = dt.datetime.min.replace(tzinfo=dt.UTC)


def _merged(tracked: TrackedItem) -> list[tuple[dt.datetime, Status]]:
    """Both sides' status changes as one list; the first entry is the status before all of them."""
    events = [event for event in tracked.events if event.field in _OF_STATUS]
    document, issue, is_linked = _first_statuses(tracked, events)
    tracker = None if is_linked else issue
    result = [(_DAWN, tracker or document or Status.OPEN)]
    for event in events:
        if event.field == "unlinked":
            tracker = None
        elif event.field == "linked":
            tracker = tracker or issue
        elif event.side is Side.DOCUMENT:
            document = status_of(event.new)
        else:
            tracker = status_of(event.new) or tracker
        result.append((event.at, tracker or document or Status.OPEN))
    return result


_OF_STATUS = frozenset({"status", "linked", "unlinked"})


def _first_statuses(
    tracked: TrackedItem, events: Sequence[Event]
) -> tuple[Status | None, Status | None, bool]:
    """The status of document and issue before all changes, and whether it was linked by one; in one round."""
    document = tracked.item.status
    issue = tracked.issue.status if tracked.issue is not None else None
    is_linked = False
    for event in reversed(events):
        if event.field == "linked":
            is_linked = True
        elif event.field == "status":
            if event.side is Side.DOCUMENT:
                document = status_of(event.old)
            else:
                issue = status_of(event.old)
    return document, issue, is_linked


def _before(events: Iterable[Event], side: Side, field: str, today: str | None) -> str | None:
    """The value before all changes: what the first one replaced, today's where there is none."""
    for event in events:
        if event.field == field and is_side(event, side):
            return event.old
    return today


def is_side(event: Event, side: Side) -> bool:
    """Whether the change is one of that side; what pmtrack wrote, it wrote to the tracker."""
    return event.side is side or (side is Side.TRACKER and event.side is Side.PMTRACK)


def status_of(text: str | None) -> Status | None:
    """The status of an event's text; None for nothing or a word that is none."""
    return _STATUSES.get(text or "")


_STATUSES: Mapping[str, Status] = {status.value: status for status in Status}


def value_at(
    events: Sequence[Event], side: Side, field: str, moment: dt.datetime, today: str | None
) -> str | None:
    """What a field said at a moment: what the first later change replaced, today's value where none is later."""
    if not events or events[-1].at <= moment:
        return today
    for event in events:
        if event.at > moment and event.field == field and is_side(event, side):
            return event.old
    return today


def due_changes(tracked: TrackedItem) -> Sequence[tuple[dt.datetime, dt.date | None]]:
    """Changes of the due date that counts (the document's, else the tracker's), the date before all of them first."""
    if not _has_due_change(tracked.events):
        return [(_DAWN, tracked.item.due or (tracked.issue.due if tracked.issue is not None else None))]
    document = _before(tracked.events, Side.DOCUMENT, "due", _iso(tracked.item.due))
    issue = _before(tracked.events, Side.TRACKER, "due", _iso(tracked.issue.due if tracked.issue else None))
    result = [(_DAWN, day_of(document or issue))]
    for event in tracked.events:
        if event.field == "due":
            if event.side is Side.DOCUMENT:
                document = event.new
            else:
                issue = event.new
            due = day_of(document or issue)
            if due != result[-1][1]:
                result.append((event.at, due))
    return result


def _has_due_change(events: Sequence[Event]) -> bool:
    for event in events:  # noqa: SIM110 -- no any(): asked fifty thousand times
        if event.field == "due":
            return True
    return False


def due_of(changes: Sequence[tuple[dt.datetime, dt.date | None]], moment: dt.datetime) -> dt.date | None:
    """The date that counted at a moment, of the changes of `due_changes`."""
    due = None
    for at, value in changes:
        if at > moment:
            break
        due = value
    return due


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day is not None else None


def day_of(text: str | None) -> dt.date | None:
    """The day of an event's text; None for nothing or a text that is no ISO day."""
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        return None


def by_document(found: Iterable[Life]) -> Mapping[str, Sequence[Life]]:
    """The lives of each document, by its path."""
    grouped: dict[str, list[Life]] = defaultdict(list)
    for life in found:
        grouped[life.tracked.path].append(life)
    return grouped
