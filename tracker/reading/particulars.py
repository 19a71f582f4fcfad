"""What the fields of a header come to: the title, incident id, severity and date of a document, and whether it is filled in. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from tracker.patterns import pattern
from tracker.reading.blocks import Block, Heading, Paragraph, Table
from tracker.reading.dates import Calendar
from tracker.reading.header import Header
from tracker.reading.placeholders import is_placeholder
from tracker.reading.sections import Section
from tracker.vocabulary import Vocabulary, fold

_ID = pattern(r"(?<![\w-])([A-Z][A-Z0-9]{1,11}(?:-[A-Z0-9]+){0,3}-(?=[\w-]*\d)[A-Z0-9][\w-]*)(?![\w-])")
_MOST_SEVERITY = 160
_SEVERITY = pattern(r"\bSEV[- ]?[0-5]\b", re.IGNORECASE)
_NO_ID = pattern(r"^(?:UTF|SHA|ISO|RFC|CVE|HTTP|TLS|IPV|SEV|HTTPS|AWS|US|EU|AP)-")


def title(header: Header, words: Vocabulary, *, text: bool) -> str | None:
    """The Title field, the front matter's title, the first top heading, or the one heading above all others.

    Args:
        header: What the document says of itself.
        words: Tells headings that name a section ("Summary") from titles.
        text: Whether the line with which the document opens may be its title, as in plain text and rendered pages.
    """
    stated = header.values.get("title")
    if text and not stated and header.lead and (not header.h1 or words.exact("heading", header.h1)):
        return header.lead
    return stated or header.h1 or header.top


def incident_id(header: Header) -> str | None:
    """The id field, or an id in the title."""
    stated = header.values.get("incident_id", "").replace("`", "").strip("[]# ")
    stated = "" if _SEVERITY.match(stated) else stated
    parts = stated.split(" ")
    if any(char.isdecimal() for char in parts[0]):
        several = len(parts) < 4 and all(
            any(char.isdecimal() for char in part) and len(part) > 3 for part in parts
        )
        return stated if several else parts[0].rstrip(",;")
    for text in (header.h1, header.values.get("title"), header.first_heading, header.lead):
        found = _ID.search(text or "")
        if found and not _NO_ID.match(found[1]):
            return found[1]
    return None


def severity(header: Header) -> str | None:
    """The severity field, or a level that the title or the incident's own line names ("[SEV2] Checkout down")."""
    stated = header.values.get("severity")
    if stated and len(stated) > _MOST_SEVERITY and not _SEVERITY.search(stated):
        stated = None  # a description of the impact below such a heading
    named = (header.values.get("incident_id"), header.values.get("title"), header.h1, header.first_heading)
    found = (_SEVERITY.search(text) for text in named if text)
    return stated or next((level[0] for level in found if level), None)


def date(header: Header, calendar: Calendar, path: str) -> dt.date | None:
    """The incident's date from its field, the title, or the file name."""
    name = path.rsplit("/", 1)[-1]
    for text in (
        header.values.get("date"),
        header.values.get("title"),
        header.h1,
        header.first_heading,
        header.lead,
        header.values.get("start"),
        header.values.get("duration"),
        name,
        header.values.get("end"),
    ):
        day = first_day(text, calendar) if text else None
        if day:
            return day
    return None


def written(header: Header, calendar: Calendar) -> dt.date | None:
    """The day on which the document says it was written or published: better than no date at all."""
    completed = header.values.get("completed")
    return first_day(completed, calendar) if completed else None


def opening_date(placed: Iterable[tuple[Block, Section]], calendar: Calendar) -> dt.date | None:
    """The day with which the first paragraphs or the timeline begin ("On May 9th 2021 at 6:48 ..."), where no field states one."""
    paragraphs = 0
    for block, section in placed:
        text = _opening(block, section)
        if text is None:
            continue
        paragraphs += 1
        day = first_day(text, calendar)
        if day:
            return day
        if paragraphs > _FIRST_PARAGRAPHS:
            break
    return None


def _opening(block: Block, section: Section) -> str | None:
    if isinstance(block, Heading):
        return block.text.plain if section.kind == "timeline" else None
    if isinstance(block, Table) and section.kind == "timeline" and block.rows:
        return " ".join(
            cell.plain for cell in [*(block.header.cells if block.header else []), *block.rows[0].cells]
        )[:120]
    if isinstance(block, Paragraph):
        start = " ".join(block.text.plain[:200].split())
        return start[:60] if start[:3].casefold() in ("on ", "at ", "am ", "le ") or start[:2] == "El" else ""
    return None


_FIRST_PARAGRAPHS = 4


def first_day(text: str, calendar: Calendar) -> dt.date | None:
    """The first day that a header value states; a month or quarter alone is none."""
    if not any(char.isdecimal() for char in text):
        return None
    day = calendar.full(text[:160])
    return day if day and _FIRST_YEAR <= day.year <= _LAST_YEAR else None


_FIRST_YEAR, _LAST_YEAR = 1971, 2200
"""Dates at the start of the Unix epoch ("1970-01-01") and at the end of the calendar ("31.12.9999") are defaults of some tool, not
incidents; from the latter no "in 3 days" can be counted."""


def is_template(header: Header, words: Vocabulary) -> bool:
    """Whether the title is template text."""
    shown = header.values.get("title") or header.h1 or header.first_heading or ""
    filled = any(map(str.isdecimal, header.values.get("date", "")))
    marked = not filled and "[" in shown and is_placeholder(shown[shown.find("[") : shown.rfind("]") + 1])
    return (
        marked
        or "{{" in shown
        or "__" in shown
        or bool(set(fold(shown).split()) & words.phrases("title", "template"))
    )


def is_guide(header: Header, words: Vocabulary) -> bool:
    """Whether the title says that the document tells how to do something: "Runbook: ...", "Post-mortem process"."""
    said = fold(header.values.get("title") or header.h1 or header.first_heading or "").split()
    guides = words.phrases("title", "guide")
    sizes = range(1, min(len(said), _MOST_GUIDE) + 1)
    return any(" ".join(said[:size]) in guides or " ".join(said[-size:]) in guides for size in sizes)


_MOST_GUIDE = 4
"""Words of the longest name of a guide."""
