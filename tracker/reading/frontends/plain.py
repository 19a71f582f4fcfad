"""Plain text that is laid out by blank lines, indentation, capitals and rulers, with no mark of Markdown. Pure.

Read line by line, since Markdown takes what is indented by four columns for code and needs a bullet before a check box.
Each line keeps its place, so every text points at its own bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import field
from itertools import pairwise

from tracker.patterns import pattern
from tracker.reading.blocks import Block, Entry, Heading, Paragraph, Piece, Row, Table, Text
from tracker.reading.source import Source
from tracker.values import dataclass

_MARKDOWN = pattern(
    rb"(?m)^(?:#{1,6}[ \t]+\S|```|~~~|[ \t]*\|.*\|[ \t]*\r?$|\s{0,3}(?:[-*+][ \t]+)?\*\*\S)|^---\r?\n\w+:|\]\(|^\\[#>*-]"
)
_BULLET = pattern(r"(?:[-*+•◦▪▫●○■‣⁃·→➤–—]|\(?\d{1,3}[.)]|[a-z][.)])[ \t]+(?=\S)")
_BOX = pattern(r"(\[[ xX✓✔~/-]?\]|\([ xX]\)|[☐☑☒✅])[ \t]+(?=\S)")
_RULER = pattern(r"([=\-*#~_+.·─━═—–])\1{3,}\|?")
_COLUMNS = pattern(r"[-=─━═]{2,}(?:[ \t]+[-=─━═]{2,})+")
_VALUE = pattern(r"[^:：]{1,40}[:：]\s*\S")
_FIELD = pattern(r"[^\W\d_][\w /-]{1,30}[:：](?:\s|$)")
_CLOCK = pattern(r"[\[(~]?(?:T[+-]\d|\d{1,2}:\d\d|\d{4}-\d\d-\d\d)")
_SENTENCE_END = (".", "!", "?", ",", ";", "。")
_MOST_TITLE, _MOST_WORDS = 120, 7
_TAB, _DEEPEST = 8, 40


@dataclass(slots=True)
class _Line:
    """A line with its indentation in columns; `start` and `end` are the bytes of what it shows."""

    start: int
    end: int
    indent: int
    shown: str

    @property
    def ruler(self) -> bool:
        """Whether the line only draws."""
        return _RULER.fullmatch(self.shown) is not None


_BLANK = _Line(0, 0, 0, "")


def is_plain(data: bytes) -> bool:
    """Whether nothing in a text is a mark of Markdown."""
    return _MARKDOWN.search(data) is None


def blocks(source: Source) -> list[Block]:
    """The blocks of a laid-out text; its first line is its title if it can be one."""
    return _Layout(source, list(_lines(source.data))).walk()


def _lines(data: bytes) -> Iterator[_Line]:
    at = 0
    for raw in data.split(b"\n"):
        body = raw.strip()
        start = at + len(raw) - len(raw.lstrip()) if body else at
        shown = body.decode(errors="replace")
        indent = len(raw[: start - at].expandtabs(_TAB))
        yield _Line(start, start + len(body), indent, shown)
        at += len(raw) + 1


@dataclass(slots=True)
class _Layout:
    """The walk over the lines; `open` holds the entries that may go on, outermost first, with their indentation."""

    source: Source
    lines: Sequence[_Line]
    out: list[Block] = field(default_factory=list)
    open: list[tuple[int, Entry]] = field(default_factory=list)
    gathered: list[_Line] = field(default_factory=list)
    titled: bool = False

    def walk(self) -> list[Block]:
        """All blocks in order."""
        at = 0
        while at < len(self.lines):
            line = self.lines[at]
            if not line.shown or line.ruler:
                self._close()
                at += 1
            elif rows := self._table_at(at):
                self._table(at, rows)
                at += 2 + rows
            else:
                self._line(at, line)
                at += 1
        self._close()
        return self.out

    def _near(self, at: int) -> _Line:
        return self.lines[at] if 0 <= at < len(self.lines) else _BLANK

    def _line(self, at: int, line: _Line) -> None:
        bullet = _BULLET.match(line.shown)
        box = _BOX.match(line.shown, bullet.end() if bullet else 0)
        alone = not self.gathered and not bullet and not box
        first, self.titled = not self.titled, True
        if alone and not self._inside(line) and (level := self._level(at, line, first=first)):
            self.open.clear()
            self.out.append(Heading(self.source, line.start, line.end, level, self._text([line])))
        elif bullet or box:
            self._close()
            self._entry(line, bullet, box)
        else:
            label = line.shown.endswith((":", "："))
            if self.gathered and (label or (self.open and _FIELD.match(line.shown))):
                self._close()
            self.gathered.append(line)
            if first or (
                label and not self.open
            ):  # whether the first line is a title or a field is told by words
                self._close()

    # -- headings ------------------------------------------------------------------------------------------------------

    def _level(self, at: int, line: _Line, *, first: bool) -> int:
        """The level of a line that is a heading, 0 for all others."""
        below, above = self._near(at + 1), self._near(at - 1)
        underlined = below.ruler and below.indent <= line.indent
        free = not above.shown or above.ruler
        if not free or len(line.shown) > _MOST_TITLE or _CLOCK.match(line.shown):
            return 0
        if line.shown.endswith((":", "：")) or (_VALUE.match(line.shown) and not underlined):
            return 0
        if first:
            few = not below.shown and len(line.shown.split()) <= _MOST_WORDS
            return 1 if underlined or few or not line.shown.endswith(_SENTENCE_END) else 0
        return 2 if underlined or _capital(line.shown) or self._stands_alone(line, below) else 0

    @staticmethod
    def _stands_alone(line: _Line, below: _Line) -> bool:
        """A few words between blank lines, or above lines that are set in."""
        if below.shown and below.indent <= line.indent:
            return False
        few = len(line.shown.split()) <= _MOST_WORDS
        return few and line.shown[:1].isupper() and not line.shown.endswith(_SENTENCE_END)

    # -- lists and paragraphs ------------------------------------------------------------------------------------------

    def _inside(self, line: _Line) -> bool:
        """Whether a line is set in below an open entry."""
        return bool(self.open) and line.indent > self.open[0][0]

    def _entry(self, line: _Line, bullet: re.Match[str] | None, box: re.Match[str] | None) -> None:
        while self.open and (self.open[-1][0] >= line.indent or len(self.open) >= _DEEPEST):
            self.open.pop()
        found = box or bullet
        skip = len(line.shown[: found.end()].encode(errors="replace")) if found else 0
        ordered = bool(bullet and bullet[0][:2].strip("(")[:1].isalnum())
        entry = Entry(self.source, line.start, line.end, len(self.open) + 1, ordered=ordered)
        entry.number = int("".join(filter(str.isdecimal, bullet[0])) or 0) if ordered and bullet else 0
        if box:
            entry.checked = box[1] not in ("[ ]", "[]", "( )", "☐")
            begin = line.start + len(line.shown[: box.start()].encode(errors="replace"))
            entry.box = (begin, begin + len(box[1].encode()))
        self.open.append((line.indent, entry))
        self.out.append(entry)
        self.gathered.append(
            _Line(line.start + skip, line.end, line.indent, line.shown[found.end() :] if found else "")
        )

    def _close(self) -> None:
        """What was gathered becomes a paragraph, or one more text of the entry that it is set in below."""
        if not self.gathered:
            return
        lines, self.gathered = self.gathered, []
        first = lines[0]
        while self.open and self.open[-1][0] >= first.indent and self.open[-1][1].texts:
            self.open.pop()
        if not self.open and (count := _sentences(lines)):
            self.out += [self._lone(line) for line in lines[:count]]
            lines = lines[count:]
            if not lines:
                return
        text = self._text(lines)
        if self.open:
            entry = self.open[-1][1]
            entry.texts.append(text)
            for _, outer in self.open:
                outer.end = max(outer.end, text.end)
        else:
            self.out.append(Paragraph(self.source, text.start, text.end, text))

    def _lone(self, line: _Line) -> Entry:
        entry = Entry(self.source, line.start, line.end, 1, ordered=False)
        entry.texts.append(self._text([line]))
        return entry

    def _text(self, lines: Sequence[_Line]) -> Text:
        pieces, parts, size = list[Piece](), list[str](), 0
        for line in lines:
            if parts:
                pieces.append(Piece(size, pieces[-1].end, line.start))
                parts.append("\n")
                size += 1
            pieces.append(Piece(size, line.start, line.end))
            parts.append(line.shown)
            size += len(line.shown)
        return Text(self.source, lines[0].start, lines[-1].end, "".join(parts), pieces=pieces)

    # -- tables --------------------------------------------------------------------------------------------------------

    def _table_at(self, at: int) -> int:
        """How many rows stand below a line of names and a line of dashes for each column; 0 where there is no table."""
        if not _COLUMNS.fullmatch(self._near(at + 1).shown):
            return 0
        rows = 0
        while (line := self._near(at + 2 + rows)).shown and not line.ruler:
            rows += 1
        return rows

    def _table(self, at: int, count: int) -> None:
        """A table whose columns begin where the dashes do."""
        self._close()
        self.open.clear()
        dashes = self.lines[at + 1]
        edges = [dashes.indent + match.start() for match in re.finditer(r"[^ \t]+", dashes.shown)]
        header, *rows = [
            self._row(self.lines[index], edges) for index in (at, *range(at + 2, at + 2 + count))
        ]
        self.out.append(Table(self.source, header.start, rows[-1].end, header, rows))

    def _row(self, line: _Line, edges: Sequence[int]) -> Row:
        stops = [max(0, edge - line.indent) for edge in edges[1:]]
        cells = [self._cell(line, left, right) for left, right in pairwise([0, *stops, len(line.shown)])]
        return Row(self.source, line.start, line.end, cells, len(cells))

    def _cell(self, line: _Line, left: int, right: int) -> Text:
        shown = line.shown[left:right].strip()
        skip = len(line.shown[left:right]) - len(line.shown[left:right].lstrip())
        start = line.start + len(line.shown[: left + skip].encode(errors="replace"))
        return self._text([_Line(start, start + len(shown.encode(errors="replace")), 0, shown)])


def _sentences(lines: Sequence[_Line]) -> int:
    """How many lines at the start are sentences of their own: a list that lost its bullets, and no wrapped paragraph."""
    count = 0
    while count < len(lines) and _is_sentence(lines[count].shown):
        count += 1
    rest = lines[count:]
    alone = not rest or (len(rest) == 1 and len(rest[0].shown) > _MOST_SENTENCE)
    return count if count > 1 and alone else 0


def _is_sentence(shown: str) -> bool:
    ends = shown.endswith((".", "。")) and len(shown) <= _MOST_SENTENCE
    return ends and shown[:1].isupper() and not _VALUE.match(shown)


_MOST_SENTENCE = 200


def _capital(text: str) -> bool:
    """Whether a line is written in capitals throughout ("ACTION ITEMS")."""
    return sum(map(str.isalpha, text)) > _FEWEST_CAPITALS and text.upper() == text and text.lower() != text


_FEWEST_CAPITALS = 3
