"""Admonitions of documentation generators: `!!! note "Title"` with an indented body, and `:::note Title` to `:::`.

They are no Markdown: the one would be read as code, the other as a line of text. They are marked in place, without moving a
byte: a title becomes a heading of the lowest level, an indented body a quotation, a fence blanks.
"""

from __future__ import annotations

import re

from tracker.patterns import pattern

_BLOCK = pattern(
    rb'(?m)^((?:!!!|\?\?\?)\+?[ \t]+[\w-]+(?:[ \t]+[\w-]+)*)[ \t]*(?:"([^"\r\n]*)")?[ \t]*(\r?)$((?:\r?\n(?:    .*|[ \t]*))*)'
)
_FENCE = pattern(rb"(?m)^:::+[ \t]*(?:[\w-]+)?[ \t]*(?:\[([^\]\r\n]*)\]|([^\r\n]*?))[ \t]*(?=\r?$)")
_BODY = pattern(rb"(?m)^    ")
_LEVEL = b"######"


def present(data: bytes) -> bool:
    """Whether there may be any; a quick look."""
    return b"\n!!! " in data or b"\n???" in data or b"\n:::" in data or data.startswith((b"!!! ", b":::"))


def mark(data: bytes) -> bytes:
    """The document with its admonitions as Markdown, byte for byte of the same length."""
    if b"!!!" in data or b"???" in data:
        data = _BLOCK.sub(_block, data)
    return _FENCE.sub(_fence, data) if b":::" in data else data


def _block(found: re.Match[bytes]) -> bytes:
    whole, body = found[0], found[4]
    line = whole[: len(whole) - len(body)]
    return _heading(line, found[2] or b"") + found[3] + _BODY.sub(b">   ", body)


def _fence(found: re.Match[bytes]) -> bytes:
    return _heading(found[0], found[1] or found[2] or b"")


def _heading(line: bytes, title: bytes) -> bytes:
    """The title where it stands, as a heading; blanks without one."""
    line = line.rstrip(b"\r")
    at = line.rfind(title) if title.strip() else 0
    if at < 2 or title.lstrip().startswith(b"{"):
        return b" " * len(line)
    level = _LEVEL[: at - 1]
    return level + b" " * (at - len(level)) + title + b" " * (len(line) - at - len(title))
