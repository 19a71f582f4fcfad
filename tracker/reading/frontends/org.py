"""Org mode to blocks: headings, states, priorities, deadlines and properties through orgparse, bodies like Markdown.

Lists, tables and check boxes of Org differ from Markdown in signs of the same width, which are exchanged in place.
"""

from __future__ import annotations

import re
from typing import Any

from tracker.patterns import pattern
from tracker.reading.blocks import Block, Entry, Heading, Metadata, Piece, Text
from tracker.reading.frontends import FrontEndError, markdown
from tracker.reading.source import Source

_KEYWORD = pattern(r"(?mi)^#\+(title|date|author|severity|incident[_-]?id|status):[ \t]*(.+)$")
_RULE = pattern(rb"(?m)^([ \t]*\|[-+]+\|?)[ \t]*\r?$")
_CODE = pattern(rb"(?ims)^[ \t]*#\+begin_(src|example)\b.*?^[ \t]*#\+end_\1\b")
_LINK = pattern(rb"\[\[([^\[\]\n]+)\]\[([^\[\]\n]+)\]\]")
_PLANNING = pattern(rb"(?m)^[ \t]*(?:DEADLINE|SCHEDULED|CLOSED):.*$|^[ \t]*:[\w-]+:.*$|^#\+.*$")
_FIELDS = {
    "OWNER": "Owner",
    "ASSIGNEE": "Owner",
    "ISSUE": "Ticket",
    "TICKET": "Ticket",
}


def blocks(source: Source) -> list[Block]:
    """The blocks of an Org document, in order."""
    try:
        from orgparse import loads
    except ImportError as error:
        raise FrontEndError(
            "missing-extra", "Org files need orgparse: install pmtrack with its extra `org`"
        ) from error
    text = source.text.replace("\r\n", " \n").replace("\r", " ")
    try:
        root = loads(text)
        nodes = list(root[1:])
    except (ValueError, IndexError, KeyError, AttributeError, RecursionError, AssertionError) as error:
        raise FrontEndError("unreadable", f"orgparse could not read this file: {error}") from error
    out: list[Block] = []
    values = {match[1].casefold(): match[2].strip() for match in _KEYWORD.finditer(text)}
    if values:
        out.append(Metadata(source, 0, 0, values))
    starts = [source.start_of(node.linenumber) for node in nodes] + [len(source.data)]
    out += _body(source, 0, starts[0])
    for node, start, end in zip(nodes, starts, starts[1:], strict=False):
        line_end = source.data.find(b"\n", start, end)
        line_end = end if line_end < 0 else line_end
        out.append(_heading(source, node, start, line_end))
        out += _body(source, min(end, line_end + 1), end)
    return out


def _heading(source: Source, node: Any, start: int, end: int) -> Block:
    """A heading; one with a state (TODO, DONE) is an entry of its own with the fields that Org keeps beside it."""
    title = str(node.heading)
    text = _text(source, title, start, end)
    if not node.todo:
        return Heading(source, start, end, node.level, text)
    entry = Entry(source, start, end, 1, ordered=False)
    entry.checked = node.todo in node.env.done_keys
    around = f" {node.todo} ".encode()
    at = source.data.find(around, start, end)
    entry.box = (at, at + len(around)) if at >= 0 else None
    entry.texts = [text, *(_text(source, field, start, end) for field in _stated(node))]
    return entry


def _stated(node: Any) -> list[str]:
    """What Org says beside a heading, as labelled lines."""
    out = []
    if node.priority:
        out.append(f"Priority: {node.priority}")
    if node.deadline:
        out.append(f"Due: {node.deadline.start.isoformat()[:10]}")
    for key, value in dict(node.properties).items():
        label = _FIELDS.get(str(key).upper(), "")
        if label:
            out.append(f"{label}: {value}")
    return out


def _text(source: Source, shown: str, start: int, end: int) -> Text:
    found = source.data.find(shown.encode(), start, end)
    at = found if found >= 0 else start
    return Text(
        source, start, end, shown, pieces=[Piece(0, at, at + len(shown.encode()) if found >= 0 else at)]
    )


def _body(source: Source, start: int, end: int) -> list[Block]:
    data = source.data[start:end]
    if not data.strip():
        return []
    data = _CODE.sub(lambda code: re.sub(rb"[^\r\n]", b" ", code[0]), data)
    data = _PLANNING.sub(lambda line: b" " * len(line[0]), data)
    data = _RULE.sub(lambda line: line[0].replace(b"+", b"|"), data)
    data = _LINK.sub(lambda link: b"[" + link[2] + b"](" + link[1] + b")  ", data)
    return markdown.blocks_of(source.part(start, end), data.decode(errors="replace"))
