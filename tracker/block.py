"""pmtrack's own block inside an issue's body, for trackers whose bodies are Markdown.

    text that people wrote
    <!-- pmtrack:begin 7k3m9q2wxa4t -->
    **Incident:** INC-1183 ...
    <!-- pmtrack:end -->
    more text that people wrote

pmtrack writes between the two comments and nowhere else. The token after `begin` is the item's marker.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_BEGIN = re.compile(r"<!--\s*pmtrack:begin\s+(?P<marker>[0-9a-z]{8,32})\s*-->")
_END = re.compile(r"<!--\s*pmtrack:end\s*-->")
_BULLET = re.compile(r"^(\s*)[*+] ")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~-])")
_BARE_URL = re.compile(r"<(https?://[^<>\s]+)>|\[(https?://[^\[\]\s]+)\]\(\2\)")
_BLANK_LINES = re.compile(r"\n{3,}")
_RULER = re.compile(r"^\|(?:[ \t]*:?-+:?[ \t]*\|)+$", re.MULTILINE)


def render(marker: str, context: str) -> str:
    """The block with its delimiters."""
    safe = context.replace("<!--", "&lt;!--").strip("\r\n")
    return f"<!-- pmtrack:begin {marker} -->\n{safe}\n<!-- pmtrack:end -->"


class Found(NamedTuple):
    """A whole block: its marker, what stands between the delimiters, and where it begins and ends."""

    marker: str
    inside: str
    start: int
    end: int


def whole(text: str, begin: re.Pattern[str], end: re.Pattern[str]) -> Iterator[Found]:
    """The whole blocks of a text, in order: from each begin to the next end.

    One expression for both would look for an end behind every begin, which in a text that a stranger filled with begins takes
    minutes; this is linear.

    Args:
        text: A body, in the markup of any tracker.
        begin: The opening delimiter; its group `marker` is the block's.
        end: The closing one.
    """
    at = 0
    while (opening := begin.search(text, at)) and (closing := end.search(text, opening.end())):
        yield Found(opening["marker"], text[opening.end() : closing.start()], opening.start(), closing.end())
        at = closing.end()


def find(body: str | None) -> tuple[str | None, str | None]:
    """Marker and normalised inside of the first whole block, (marker, None) if only its begin is left, or (None, None)."""
    found = next(whole(body or "", _BEGIN, _END), None)
    if found:
        return found.marker, normalise(found.inside)
    lone = _BEGIN.search(body or "")
    return (lone["marker"], None) if lone else (None, None)


def replace(body: str | None, marker: str, context: str) -> str:
    """The body with the block's inside replaced, everything else byte for byte; appended where there is no block."""
    return put(body or "", whole(body or "", _BEGIN, _END), marker, render(marker, context))


def put(text: str, blocks: Iterable[Found], marker: str, block: str) -> str:
    """The text with `block` in the place of the block of this marker, everything else byte for byte; appended where there is none.

    Args:
        text: A body, in the markup of any tracker.
        blocks: The whole blocks in it.
        marker: The item's token.
        block: The new block with its delimiters.
    """
    place = next((each for each in blocks if each.marker == marker), None)
    if place:
        return text[: place.start] + block + text[place.end :]
    if not text.strip():
        return block
    newline = "\r\n" if "\r\n" in text else "\n"
    return text + ("" if text.endswith(("\n", "\r")) else newline) + newline + block


def normalise(text: str) -> str:
    """Text without what trackers change by themselves.

    That is line ends, trailing blanks, bullets, escapes, links made of bare URLs, runs of blank lines, and how the line below
    a table's head is drawn.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").split("\n")
    out = "\n".join(map(str.rstrip, lines))
    # Each of these is asked of every issue that is read, and few have anything of it.
    if "* " in out or "+ " in out:
        out = "\n".join(_BULLET.sub(r"\1- ", line) for line in out.split("\n"))
    if "|" in out:
        out = _RULER.sub(lambda match: "|" + "---|" * (match[0].count("|") - 1), out)
    if "\\" in out:
        out = _ESCAPED.sub(r"\1", out)
    if "://" in out:
        out = _BARE_URL.sub(r"\1\2", out)
    return (_BLANK_LINES.sub("\n\n", out) if "\n\n\n" in out else out).strip()
