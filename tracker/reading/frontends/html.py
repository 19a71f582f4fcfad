"""HTML inside Markdown: comments."""

from __future__ import annotations

from tracker.reading.blocks import Block, Comment
from tracker.reading.source import Source


def fragment(source: Source, start: int, end: int) -> list[Block]:
    """The blocks of a piece of HTML that stands in a Markdown document."""
    out: list[Block] = []
    data, at = source.data, start
    while (at := data.find(b"<!--", at, end)) >= 0:
        close = data.find(b"-->", at, end)
        stop = close if close >= 0 else end
        out.append(
            Comment(source, at, min(end, stop + 3), data[at + 4 : stop].decode(errors="replace").strip())
        )
        at = stop
    return out
