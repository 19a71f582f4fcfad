"""Fields that open an entry: signs, ids, priorities, states, owners. Pure."""

from __future__ import annotations

import re

from tracker.models import Status
from tracker.patterns import pattern
from tracker.reading.assignees import is_team, lead_owner
from tracker.reading.blocks import Mark
from tracker.reading.drafts import EDGES, Draft
from tracker.reading.knowledge import Knowledge
from tracker.reading.states import EMOJI, OPENING_SIGNS, box, shortcode, sign
from tracker.vocabulary import fold

_ID = pattern(r"(?:\[|\()?([A-Z]{1,3}-?\d{1,3}(?:\.\d{1,2})?)(?:\]|\))?(?=[.:)\s—–-]|$)")
LEAD_PRIORITY = pattern(r"[\[(（【]?([PS][0-5])(?:】|[\])）]?(?=[\s:.!—–-]|$))")
_TEXT_BOX = pattern(r"\s*\[([ xX✓✔~/-])\]\s+")


def take_signs(draft: Draft) -> None:
    """A check box written as text, and signs at the start ("✅", "⚠️")."""
    plain = draft.text.plain
    at = 0 if shortcode(plain, 0) else draft.head()
    found = _TEXT_BOX.match(plain, at)
    if found:
        draft.sign = box(found[0].strip())
        draft.cut(0, found.end())
        at = found.end()
    while at < draft.stop and (plain[at].isspace() or _is_sign(plain, at)):
        status = sign(plain[at : at + _LONGEST_SIGN])
        if status and draft.sign is None:
            draft.sign = status
            draft.note("status", at, at + 1)
        at += _sign_length(plain, at) or 1
    draft.cut(draft.head(), at)


def take_openings(k: Knowledge, draft: Draft) -> None:
    """Ids, priorities, owners, states that open the text."""
    head = draft.head()
    for _ in range(4):
        if not _may_open(draft, head) or not any(take(k, draft, head) for take in _OPENINGS):
            return
        before, head = head, draft.head()
        if head == before:
            return


def _may_open(draft: Draft, head: int) -> bool:
    """A quick look: whether any of the openings can stand at `head`; most titles open with a verb."""
    plain = draft.text.plain
    return bool(draft.text.marks or _OPENING.match(plain, head) or " to " in plain or " will " in plain)


_OPENING = pattern(
    r"[\[(（【@#\d]|[A-Z]{1,3}-?\d|(?i:action|item|step|task)|[A-Z]{4,12}(?=:|\s[-–—])|[^\W\d_][\w.-]*@?(?: [^\W\d_][\w.-]*)? [-–—]|.{0,50}[:：]",
    re.DOTALL,
)


def _lead_number(_k: Knowledge, draft: Draft, head: int) -> bool:
    """The position in a heading that is an item: "1. Add ...", "Action 2: ..."."""
    found = _NUMBER.match(draft.text.plain, head)
    if not found or found.end() >= draft.tail():
        return False
    draft.cut(head, found.end())
    return True


_NUMBER = pattern(
    r"(?:(?:action(?: item)?|item|step|task)\s+#?)?\d{1,3}(?:\.\d{1,2})?[.):]\s+|#\d{1,2}[.):]?\s+(?=\D)",
    re.IGNORECASE,
)


def _lead_bold(k: Knowledge, draft: Draft, head: int) -> bool:
    mark = next(
        (
            mark
            for mark in draft.text.marks
            if mark.kind in ("strong", "em") and mark.start <= head < mark.end
        ),
        None,
    )
    if mark is None or mark.end >= draft.tail():
        return False
    text = draft.text.plain[head : mark.end].strip(EDGES + "[]()")
    status = k.states.exact(text)
    colon = draft.text.plain[head : mark.end + 1].rstrip().endswith((":", "："))
    if colon and k.is_word("activity", fold(text)):  # "Testing: add a test" tells what kind of work it is
        return False
    if status:
        draft.labelled = draft.labelled or (text.isupper() and k.is_word("marker", fold(text)))
        draft.set_status(status, text, head, mark.end)
    elif LEAD_PRIORITY.fullmatch(text) or (k.words.first("priority", text) and draft.priority is None):
        draft.priority = draft.priority or text
        draft.note("priority", head, mark.end)
    elif k.people.is_person(text) or is_team(k, text) or (not colon and _bold_name(k, draft, text, mark)):
        draft.add_owners(k.people.owners(text), head, mark.end)
    else:
        return False
    draft.cut(head, mark.end)
    return True


