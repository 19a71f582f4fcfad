"""What a document says of itself: title, incident id, date, severity, author, status, services, related incidents. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from itertools import dropwhile

from tracker.models import Span
from tracker.patterns import pattern
from tracker.reading import labels
from tracker.reading.blocks import Block, Comment, Entry, Fence, Heading, Metadata, Paragraph, Table, Text
from tracker.reading.placeholders import has_placeholder, is_placeholder
from tracker.reading.sections import Section
from tracker.values import dataclass
from tracker.vocabulary import Vocabulary, fold

_OPENING = frozenset(("neutral", "summary", "horizon"))
"""Sections in which any field may stand."""
_ANYWHERE = frozenset(("completed", "next_review", "related"))
_ALSO = {"impact": _ANYWHERE | {"severity", "service"}}
_ASIDE = ("other", "duration")
_CHOICE = 14
"""Longer parts are no choice of a template but a sentence with slashes."""
_MOST = 1500
_LOOK = 160
"""Bytes at the start of a block in which its first label ends."""
_NO_HEADING = 99
_SIGN = pattern(r"^[^\w\x00-\x7f]+\s*(?=\w)")
_DASH = pattern(r"\s[-–—]\s|[(:,]")
_SEPARATORS = pattern(r"\s+[|/]\s+")


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
    made = replace(
        first,
        values={**second.values, **first.values},
        spans={**second.spans, **first.spans},
        people=[*first.people, *second.people],
    )
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
            _metadata(header, block, words, allowed)
        elif isinstance(block, Fence):
            _fence(header, block, words, allowed)
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


def _metadata(header: Header, block: Metadata, words: Vocabulary, allowed: frozenset[str] | None) -> None:
    for key, value in block.values.items():
        kind = words.first("field", key)
        if kind and (allowed is None or kind in allowed):
            header.put(kind, value)


def _table(header: Header, block: Table, words: Vocabulary, allowed: frozenset[str] | None) -> None:
    """A table of two columns, name and value; its header may be the first pair."""
    rows = ([block.header] if block.header else []) + block.rows
    if not rows or any(len(row.cells) != 2 for row in rows[:4]):
        return
    for row in rows:
        if len(row.cells) == 2:
            kind = _kind(words, row.cells[0].plain)
            if kind and (allowed is None or kind in allowed):
                header.put(kind, row.cells[1].plain, row.cells[1].span())


_PLAIN_FENCES = ("", "text", "txt", "yaml", "yml")


def _fence(header: Header, block: Fence, words: Vocabulary, allowed: frozenset[str] | None) -> None:
    """A box of nothing but fields, one on each line; what holds other lines is a log or code."""
    if allowed is not None or block.info.casefold() not in _PLAIN_FENCES:
        return
    lines = block.source.data[slice(*block.inner)][:_MOST].decode(errors="replace").split("\n")
    fields = [_FIELD.match(line) for line in lines if line.strip()]
    if fields and all(fields):
        for one in fields:
            kind = _kind(words, one[1]) if one else None
            if one and kind:
                header.put(kind, one[2])


_FIELD = pattern(r"\s{0,8}([\w][\w /()-]{1,40}?)\s{0,20}[:：]\s{1,20}(\S.*)")


def _kind(words: Vocabulary, name: str) -> str | None:
    """The field that a name means, also with a remark behind it ("Report author(s)")."""
    return words.first("field", name) or words.first("field", _REMARK.sub("", name))


_REMARK = pattern(r"\s*[(（][^()（）]{1,40}[)）]\s*$")


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
        if len(text.plain) > _MOST:
            continue
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
_AFTER_BOLD = pattern(r"[ \t]*[·—–][ \t]+(?=\S)")


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
        if part.start > 0 and "\n" not in plain[: part.start] and parts[0].kind in _ASIDE and len(parts) < 3:
            continue
        if allowed is None or part.kind in allowed:
            value = _NEXT_FIELD.split(plain[part.at : part.end], maxsplit=1)[0]
            start = part.at + (len(value) - len(value.lstrip()))
            header.put(part.kind, value, text.span(start, max(start, part.at + len(value))))


_NEXT_FIELD = pattern(r"\s[·•|]\s(?=[\w /-]{2,30}[:：]\s)")


def _opens_line(before: str) -> bool:
    """Whether what stands before a field is lines that each name a field of their own."""
    lines = before.rstrip(" *_").split("\n")
    return not lines[-1] and all(_FIELD_LINE.match(one) for one in lines[:-1])


_FIELD_LINE = pattern(r"[ \t*_>-]{0,8}\w[\w /-]{1,40}[*_]{0,3}[:：]")


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
