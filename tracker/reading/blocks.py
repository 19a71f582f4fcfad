"""The block stream that every front end gives and that the extraction reads.

A block knows where it stands: `start` and `end` are bytes of `Source.data`. Text is kept with the marks that matter for
meaning (bold, struck, code, links) and with the way back from each character to the source.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from tracker.models import Span
from tracker.reading.source import Source


class Mark(NamedTuple):
    """A stretch of a text with a meaning: `strong`, `em`, `code`, `strike`, `link` or `image` (`value`: its URL).

    A `footnote` is an empty stretch with the footnote's label as its `value`.
    """

    kind: str
    start: int
    end: int
    value: str = ""


class Piece(NamedTuple):
    """Characters from `at` on stand in the source at bytes `start` to `end`."""

    at: int
    start: int
    end: int


class Text:
    """Text without markup; `marks` and `pieces` are ordered by their start."""

    __slots__ = ("end", "marks", "pieces", "plain", "source", "start")

    plain: str
    marks: Sequence[Mark]
    pieces: Sequence[Piece]

    def __init__(
        self,
        source: Source,
        start: int,
        end: int,
        plain: str = "",
        *,
        marks: Sequence[Mark] = (),
        pieces: Sequence[Piece] = (),
    ) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.plain = plain
        self.marks = marks
        self.pieces = pieces

    @property
    def line(self) -> int:
        """The 1-based line on which the text starts."""
        return self.source.line(self.pieces[0].start if self.pieces else self.start)

    def line_at(self, at: int) -> int:
        """The 1-based line of character `at`."""
        return self.source.line(self.byte(at)) if self.pieces else self.line

    def byte(self, at: int, *, after: bool = False) -> int:
        """The byte of `Source.data` of character `at` (`after`: the byte just behind character `at - 1`)."""
        if not self.pieces:
            return self.end if after else self.start
        index = max(0, bisect_right(self.pieces, at - 1 if after else at, key=lambda piece: piece.at) - 1)
        piece = self.pieces[index]
        stop = self.pieces[index + 1].at if index + 1 < len(self.pieces) else len(self.plain)
        inside = self.plain[piece.at : stop]
        if len(inside.encode(errors="replace")) != piece.end - piece.start:
            return piece.end if after or at >= stop else piece.start
        return piece.start + len(inside[: at - piece.at].encode(errors="replace"))

    def span(self, start: int = 0, end: int | None = None) -> Span:
        """Where the characters `start` to `end` stand."""
        stop = len(self.plain) if end is None else end
        first = self.byte(start)
        return self.source.span(first, max(first, self.byte(stop, after=True)))

    def has(self, kind: str) -> bool:
        """Whether any stretch has this mark."""
        return any(mark.kind == kind for mark in self.marks)

    def lead(self, kind: str) -> Mark | None:
        """The mark of this kind that opens the text, if one does."""
        for mark in self.marks:
            if mark.kind == kind and not self.plain[: mark.start].strip():
                return mark
        return None


class Block:
    """What all blocks share: the bytes of `Source.data` that they cover."""

    __slots__ = ("end", "source", "start")

    def __init__(self, source: Source, start: int, end: int) -> None:
        self.source = source
        self.start = start
        self.end = end

    @property
    def line(self) -> int:
        """The 1-based line on which the block starts."""
        return self.source.line(self.start)


class Heading(Block):
    """A heading. `level` counts from 1; 0 where the format does not tell levels."""

    __slots__ = ("level", "text")

    def __init__(self, source: Source, start: int, end: int, level: int, text: Text) -> None:
        super().__init__(source, start, end)
        self.level = level
        self.text = text


class Paragraph(Block):
    """A paragraph outside of lists and tables."""

    __slots__ = ("text",)

    def __init__(self, source: Source, start: int, end: int, text: Text) -> None:
        super().__init__(source, start, end)
        self.text = text


class Row(Block):
    """A row of a table; `columns` is how many cells the source has (a ragged row has more or fewer than the header)."""

    __slots__ = ("cells", "columns")

    def __init__(self, source: Source, start: int, end: int, cells: list[Text], columns: int) -> None:
        super().__init__(source, start, end)
        self.cells = cells
        self.columns = columns


class Table(Block):
    """A table; `header` is its first row where the format marks one."""

    __slots__ = ("header", "rows")

    def __init__(self, source: Source, start: int, end: int, header: Row | None, rows: list[Row]) -> None:
        super().__init__(source, start, end)
        self.header = header
        self.rows = rows


class Entry(Block):
    """An entry of a list; entries nested in it follow in the stream with a greater `depth` (1 is the outermost).

    Attributes:
        checked: The state of its check box, None where it has none.
        box: Bytes of the check box, empty where it has none.
        texts: Its own paragraphs; the first is the entry itself.
        number: Its number in an ordered list, 0 where it is not known.
    """

    __slots__ = ("box", "checked", "depth", "number", "ordered", "texts")

    def __init__(self, source: Source, start: int, end: int, depth: int, *, ordered: bool) -> None:
        super().__init__(source, start, end)
        self.depth = depth
        self.ordered = ordered
        self.number = 0
        self.checked: bool | None = None
        self.box: tuple[int, int] | None = None
        self.texts: list[Text] = []


class Fence(Block):
    """A block of code; `info` is its language, `inner` the bytes of its content."""

    __slots__ = ("info", "inner")

    def __init__(self, source: Source, start: int, end: int, info: str, inner: tuple[int, int]) -> None:
        super().__init__(source, start, end)
        self.info = info
        self.inner = inner


class Comment(Block):
    """A comment that readers do not see; may hold a waiver."""

    __slots__ = ("content",)

    def __init__(self, source: Source, start: int, end: int, content: str) -> None:
        super().__init__(source, start, end)
        self.content = content


class Metadata(Block):
    """Keys and values that stand before the text: front matter, attributes; values as written."""

    __slots__ = ("values",)

    def __init__(self, source: Source, start: int, end: int, values: dict[str, str]) -> None:
        super().__init__(source, start, end)
        self.values = values
