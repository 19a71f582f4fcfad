"""Markdown (GitHub flavour) to blocks, through pyromark (pulldown-cmark), which gives the byte range of every event.

Inline events are only flattened to text where somebody asks for the text: most of a document is never asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, ClassVar, cast

import pyromark

from tracker.reading.blocks import (
    Block,
    Comment,
    Entry,
    Fence,
    Heading,
    Mark,
    Metadata,
    Paragraph,
    Piece,
    Row,
    Table,
    Text,
)
from tracker.reading.frontends import metadata
from tracker.reading.source import Source

OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_GFM
    | pyromark.Options.ENABLE_YAML_STYLE_METADATA_BLOCKS
    | pyromark.Options.ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS
)
_MARKS = {"Strong": "strong", "Emphasis": "em", "Strikethrough": "strike", "Link": "link", "Image": "image"}
_BREAKS = ("<br>", "<br/>", "<br />")

PILCROW = "¶\n".encode()

_Handler = Callable[["_Walk", int, Any, dict[str, int]], None]
Event = tuple[Any, dict[str, int]]


def blocks(source: Source) -> list[Block]:
    """The blocks of a Markdown document, in order."""
    data = source.data
    if PILCROW in data or b"\n\\" in data or b"\n\n|" in data or b"\n\r\n|" in data:
        from tracker.reading.frontends import text

        if PILCROW in data or text.needs_repair(data):
            return text.blocks(source)
    return _Walk(source, source.text).walk()


def blocks_of(source: Source, text: str) -> list[Block]:
    """The blocks of a text of the same length as the source, byte for byte."""
    return _Walk(source, text).walk()


class MarkdownText(Text):
    """Text that is flattened from its events when it is first looked at."""

    __slots__ = ("_events", "_first", "_last")

    def __init__(self, source: Source, events: list[Event], first: int, last: int) -> None:
        self.source = source
        self._events = events
        self._first = first
        self._last = last

    def __getattr__(self, name: str) -> Any:
        if name in ("start", "end"):
            self._bounds()
        elif name == "pieces":
            self._place()
        elif name in ("plain", "marks"):
            self._flatten()
        else:
            raise AttributeError(name)
        return getattr(self, name)

    def _bounds(self) -> None:
        if self._first < self._last:
            self.start = self._events[self._first][1]["start"]
            self.end = self._events[self._last - 1][1]["end"]
        else:
            self.start = self.end = self._events[self._first - 1][1]["end"] if self._first else 0

    def _flatten(self) -> None:
        """The text and its marks; where its characters stand is worked out for the few texts that are asked."""
        if self._last - self._first == 1:
            event = self._events[self._first][0]
            if type(event) is dict and "Text" in event:
                self.plain, self.marks = event["Text"], ()
                return
        parts: list[str] = []
        marks: list[Mark] = []
        opened: list[tuple[str, int, str]] = []
        size = 0
        for event, _ in self._events[self._first : self._last]:
            if type(event) is str:
                piece = "\n" if event != "Rule" else ""
            elif "Text" in event:
                piece = event["Text"]
            else:
                piece = _other_inline(event, size, marks, opened)
            parts.append(piece)
            size += len(piece)
        marks.sort(key=_start_of)
        self.plain, self.marks = "".join(parts), marks

    def _place(self) -> None:
        """Where each piece of the text stands."""
        if self._last - self._first == 1:
            event, place = self._events[self._first]
            if type(event) is dict and "Text" in event:
                self.pieces = (Piece(0, place["start"], place["end"]),)
                return
        parts: list[str] = []
        pieces: list[Piece] = []
        size = 0
        for event, place in self._events[self._first : self._last]:
            piece = _shown(event)
            if piece:
                pieces.append(Piece(size, place["start"], place["end"]))
                parts.append(piece)
                size += len(piece)
        self.pieces = _trim_code(self.source, parts, pieces)


_start_of = attrgetter("start")


def _other_inline(
    event: dict[str, Any], size: int, marks: list[Mark], opened: list[tuple[str, int, str]]
) -> str:
    """The text of an inline event other than text; a mark is noted when it ends."""
    kind, value = next(iter(event.items()))
    if kind == "Start":
        opened.append(_opened(value, size))
    elif kind == "End":
        if opened:
            name, at, url = opened.pop()
            marks.append(Mark(name, at, size, url))
    elif kind == "Code":
        marks.append(Mark("code", size, size + len(value)))
    return _inline(kind, value)


def _shown(event: Any) -> str:
    """The text that an inline event shows."""
    if type(event) is str:
        return "\n" if event != "Rule" else ""
    return _inline(*next(iter(event.items())))


def _trim_code(source: Source, parts: list[str], pieces: list[Piece]) -> list[Piece]:
    """The pieces, with the ticks of code taken off so that offsets inside are exact."""
    data = source.data
    for index, (at, start, end) in enumerate(pieces):
        if data[start : start + 1] == b"`" and end - start > len(parts[index].encode(errors="replace")):
            inside = data.find(parts[index].encode(errors="replace"), start, end)
            if inside >= 0:
                pieces[index] = Piece(at, inside, inside + len(parts[index].encode(errors="replace")))
    return pieces


def _inline(kind: str, value: Any) -> str:
    if kind in ("Text", "Code"):
        return str(value)
    if kind in ("InlineHtml", "Html") and str(value).lower() in _BREAKS:
        return "\n"
    return ""


def _opened(tag: Any, size: int) -> tuple[str, int, str]:
    if type(tag) is str:
        return (_MARKS.get(tag, ""), size, "")
    name, value = next(iter(tag.items()))
    return (_MARKS.get(name, ""), size, value.get("dest_url", "") if isinstance(value, dict) else "")


class _Walk:
    """One pass over the events; `run` is where the loose text of a list entry began."""

    def __init__(self, source: Source, text: str) -> None:
        self.source = source
        source.verbatim = True
        self.events = cast(list[Event], list(pyromark.events_with_range(text, options=OPTIONS)))
        self.out: list[Block] = []
        self.entries: list[Entry] = []
        self.lists: list[bool] = []
        self.numbers: list[int] = []
        self.run = -1
        self.cell = 0
        self.cells: list[Text] = []
        self.header: Row | None = None
        self.rows: list[Row] = []
        self.html: list[tuple[int, int]] = []

    def walk(self) -> list[Block]:
        starts, ends = self._STARTS, self._ENDS
        for index, (event, place) in enumerate(self.events):
            if type(event) is str or "Text" in event:
                continue
            if "Start" in event:
                tag = event["Start"]
                handle = starts.get(tag if type(tag) is str else next(iter(tag)))
                if handle is not None:
                    handle(self, index, tag, place)
            elif "End" in event:
                tag = event["End"]
                handle = ends.get(tag if type(tag) is str else next(iter(tag)))
                if handle is not None:
                    handle(self, index, tag, place)
            elif "Code" not in event:
                self._other(event, place)
        return self.out

    def _other(self, event: dict[str, Any], place: dict[str, int]) -> None:
        if "TaskListMarker" in event and self.entries:
            self.entries[-1].checked = event["TaskListMarker"]
            self.entries[-1].box = (place["start"], place["end"])
        elif "InlineHtml" in event and event["InlineHtml"].startswith("<!--"):
            self._comment(event["InlineHtml"], place)

    def _comment(self, text: str, place: dict[str, int]) -> None:
        content = text.removeprefix("<!--").removesuffix("-->").strip()
        self.out.append(Comment(self.source, place["start"], place["end"], content))

    def _leaf(self, first: int, last: int) -> Text:
        return MarkdownText(self.source, self.events, first, last)

    def _close_run(self, index: int) -> None:
        if self.run >= 0 and index > self.run and self.entries:
            self.entries[-1].texts.append(self._leaf(self.run, index))
        self.run = -1

    def _start_leaf(self, index: int, _tag: Any, _place: dict[str, int]) -> None:
        self._close_run(index)
        self.cell = index + 1

    def _end_heading(self, index: int, tag: Any, place: dict[str, int]) -> None:
        level = int(tag["Heading"][1])
        self.out.append(
            Heading(self.source, place["start"], place["end"], level, self._leaf(self.cell, index))
        )

    def _end_paragraph(self, index: int, _tag: Any, place: dict[str, int]) -> None:
        text = self._leaf(self.cell, index)
        if self.entries:
            self.entries[-1].texts.append(text)
        else:
            self.out.append(Paragraph(self.source, place["start"], place["end"], text))

    def _start_list(self, index: int, tag: Any, _place: dict[str, int]) -> None:
        self._close_run(index)
        start = tag["List"]
        self.lists.append(start is not None)
        self.numbers.append(start or 0)

    def _end_list(self, index: int, _tag: Any, _place: dict[str, int]) -> None:
        self.lists.pop()
        self.numbers.pop()
        self.run = index + 1 if self.entries else -1

    def _start_item(self, index: int, _tag: Any, place: dict[str, int]) -> None:
        entry = Entry(self.source, place["start"], place["end"], len(self.lists), ordered=self.lists[-1])
        if entry.ordered:
            entry.number = self.numbers[-1]
            self.numbers[-1] += 1
        self.entries.append(entry)
        self.out.append(entry)
        self.run = index + 1

    def _end_item(self, index: int, _tag: Any, _place: dict[str, int]) -> None:
        self._close_run(index)
        self.entries.pop()

    def _start_block(self, index: int, _tag: Any, _place: dict[str, int]) -> None:
        self._close_run(index)

    def _start_table(self, index: int, _tag: Any, _place: dict[str, int]) -> None:
        self._close_run(index)
        self.header, self.rows, self.cells = None, [], []

    def _start_cell(self, index: int, _tag: Any, _place: dict[str, int]) -> None:
        self.cell = index + 1

    def _end_cell(self, index: int, _tag: Any, place: dict[str, int]) -> None:
        text = self._leaf(self.cell, index)
        text.start, text.end = place["start"], place["end"]
        self.cells.append(text)

    def _end_row(self, _index: int, tag: Any, place: dict[str, int]) -> None:
        # pulldown-cmark fills short rows with empty cells at the row's end and drops surplus ones
        row = Row(self.source, place["start"], place["end"], self.cells, len(self.cells))
        self.cells = []
        if tag == "TableHead":
            self.header = row
        else:
            self.rows.append(row)

    def _end_table(self, _index: int, _tag: Any, place: dict[str, int]) -> None:
        self.out.append(Table(self.source, place["start"], place["end"], self.header, self.rows))
        self.rows = []

    def _end_code(self, index: int, _tag: Any, place: dict[str, int]) -> None:
        tag = self.events[self.cell - 1][0]["Start"]["CodeBlock"]
        info = tag.get("Fenced", "") if isinstance(tag, dict) else ""
        inner = (self.events[self.cell][1]["start"], self.events[index - 1][1]["end"])
        if index == self.cell:
            inner = (place["start"], place["start"])
        self.out.append(Fence(self.source, place["start"], place["end"], info, inner))

    def _end_metadata(self, index: int, _tag: Any, place: dict[str, int]) -> None:
        content = "".join(event.get("Text", "") for event, _ in self.events[self.cell : index])
        self.out.append(Metadata(self.source, place["start"], place["end"], metadata.parse(content)))

    def _end_html(self, _index: int, _tag: Any, place: dict[str, int]) -> None:
        from tracker.reading.frontends import html

        self.out += html.fragment(self.source, place["start"], place["end"])

    _STARTS: ClassVar[Mapping[str, _Handler]] = {
        "Heading": _start_leaf,
        "Paragraph": _start_leaf,
        "CodeBlock": _start_leaf,
        "MetadataBlock": _start_leaf,
        "List": _start_list,
        "Item": _start_item,
        "Table": _start_table,
        "TableCell": _start_cell,
        "BlockQuote": _start_block,
        "HtmlBlock": _start_block,
    }
    _ENDS: ClassVar[Mapping[str, _Handler]] = {
        "Heading": _end_heading,
        "Paragraph": _end_paragraph,
        "List": _end_list,
        "Item": _end_item,
        "TableCell": _end_cell,
        "TableHead": _end_row,
        "TableRow": _end_row,
        "Table": _end_table,
        "CodeBlock": _end_code,
        "MetadataBlock": _end_metadata,
        "HtmlBlock": _end_html,
    }
