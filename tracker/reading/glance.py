"""Quick looks at a block's bytes, to leave at once what cannot be an action item: most of a document. Pure."""

from __future__ import annotations

from tracker.reading import labels
from tracker.reading.blocks import Entry, Paragraph
from tracker.reading.entries import Reader
from tracker.reading.lists import REFLECTING
from tracker.reading.sections import ACTION, AGAINST, Section

_LEADING = " *_`-\n⚠️✅❌👉➡→🔧🛠"
_WIDE_COLON = "：".encode()
_LOOK = 400
_SHORT = 120
"""Bytes; a longer paragraph is prose unless it starts or ends with a label."""


def hopeless(entry: Entry, section: Section, reader: Reader) -> bool:
    """Whether an entry outside of action sections shows nothing that could make it an item."""
    if section.base > 0 or (entry.checked is not None and section.base > AGAINST):
        return False
    if section.kind in REFLECTING and _telling(entry):
        return False
    plain = entry.texts[0].plain
    if not entry.source.verbatim:
        return section.base <= AGAINST and not labelled_action(plain, reader)
    raw = entry.source.data[entry.start : min(entry.end, entry.start + _LOOK)]
    if section.base > AGAINST:
        return b":" not in raw and b"@" not in raw and _WIDE_COLON not in raw
    return not (b":" in raw or b"**" in raw or _WIDE_COLON in raw) or not labelled_action(plain, reader)


def _telling(entry: Entry) -> bool:
    """Whether a lesson may carry a label, an owner, a date or a ticket."""
    raw = entry.source.data[entry.start : min(entry.end, entry.start + _LOOK)]
    return entry.checked is not None or any(
        sign in raw for sign in (b":", b"@", b"#", b"(", b"[", _WIDE_COLON)
    )


def is_prose(block: Paragraph, section: Section) -> bool:
    """Whether a paragraph outside of action sections has no label at either end."""
    if section.kind == ACTION or block.end - block.start < _SHORT or not block.source.verbatim:
        return False
    data = block.source.data
    raw = data[block.start : block.start + _SHORT]
    return (
        b":" not in raw
        and b"**" not in raw
        and _WIDE_COLON not in raw
        and not data[block.start : block.end].rstrip().endswith((b":", _WIDE_COLON, b"**"))
    )


def labelled_action(text: str, reader: Reader) -> bool:
    """Whether a text opens with "Action:" or with a marker in capitals (TODO)."""
    plain = text.lstrip(_LEADING)
    colon = plain[:40].replace("：", ":").find(":")
    if colon > 0 and "action" in reader.words.exact("label", plain[:colon]):
        return True
    return plain[:4].isupper() and reader.is_word("marker", plain.split(maxsplit=1)[0].rstrip(":").casefold())


def action_inside(text: str, reader: Reader) -> int:
    """Where the value of an "Action:" starts that follows a sentence, 0 for none: "Retries pile up. Action: cap them"."""
    for part in labels.scan(text, reader.words):
        before = text[: part.start].rstrip(" *_")
        if part.kind == "action" and before.endswith(
            (".", "!", "?", ";", "\n", "→", "->", "=>", "—", "–", "。")
        ):
            return part.at
    return 0
