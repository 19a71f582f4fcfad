"""Fields at the end of an entry: "- DONE", "by Friday", "@alice", and the words that led to a reference. Pure."""

from __future__ import annotations

from tracker.models import Status
from tracker.patterns import pattern
from tracker.reading import people, references
from tracker.reading.drafts import EDGES, Draft
from tracker.reading.knowledge import Knowledge
from tracker.reading.labelled import after_due_word, assigned, set_due
from tracker.reading.openings import LEAD_PRIORITY
from tracker.reading.states import sign
from tracker.vocabulary import fold

_SEGMENT = pattern(r"(?:^|\s)(?:[-–—]+|→|[-=]>|‚Äî|‚Äì|â€”|â€“)\s+|[.;,。、，]\s+|\s\|\s|。")
_ISO = pattern(r"20\d\d-\d\d-\d\d")
_MAIL = pattern(r"[<(]?[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}[>)]?")
_DONE_WORDS = (
    "done",
    "completed",
    "fixed",
    "erledigt",
    "fait",
    "terminé",
    "hecho",
    "feito",
    "klart",
    "完了",
    "완료",
    "已完成",
)


_AS_DASH = str.maketrans("îì”“", "----")
"""The last characters of dashes that were read in a wrong encoding."""


def take_endings(k: Knowledge, draft: Draft) -> None:
    """Segments at the end that are a status, a date, owners or a priority, one after the other."""
    for _ in range(8):
        tail = draft.tail()
        head = draft.head()
        if tail <= head:
            return
        window = max(head, tail - 200)
        start = window
        for match in _SEGMENT.finditer(draft.text.plain, window, tail):
            if match.end() < tail:
                start = match.end()
        if not (start > head and _segment(k, draft, start, tail)) and not _tail_words(k, draft, head, tail):
            return


def _segment(k: Knowledge, draft: Draft, start: int, end: int) -> bool:
    """Take a last segment if it is a field as a whole."""
    plain = draft.text.plain
    text = plain[start:end].strip(EDGES + ".`")
    if not text:
        return False
    before = plain[:start].rstrip()[-1:].translate(_AS_DASH)
    phrase = after_due_word(k, text)
    status = k.states.exact(text) or (_done_remark(text) if before in "-–—→>" else None)
    if status:
        draft.set_status(status, text, start, end)
    elif phrase is not None and ") " not in phrase and k.calendar.tells_day(phrase):
        set_due(k, draft, phrase)
        draft.note("due", end - len(phrase), end)
    elif before in "-–—,;|" and _bare_day(k, text):
        set_due(k, draft, text)
        draft.note("due", start, start + len(text))
    elif (who := assigned(k, text)) and before in "-–—|→>,;":
        draft.add_owners(k.people.owners(who), start, end)
    elif (
        (text[:1] == "@" and k.people.looks_like_name(text))
        or k.people.known(text)
        or (_before_owner(draft, before) and k.people.is_person(text) and not references.find(text))
    ):
        draft.add_owners(k.people.owners(text), start, end)
    elif LEAD_PRIORITY.fullmatch(text):
        draft.priority = draft.priority or text.strip("[]()（）【】")
        draft.note("priority", start, end)
    else:
        return False
    draft.cut(start, end)
    return True


def _before_owner(draft: Draft, before: str) -> bool:
    """Whether a name may follow: a dash or bar, or a comma where further fields follow that ("x, Kim, 2026-02-03")."""
    return before in "-–—|→>" or (
        before in ",;" and bool({"due", "priority", "status"} & set(draft.evidence))
    )


def _done_remark(text: str) -> Status | None:
    """A remark behind a dash that opens with a word for done: "done and list updated"."""
    return Status.DONE if fold(text[:30]).split(" ", 1)[0] in _DONE_WORDS else None


def _bare_day(k: Knowledge, text: str) -> bool:
    """Whether a segment is a date and nothing else."""
    first = text.split(" ", 1)[0].rstrip(".").casefold()
    return (
        (text[:1].isdecimal() or _QUARTER.match(text) or first in k.words.table("months"))
        and not set(text) & set("():;")
        and len(text) <= _LONGEST_DAY
        and len(text.split()) <= 3
        and k.calendar.tells_day(text)
    )


