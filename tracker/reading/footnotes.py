"""Fields of an entry that stand in its footnote: "Rotate the key[^1]", "[^1]: Owner: Kim, due Friday". Pure."""

from __future__ import annotations

from tracker.reading import labels
from tracker.reading.blocks import Text
from tracker.reading.brackets import take_remark
from tracker.reading.drafts import EDGES, Draft
from tracker.reading.knowledge import Knowledge
from tracker.reading.labelled import take_label
from tracker.reading.linked import take_keys, take_links


def take_footnotes(k: Knowledge, draft: Draft) -> None:
    """What the footnotes of a text say, for the fields that the text itself leaves open."""
    known = draft.text.source.footnotes
    if not known:
        return
    for mark in draft.text.marks:
        if mark.kind == "footnote":
            for text in known.get(mark.value, ()):
                draft.fill(_read(k, text))


def _read(k: Knowledge, text: Text) -> Draft:
    """Labelled fields, what brackets may hold ("Kim, by Friday"), and references; the rest is explanation."""
    side = Draft(text, len(text.plain))
    parts = labels.scan(text.plain, k.words, loose=True)
    if parts and not text.plain[: parts[0].start].strip(EDGES):
        for part in parts:
            if part.kind != "action":
                take_label(k, side, part)
        return side
    take_links(k, side)
    take_keys(side)
    if not side.refs:
        take_remark(k, side)
    return side
