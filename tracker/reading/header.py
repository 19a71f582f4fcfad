"""What a document says of itself: title, incident id, date, severity, author, status, services, related incidents. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import dropwhile

from tracker.models import Span
from tracker.reading import labels
from tracker.reading.blocks import Block, Comment, Entry, Heading, Metadata, Paragraph, Table, Text
from tracker.reading.dates import Calendar
from tracker.reading.placeholders import has_placeholder, is_placeholder
from tracker.reading.sections import Section
from tracker.vocabulary import Vocabulary, fold

_ID = re.compile(r"(?<![\w-])([A-Z][A-Z0-9]{1,11}(?:-[A-Z0-9]+){0,3}-(?=[\w-]*\d)[A-Z0-9][\w-]*)(?![\w-])")
_NO_ID = re.compile(r"^(?:UTF|SHA|ISO|RFC|CVE|HTTP|TLS|IPV|SEV|HTTPS|AWS|US|EU|AP)-")
_OPENING = frozenset(("neutral", "summary", "horizon"))
"""Sections in which any field may stand."""
_ANYWHERE = frozenset(("completed", "next_review", "related"))
_ALSO = {"impact": _ANYWHERE | {"severity", "service"}}
_CHOICE = 14
"""Longer parts are no choice of a template but a sentence with slashes."""
_MOST = 1500
_LOOK = 160
"""Bytes at the start of a block in which its first label ends."""
_NO_HEADING = 99
_SIGN = re.compile(r"^[^\w\x00-\x7f]+\s*(?=\w)")
_DASH = re.compile(r"\s[-–—]\s|[(:,]")
_SEPARATORS = re.compile(r"\s+[|/]\s+")


@dataclass(slots=True)
class Header:
    """Raw values as shown, and where they stand; the first filled one of each kind wins."""

    values: dict[str, str] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    first_heading: str | None = None
    h1: str | None = None
    top: str | None = None
    lead: str | None = None
    highest: int = _NO_HEADING
    people: list[str] = field(default_factory=list)

    def put(self, kind: str, value: str, span: Span | None = None) -> None:
        """Note a value unless it is template text or known already."""
        shown = " ".join(value.split()).strip(" *_`|:·•")
        if kind in ("severity", "status") and not shown.isascii():
            shown = _SIGN.sub("", shown)  # a coloured dot before "High"
        if kind in ("other", "") or kind in self.values or not shown or _template(kind, shown):
            return
        self.values[kind] = shown
        if span is not None:
            self.spans[kind] = span


def merged(first: Header, second: Header) -> Header:
    """The first header, filled up from the second."""
    made = Header(
        {**second.values, **first.values}, {**second.spans, **first.spans}, first.first_heading, first.h1
    )
    made.lead = first.lead
    if "title" not in first.values:
        made.values.pop("title", None)
    return made


def _template(kind: str, shown: str) -> bool:
    """Whether a value is template text: brackets, patterns, or the choice "Critical / High / Medium / Low"."""
    if kind == "title":
        return is_placeholder(shown)
    if has_placeholder(shown) or (shown.startswith("[") and shown.endswith("]")):
        return True
    choices = _SEPARATORS.split(shown)
    return (
        kind in ("severity", "status")
        and len(choices) > 2
        and all(len(choice) <= _CHOICE for choice in choices)
    )


def read(placed: Iterable[tuple[Block, Section]], words: Vocabulary) -> Header:
    """The header fields of a document from its blocks and the sections they stand in."""
    header = Header()
    waiting = ""
    first: Section | None = None
    for block, section in placed:
        if isinstance(block, Heading):
            waiting = _heading(header, block, words)
            continue
        if first is None and not isinstance(block, (Metadata, Comment)):
            first = section
        allowed = None if _opens(section, first) else _ALSO.get(section.kind, _ANYWHERE)
        if isinstance(block, Metadata):
            _metadata(header, block, words)
        elif isinstance(block, Table):
            _table(header, block, words, allowed)
        elif isinstance(block, (Paragraph, Entry)):
            if header.lead is None:
                header.lead = _lead(block, words) if header.first_heading is None else ""
            _texts(header, block, words, allowed, waiting)
            if section.kind == "people" and isinstance(block, Entry) and block.texts:
                header.people.append(_DASH.split(block.texts[0].plain, maxsplit=1)[0][:80])
        waiting = ""
    return header


def _opens(section: Section, first: Section | None) -> bool:
    """Whether any field may stand in a section: one that opens documents, or the first with a text, whatever it is called."""
    return section.kind in _OPENING or (section is first and section.kind != "action")


def _heading(header: Header, block: Heading, words: Vocabulary) -> str:
    title = " ".join(block.text.plain.split())
    if header.first_heading is None and title:
        header.first_heading = title
    if block.level <= 1 and header.h1 is None:
        header.h1 = title
        header.spans.setdefault("title", block.text.span())
    if block.level <= header.highest:
        header.top = title if header.highest == _NO_HEADING and title else None
        header.highest = block.level
    name, colon, value = title.replace("：", ":").partition(":")
    kind = words.first("field", name if colon else title) or ""
    if kind not in ("date", "author", "status", "severity", "service"):
        return ""
    if value.strip() and block.level > 1:  # "## Date: 2026-02-02"
        header.put(kind, value.strip(), block.text.span())
        return ""
    return kind


def _lead(block: Block, words: Vocabulary) -> str:
    """The line with which a text opens, if that can be its title: neither a sentence nor a field."""
    if not isinstance(block, Paragraph) or block.end - block.start > _MOST_LEAD:
        return ""
    shown = " ".join(block.text.plain.split())
    label, colon, _ = shown.replace("：", ":").partition(":")
    return "" if shown.endswith((".", ":")) or (colon and words.first("field", label)) else shown


_MOST_LEAD = 200


def _metadata(header: Header, block: Metadata, words: Vocabulary) -> None:
    for key, value in block.values.items():
        kind = words.first("field", key)
        if kind:
            header.put(kind, value)


def _table(header: Header, block: Table, words: Vocabulary, allowed: frozenset[str] | None) -> None:
    """A table of two columns, name and value; its header may be the first pair."""
    rows = ([block.header] if block.header else []) + block.rows
    if not rows or any(len(row.cells) != 2 for row in rows[:4]):
        return
    for row in rows:
        if len(row.cells) == 2:
            kind = words.first("field", row.cells[0].plain)
            if kind and (allowed is None or kind in allowed):
                header.put(kind, row.cells[1].plain, row.cells[1].span())


def _texts(
    header: Header, block: Paragraph | Entry, words: Vocabulary, allowed: frozenset[str] | None, waiting: str
) -> None:
    if block.end - block.start > _MOST and isinstance(block, Paragraph):
        return
    colon = b":" in (raw := block.source.data[block.start : block.start + _LOOK]) or b"\xef\xbc\x9a" in raw
    colon = colon or not block.source.verbatim
    dotted = allowed is None and any(sign in raw for sign in _DOTS)
    if not waiting and not dotted and (not colon or (allowed is not None and isinstance(block, Entry))):
        return
    texts: Sequence[Text] = [block.text] if isinstance(block, Paragraph) else block.texts[:1]
    for text in texts:
        if dotted:
            _bold_names(header, text, words)
        if waiting:
            header.put(waiting, _first_words(text), text.span())
        _labelled(header, text, words, allowed)


def _first_words(text: Text) -> str:
    """What stands under a heading such as "Severity": a short line, or the bold words that open a longer one."""
    lead = text.lead("strong")
    line = text.plain.partition("\n")[0]
    if len(line) < _SHORT_VALUE:
        return line
    return text.plain[lead.start : lead.end] if lead else ""


_SHORT_VALUE = 120
_DOTS = (" · ".encode(), " — ".encode(), " – ".encode())
_AFTER_BOLD = re.compile(r"[ \t]*[·—–][ \t]+(?=\S)")


def _bold_names(header: Header, text: Text, words: Vocabulary) -> None:
    """Fields whose bold name opens a line and is parted from the value by a dot or dash: "**Date** · 2026-03-18"."""
    for mark in text.marks:
        if mark.kind != "strong" or (mark.start and text.plain[mark.start - 1] != "\n"):
            continue
        sign = _AFTER_BOLD.match(text.plain, mark.end)
        kind = words.first("field", text.plain[mark.start : mark.end]) if sign else None
        if sign and kind:
            end = text.plain.find("\n", sign.end())
            end = len(text.plain) if end < 0 else end
            header.put(kind, text.plain[sign.end() : end], text.span(sign.end(), end))


def _labelled(header: Header, text: Text, words: Vocabulary, allowed: frozenset[str] | None) -> None:
    plain = text.plain
    parts = labels.scan(plain, words, ("field",), loose=True)
    found = dropwhile(lambda part: not _may_precede(plain[: part.start], line=allowed is None), parts)
    for part in found:
        label = fold(plain[part.start : part.at])
        if part.kind == "author" or label in words.phrases("words", "role"):
            header.people.append(plain[part.at : part.end])
        if part.start > 0 and "\n" not in plain[: part.start] and parts[0].kind == "other" and len(parts) < 3:
            continue
        if allowed is None or part.kind in allowed:
            value = _NEXT_FIELD.split(plain[part.at : part.end], maxsplit=1)[0]
            start = part.at + (len(value) - len(value.lstrip()))
            header.put(part.kind, value, text.span(start, max(start, part.at + len(value))))


_NEXT_FIELD = re.compile(r"\s[·•|]\s(?=[\w /-]{2,30}[:：]\s)")


def _opens_line(before: str) -> bool:
    """Whether what stands before a field is lines that each name a field of their own."""
    lines = before.rstrip(" *_").split("\n")
    return not lines[-1] and all(_FIELD_LINE.match(one) for one in lines[:-1])


_FIELD_LINE = re.compile(r"[ \t*_>-]{0,8}\w[\w /-]{1,40}[*_]{0,3}[:：]")


def _may_precede(before: str, *, line: bool) -> bool:
    """Whether a field may follow this: nothing, or the other fields of a line at the top ("Loop: 1 · Date: ...")."""
    if not before.strip(" *_`-[]x\n\t>") or (line and _opens_line(before)):
        return True
    return (
        line
        and len(before) < _SHORT_VALUE
        and ":" in before.replace("：", ":")
        and before.rstrip()[-1:] in "·|•｜"
    )


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
        name,
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
    return day if day and day.year >= _FIRST_YEAR else None


_FIRST_YEAR = 1971
"""Dates at the start of the Unix epoch are defaults of some tool, not incidents."""


def is_template(header: Header, words: Vocabulary) -> bool:
    """Whether the title is template text."""
    shown = header.values.get("title") or header.h1 or header.first_heading or ""
    marked = "[" in shown and is_placeholder(shown[shown.find("[") : shown.rfind("]") + 1])
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
