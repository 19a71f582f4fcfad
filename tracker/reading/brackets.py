"""Brackets that hold nothing but a field: "(done)", "(#12)", "[High]", "(by Friday)". Pure."""

from __future__ import annotations

import re

from tracker.models import Status
from tracker.reading.drafts import EDGES, Draft
from tracker.reading.knowledge import Knowledge
from tracker.reading.labelled import MOST, set_due
from tracker.vocabulary import fold

_GROUP = re.compile(
    r"\(([^()\n]{0,200})\)|\[([^\[\]\n]{0,200})\]|（([^（）\n]{0,200})）|【([^【】\n]{0,200})】"
)


def take_brackets(k: Knowledge, draft: Draft) -> None:
    """Brackets that hold nothing but a reference, a status, a priority, owners or a date."""
    plain = draft.text.plain[:MOST]
    for match in _GROUP.finditer(plain):
        start, end = match.span()
        inside = next(group for group in match.groups() if group is not None)
        left = _uncut(draft, start + 1, end - 1)
        if not left.strip(EDGES + ".") or fold(left) in k.words.phrases("words", "ref"):
            if inside.strip() and left != inside:
                draft.cut(start, end)
        elif left == inside:
            _group(k, draft, inside, start, end)


def _uncut(draft: Draft, start: int, end: int) -> str:
    plain, out, at = draft.text.plain, "", start
    for cut_start, cut_end in draft.cuts:
        if cut_end <= at or cut_start >= end:
            continue
        out += plain[at : max(at, cut_start)]
        at = max(at, min(cut_end, end))
    return out + plain[at:end]


def _group(k: Knowledge, draft: Draft, inside: str, start: int, end: int) -> None:
    text = inside.strip().strip("!?*_`").strip()
    done = _group_status(k, text)
    if done and not draft.text.plain[end : draft.stop].strip()[:1].isalnum():
        draft.set_status(done, text, start + 1, end - 1)
    elif k.words.first("priority", text) and (draft.priority is None) and end >= draft.tail() - 1:
        draft.priority = text
        draft.note("priority", start + 1, end - 1)
    elif text.startswith("@") or k.people.known(text):
        if not _owners_and_day(k, draft, text, start, end):
            return
    elif text.startswith("with ") and k.people.is_person(text[5:]):
        draft.also += k.people.owners(text[5:])
    elif not _group_due(k, draft, text, start, end):
        return
    draft.cut(start, end)


def _owners_and_day(k: Knowledge, draft: Draft, text: str, start: int, end: int) -> bool:
    """People, and perhaps a day among them: "@erin, 2026-04-01"."""
    parts = [part.strip() for part in text.split(",")]
    days = [
        part for part in parts if part[:1] != "@" and k.calendar.read(after_due_word(k, part) or part).day
    ]
    others = [part for part in parts if part not in days]
    if any(part[:1] != "@" and not k.people.known(part) and not k.people.is_person(part) for part in others):
        return False
    for part in others:
        draft.add_owners(k.people.owners(part), start + 1, end - 1)
    for day in days:
        set_due(k, draft, after_due_word(k, day) or day)
        draft.note("due", start + 1, end - 1)
    return True


def _group_status(k: Knowledge, text: str) -> Status | None:
    if len(text) > 60 or not text:
        return None
    exact = k.states.exact(text)
    if exact:
        return exact
    opening = k.states.opening(text)
    first = fold(text).split()[:1]
    return opening if opening and first and first[0] in k.words.phrases("words", "done") else None


def _group_due(k: Knowledge, draft: Draft, text: str, start: int, end: int) -> bool:
    phrase = after_due_word(k, text)
    if phrase is None and not (text[:1].isdecimal() and k.calendar.read(text).day and len(text) < 24):
        return False
    day = k.calendar.read(phrase or text)
    if day.day is None or end < draft.tail() - 1:
        return False
    set_due(k, draft, phrase or text)
    draft.note("due", start + 1, end - 1)
    return True


def after_due_word(k: Knowledge, text: str) -> str | None:
    """What follows a word such as "by" or "until" that opens the text."""
    tokens = text.split(" ", 4)
    if tokens[0].casefold() not in k.words.openers("due"):
        return None
    tokens = text.split(" ")
    for size in (3, 2, 1):
        if len(tokens) > size and fold(" ".join(tokens[:size])) in k.words.phrases("words", "due"):
            return " ".join(tokens[size:])
    return None
