"""Brackets that hold nothing but a field: "(done)", "(#12)", "[High]", "(by Friday)". Pure."""

from __future__ import annotations

import re

from tracker.models import Status
from tracker.patterns import pattern
from tracker.reading.drafts import EDGES, Draft
from tracker.reading.knowledge import Knowledge
from tracker.reading.labelled import MOST, after_due_word, assigned, set_due
from tracker.vocabulary import fold

_MOST_DONE = 3
LEVEL = pattern(r"[PS][0-5]")
_GROUP = pattern(r"\(([^()\n]{0,200})\)|\[([^\[\]\n]{0,200})\]|（([^（）\n]{0,200})）|【([^【】\n]{0,200})】")


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
        elif left != inside and len(left.split()) <= _MOST_DONE and (done := _group_status(k, left.strip())):
            draft.set_status(done, left, start + 1, end - 1)  # "(done in #12)"
            draft.cut(start, end)
        elif (
            left == inside
            or left.strip().endswith((",", ";", "，"))
            or left.lstrip().startswith((",", ";"))
            or k.people.is_person(left.strip())  # "(@kim, due: Friday)"
        ):
            _group(k, draft, left.strip(" ,;，"), start, end)  # "(Kim, due Friday, #12)"


def take_remark(k: Knowledge, draft: Draft) -> None:
    """A text of its own that holds what a bracket behind an entry would hold: "Kim, by Friday", "done"."""
    plain = draft.text.plain
    inside = plain.strip().rstrip(".")
    if len(inside) <= _MOST_REMARK and "\n" not in inside:
        _group(k, draft, inside, -1, len(plain) + 1)


_MOST_REMARK = 200


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
    elif _owners_and_day(k, draft, text, start, end) or _several(k, draft, text, start, end):
        pass
    elif text.startswith("with ") and k.people.is_person(text[5:]):
        draft.also += k.people.owners(text[5:])
    elif not _remark(k, draft, text, start, end) and not _group_due(k, draft, text, start, end):
        return
    draft.cut(start, end)


def _several(k: Knowledge, draft: Draft, text: str, start: int, end: int) -> bool:
    """Several fields behind the entry, each of them plain: "(in progress, Kim)", "(P1, Kim, Q2)"."""
    parts = [part.strip() for part in _LIST.split(text)]
    if len(parts) < 2 or end < draft.tail() - 1:
        return False
    kinds = [_kind(k, part) for part in parts]
    if "" in kinds:
        return False
    finished = any(k.states.exact(part) in (Status.DONE, Status.CANCELLED) for part in parts)
    for part, kind in zip(parts, kinds, strict=True):
        if not (finished and kind == "due"):  # the day on which it was done
            _TAKE[kind](k, draft, part, start + 1, end - 1)
    return True


def _kind(k: Knowledge, part: str) -> str:
    """Which field a part of a bracket is, "" for none."""
    if k.states.exact(part):
        return "status"
    if LEVEL.fullmatch(part) or k.words.first("priority", part):
        return "priority"
    if part[:1] == "@" or k.people.known(part) or k.people.is_person(part):
        return "owner"
    day = after_due_word(k, part) or part
    return "due" if _PERIOD.fullmatch(day) or (len(day) <= _MOST_DAY and k.calendar.tells_day(day)) else ""


def _take_status(k: Knowledge, draft: Draft, part: str, start: int, end: int) -> None:
    status = k.states.exact(part)
    if status:
        draft.set_status(status, part, start, end)


def _take_priority(_k: Knowledge, draft: Draft, part: str, start: int, end: int) -> None:
    draft.priority = draft.priority or part
    draft.note("priority", start, end)


def _take_owner(k: Knowledge, draft: Draft, part: str, start: int, end: int) -> None:
    draft.add_owners(k.people.owners(part), start, end)


def _take_due(k: Knowledge, draft: Draft, part: str, start: int, end: int) -> None:
    set_due(k, draft, after_due_word(k, part) or part)
    draft.note("due", start, end)


