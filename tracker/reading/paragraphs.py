"""What a paragraph is beside an action: the lead-in to a list, a line that names a section, a signature. Pure."""

from __future__ import annotations

from tracker.reading.blocks import Block, Entry, Table, Text
from tracker.reading.drafts import EDGES
from tracker.reading.sections import ACTION
from tracker.vocabulary import Vocabulary, fold


def lead_in(title: str, vocabulary: Vocabulary) -> str:
    """The words of a lead-in that can name its list: the last ones of a sentence, and no names of files or tables.

    Empty where it tells what was: "After remediation, the following was observed:".
    """
    words = [word for word in title.split() if not set("_/`") & set(word)]
    if len(words) >= _SENTENCE and not vocabulary.phrases("words", "was").isdisjoint(fold(title).split()):
        return ""
    return " ".join(words if len(words) <= _LONG_LEAD_IN else words[-_LONG_LEAD_IN:])


_LONG_LEAD_IN = 6
_SENTENCE = 5


def is_signature(text: Text, words: Vocabulary) -> bool:
    """Lines of which each is a label in bold and its value, and none is an action: who led, who wrote, when it ended."""
    starts = {mark.start: mark.end for mark in text.marks if mark.kind == "strong"}
    at, count = 0, 0
    for line in text.plain.split("\n"):
        end = starts.get(at)
        label = text.plain[at:end].strip(EDGES) if end else ""
        behind = text.plain[end - 1 : end + 1] if end else ""
        if ":" not in behind or "action" in words.exact("label", label):
            return False
        at, count = at + len(line) + 1, count + 1
    return count > 1


_PARTS = frozenset(("lesson", "timeline", "cause", "impact", "summary"))
"""Sections that end one of action items even where only a line names them."""
_MOST_NAME = 60


def bare_heading(plain: str, following: Block, words: Vocabulary) -> str:
    """The last line of a paragraph where it is a heading without any sign of one: "Action items" above a list in a plain text.

    Empty where it is none. Only a list or a table makes a heading of it.
    """
    last = plain.rpartition("\n")[2].strip()
    if not isinstance(following, (Entry, Table)) or len(last) > _MOST_NAME:
        return ""
    kinds = set(words.exact("heading", last))
    return last if kinds and (ACTION in kinds or kinds <= _PARTS) else ""
