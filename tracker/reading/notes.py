"""What else the rules look at: timeline, findings, follow-up reviews, waiver comments. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator

from tracker.models import Note, Review, Suppression, TimelineEntry
from tracker.patterns import pattern
from tracker.reading import labels
from tracker.reading.blocks import Block, Comment, Entry, Paragraph, Table, Text
from tracker.reading.dates import Calendar
from tracker.reading.drafts import EDGES, tidy
from tracker.reading.placeholders import has_placeholder, is_placeholder
from tracker.reading.sections import Section
from tracker.values import dataclass
from tracker.vocabulary import Vocabulary, fold

_CLOCK = pattern(
    r"^\W{0,4}((?:\d{4}-\d\d-\d\d[T ]+)?(?:[A-Z][a-z]{2} \d{1,2},? )?[T~+]{0,2}\d{1,2}:\d\d(?::\d\d)?(?:\s?[AaPp][Mm])?(?:\s?(?:UTC|GMT|CES?T|[ECMP][SD]T|JST|Z)\b)?)"
)
_HOUR = pattern(r"(\d{1,2}):(\d\d)(?::(\d\d))?\s?([AaPp][Mm])?")
_IGNORE = pattern(r"^pmtrack:\s*ignore\b(?P<rest>.*)$", re.IGNORECASE | re.DOTALL)
_CODE = pattern(r"\b[A-Z]{2,8}\d{3,4}\b", re.IGNORECASE)
"""The code of a rule: PM101, or one of another package ("ACME001")."""
_OPTION = pattern(r"\b(\w+)=(?:\"([^\"]*)\"|(\S+))")
_REVIEW_WORD = pattern(r"(?i)review|retro|debrief|check|überprüfung|revue|revisión|revisão")
_REMARK = pattern(r"[()\[\],;]|\s[-–—]\s")
_MOST_NOTE = 500


def timeline(placed: Iterable[tuple[Block, Section]], calendar: Calendar) -> Iterator[TimelineEntry]:
    """The entries of the timeline sections: rows and list entries that open with a time."""
    days, within = _Days(calendar, calendar.base), None
    for block, section in placed:
        if section.kind not in ("timeline", "response", "detection"):
            continue
        if section.title != within:
            within = section.title
            days = _Days(calendar, calendar.full((within or "")[:_LOOK]) or calendar.base)
        if isinstance(block, Table):
            yield from _timeline_rows(block, days)
        elif isinstance(block, Entry) and block.texts:
            yield from _timeline_text(block.texts[0], days)
        elif isinstance(block, Paragraph):
            yield from _timeline_text(block.text, days)


@dataclass(slots=True)
class _Days:
    """The day that the times of one timeline are of: the last one stated, and the next where the clock has passed midnight."""

    calendar: Calendar
    day: dt.date | None
    last: dt.datetime | None = None

    def at(self, shown: str) -> dt.datetime | None:
        """The moment of an entry; without a zone, for times may be local. None where no day or no time of a day is known."""
        stated = self.calendar.full(shown) or self._named(shown)
        self.day = stated or self.day
        time = _time(shown)
        if time is None or self.day is None:
            return None
        moment = dt.datetime.combine(self.day, time)
        if stated is None and self.last is not None and self.last - moment > _HALF_A_DAY:
            self.day += _A_DAY
            moment += _A_DAY
        self.last = moment
        return moment

    def _named(self, shown: str) -> dt.date | None:
        """The day in front of a time where it has no year: "May 10 ~03:10"."""
        before = shown.partition(":")[0].rstrip("0123456789").strip(" ,~")
        return self.calendar.read(before).day if before[-1:].isdecimal() else None


_A_DAY, _HALF_A_DAY = dt.timedelta(days=1), dt.timedelta(hours=12)
"""A time that is earlier by more than half a day is one of the next day; by less, the entry stands in the wrong place."""


def _timeline_rows(table: Table, days: _Days) -> Iterator[TimelineEntry]:
    for row in table.rows:
        cells = [" ".join(cell.plain.split()) for cell in row.cells]
        if cells and _CLOCK.match(cells[0]):
            text = next((cell for cell in cells[1:] if cell), "")
            yield TimelineEntry(cells[0], text, row.line, days.at(cells[0]))


def _timeline_text(text: Text, days: _Days) -> Iterator[TimelineEntry]:
    found = _CLOCK.match(text.plain)
    if found:
        rest = tidy(text.plain[found.end() :])
        yield TimelineEntry(found[1].strip(), rest[:_MOST_NOTE], text.line, days.at(found[1]))


def _time(shown: str) -> dt.time | None:
    """The time of day that a text shows."""
    hour = _HOUR.search(shown)
    if not hour:
        return None
    value = int(hour[1]) % 12 + (12 if hour[4].lower() == "pm" else 0) if hour[4] else int(hour[1])
    if value > 23 or int(hour[2]) > 59:
        return None
    return dt.time(value, int(hour[2]), min(59, int(hour[3] or 0)))


def notes(placed: Iterable[tuple[Block, Section]], words: Vocabulary) -> Iterator[Note]:
    """Findings, gaps, causes and lessons: labelled entries, and the entries of sections that hold them."""
    holds: dict[str | None, bool] = {}
    for block, section in placed:
        text = _note_text(block)
        if text is None:
            continue
        held = holds.get(section.title)
        if held is None:
            held = holds[section.title] = bool(section.title and words.find("note", section.title))
        if not (held or _may_hold(block, words)) or is_placeholder(text.plain):
            continue
        yield from _labelled_notes(text, words) or _section_note(block, text, section, words)


def _may_hold(block: Block, words: Vocabulary) -> bool:
    """A quick look: a label that names a note near the start."""
    if not block.source.verbatim:
        return True
    raw = block.source.data[block.start : block.start + _LOOK]
    colon = raw.find(b":")
    if colon < 0:
        return b"\xef\xbc\x9a" in raw
    return bool(words.exact("note", raw[:colon].decode(errors="replace").lstrip("-*+ 0123456789.[]xX")))


_LOOK = 80


def _note_text(block: Block) -> Text | None:
    if isinstance(block, Entry) and block.texts and block.checked is not False:
        return block.texts[0]
    return block.text if isinstance(block, Paragraph) and block.end - block.start <= 4 * _MOST_NOTE else None


def _labelled_notes(text: Text, words: Vocabulary) -> list[Note]:
    out = []
    for part in labels.scan(text.plain, words, ("note",)):
        value = tidy(text.plain[part.at : part.end])
        if part.start <= 2 and value and not has_placeholder(value) and not is_placeholder(value):
            out.append(Note(part.kind, value[:_MOST_NOTE], text.line_at(part.start)))
    return out


def _section_note(block: Block, text: Text, section: Section, words: Vocabulary) -> list[Note]:
    kinds = words.exact("note", section.title or "")
    if not kinds or (isinstance(block, Entry) and block.depth > 1):
        return []
    return [Note(kinds[0], tidy(text.plain)[:_MOST_NOTE], text.line)]


def reviews(
    placed: Iterable[tuple[Block, Section]], words: Vocabulary, calendar: Calendar
) -> Iterator[Review]:
    """Follow-up reviews: "Next review: ...", and labelled dates under a review schedule."""
    for block, section in placed:
        if isinstance(block, Table) and section.kind == "review":
            yield from _rows(block, words, calendar)
            continue
        if isinstance(block, Entry):
            texts = block.texts[:1]
        elif isinstance(block, Paragraph) and block.end - block.start < 4 * _MOST_NOTE:
            texts = [block.text]
        else:
            continue
        if (
            section.kind != "review"
            and not isinstance(block, Paragraph)
            and block.end - block.start > 2 * _LOOK
        ):
            continue
        if not _may_show_colon(block):
            continue
        for text in texts:
            if ":" in text.plain or "：" in text.plain:
                yield from _reviews_in(block, text, section, words, calendar)


def _may_show_colon(block: Block) -> bool:
    """Whether a look at the bytes of a block leaves it open that its text has a colon; "&" may open one by its name."""
    find, start, end = block.source.data.find, block.start, block.end
    return (
        find(b":", start, end) >= 0
        or not block.source.verbatim
        or find(b"\xef\xbc\x9a", start, end) >= 0
        or find(b"&", start, end) >= 0
    )


def _reviews_in(
    block: Block, text: Text, section: Section, words: Vocabulary, calendar: Calendar
) -> Iterator[Review]:
    done = isinstance(block, Entry) and block.checked is True
    for part in labels.scan(text.plain, words, ("field",), loose=True):
        if part.kind == "next_review":
            day = calendar.read(text.plain[part.at : part.end].strip(EDGES + "`")[:40]).day
            label = tidy(text.plain[part.start : part.at])
            yield Review(
                label, day, text.line_at(part.start), done or _is_held(text.plain[part.at : part.end], words)
            )
    if section.kind != "review":
        return
    label, _, value = text.plain.replace("：", ":").partition(":")
    if (
        value.strip()
        and (_REVIEW_WORD.search(label) or _is_period(label, words))
        and "next_review" not in words.exact("field", label)
    ):
        first = value.strip(EDGES + "`").split(" - ")[0]
        if not has_placeholder(first):
            day = _review_day(first, calendar)
            yield Review(tidy(label), day, text.line, done or _is_held(value, words))


def _is_period(label: str, words: Vocabulary) -> bool:
    """Whether a label in a review schedule only says after how long: "1 week", "30-day", "3 Monate"."""
    tokens = fold(label).split()
    return 1 < len(tokens) <= _MOST_PERIOD and any(token in words.table("units") for token in tokens)


_MOST_PERIOD = 4


def _rows(table: Table, words: Vocabulary, calendar: Calendar) -> Iterator[Review]:
    """A row of a review schedule: what is held, when, and perhaps that it was."""
    for row in table.rows:
        cells = [" ".join(cell.plain.split()) for cell in row.cells]
        day = next((found for cell in cells[1:] if (found := _review_day(cell, calendar))), None)
        if day and cells[0] and not is_placeholder(cells[0]):
            done = any(words.first("status", cell) == "done" or "✅" in cell for cell in cells[1:])
            yield Review(tidy(cells[0]), day, row.line, done)


def _review_day(text: str, calendar: Calendar) -> dt.date | None:
    """The day before any remark in brackets: "2026-05-13 (done)"."""
    return calendar.read(_REMARK.split(text)[0].strip(EDGES + "`")[:40]).day


def _is_held(value: str, words: Vocabulary) -> bool:
    """Whether a remark says that the review took place: "(done)", "- completed", "✅"."""
    remarks = _REMARK.split(value)[1:]
    return "✅" in value or any(words.first("status", remark) == "done" for remark in remarks)


def suppressions(placed: Iterable[tuple[Block, Section]]) -> Iterator[Suppression]:
    """Waiver comments: `pmtrack: ignore PM104 until=2026-12-31 reason="..." by=alice`."""
    for block, _ in placed:
        found = _IGNORE.match(block.content) if isinstance(block, Comment) else None
        if found:
            options = {
                match[1].casefold(): match[2] if match[2] is not None else match[3]
                for match in _OPTION.finditer(found["rest"])
            }
            head = found["rest"].partition("=")[0]
            codes = tuple(code.upper() for code in _CODE.findall(head))
            yield Suppression(
                codes,
                block.line,
                options.get("until"),
                options.get("reason"),
                options.get("by"),
                " ".join(found[0].split()),
            )