_TAKE = {"status": _take_status, "priority": _take_priority, "owner": _take_owner, "due": _take_due}
_LIST = pattern(r"[,;|，、；]|(?<!\d)/|/(?!\d)|\s[-–—]\s")
_PERIOD = pattern(r"[QH][1-4](?:[ /-]?(?:20)?\d\d)?", re.IGNORECASE)
_MOST_DAY = 24


def _remark(k: Knowledge, draft: Draft, text: str, start: int, end: int) -> bool:
    """Who has it, in a remark behind the entry: "(assigned to Kim)", "(Kim calls for a meeting)"."""
    if end < draft.tail() - 1:
        return False
    tokens = text.split()
    who = assigned(k, text)
    if who:
        return _named(k, draft, who, start, end)
    for size in (2, 1):
        name = " ".join(tokens[:size])
        if len(tokens) > size and k.people.is_person(name) and _is_deed(k, tokens[size:]):
            return _named(k, draft, name, start, end)
    return False


def _is_deed(k: Knowledge, tokens: list[str]) -> bool:
    """Whether words behind a name say what that person does: "call for ...", "to follow up", "is on it"."""
    first = fold(tokens[0])
    verbs = k.words.table("verbs")
    return first in verbs or first.removesuffix("s") in verbs or first in k.words.phrases("words", "takes")


def _named(k: Knowledge, draft: Draft, name: str, start: int, end: int) -> bool:
    draft.add_owners(k.people.owners(name), start + 1, end - 1)
    return True


def _owners_and_day(k: Knowledge, draft: Draft, text: str, start: int, end: int) -> bool:
    """People, and perhaps a day among them: "@erin, 2026-04-01"; a plain name counts at either end of the entry only."""
    if (
        not text[:1].isupper()
        and not text[:1].isdecimal()
        and text[:1] != "@"
        and text[-1:] != "@"
        and not k.people.known(text)
    ):
        return False
    parts = [part.strip() for part in _COMMA.split(text)]
    days = [
        part for part in parts if part[:1] != "@" and k.calendar.tells_day(after_due_word(k, part) or part)
    ]
    others = [part for part in parts if part not in days]
    if not others or not all(_is_owner(k, part, dated=bool(days)) for part in others):
        return False
    outside = draft.head() < start and end < draft.tail() - 1
    if outside and not all(part[:1] == "@" or k.people.known(part) for part in others):
        return False
    for part in others:
        draft.add_owners(k.people.owners(part), start + 1, end - 1)
    for day in days:
        set_due(k, draft, after_due_word(k, day) or day)
        draft.note("due", start + 1, end - 1)
    return True


_COMMA = pattern(r"[,，、;；]")


def _is_owner(k: Knowledge, part: str, *, dated: bool) -> bool:
    """Somebody who is known, or, beside a date, whoever has a name: "(Lee, 2026-06-30)"."""
    people = k.people
    return (
        part[:1] == "@"
        or people.known(part)
        or people.is_person(part)
        or (dated and people.looks_like_name(part))
    )


def _group_status(k: Knowledge, text: str) -> Status | None:
    if len(text) > 60 or not text:
        return None
    text = _DAY_FIRST.sub("", text)  # "(2026-08-17 implemented)"
    exact = k.states.exact(text)
    if exact:
        return exact
    opening = k.states.opening(text)
    first = fold(text).split()[:1]
    return opening if opening and first and first[0] in k.words.phrases("words", "done") else None


_DAY_FIRST = pattern(r"^\d{4}[-/.]\d\d?[-/.]\d\d?[\s:,]+(?=\S)")


def _group_due(k: Knowledge, draft: Draft, text: str, start: int, end: int) -> bool:
    phrase = after_due_word(k, text)
    dated = text[:1].isdecimal() and len(text) < _MOST_DAY and k.calendar.tells_day(text)
    if phrase is None and not dated and not _PERIOD.fullmatch(text):
        return False
    if not k.calendar.tells_day(phrase or text) or end < draft.tail() - 1:
        return False
    set_due(k, draft, phrase or text)
    draft.note("due", start + 1, end - 1)
    return True
