"""Lists that only signs make: lines of a paragraph that each open with a bullet ("• "), a box or a check mark. Pure.

Word processors, chat programs and web pages set such signs where markup would have a list, so every format knows them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from tracker.reading.blocks import Block, Entry, Paragraph, Piece, Text

BULLETS = "•◦▪▫●○■‣⁃➤➜"
"""Signs that make an entry of a line by themselves; it may go on in the lines below."""
_STATES = "✓✔✅☑☐☒⬜✗✘❌⏳🔲"
"""Signs that say how far a thing is; a list where every line opens with one."""
_FEWEST = 2


def entries_of(blocks: Sequence[Block]) -> list[Block]:
    """The blocks, with such paragraphs as entries."""
    return list(itertools.chain.from_iterable(map(_entries, blocks)))


def _entries(block: Block) -> Iterable[Block]:
    if not isinstance(block, Paragraph) or not _may_open(block):
        return (block,)
    lines = list(_lines(block.text.plain))
    openings = [block.text.plain[start] for start, _ in lines]
    if openings and openings[0] in BULLETS:
        return _made(block.text, _joined(block.text.plain, lines))
    states = all(each in _STATES for each in openings) and len(lines) >= _FEWEST
    return _made(block.text, lines) if states else (block,)


def _may_open(block: Paragraph) -> bool:
    """A quick look at the bytes: none of the signs is ASCII, and few texts open with anything else."""
    opening = block.source.data[block.start : block.start + 1]
    return not block.source.verbatim or opening >= b"\x80"


def _lines(plain: str) -> Iterator[tuple[int, int]]:
    """Start and end of each line that holds something, without the white space around it."""
    at = 0
    for line in plain.split("\n"):
        shown = line.strip()
        if shown:
            start = at + line.index(shown)
            yield start, start + len(shown)
        at += len(line) + 1


def _joined(plain: str, lines: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Lines without a bullet go on with the entry above."""
    out: list[tuple[int, int]] = []
    for start, end in lines:
        if plain[start] in BULLETS or not out:
            out.append((start, end))
        else:
            out[-1] = (out[-1][0], end)
    return out


def _made(text: Text, lines: Iterable[tuple[int, int]]) -> Iterator[Entry]:
    for start, end in lines:
        first, stop = text.byte(start), text.byte(end, after=True)
        entry = Entry(text.source, first, stop, 1, ordered=False)
        inside = start + 1 if text.plain[start] in BULLETS else start
        entry.texts.append(_part(text, inside + _blanks(text.plain[inside:end]), end))
        yield entry


def _blanks(text: str) -> int:
    return len(text) - len(text.lstrip())


def _part(text: Text, start: int, end: int) -> Text:
    """A stretch of a text as a text of its own."""
    cuts = [start, *(piece.at for piece in text.pieces if start < piece.at < end), end]
    return Text(
        text.source,
        text.byte(start),
        text.byte(end, after=True),
        text.plain[start:end],
        marks=[
            mark._replace(start=max(mark.start, start) - start, end=min(mark.end, end) - start)
            for mark in text.marks
            if mark.start < end and mark.end > start
        ],
        pieces=[
            Piece(left - start, text.byte(left), text.byte(right, after=True))
            for left, right in itertools.pairwise(cuts)
        ],
    )
