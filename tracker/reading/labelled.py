"""Values behind labels ("Owner: Alice, Due: Friday") to the fields of a draft. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tracker.models import Status
from tracker.patterns import pattern
from tracker.reading import labels, references
from tracker.reading.blocks import Mark, Text
from tracker.reading.dates import Day
from tracker.reading.drafts import EDGES, Draft
from tracker.reading.knowledge import Knowledge
from tracker.reading.placeholders import is_placeholder
from tracker.vocabulary import fold

MOST = 4000
"""Characters of an entry that are looked at closely; nobody writes an owner behind them."""


def take_labels(k: Knowledge, draft: Draft) -> None:
    """Every labelled part of the text."""
    plain = draft.text.plain
    if len(plain) > MOST:
        return
    for part in labels.scan(plain, k.words):
        take_label(k, draft, part)


_IN_LABEL = pattern(r"\((@?[\w.-]{2,40})\)")


def take_label(k: Knowledge, draft: Draft, part: labels.Labelled) -> None:
    """Take the value of one label into its field and both out of the title."""
    plain = draft.text.plain
    kind, start, at, end = part
    end = _shorter(draft.text, start, at, end) if kind in ("due", "owner", "priority") else end
    value = plain[at:end]
    if kind == "action":
        left = "".join(plain[first : min(last, start)] for first, last in draft.kept() if first < start)
        if not left.strip(EDGES + "[]xX⚠️✅"):
            draft.labelled = True
            draft.cut(0, at)
            named = _IN_LABEL.search(plain, start, at)
            if named and named[1].strip("@._-").isalpha():  # "TODO(kim): ..."
                draft.add_owners(k.people.owners(named[1]), *named.span(1))
            state = k.states.exact(plain[start : at - 1])
            if state is not None:  # "TODO: ...", "À faire : ..."
                draft.set_status(state, plain[start : at - 1], start, at - 1)
        return
    if (kind in ("note", "id", "category") and start > 0) or (
        kind == "done" and not plain[:start].strip(EDGES)
    ):
        return
    take = _TAKE.get(kind)
    beside = _BESIDE.search(plain, at, end) if kind in _FOLLOWED else None
    if beside and plain[at : beside.start()].strip():  # "Owner: Kim · Due Friday · Done"
        _take_beside(k, draft, beside.end(), end)
        value, whole, end = plain[at : beside.start()], end, beside.start()
    else:
        whole = end
    apart = kind == "status" and start > 0 and len(value.split()) <= _MOST_STATE and _is_apart(plain, start)
    if take and (take(k, draft, value, *_trim(plain, at, end)) or apart):
        draft.cut(_with_separator(plain, start), whole)


_FOLLOWED = ("owner", "due", "priority", "status")
_BESIDE = pattern(r"\s+[·•|]\s+")
"""What separates a field from the next one of a line that has no label of its own."""


def _take_beside(k: Knowledge, draft: Draft, start: int, end: int) -> None:
    """The days and states among the parts of a line of fields."""
    at = start
    for part in _BESIDE.split(draft.text.plain[start:end]):
        at = draft.text.plain.index(part, at)
        phrase, state = after_due_word(k, part.strip()), k.states.exact(part)
        if phrase is not None and draft.due_raw is None:
            set_due(k, draft, phrase)
            draft.note("due", at, at + len(part))
        elif state is not None:
            draft.set_status(state, part, at, at + len(part))


def _shorter(text: Text, start: int, at: int, end: int) -> int:
    """Where a value ends that a link to an issue or the end of its bold print follows: "Due: Friday - [PAY-12](...)"."""
    for mark in text.marks:
        if mark.kind == "strong" and mark.start <= start and at < mark.end < end:
            said, rest = text.plain[at : mark.end].strip(), text.plain[mark.end : end].lstrip()
            if said and rest[:1].isalnum():
                return mark.end
        if mark.kind == "link" and at < mark.start < end and references.is_issue_url(mark.value):
            return mark.start
    return end


_MOST_STATE = 5


def _is_apart(plain: str, start: int) -> bool:
    """Whether a line's end or a separator stands before a label: whatever state it names is no part of the title."""
    before = plain[:start].rstrip(" ")
    return before.endswith(("\n", "|", ";", "·")) or before[-1:] in "-–—"


def _with_separator(plain: str, start: int) -> int:
    while start > 0 and plain[start - 1] in " -–—,;|·":
        start -= 1
    return start


def _take_owner(k: Knowledge, draft: Draft, value: str, start: int, end: int) -> bool:
    value = value.rstrip(EDGES)
    stop = value.find(". ")
    if 0 < stop < len(value) - 2 and not value[:stop].rstrip().endswith(("Dr", "Mr", "Ms")):
        return False
    value = _without_day(k, draft, value, start, end)
    draft.add_owners(k.people.owners(value), start, end)
    draft.note("owners", start, end)
    return True


def _without_day(k: Knowledge, draft: Draft, value: str, start: int, end: int) -> str:
    """The owners without a day that stands behind them: "Owner: Kim, due Friday"."""
    head, comma, last = value.rpartition(",")
    phrase = after_due_word(k, last.strip()) if comma else None
    if not head.strip() or phrase is None:
        return value
    set_due(k, draft, phrase)
    draft.note("due", start, end)
    return head


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


