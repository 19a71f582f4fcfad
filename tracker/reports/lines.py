"""An action item as one line of a report: everything that a reader needs to act on it, as of one moment."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import replace

from tracker.calendar import Calendar
from tracker.models import PostMortem, Status, severity_told
from tracker.people import People
from tracker.reports.history import Life, due_changes, status_of, value_at
from tracker.values import dataclass
from tracker.world import Side, TrackedItem

NOBODY = "nobody"
NO_TEAM = "no team"


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One action item on the day of the report.

    Attributes:
        item_id: pmtrack's identity of the item.
        local_id: The document's own id for it.
        owners: Keys of the people map, or names as written for people whom it does not hold; empty for nobody.
        team: Team of the first owner.
        due: The date that counts now; `first_due` is the one first promised.
        slips: How often the date was moved to a later day; `slipped_days` by how much in all.
        late_days: Days after the due date while open (0 if not late), in the unit of the settings.
        age_days: Days since it was opened, until it was closed where it is.
        opened: Local day. `closed`: local day, None while open or unknown.
        touched: Local day of the last change that was not pmtrack's own.
        verified: Done, and a link says that it works.
        dropped: Closed without being done.
        flags: Words for what is wrong with it: `removed`, `gone`, `ambiguous`, `conflict`, `unreadable`, `drift`.
        url: Issue's address. `source_url`: the document's, where people can read it.
    """

    item_id: str
    title: str
    path: str
    line: int
    status: Status
    local_id: str | None = None
    owners: tuple[str, ...] = ()
    team: str | None = None
    due: dt.date | None = None
    first_due: dt.date | None = None
    slips: int = 0
    slipped_days: int = 0
    late_days: int = 0
    age_days: int = 0
    opened: dt.date | None = None
    closed: dt.date | None = None
    touched: dt.date | None = None
    priority: int | None = None
    priority_shown: str | None = None
    severity: str | None = None
    category: str | None = None
    incident: str | None = None
    service: str | None = None
    tracker: str | None = None
    issue: str | None = None
    url: str | None = None
    source_url: str | None = None
    verified: bool = False
    dropped: bool = False
    flags: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether there is work left to do."""
        return not self.status.is_closed

    @property
    def owner(self) -> str:
        """The owners as one text, "nobody" without any."""
        return ", ".join(self.owners) or NOBODY

    @property
    def id(self) -> str:
        """What people call it: the document's id, else the end of pmtrack's."""
        return self.local_id or self.item_id[-6:].lower()

    @property
    def place(self) -> str:
        """`file:line`."""
        return f"{self.path}:{self.line}"


#: Address of a line of a document (its path as in the state), None where there is none.
Linker = Callable[[str, int], "str | None"]


def nowhere(path: str, line: int) -> str | None:  # noqa: ARG001 - a `Linker`
    """No address at all."""
    return None


@dataclass(frozen=True, slots=True)
class Lens:
    """Through which eyes the items are seen.

    Attributes:
        moment: The moment of the report, UTC.
        today: Its local day.
        link: Gives the address under which people can read a line of a document.
        business: Count lateness in business days.
    """

    moment: dt.datetime
    today: dt.date
    calendar: Calendar
    people: People
    link: Linker = nowhere
    business: bool = False


def line_of(life: Life, lens: Lens) -> ItemLine:
    """The item as it stood at the lens's moment."""
    tracked, item = life.tracked, life.tracked.item
    is_open = life.is_open_at(lens.moment)
    closed = life.closed_at(lens.moment)
    status = status_at(life, lens.moment, is_open=is_open)
    owners = _owners(tracked, lens)
    due, first_due, slips, slipped = _dates(tracked, lens.moment)
    closed_day = lens.calendar.day(closed) if closed is not None else None
    opened = lens.calendar.day(life.opened)
    document = life.document
    return ItemLine(
        item_id=tracked.item_id,
        title=item.title,
        path=tracked.path,
        line=item.line,
        status=status,
        local_id=item.local_id,
        owners=owners,
        team=next((team for team in map(lens.people.team_of, owners) if team), None),
        due=due,
        first_due=first_due,
        slips=slips,
        slipped_days=slipped,
        late_days=_late(due, lens) if is_open else 0,
        age_days=max(0, ((closed_day or lens.today) - opened).days),
        opened=opened,
        closed=closed_day,
        touched=_touched(life, lens),
        priority=_priority(tracked),
        priority_shown=item.priority,
        severity=severity_told(document.severity) if document is not None else None,
        category=item.category,
        incident=_incident(document),
        service=document.service if document is not None else None,
        tracker=tracked.tracker,
        issue=tracked.ref.key if tracked.ref is not None else None,
        url=web_address(tracked.ref.url) if tracked.ref is not None else None,
        source_url=web_address(lens.link(tracked.path, item.line)),
        verified=is_verified(life, status),
        dropped=status is Status.CANCELLED,
        flags=flags_at(tracked, lens.moment, is_open=is_open),
    )


def is_verified(life: Life, status: Status) -> bool:
    """Whether it is done and a link says that it works."""
    issue = life.tracked.issue
    return status is Status.DONE and issue is not None and bool(issue.evidence)


