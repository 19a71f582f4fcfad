"""Markdown (GitHub flavour) to blocks, through pyromark (pulldown-cmark), which gives the byte range of every event.

Inline events are only flattened to text where somebody asks for the text: most of a document is never asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import attrgetter
from typing import Any, ClassVar, cast

import pyromark

from tracker.patterns import pattern
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
from tracker.reading.frontends import admonitions, lines, metadata
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

_Handler = Callable[["_Walk", Any, dict[str, int]], None]
Event = tuple[Any, dict[str, int]]
Inline = tuple[str, int, int, dict[str, Any] | None]
"""What an inline event shows, the bytes on which it stands, and the event itself unless it is text or a line's end."""


def blocks(source: Source) -> list[Block]:
    """The blocks of a Markdown document, in order."""
    data = source.data
    if PILCROW in data or b"\n\\" in data or b"\n\n|" in data or b"\n\r\n|" in data:
        from tracker.reading.frontends import text

        if PILCROW in data or text.needs_repair(data):
            return text.blocks(source)
    if admonitions.present(data):
        return blocks_of(source, admonitions.mark(data).decode(errors="replace"))
    return _Walk(source, source.text).walk()


def blocks_of(source: Source, text: str) -> list[Block]:
    """The blocks of a text of the same length as the source, byte for byte."""
    return _Walk(source, text).walk()


class MarkdownText(Text):
    """Text that is flattened from its inline events when it is first looked at; `at` is where it stands if it has none."""

    __slots__ = ("_at", "_inline")

    def __init__(self, source: Source, inline: list[Inline], at: int) -> None:
        self.source = source
        self._inline = inline
        self._at = at

    def __getattr__(self, name: str) -> Any:
        if name in ("start", "end"):
            self.start, self.end = (
                (self._inline[0][1], self._inline[-1][2]) if self._inline else (self._at, self._at)
            )
        elif name == "pieces":
            self._place()
        elif name in ("plain", "marks"):
            self._flatten()
        else:
            raise AttributeError(name)
        return getattr(self, name)

    def _flatten(self) -> None:
        """The text and its marks; where its characters stand is worked out for the few texts that are asked."""
        inline = self._inline
        if len(inline) == 1 and inline[0][3] is None:
            self.plain, self.marks = inline[0][0], ()
            return
        self.plain = "".join([shown for shown, _, _, _ in inline])
        marks: list[Mark] = []
        opened: list[tuple[str, int, str]] = []
        size = 0
        for shown, _, _, event in inline:
            if event is not None:
                _mark(event, size, marks, opened)
            size += len(shown)
        marks.sort(key=_start_of)
        self.marks = marks

    def _place(self) -> None:
        """Where each piece of the text stands."""
        if len(self._inline) == 1 and self._inline[0][3] is None and self._inline[0][0]:
            self.pieces = (Piece(0, self._inline[0][1], self._inline[0][2]),)
            return
        parts: list[str] = []
        pieces: list[Piece] = []
        size = 0
        for shown, start, end, _ in self._inline:
            if shown:
                pieces.append(Piece(size, start, end))
                parts.append(shown)
                size += len(shown)
        self.pieces = _trim_code(self.source, parts, pieces)


_start_of = attrgetter("start")


def _mark(event: dict[str, Any], size: int, marks: list[Mark], opened: list[tuple[str, int, str]]) -> None:
    """Note a mark when it ends."""
    kind, value = next(iter(event.items()))
    if kind == "Start":
        opened.append(_opened(value, size))
    elif kind == "End":
        if opened:
            name, at, url = opened.pop()
            marks.append(Mark(name, at, size, url))
    elif kind == "Code":
        marks.append(Mark("code", size, size + len(value)))
    elif kind == "FootnoteReference":
        marks.append(Mark("footnote", size, size, value))


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
    return str(value) if kind == "InlineHtml" and _BLANK_TO_FILL.fullmatch(value) else ""


_BLANK_TO_FILL = pattern(
    r"<(?!(?:input|details|ol|option|audio|video|button|select|textarea)\b)[A-Za-z][\w-]*(?:\s[\w-]+)+>"
)
"""What Markdown takes for a tag with attributes, and people write for what is to be filled in: "<short incident title>"."""


def _opened(tag: Any, size: int) -> tuple[str, int, str]:
    if type(tag) is str:
        return (_MARKS.get(tag, ""), size, "")
    name, value = next(iter(tag.items()))
    return (_MARKS.get(name, ""), size, value.get("dest_url", "") if isinstance(value, dict) else "")