def assigned(k: Knowledge, text: str) -> str:
    """Who has it, by words such as "assigned to Kim", "" for none."""
    tokens = text.split()
    for size in (2, 1):
        rest = " ".join(tokens[size:])
        if fold(" ".join(tokens[:size])) in k.words.phrases("words", "assigned") and k.people.is_person(rest):
            return rest
    return ""


_BEHIND_DAY = pattern(r"(?:\(([^()]{2,40})\)|[,;]([^,;()]{2,40})\)?)$")


def _take_due(k: Knowledge, draft: Draft, value: str, start: int, end: int) -> bool:
    found = _BEHIND_DAY.search(value.rstrip()) if len(value) <= _MOST_DUE else None
    who = (found[1] or found[2]).strip() if found else ""
    if found and k.people.is_person(who):  # "Due: 2026-12-20 (@kim)"
        draft.add_owners(k.people.owners(who), start, end)
        value = value[: found.start()]
    set_due(k, draft, value)
    draft.note("due", start, end)
    return True


def set_due(k: Knowledge, draft: Draft, value: str) -> None:
    """Read a due text; a placeholder leaves the field empty."""
    raw = " ".join(value.split()).strip(" .;,-–—|*_")
    if is_placeholder(raw) and fold(raw) not in ("tbd", "tbc", "tba"):
        return
    if draft.due_raw is None:
        draft.due_raw = raw
    day = _end_of_range(k, raw) or k.calendar.read(
        f"{raw}." if value.rstrip(" *_|").endswith(f"{raw}.") else raw
    )
    if draft.due is None:
        draft.due, draft.due_problem = day.day, day.problem


_RANGE = pattern(
    r"(.{2,24}?)(?:\s*[–—]\s*|\s+(?:-|to|until|bis|à|al|a|до)\s+|(?<=[QqTtHh][1-4])\s?[-/]\s?(?=[QqTtHh][1-4]))(.{2,30})"
)
_MOST_DUE = 120
_MOST_DAY = 3
"""Words in a day or month of a range; more are a remark behind it."""


def _end_of_range(k: Knowledge, raw: str) -> Day | None:
    """The later day of "March - April 2025" or "Q3-Q4 2025": by then it is to be done."""
    found = _RANGE.fullmatch(raw)
    if found is None or len(found[2].split()) > _MOST_DAY:
        return None
    last = k.calendar.read(found[2])
    first = k.calendar.read(found[1])
    if first.day is None and last.day is not None:
        first = k.calendar.read(f"{found[1]} {last.day.year}")
    return last if first.day and last.day and first.day < last.day else None


def _take_status(k: Knowledge, draft: Draft, value: str, start: int, end: int) -> bool:
    status = k.states.status(value)
    if status:
        draft.set_status(status, value, start, end)
    for ref in references.find(value):  # "in review (see OPS-12)"
        draft.add_ref(ref.ref, start + ref.start, start + ref.end)
    return status is not None or is_placeholder(value)


def _take_priority(_k: Knowledge, draft: Draft, value: str, start: int, end: int) -> bool:
    text = value.strip(EDGES + "[]()`.")
    if len(text) > 40:
        return False
    if text and not is_placeholder(text) and "/" not in text:
        draft.priority = draft.priority or text
    draft.note("priority", start, end)
    return True


def _take_ref(_k: Knowledge, draft: Draft, value: str, start: int, end: int) -> bool:
    found = references.find(value, strict=False)
    links = [mark for mark in draft.text.marks if mark.kind == "link" and start <= mark.start < end]
    if not found and not links:
        ids = references.beads(value.strip(EDGES))
        for id_ in ids:
            draft.add_ref(id_, start, end)
        return bool(ids) or is_placeholder(value)
    for mark in links:
        draft.add_ref(_link_ref(draft.text, mark), mark.start, mark.end)
    for ref in found:
        if not any(mark.start <= start + ref.start < mark.end for mark in links):
            draft.add_ref(ref.ref, start, end)
    return True


def _take_category(_k: Knowledge, draft: Draft, value: str, start: int, end: int) -> bool:
    text = value.strip(EDGES)
    if not text or len(text) > 60 or is_placeholder(text):
        return False
    draft.category = draft.category or text
    draft.note("category", start, end)
    return True


def _take_id(_k: Knowledge, draft: Draft, value: str, start: int, end: int) -> bool:
    text = value.strip(EDGES)
    if text and len(text) < 24 and not is_placeholder(text):
        draft.local_id = text
        draft.note("local_id", start, end)
    return bool(text)


def _take_done(_k: Knowledge, draft: Draft, _value: str, start: int, end: int) -> bool:
    draft.set_status(Status.DONE, "done", start, end)
    return True


def _trim(plain: str, start: int, end: int) -> tuple[int, int]:
    while start < end and plain[start] in " \t\n*_`":
        start += 1
    while end > start and plain[end - 1] in " \t\n*_`,;|-–—":
        end -= 1
    return start, end


def _link_ref(text: Text, mark: Mark) -> str:
    """What a link in a reference field refers to: its URL, or its text where the target is only an anchor."""
    return mark.value if "://" in mark.value else text.plain[mark.start : mark.end]


_Take = Callable[[Knowledge, Draft, str, int, int], bool]
_TAKE: Mapping[str, _Take] = {
    "owner": _take_owner,
    "due": _take_due,
    "status": _take_status,
    "priority": _take_priority,
    "ref": _take_ref,
    "category": _take_category,
    "id": _take_id,
    "done": _take_done,
}