def status_at(life: Life, moment: dt.datetime, *, is_open: bool) -> Status:
    """The status at a moment at which it was open, or was not: the issue's word where it fits, else the document's."""
    tracked = life.tracked
    if tracked.events and tracked.events[-1].at > moment:
        known = (_issue_status(tracked, moment), _item_status(tracked, moment))
    else:
        known = (tracked.issue.status if tracked.issue is not None else None, tracked.item.status)
    for status in known:
        if status is not None and status.is_closed is not is_open:
            return status
    return Status.OPEN if is_open else Status.DONE


def _issue_status(tracked: TrackedItem, moment: dt.datetime) -> Status | None:
    today = tracked.issue.status if tracked.issue is not None else None
    return status_of(value_at(tracked.events, Side.TRACKER, "status", moment, today))


def _item_status(tracked: TrackedItem, moment: dt.datetime) -> Status | None:
    return status_of(value_at(tracked.events, Side.DOCUMENT, "status", moment, tracked.item.status))


def _owners(tracked: TrackedItem, lens: Lens) -> tuple[str, ...]:
    """The assignees where the people map holds them (they are the newest word), else the document's owners."""
    issue, events = tracked.issue, tracked.events
    assigned = issue.assignees if issue is not None else ()
    named = tracked.item.owners
    if events and events[-1].at > lens.moment:
        assigned = _names(value_at(events, Side.TRACKER, "owners", lens.moment, ", ".join(assigned)))
        named = _names(value_at(events, Side.DOCUMENT, "owners", lens.moment, ", ".join(named)))
    if len(named) == 1 and not assigned:
        return (lens.people.key_of(named[0]) or named[0],)
    known = tuple(dict.fromkeys(key for key in map(lens.people.key_of, assigned) if key is not None))
    return known or tuple(dict.fromkeys(lens.people.key_of(name) or name for name in named)) or assigned


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(part for part in (text or "").split(", ") if part)


def _dates(tracked: TrackedItem, moment: dt.datetime) -> tuple[dt.date | None, dt.date | None, int, int]:
    """Due date, first due date, times and days by which it slipped, up to the moment."""
    changes = [value for at, value in due_changes(tracked) if at <= moment]
    if len(changes) == 1:
        return changes[0], changes[0], 0, 0
    dated = [day for day in changes if day is not None]
    moves = [(later - earlier).days for earlier, later in itertools.pairwise(dated)]
    slips = [days for days in moves if days > 0]
    return (changes[-1] if changes else None), (dated[0] if dated else None), len(slips), sum(slips)


def aged(line: ItemLine, lens: Lens) -> ItemLine:
    """An open item of which nothing but the age differs at the lens's moment."""
    late, age = _late(line.due, lens), max(0, (lens.today - (line.opened or lens.today)).days)
    same = (late, age) == (line.late_days, line.age_days)
    return line if same else replace(line, late_days=late, age_days=age)


def _late(due: dt.date | None, lens: Lens) -> int:
    if due is None or due >= lens.today:
        return 0
    if lens.business:
        return max(1, lens.calendar.business_days(due, lens.today))
    return (lens.today - due).days


def _touched(life: Life, lens: Lens) -> dt.date:
    """Day of the last change that a person made; pmtrack's own writes do not count."""
    for event in reversed(life.tracked.events):
        if event.at <= lens.moment and event.side is not Side.PMTRACK:
            return lens.calendar.day(max(event.at, life.opened))
    seen = life.tracked.first_seen
    return lens.calendar.day(max(seen, life.opened) if seen and seen <= lens.moment else life.opened)


def _priority(tracked: TrackedItem) -> int | None:
    if tracked.item.priority_level is not None:
        return tracked.item.priority_level
    return tracked.issue.priority if tracked.issue is not None else None


def _incident(document: PostMortem | None) -> str | None:
    if document is None:
        return None
    return document.incident_id or document.title


def flags_at(tracked: TrackedItem, moment: dt.datetime, *, is_open: bool) -> tuple[str, ...]:
    """Words for what is wrong with it at a moment; see `ItemLine`."""
    removed = tracked.removed_at is not None and tracked.removed_at <= moment
    if not (removed or tracked.issue_gone or tracked.candidates or tracked.conflicts or tracked.unreadable):
        return ("drift",) if _drifts(tracked, is_open=is_open) else ()
    wrong = {
        "removed": removed,
        "gone": tracked.issue_gone and _gone_by(tracked, moment),
        "ambiguous": bool(tracked.candidates) and not removed,
        "conflict": bool(tracked.conflicts) and not removed,
        "unreadable": tracked.unreadable is not None,
        "drift": not removed and _drifts(tracked, is_open=is_open),
    }
    return tuple(word for word, true in wrong.items() if true)


def _gone_by(tracked: TrackedItem, moment: dt.datetime) -> bool:
    return all(event.at <= moment for event in tracked.events if event.field == "gone")


def _drifts(tracked: TrackedItem, *, is_open: bool) -> bool:
    """Whether the document says something else about done or not done than the issue does."""
    if tracked.issue is None or tracked.item.status is None:
        return False
    return tracked.item.status.is_closed is is_open


def web_address(text: str | None) -> str | None:
    """The text where it is a web address, None for everything that a browser should not be sent to."""
    if text is None or not text.lower().startswith(("https://", "http://")):
        return None
    return text