_LONGEST_DAY = 18
_QUARTER = pattern(r"[QH][1-4]\b")


def _tail_words(k: Knowledge, draft: Draft, head: int, tail: int) -> bool:
    """A last word or phrase without a separator: a handle, "by Friday", a lone sign."""
    plain = draft.text.plain
    last = plain.rfind(" ", head, tail) + 1
    if last <= head:
        return False
    word = plain[last:tail]
    if "@" in plain[max(head, tail - _LONGEST_MENTION) : tail]:
        if _mention(k, draft, head, tail):
            return True
        if _addressed(k, draft, head, last, tail):
            draft.cut(last, tail)
            return True
    status = sign(word)
    if status and not any(char.isalnum() for char in word):
        draft.sign = draft.sign or status
        draft.cut(last, tail)
        return True
    return _tail_due(k, draft, max(head, tail - 40), tail)


def _addressed(k: Knowledge, draft: Draft, head: int, last: int, tail: int) -> bool:
    """Whether the last word is a handle, an e-mail address, or the day behind a handle."""
    plain = draft.text.plain
    word = plain[last:tail]
    if word[:1] == "@" and people.handles(word):
        draft.add_owners(k.people.owners(word), last, tail)
    elif _MAIL.fullmatch(word):
        draft.add_owners((word.strip("<>()"),), last, tail)
    elif _ISO.fullmatch(word) and plain[head:last].rstrip().rpartition(" ")[2].startswith("@"):
        set_due(k, draft, word)
        draft.note("due", last, tail)
    else:
        return False
    return True


def _mention(k: Knowledge, draft: Draft, head: int, tail: int) -> bool:
    """A person or a day as Notion mentions them at the end: "@Kim Lee", "@January 20, 2026"."""
    plain = draft.text.plain
    at = plain.rfind("@", head, tail)
    text = plain[at + 1 : tail]
    if at <= head or plain[at - 1] != " " or " " not in text:
        return False
    dated = text[:1].isdecimal() or fold(text.split(" ", 1)[0]) in k.words.table("months")
    if dated and k.calendar.tells_day(text):
        set_due(k, draft, text)
        draft.note("due", at + 1, tail)
    elif k.people.known(text) or k.people.is_person(text):
        draft.add_owners(k.people.owners(text), at, tail)
    else:
        return False
    draft.cut(at, tail)
    return True


_LONGEST_MENTION = 40


def _tail_due(k: Knowledge, draft: Draft, window: int, tail: int) -> bool:
    plain = draft.text.plain
    openers = k.words.openers("due")
    at = tail
    for _ in range(5):
        at = plain.rfind(" ", window, at)
        if at < 0:
            return False
        if plain[at + 1 : tail].split(" ", 1)[0].casefold() not in openers:
            continue
        phrase = after_due_word(k, plain[at + 1 : tail].rstrip("."))
        if phrase and _surely_day(k, phrase):
            set_due(k, draft, phrase)
            draft.note("due", tail - len(phrase), tail)
            draft.cut(at, tail)
            return True
    return False


def _surely_day(k: Knowledge, phrase: str) -> bool:
    """Whether a phrase behind "by" is a day and not a word of the sentence."""
    if not k.calendar.tells_day(phrase) or ") " in phrase:
        return False
    tokens = fold(phrase).split()
    if any(token.isdecimal() for token in tokens):
        return True
    return len(tokens) <= 4 and (
        fold(phrase) in k.words.table("relative")
        or tokens[-1] in k.words.table("weekdays")
        or tokens[-1] in k.words.table("months")
    )


def drop_lead_ins(k: Knowledge, draft: Draft) -> None:
    """Words that only led to a reference which is cut now: "Ticket", "related to", "e.g."."""
    if not draft.refs:
        return
    plain = draft.text.plain
    for _ in range(4):
        tail, head = draft.tail(), draft.head()
        if tail >= draft.stop or not any(tail <= start for start, _ in draft.cuts):
            return
        for size in (4, 3, 2, 1):
            start = tail
            for _ in range(size):
                start = plain.rfind(" ", head, max(head, start - 1)) + 1 if start > head else head
            phrase = fold(plain[start:tail])
            if start > head and phrase in k.words.phrases("words", "ref"):
                draft.cut(start, tail)
                break
        else:
            return
        take_endings(k, draft)
