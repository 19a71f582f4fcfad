"""Mechanical repairs of a document: missing ids, dates in ISO form, due dates from the horizon or the time limit. Pure.

An edit is made only where the source bytes at the place hold what was read from there; everything else stays untouched.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from policies.calendar import Calendar
from policies.horizon import horizon_end
from policies.sla import Settings as SlaSettings
from policies.sla import latest_day
from policies.subjects import has_two_readings, is_closed, says_nothing
from tracker.models import ActionItem, PostMortem, Span
from tracker.patterns import pattern
from tracker.values import dataclass

_ID = pattern(r"^(?P<prefix>[^\W\d]*[-_. ]?)(?P<number>\d{1,4})$")


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes `start` to `end` of the file become `text`."""

    start: int
    end: int
    text: str
    line: int
    reason: str


def plan_edits(document: PostMortem, data: bytes, sla: SlaSettings, calendar: Calendar) -> list[Edit]:
    """Every repair that the document allows, in the order of the file; templates are left alone.

    Args:
        document: As read from `data`.
        data: The file's bytes, UTF-8.
        sla: The time limits by severity (the settings of PM204).
        calendar: Business days, where the limits count them.
    """
    if document.kind != "post-mortem":
        return []
    items = [item for item in document.items if not item.placeholder]
    edits = [*_ids(items, data), *_iso_dates(items, data), *_due_dates(document, items, data, sla, calendar)]
    edits.sort(key=lambda edit: edit.start)
    return [edit for number, edit in enumerate(edits) if number == 0 or edits[number - 1].end <= edit.start]


def apply_edits(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The file after the edits, which must not overlap."""
    for edit in sorted(edits, key=lambda one: one.start, reverse=True):
        data = data[: edit.start] + edit.text.encode() + data[edit.end :]
    return data


def _ids(items: Sequence[ActionItem], data: bytes) -> Iterator[Edit]:
    """Numbers go on from the highest of the same section, else of the document."""
    missing = [item for item in items if item.local_id is None and "local_id" in item.spans]
    taken = {item.local_id for item in items if item.local_id}
    for item in missing:
        name = _next_id(item, items, taken)
        taken.add(name)
        if edit := _cell(item.spans["local_id"], data, name, f"added the id {name}"):
            yield edit


def _next_id(item: ActionItem, items: Sequence[ActionItem], taken: set[str]) -> str:
    near = [one.local_id for one in items if one.local_id and one.section == item.section]
    known = [match for name in (near or sorted(taken)) if (match := _ID.match(name))]
    prefix = known[0]["prefix"] if known else "A"
    used = [
        int(match["number"]) for name in taken if (match := _ID.match(name)) and match["prefix"] == prefix
    ]
    return f"{prefix}{max(used, default=0) + 1}"


def _iso_dates(items: Sequence[ActionItem], data: bytes) -> Iterator[Edit]:
    for item in items:
        span, raw = item.spans.get("due"), item.due_raw
        if item.due is None or raw is None or span is None or raw == item.due.isoformat():
            continue
        if has_two_readings(raw):
            continue
        at = data[span.start : span.end].find(raw.encode())
        if at >= 0:
            start = span.start + at
            yield Edit(
                start, start + len(raw.encode()), item.due.isoformat(), span.line, f"{raw!r} as ISO date"
            )


def _due_dates(
    document: PostMortem, items: Sequence[ActionItem], data: bytes, sla: SlaSettings, calendar: Calendar
) -> Iterator[Edit]:
    start = document.completed or document.date
    limit = latest_day(document, sla, calendar)
    for item in items:
        if item.due or "due" not in item.spans or is_closed(item):
            continue
        horizon = horizon_end(item.section, start, calendar) if start else None
        if day := _earlier(horizon, limit):
            source = "the heading's horizon" if day == horizon else "the severity's time limit"
            if edit := _cell(item.spans["due"], data, day.isoformat(), f"due date {day} from {source}"):
                yield edit


def _earlier(*days: dt.date | None) -> dt.date | None:
    return min((day for day in days if day is not None), default=None)


def _cell(span: Span, data: bytes, text: str, reason: str) -> Edit | None:
    """Fill a cell that is empty or holds a word for nothing, keeping the blanks around it."""
    old = data[span.start : span.end].decode()
    word = old.strip()
    if not says_nothing(word) or "\n" in old:
        return None
    blanks = old[: len(old) - len(old.lstrip())] if word else old[:1]
    start = span.start + len(blanks.encode())  # an ideographic or no-break space is more than one byte
    before = data[span.start - 1 : span.start] if span.start else b""
    pad = " " if not old and before == b"|" else ""
    after = " " if not word and data[start : start + 1] == b"|" else ""
    return Edit(start, start + len(word.encode()), f"{pad}{text}{after}", span.line, reason)
