"""Plain text: pages saved from a browser ("Heading¶"), and reports with underlined headings.

Read as Markdown after marking the headings, without moving a byte.

A pilcrow takes two bytes, as does "# ": a line "Timeline¶" becomes "# Timeline" in place.
"""

from __future__ import annotations

from tracker.patterns import pattern
from tracker.reading.blocks import Block, Heading
from tracker.reading.frontends import lines, markdown, plain
from tracker.reading.source import Source

_RULER = pattern(rb"[ \t]*([=\-*#~_+])\1{3,}[ \t]*")
PILCROW = "¶".encode()
_ESCAPED_LINES = 3
_ESCAPED = pattern(rb"(?m)^\\([#>*-])")
_SPREAD = pattern(rb"\|[ \t]*\r?\n(?:[ \t]*\r?\n)+[ \t]*\|[ \t]*:?-{3}")
_GAP = pattern(rb"(?<=\|)[ \t]*\r?\n(?:[ \t]*\r?\n)+(?=[ \t]*\|)")


def blocks(source: Source) -> list[Block]:
    """The blocks of a text document; headings of rendered pages have no level."""
    if lines.is_flat(source.data):
        source.verbatim = True
        return lines.blocks(source)
    if PILCROW not in source.data and plain.is_plain(source.data):
        source.verbatim = True
        return plain.blocks(source)
    flat = PILCROW in source.data
    marked = _mark(repair(source.data))
    out = markdown.blocks_of(source, marked.decode(errors="replace"))
    if flat:
        for block in out:
            if isinstance(block, Heading):
                block.level = 0
    return out


def needs_repair(data: bytes) -> bool:
    """Whether an editor escaped the Markdown, or put blank lines between the rows of tables."""
    return _escaped(data) or bool(_SPREAD.search(data))


def repair(data: bytes) -> bytes:
    """Escaped marks become marks and spread tables whole, byte for byte of the same length.

    Blank lines between rows become blanks at the end of the row above, so no row moves.
    """
    if _escaped(data):
        data = _ESCAPED.sub(rb" \1", data).replace(b"\\*\\*", b"    ")
    if _SPREAD.search(data):
        data = _GAP.sub(lambda gap: b" " * (len(gap[0]) - 1) + b"\n", data)
    return data


def _mark(data: bytes) -> bytes:
    lines = data.split(b"\n")
    for index, line in enumerate(lines):
        body = line.rstrip(b"\r \t")
        if body.endswith(PILCROW) and not body.startswith((b"|", b"-", b"#", b" ")):
            lines[index] = b"# " + body[: -len(PILCROW)] + line[len(body) :]
        elif _RULER.fullmatch(body) and _opens_title(lines, index):
            lines[index] = b" " * len(body) + line[len(body) :]
    return b"\n".join(lines)


def _opens_title(lines: list[bytes], index: int) -> bool:
    """Whether a ruler stands above a title that has another one below it."""
    below = index + 2 < len(lines) and _RULER.fullmatch(lines[index + 2].rstrip(b"\r \t"))
    return (
        bool(below)
        and bool(lines[index + 1].strip())
        and not _RULER.fullmatch(lines[index + 1].rstrip(b"\r \t"))
    )


def _escaped(data: bytes) -> bool:
    """Whether several lines open with an escaped mark."""
    return (b"\n\\" in data or data[:1] == b"\\") and len(_ESCAPED.findall(data)) >= _ESCAPED_LINES
