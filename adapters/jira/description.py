"""pmtrack's block inside a description in wiki markup, as Jira Data Center stores it.

    text that people wrote
    {color:#97a0af}pmtrack:begin 7k3m9q2wxa4t{color}
    *Incident:* INC-1183 ...
    {color:#97a0af}pmtrack:end{color}
    more text that people wrote

The delimiters are words, not macros: they survive editors that re-write markup, and are found with or without the colour
around them. Jira Cloud stores documents instead: `adapters.jira.document`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from adapters.jira import markup
from tracker.block import normalise, put, whole

NOBODY: Mapping[str, str] = {}
LIMIT = 32_767
"""Most characters of a description: the default of `jira.text.field.character.limit`."""

CUT = "\n\n(cut: the document holds the rest)"
_COLOUR = r"(?:\{color:#?\w+\})?"
_BEGIN = re.compile(_COLOUR + r"pmtrack:begin +(?P<marker>[0-9a-z]{8,32})(?:\{color\})?")
_END = re.compile(_COLOUR + r"pmtrack:end(?:\{color\})?")


def render(marker: str, context: str, mentions: Mapping[str, str] = NOBODY) -> str:
    """The block for a new or empty description; `mentions` as in `markup.mention`."""
    wiki = markup.mention(markup.to_wiki(context), mentions)
    return "\n".join(
        [
            f"{{color:#97a0af}}pmtrack:begin {marker}{{color}}",
            *([wiki] if wiki else []),
            "{color:#97a0af}pmtrack:end{color}",
        ]
    )


def find(description: str | None) -> tuple[str | None, str | None]:
    """Marker and wiki inside of the first whole block, (marker, None) if only its begin is left, or (None, None)."""
    found = next(whole(description or "", _BEGIN, _END), None)
    if found:
        return found.marker, found.inside
    lone = _BEGIN.search(description or "")
    return (lone["marker"], None) if lone else (None, None)


def context_of(inside: str, handles: Mapping[str, str] = NOBODY) -> str:
    """The inside of a block as normalised Markdown; `handles` as in `markup.unmention`."""
    return normalise(markup.to_markdown(markup.unmention(inside, handles)))


def replace(description: str | None, marker: str, context: str, mentions: Mapping[str, str] = NOBODY) -> str:
    """The description with the block's inside replaced, everything else byte for byte; appended where there is none."""
    text = description or ""
    return put(text, whole(text, _BEGIN, _END), marker, render(marker, context, mentions))


def fitting(marker: str, context: str, room: int = LIMIT) -> tuple[str, bool]:
    """The context cut at a line end so that its block takes at most `room` characters, and whether it was cut."""
    if len(render(marker, context)) <= room:
        return context, False
    lines = context.split("\n")
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high + 1) // 2
        fits = len(render(marker, _cut(lines, middle))) <= room
        low, high = (middle, high) if fits else (low, middle - 1)
    return _cut(lines, low), True


def _cut(lines: list[str], count: int) -> str:
    return "\n".join(lines[:count]) + CUT
