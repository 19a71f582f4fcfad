"""What only line breaks structure: texts whose blank lines and marks were lost, and tables without their second line. Pure.

A report that was copied out of a web page often keeps one line per paragraph and "Heading:" lines, and nothing else; Markdown
would read it as one paragraph.
"""

from __future__ import annotations

import itertools

from tracker.patterns import pattern
from tracker.reading.blocks import Block, Entry, Heading, Paragraph, Piece, Row, Table, Text
from tracker.reading.source import Source

_MARKED = pattern(rb"(?m)^\s*(?:[-*+#>|]|\d{1,3}[.)]\s|```|~~~|===|---)")
_LABEL = pattern(rb"[^\s:][^:\n]{1,60}:[ \t]*\r?$")
_PIPE = pattern(rb"(?<!\\)\|")
_SENTENCES = pattern(r"[.!?]\s+[A-Z]")
_FEWEST_LINES, _FEWEST_LABELS = 6, 3
_MOST_ENTRY = 300
"""Characters; a longer line is a paragraph."""
_MOST = 200_000


def is_flat(data: bytes) -> bool:
    """Whether a text is nothing but lines, some of which are labels ("Timeline:")."""
    text = data.strip()
    if b"\n\n" in text or b"\n\r\n" in text or len(text) > _MOST or text.count(b"\n") < _FEWEST_LINES:
        return False
    labels = sum(1 for line in text.split(b"\n") if _LABEL.match(line))
    return labels >= _FEWEST_LABELS and not _MARKED.search(text)


def blocks(source: Source) -> list[Block]:
    """The lines of a flat text: the first is its title, labels are headings, the others entries or paragraphs."""
    out: list[Block] = []
    at = 0
    for line in source.data.split(b"\n"):
        start, at = at, at + len(line) + 1
        plain = line.strip()
        if plain:
            begin = start + line.index(plain)
            out.append(_block(source, begin, begin + len(plain), plain.decode(errors="replace"), out))
    return out


def _block(source: Source, start: int, end: int, plain: str, before: list[Block]) -> Block:
    shown = plain.rstrip(": ") if _LABEL.match(plain.encode()) else plain
    text = Text(source, start, end, shown, pieces=(Piece(0, start, start + len(shown.encode())),))
    if not before:
        return Heading(source, start, end, 1, text)
    if shown != plain:
        nested = isinstance(before[-1], Heading) and before[-1].level > 1
        return Heading(source, start, end, 3 if nested else 2, text)
    if len(plain) > _MOST_ENTRY or _SENTENCES.search(plain) or ":" in plain[:60]:
        return Paragraph(source, start, end, text)
    entry = Entry(source, start, end, 1, ordered=False)
    entry.texts.append(text)
    return entry


def table(source: Source, start: int, end: int) -> Table | None:
    """A table whose every line is set in bars, without the line of dashes that Markdown wants; None for anything else."""
    rows: list[Row] = []
    at = start
    for line in source.data[start:end].rstrip(b"\r\n").split(b"\n"):
        begin, at = at, at + len(line) + 1
        bars = [match.start() for match in _PIPE.finditer(line)]
        if len(bars) < 3 or line[: bars[0]].strip() or line[bars[-1] + 1 :].strip():
            return None
        cells = [_cell(source, begin + left + 1, begin + right) for left, right in itertools.pairwise(bars)]
        rows.append(Row(source, begin, begin + len(line), cells, len(cells)))
    return Table(source, start, end, rows[0], rows[1:]) if len(rows) > 1 else None


def _cell(source: Source, start: int, end: int) -> Text:
    raw = source.data[start:end]
    plain = raw.strip()
    begin = start + (raw.index(plain) if plain else 0)
    return Text(
        source, start, end, plain.decode(errors="replace"), pieces=(Piece(0, begin, begin + len(plain)),)
    )
