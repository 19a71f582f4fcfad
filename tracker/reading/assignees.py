"""Owners that open an entry: "Alice: ...", "Kim - raise ...", "@kim @lee raise ...", "Alice to update ...". Pure."""

from __future__ import annotations

from tracker.patterns import pattern
from tracker.reading import people
from tracker.reading.drafts import EDGES, Draft
from tracker.reading.knowledge import Knowledge
from tracker.vocabulary import fold

_TO_DO = pattern(
    r"(@?[\w.√©-]+(?: [\w.-]+)?(?:(?:,| and|/| &) ?@?[\w.-]+(?: [\w.-]+)?)?) (?:to|will) ([a-z]+)\b"
)
_HANDLES = pattern(r"\[?@[\w.√©-]+\]?(?:(?:[\s,&/]|and\b){1,5}\[?@[\w.√©-]+\]?){0,9}")
_DASH = pattern(r"([^\W\d_][^:–—\n]{1,40}?)\s+[-–—]+\s+(?=[^\W\d_]+\b)")
_WORD = pattern(r"[^\W\d_]+")
_MOST_BEFORE_COLON = 50


def lead_owner(k: Knowledge, draft: Draft, head: int) -> bool:
    """Take owners at the start of the text."""
    return (
        _before_colon(k, draft, head)
        or _handles(k, draft, head)
        or _before_dash(k, draft, head)
        or _does(k, draft, head)
    )


def is_team(k: Knowledge, text: str) -> bool:
    """Whether a lead-in names a team: "Platform team"."""
    words = fold(text).split()
    return (
        1 < len(words) <= 4
        and (k.is_word("team", words[-1]) or k.is_word("team", words[0]))
        and words[0] not in ("the", "our")
    )


def _before_colon(k: Knowledge, draft: Draft, head: int) -> bool:
    plain = draft.text.plain
    colon = plain.find(":", head, head + _MOST_BEFORE_COLON)
    if colon < 0 and not plain.isascii():
        colon = plain.find("：", head, head + _MOST_BEFORE_COLON)
    name = plain[head:colon].strip("[]()* ") if colon > head else ""
    if not name or not (k.people.is_person(name) or (is_team(k, name) and len(name.split()) <= 3)):
        return False
    draft.add_owners(k.people.owners(name), head, colon)
    draft.cut(head, colon + 1)
    return True


def _handles(k: Knowledge, draft: Draft, head: int) -> bool:
    """Handles in front of a separator, a capital, or a verb: in "@kim noticed it" the handle is part of the sentence."""
    plain = draft.text.plain
    found = _HANDLES.match(plain, head)
    if not found:
        return False
    stop = found.end()
    rest = plain[stop:].lstrip(" ")
    if not rest:
        return False
    if rest[0] not in "-–—:：" and not (rest[0].isupper() and rest is not plain[stop:]):
        stop = _verb_at(k, plain, stop)
        if stop < 0:
            return False
    draft.add_owners([name for name, _, _ in people.handles(found[0])], head, found.end())
    draft.cut(head, stop)
    return True


def _verb_at(k: Knowledge, plain: str, at: int) -> int:
    """Where the verb stands that follows, perhaps behind "to" or "will"; -1 for none."""
    for _ in range(2):
        word = _WORD.search(plain, at)
        if word is None or plain[at : word.start()].strip():
            return -1
        if word[0] in k.words.table("verbs"):
            return word.start()
        if word[0] not in ("to", "will"):
            return -1
        at = word.end()
    return -1


def _before_dash(k: Knowledge, draft: Draft, head: int) -> bool:
    """A person or a team, a dash, and what they are to do."""
    plain = draft.text.plain
    found = _DASH.match(plain, head)
    name = found[1].strip(EDGES + "[]()") if found else ""
    if not found or not (k.people.is_person(name) or is_team(k, name) or k.is_word("group", fold(name))):
        return False
    word = _WORD.match(plain, found.end())
    if word is None or word[0].casefold() not in k.words.table("verbs"):
        return False
    draft.add_owners(k.people.owners(found[1].strip("[]() ")), head, head + len(found[1]))
    draft.cut(head, found.end())
    return True


def _does(k: Knowledge, draft: Draft, head: int) -> bool:
    """A name and what it is to do: "Alice to update the runbook"."""
    found = _TO_DO.match(draft.text.plain, head)
    if not found or found[2] not in k.words.table("verbs"):
        return False
    name = found[1]
    if fold(name.split()[0]) in k.words.phrases("words", "not owner") or not k.people.looks_like_name(name):
        return False
    draft.add_owners(k.people.owners(name), head, head + len(name))
    draft.cut(head, found.start(2))
    return True