def _bold_name(k: Knowledge, draft: Draft, text: str, mark: Mark) -> bool:
    """A bold name in front of what that person does: "**Alice** Update the runbook"."""
    after = draft.text.plain[mark.end :].lstrip(" ")
    return (
        k.people.looks_like_name(text)
        and after[:1].isupper()
        and len(text.split()) <= 3
        and mark.kind == "strong"
    )


def _lead_priority(_k: Knowledge, draft: Draft, head: int) -> bool:
    found = LEAD_PRIORITY.match(draft.text.plain, head)
    if not found or draft.priority is not None:
        return False
    draft.priority = found[1]
    draft.note("priority", found.start(1), found.end(1))
    draft.cut(head, found.end())
    return True


def _lead_id(_k: Knowledge, draft: Draft, head: int) -> bool:
    found = _ID.match(draft.text.plain, head)
    if not found or draft.local_id is not None or found.end() >= draft.tail():
        return False
    plain = draft.text.plain
    marked = plain[found.end() : found.end() + 1] in (":", ".", ")", " ") and (
        plain[found.end() : found.end() + 1] != " "
        or plain[found.end() + 1 : found.end() + 2] in ("-", "–", "—", ":")
    )
    if not marked and found[0] == found[1]:
        return False
    draft.local_id = found[1]
    draft.note("local_id", found.start(1), found.end(1))
    draft.cut(head, found.end() + (plain[found.end() : found.end() + 1] in (".", ")")))
    return True


def _lead_state(k: Knowledge, draft: Draft, head: int) -> bool:
    """A state in brackets, in capitals, or before a colon: "[DONE] x", "TODO - x", "Won't do: x"."""
    found = _STATE.match(draft.text.plain, head)
    if not found:
        return False
    text = found[1] or found[2] or found[3]
    status = k.states.exact(text)
    if status is None or (found[3] and not _is_marker(k, text, status)):
        return False
    if not found[1] and k.is_word("activity", fold(text)):
        return False
    draft.set_status(status, text, head, found.end())
    draft.cut(head, found.end())
    return True


def _lead_level(k: Knowledge, draft: Draft, head: int) -> bool:
    """A level in words before a colon: "High: ..."."""
    found = _LEVEL.match(draft.text.plain, head)
    if not found or draft.priority is not None or fold(found[1]) not in k.words.phrases("words", "level"):
        return False
    draft.priority = found[1]
    draft.note("priority", found.start(1), found.end(1))
    draft.cut(head, found.end())
    return True


_LEVEL = pattern(r"([^\W\d_][\w ]{1,16}?)\s?[:：]\s*(?=\S)")


def _is_marker(k: Knowledge, text: str, status: Status) -> bool:
    """Whether words before a colon are a state and not the topic ("New: ...", "Next: ...")."""
    return status in (Status.DONE, Status.CANCELLED, Status.BLOCKED, Status.IN_PROGRESS) or k.is_word(
        "marker", fold(text)
    )


_STATE = pattern(r"[\[(]([^\[\]()]{2,20})[\])]|([A-Z]{4,12})(?=:|\s[-–—])|([^\W\d][\w' ’]{2,18})(?=[:：])")


_OPENINGS = (_lead_number, _lead_bold, _lead_priority, _lead_id, _lead_state, _lead_level, lead_owner)


_LONGEST_SIGN = 32


def _is_sign(plain: str, at: int) -> bool:
    return _sign_length(plain, at) > 0


def _sign_length(plain: str, at: int) -> int:
    char = plain[at : at + 1]
    if char == ":":
        return shortcode(plain, at)
    if char in OPENING_SIGNS:
        size = next((len(emoji) for emoji in EMOJI if plain.startswith(emoji, at)), 0)
        if size:
            return size + (plain[at + size : at + size + 1] == "\ufe0f")
    if char and (ord(char) >= 0x1F000 or char in "⚠❗❓★☆⭐→⇒▶►•‼\ufe0f\u200d"):
        return 1 + (plain[at + 1 : at + 2] == "\ufe0f")
    return 0
