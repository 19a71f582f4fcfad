"""Puts blocks together from a tree that is walked: what the front ends of HTML, DOCX and reStructuredText share.

The caller opens and closes lists, entries, tables, cells and marks, and hands over text in document order; the builder finds
each text in the source from where it stands on, so that lines and bytes are known where the text is there as it is.
"""

from __future__ import annotations

from tracker.reading.blocks import Block, Entry, Heading, Mark, Paragraph, Piece, Row, Table, Text
from tracker.reading.source import Source

_WINDOW = 4096
"""Bytes behind the current place in which a text is looked for; keeps the search linear."""
_PROBE = 60


def _led(pieces: list[Piece]) -> list[Piece]:
    """The pieces, of which the first ones that were not found stand where the first one does that was."""
    found = next((index for index, piece in enumerate(pieces) if piece.end > piece.start), 0)
    at = pieces[found].start
    return [Piece(piece.at, at, at) for piece in pieces[:found]] + pieces[found:]


_MOST_SPANNED = 60
"""Columns that a cell may take; wider tables are not read."""
_FEW = 2
"""Words of a text that are looked for where the whole is not found: the first may be made up (":done:")."""


class Builder:
    """The blocks so far, and the one that is being put together.

    Attributes:
        heading: The level of the heading whose text is coming, 0 for none.
        cursor: The byte of the source up to which text was found.
    """

    def __init__(self, source: Source, base: int = 0) -> None:
        self.source = source
        self.out: list[Block] = []
        self.cursor = base
        self.heading = 0
        self._parts: list[str] = []
        self._pieces: list[Piece] = []
        self._marks: list[Mark] = []
        self._open: list[tuple[object, str, int, str]] = []
        self._size = 0
        self._lists: list[bool] = []
        self._entries: list[Entry | None] = []
        self._tables: list[list[Row]] = []
        self._cells: list[Text] = []
        self._spans = (1, 1)
        self._above: dict[int, tuple[int, Text]] = {}
        self._below: dict[int, tuple[int, Text]] = {}
        self._in_cell = False

    # -- text ----------------------------------------------------------------------------------------------------------

    def reach_line(self, line: int) -> None:
        """What comes stands on this line or after it."""
        start = self.source.start_of(line)
        self.cursor = max(self.cursor, start)

    def next_line(self) -> None:
        """A new block of a format without lines."""
        self.cursor += 1

    def text(self, value: str, *, exact: bool = True, keep: bool = False) -> None:
        """Text of the current block; white space is collapsed as a browser does (`keep`: a break that is shown)."""
        shown = value if keep else " ".join(value.split())
        if not shown:
            self._space()
            return
        if not keep and value[0].isspace():
            self._space()
        start, end = self._find(shown) if exact else (self.cursor, self.cursor)
        self._pieces.append(Piece(self._size, start, end))
        self._parts.append(shown)
        self._size += len(shown)
        if not keep and value[-1].isspace():
            self._space()

    def _space(self) -> None:
        if self._parts and not self._parts[-1][-1].isspace():
            self._parts.append(" ")
            self._pieces.append(Piece(self._size, self.cursor, self.cursor))
            self._size += 1

    def _find(self, shown: str) -> tuple[int, int]:
        """Where the text stands in the source; only its start where it does not stand there as it is."""
        data, raw = self.source.data, shown.encode(errors="replace")
        found = data.find(raw[:_PROBE], self.cursor, self.cursor + _WINDOW)
        if found >= 0 and data.startswith(raw, found):
            self.cursor = found + len(raw)
            return found, self.cursor
        words = raw.split(b" ", _FEW)[:_FEW] if found < 0 else ()
        for word in filter(None, words):
            found = data.find(word, self.cursor, self.cursor + _WINDOW)
            if found >= 0:
                break
        if found < 0:
            return self.cursor, self.cursor
        self.cursor = found + 1
        return found, found

    def footnote(self, label: str) -> None:
        """A reference to a footnote stands here."""
        self._marks.append(Mark("footnote", self._size, self._size, label))

    def take_footnote(self, label: str, since: int) -> None:
        """What was put out since is the text of a footnote, and no paragraph of the document."""
        self.flush()
        texts = [block.text for block in self.out[since:] if isinstance(block, Paragraph)]
        texts += [text for block in self.out[since:] if isinstance(block, Entry) for text in block.texts]
        del self.out[since:]
        self.source.footnotes.setdefault(label, []).extend(texts)

    def open_mark(self, key: object, kind: str, value: str = "") -> None:
        """Text from here on has this mark until `close_marks` with the same key."""
        self._open.append((key, kind, self._size, value))

    def close_marks(self, key: object) -> None:
        """Close the mark that was opened with this key, if one was."""
        if self._open and self._open[-1][0] is key:
            _, kind, start, value = self._open.pop()
            if kind and self._size > start:
                self._marks.append(Mark(kind, start, self._size, value))

    def _take(self) -> Text | None:
        """The text so far, and a fresh start."""
        plain = "".join(self._parts)
        for _, kind, start, value in self._open:
            if kind and self._size > start:
                self._marks.append(Mark(kind, start, self._size, value))
        self._open = [(key, kind, 0, value) for key, kind, _, value in self._open]
        pieces, marks = self._pieces, sorted(self._marks, key=lambda mark: mark.start)
        self._parts, self._pieces, self._marks, self._size = [], [], [], 0
        if not plain.strip():
            return None
        pieces = _led(pieces)
        start = pieces[0].start
        return Text(
            self.source,
            start,
            max(start, *(piece.end for piece in pieces)),
            plain,
            marks=marks,
            pieces=pieces,
        )

    def flush(self) -> None:
        """Close the current block and put it where it belongs."""
        if self._in_cell:
            if self._parts and self._parts[-1] != "\n":
                self.text("\n", exact=False, keep=True)
            return
        level, self.heading = self.heading, 0
        text = self._take()
        if text is None:
            return
        if level:
            self._dissolve()
            self.out.append(Heading(self.source, text.start, text.end, level, text))
        elif self._entries and self._entries[-1] is not None:
            entry = self._entries[-1]
            if not entry.texts:
                entry.start = text.start
            entry.texts.append(text)
            entry.end = max(entry.end, text.end)
        else:
            self.out.append(Paragraph(self.source, text.start, text.end, text))

    def _dissolve(self) -> None:
        """A heading inside an entry opens a section; the entry was only a frame around it."""
        if self._entries and self._entries[-1] is not None:
            if self.out and self.out[-1] is self._entries[-1] and not self._entries[-1].texts:
                self.out.pop()
            self._entries[-1] = None

    def finish(self) -> None:
        """Close whatever is still open."""
        self._in_cell = False
        while self._tables:
            self.end_table()
        self.flush()

    # -- lists ---------------------------------------------------------------------------------------------------------

    def start_list(self, *, ordered: bool) -> None:
        """A list opens; inside of cells lists are only lines."""
        self.flush()
        self._lists.append(ordered)

    def end_list(self) -> None:
        """The innermost list closes."""
        self.flush()
        if self._lists:
            self._lists.pop()

    def start_entry(self) -> None:
        """An entry of the innermost list opens."""
        self.flush()
        if self._in_cell:
            self._entries.append(None)
            return
        depth = max(1, len(self._lists))
        entry = Entry(
            self.source, self.cursor, self.cursor, depth, ordered=bool(self._lists and self._lists[-1])
        )
        self._entries.append(entry)
        self.out.append(entry)

    def end_entry(self) -> None:
        """The innermost entry closes."""
        self.flush()
        if self._entries:
            self._entries.pop()

    def check(self, checked: bool) -> None:
        """A check box stands here."""
        if self._entries and self._entries[-1] is not None:
            self._entries[-1].checked = checked
        elif self._in_cell:
            self.text("[x] " if checked else "[ ] ", exact=False, keep=True)

    # -- tables --------------------------------------------------------------------------------------------------------

    def start_table(self) -> None:
        """A table opens; one inside a cell is only text of that cell."""
        self.flush()
        self._tables.append([])
        if len(self._tables) == 1:
            self._above = {}

    def start_row(self) -> None:
        """A row opens."""
        if len(self._tables) == 1:
            self._cells, self._below = [], {}

    def start_cell(self, columns: int = 1, rows: int = 1) -> None:
        """A cell opens that takes so many columns and rows of the table."""
        if len(self._tables) != 1:
            return
        self._take()
        self._in_cell = True
        self._spans = (max(1, min(columns, _MOST_SPANNED)), max(1, rows))

    def end_cell(self) -> None:
        """The cell closes."""
        if len(self._tables) != 1 or not self._in_cell:
            return
        self._in_cell = False
        text = self._take()
        if text is not None:
            text.plain = text.plain.rstrip()
        self._place(text or Text(self.source, self.cursor, self.cursor))

    def _place(self, cell: Text) -> None:
        """Put a cell behind those that reach down from the rows above, and note where it reaches down itself."""
        self._reach_down()
        columns, rows = self._spans
        empty = Text(self.source, self.cursor, self.cursor)
        for number in range(columns):
            shown = cell if number == 0 else empty
            if rows > 1:
                self._below[len(self._cells)] = (rows - 1, shown)
            self._cells.append(shown)

    def _reach_down(self) -> None:
        while len(self._cells) in self._above:
            self._cells.append(self._above[len(self._cells)][1])

    def end_row(self) -> None:
        """The row closes; one that is a single cell over several columns is a title among the rows and is left out."""
        if len(self._tables) != 1:
            return
        alone = not self._above and len(self._cells) == self._spans[0] > 1
        own = [cell for at, cell in enumerate(self._cells) if at not in self._above]
        if own and not alone:
            self._reach_down()
            start = next((cell.start for cell in own if cell.plain), self.cursor)
            end = max(start, *(cell.end for cell in own))
            self._tables[0].append(Row(self.source, start, end, self._cells, len(self._cells)))
        still = {at: (rows - 1, cell) for at, (rows, cell) in self._above.items() if rows > 1}
        self._above = still | self._below
        self._cells, self._below = [], {}

    def end_table(self) -> None:
        """The table closes; its first row is the header."""
        if len(self._tables) > 1:
            self._tables.pop()
            return
        rows = self._tables.pop() if self._tables else []
        if not rows:
            return
        header, body = rows[0], rows[1:]
        self.out.append(Table(self.source, rows[0].start, max(row.end for row in rows), header, body))
