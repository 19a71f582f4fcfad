"""A finished draft to an `ActionItem`. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tracker.models import ActionItem, ItemForm, Span, Status
from tracker.patterns import pattern
from tracker.reading.drafts import Draft
from tracker.reading.entries import Reader
from tracker.reading.placeholders import is_placeholder
from tracker.reading.sections import Section

_NUMBERED = pattern(r"([^\d(（]{2,30}?)\s*#?(?:\d{1,2}|[nNxX])\s*(?:[(（][^()（）]{0,60}[)）])?$")
_PLAIN = str.maketrans("", "", "`")


def finish(
    draft: Draft,
    section: Section,
    form: ItemForm,
    *,
    line: int,
    place: Span,
    reader: Reader,
    description: Sequence[str] = (),
) -> ActionItem:
    """The item with what its section adds where it says nothing itself: owner group, category, status, tracking issue."""
    title, head, tail = draft.title()
    empty = is_placeholder(title) or not any(char.isalnum() for char in title) or _is_numbered(title, reader)
    if empty and draft.refs and not draft.text.plain.strip().startswith("["):
        title, empty = _ref_title(draft), False
    elif draft.refs and " " not in title and title.casefold() in reader.words.table("verbs"):
        title = _ref_title(draft)
    spans = {"item": place}
    if tail > head and "title" not in draft.spans:
        spans["title"] = draft.text.span(head, tail)
    spans.update(draft.spans)
    status = _status(draft, section)
    return ActionItem(
        title=title,
        line=line,
        local_id=draft.local_id,
        owners=(tuple(draft.owners) or (section.owners if not empty else ())) + tuple(draft.also),
        due=draft.due,
        due_raw=draft.due_raw or None,
        priority=draft.priority,
        priority_level=reader.states.priority(draft.priority) if draft.priority else None,
        status=status,
        status_raw=draft.status_raw,
        category=draft.category or section.category,
        section=section.title,
        refs=tuple(draft.refs) or (section.refs if not empty else ()),
        placeholder=empty,
        description="\n".join(part for part in description if part),
        form=form,
        spans=spans,
    )


def _is_numbered(title: str, reader: Reader) -> bool:
    """Template text such as "Action item 1 (owner / date)"."""
    found = _NUMBERED.match(title)
    return found is not None and "action" in (
        *reader.words.exact("label", found[1]),
        *reader.words.exact("heading", found[1]),
    )


def _status(draft: Draft, section: Section) -> Status | None:
    """Words beat the check box or sign of the entry, and that beats the heading, unless it only says not done."""
    if draft.status is not None:
        return draft.status
    if draft.sign is Status.OPEN and section.status is Status.IN_PROGRESS:
        return section.status  # an empty box says not done, which work in progress is not
    return draft.sign if draft.sign is not None else section.status


def _ref_title(draft: Draft) -> str:
    """The text of an action that is only a link or a ticket, or a verb and one ("Fix #45")."""
    plain = " ".join(draft.text.plain.translate(_PLAIN).split())
    return plain.strip(" -:") or draft.refs[0]


def check(draft: Draft, *, checked: bool | None, place: Span | None) -> None:
    """Note a task entry's check box; `status` spans the one character between the brackets."""
    if checked is None:
        return
    draft.sign = Status.DONE if checked else (draft.sign or Status.OPEN)
    draft.evidence.append("check box")
    if place is not None:
        draft.spans["status"] = place
