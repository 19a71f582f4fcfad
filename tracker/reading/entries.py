"""What an entry says: one text (a list entry, a cell, a heading, a paragraph) taken apart into the fields of an item.

The steps run in a fixed order, each cuts out what it understood, the title is what is left. Nothing here knows where the
text came from. Pure.
"""

from __future__ import annotations

from tracker.models import Status
from tracker.patterns import pattern
from tracker.reading.blocks import Text
from tracker.reading.brackets import take_brackets
from tracker.reading.drafts import Draft
from tracker.reading.endings import drop_lead_ins, take_endings
from tracker.reading.footnotes import take_footnotes
from tracker.reading.knowledge import Knowledge
from tracker.reading.labelled import take_labels
from tracker.reading.linked import take_keys, take_links
from tracker.reading.openings import take_openings, take_signs

_WRAP = 110
"""A line this long was not wrapped by an editor: its end is one that the author set."""


class Reader(Knowledge):
    """Takes entries apart with what is known of the document."""

    def _is_simple(self, plain: str) -> bool:
        """Whether a text is a title and nothing else; most are, and need no closer look."""
        if _TELLING.search(plain) or not plain[:1].isalpha():
            return False
        words = plain.split()
        openers = self.words.openers("due")
        return (
            not any(word.casefold() in openers for word in words[-_TAIL_WORDS:])
            and self.states.exact(words[-1]) is None
            and not _ID_LIKE.match(plain)
        )

    def read(self, text: Text, *, whole: bool = False) -> Draft:
        """Take a text apart.

        Args:
            text: The entry.
            whole: Do not stop the title at a bold first line that is followed by its explanation.
        """
        draft = Draft(text, len(text.plain))
        if not text.marks and self._is_simple(text.plain):
            return draft
        take_labels(self, draft)
        if not whole:
            _headline(draft)
        take_signs(draft)
        take_links(self, draft)
        take_keys(draft)
        take_brackets(self, draft)
        take_endings(self, draft)
        take_openings(self, draft)
        drop_lead_ins(self, draft)
        _struck(self, draft)
        take_footnotes(self, draft)
        return draft


_ID_LIKE = pattern(r"[A-Z]{1,4}\d|[A-Z]{2,12}\b")
_TELLING = pattern(
    r"[:：#@()\[（【~|;\n]|\s[-–—]|-\d|[.。]\s|[\u0300-\u036f\u2000-\u303f]|[\ufff0-\U0010ffff]|\b(?:(?:to|will|[Bb]ug|rhbz)\b|bd-|pm-|T\d{4})|!\d"
)
"""What a text shows that may hold more than a title: separators, brackets, handles, keys, signs, "X to do Y".

Signs are in two sets: as one of three ranges they would take two milliseconds to compile."""
_TAIL_WORDS = 5


def _headline(draft: Draft) -> None:
    """A bold line (or sentence) that opens an explanation is the title."""
    plain = draft.text.plain
    line = plain.find("\n")
    if line > _WRAP and plain[:line].rstrip().endswith((".", "。", ")", "）")):
        draft.stop = line
    lead = draft.text.lead("strong")
    if not lead:
        return
    rest = plain[lead.end :]
    if (
        rest.startswith("\n")
        or (rest[:2] in (":\n", "：\n"))
        or (
            plain[lead.start : lead.end].rstrip().endswith((".", "。"))
            and rest.strip()
            and len(plain[: lead.end].split()) > 3
        )
    ):
        draft.stop = min(draft.stop, lead.end)


def _struck(k: Knowledge, draft: Draft) -> None:
    """A title that is struck through is done, unless a word behind it says otherwise ("~~Pay it~~ obsolete")."""
    struck = [mark for mark in draft.text.marks if mark.kind == "strike"]
    if not struck or draft.status is not None:
        return
    _, head, tail = draft.title()
    behind = max(mark.end for mark in struck)
    said = k.states.exact(draft.text.plain[behind:tail]) if behind < tail else None
    if said is not None:
        draft.set_status(said, draft.text.plain[behind:tail], behind, tail)
        draft.cut(behind, tail)
        return
    covered = sum(max(0, min(mark.end, tail) - max(mark.start, head)) for mark in struck)
    if tail > head and covered * 10 >= (tail - head) * 8:
        draft.set_status(Status.DONE, "struck through", head, tail)