class _Walk:
    """One pass over the events as the parser gives them.

    `inline` is what was shown since the last block began or ended, and `loose` whether that is text of a list entry. No event is
    kept that shows nothing: a list of all events takes fifty times the memory of the document.
    """

    def __init__(self, source: Source, text: str) -> None:
        self.source = source
        source.verbatim = True
        self.text = text
        self.out: list[Block] = []
        self.entries: list[Entry] = []
        self.lists: list[bool] = []
        self.numbers: list[int] = []
        self.inline: list[Inline] = []
        self.loose = False
        self.footnote: str | None = None
        self.tag: Any = None
        self.cells: list[Text] = []
        self.header: Row | None = None
        self.rows: list[Row] = []

    def walk(self) -> list[Block]:
        starts, ends, show = self._STARTS, self._ENDS, self.inline.append
        events = cast(Iterator[Event], pyromark.events_with_range(self.text, options=OPTIONS))
        for event, place in events:
            if type(event) is str:
                show(("\n" if event != "Rule" else "", place["start"], place["end"], None))
            elif "Text" in event:
                show((event["Text"], place["start"], place["end"], None))
            else:
                if "Start" in event:
                    tag, table = event["Start"], starts
                elif "End" in event:
                    tag, table = event["End"], ends
                else:
                    self._other(event, place)
                    continue
                handle = table.get(tag if type(tag) is str else next(iter(tag)))
                if handle is None:
                    show(("", place["start"], place["end"], event))
                else:
                    handle(self, tag, place)
        return self.out

    def _other(self, event: dict[str, Any], place: dict[str, int]) -> None:
        """Code, HTML in the line, check boxes."""
        kind, value = next(iter(event.items()))
        if kind == "TaskListMarker" and self.entries:
            self.entries[-1].checked = value
            self.entries[-1].box = (place["start"], place["end"])
        elif kind == "InlineHtml" and value.startswith("<!--"):
            self._comment(value, place)
        self.inline.append((_inline(kind, value), place["start"], place["end"], event))

    def _comment(self, text: str, place: dict[str, int]) -> None:
        content = text.removeprefix("<!--").removesuffix("-->").strip()
        self.out.append(Comment(self.source, place["start"], place["end"], content))

    def _leaf(self, at: int) -> Text:
        """The text that was shown; `at` is where it stands if it is empty."""
        inline = self.inline[:]
        self.inline.clear()
        return MarkdownText(self.source, inline, at)

    def _close_loose(self) -> None:
        if self.loose and self.inline and self.entries:
            self.entries[-1].texts.append(self._leaf(0))
        self.loose = False
        self.inline.clear()

    def _start_leaf(self, tag: Any, _place: dict[str, int]) -> None:
        self._close_loose()
        self.tag = tag

    def _end_heading(self, tag: Any, place: dict[str, int]) -> None:
        level = int(tag["Heading"][1])
        self.out.append(Heading(self.source, place["start"], place["end"], level, self._leaf(place["end"])))

    def _end_paragraph(self, _tag: Any, place: dict[str, int]) -> None:
        text = self._leaf(place["end"])
        if self.entries:
            self.entries[-1].texts.append(text)
            return
        if self.footnote is not None:
            self.source.footnotes.setdefault(self.footnote, []).append(text)
            return
        start, end = place["start"], place["end"]
        table = lines.table(self.source, start, end) if self.source.data[start : start + 1] == b"|" else None
        if table:
            self.out.append(table)
        else:
            self.out.append(Paragraph(self.source, place["start"], place["end"], text))

    def _start_list(self, tag: Any, _place: dict[str, int]) -> None:
        self._close_loose()
        start = tag["List"]
        self.lists.append(start is not None)
        self.numbers.append(start or 0)

    def _end_list(self, _tag: Any, _place: dict[str, int]) -> None:
        self.lists.pop()
        self.numbers.pop()
        self.inline.clear()
        self.loose = bool(self.entries)

    def _start_item(self, _tag: Any, place: dict[str, int]) -> None:
        entry = Entry(self.source, place["start"], place["end"], len(self.lists), ordered=self.lists[-1])
        if entry.ordered:
            entry.number = self.numbers[-1]
            self.numbers[-1] += 1
        self.entries.append(entry)
        self.out.append(entry)
        self.inline.clear()
        self.loose = True

    def _end_item(self, _tag: Any, _place: dict[str, int]) -> None:
        self._close_loose()
        self.entries.pop()

    def _start_block(self, _tag: Any, _place: dict[str, int]) -> None:
        self._close_loose()

    def _start_footnote(self, tag: Any, _place: dict[str, int]) -> None:
        self._close_loose()
        self.footnote = tag["FootnoteDefinition"]

    def _end_footnote(self, _tag: Any, _place: dict[str, int]) -> None:
        self.footnote = None

    def _start_table(self, _tag: Any, _place: dict[str, int]) -> None:
        self._close_loose()
        self.header, self.rows, self.cells = None, [], []

    def _start_cell(self, _tag: Any, _place: dict[str, int]) -> None:
        self.inline.clear()

    def _end_cell(self, _tag: Any, place: dict[str, int]) -> None:
        text = self._leaf(place["end"])
        text.start, text.end = place["start"], place["end"]
        self.cells.append(text)

    def _end_row(self, tag: Any, place: dict[str, int]) -> None:
        # pulldown-cmark fills short rows with empty cells at the row's end and drops surplus ones
        row = Row(self.source, place["start"], place["end"], self.cells, len(self.cells))
        self.cells = []
        if tag == "TableHead":
            self.header = row
        else:
            self.rows.append(row)

    def _end_table(self, _tag: Any, place: dict[str, int]) -> None:
        self.out.append(Table(self.source, place["start"], place["end"], self.header, self.rows))
        self.rows = []

    def _end_code(self, _tag: Any, place: dict[str, int]) -> None:
        tag = self.tag["CodeBlock"]
        info = tag.get("Fenced", "") if isinstance(tag, dict) else ""
        inner = (place["start"], place["start"])
        if self.inline:
            inner = (self.inline[0][1], self.inline[-1][2])
        self.out.append(Fence(self.source, place["start"], place["end"], info, inner))

    def _end_metadata(self, _tag: Any, place: dict[str, int]) -> None:
        content = "".join([shown for shown, _, _, _ in self.inline])
        self.out.append(Metadata(self.source, place["start"], place["end"], metadata.parse(content)))

    def _end_html(self, _tag: Any, place: dict[str, int]) -> None:
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
        "FootnoteDefinition": _start_footnote,
        "HtmlBlock": _start_block,
    }
    _ENDS: ClassVar[Mapping[str, _Handler]] = {
        "Heading": _end_heading,
        "Paragraph": _end_paragraph,
        "FootnoteDefinition": _end_footnote,
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
