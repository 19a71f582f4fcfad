"""Writing issue references and statuses into the documents, byte-exact.

Only the bytes of single cells (or of the end of a list entry, or of a check box) change. The result is read again before
it replaces the file: if any item came out differently in anything but what was meant, the document is left alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from tracker import faults, files
from tracker.models import ActionItem, ItemForm, PostMortem, Span, Status
from tracker.values import dataclass

# HTML and Word have no places of single fields, or none that a person would write to.
FORMATS = frozenset({"markdown", "text", "org", "rst", "asciidoc", "mediawiki"})
_BYTE_EXACT = frozenset({"markdown", "text", "org"})  # front ends that know where an empty cell stands

_WORDS = {
    Status.OPEN: "Open",
    Status.IN_PROGRESS: "In Progress",
    Status.BLOCKED: "Blocked",
    Status.DEFERRED: "Deferred",
    Status.DONE: "Done",
    Status.CANCELLED: "Cancelled",
}
# Behind backticks that open a block there are no others: https://spec.commonmark.org/0.31.2/#info-string
_FENCE = re.compile(rb"^[ >\t]*(`{3,}(?!.*`)|~{3,})(.*)$", re.DOTALL)
_BOXES = {Status.OPEN: " ", Status.DONE: "x"}
# A status that says more than the word ("Done (2026-05-08, PR 12)") says it of its own row only.
_BARE_WORD = re.compile(r"\[[ xX]\]|[^\d()\[\]{}<>|:;,/#@&*`~]{1,24}")
_ORG_KEYWORDS = {Status.OPEN: "TODO", Status.DONE: "DONE"}  # https://orgmode.org/manual/Workflow-states.html

CHANGED = "the document was changed while pmtrack ran; run again"

Place = Literal["end", "label", "title"]
PLACES: tuple[Place, ...] = ("end", "label", "title")


@dataclass(frozen=True, slots=True)
class Wish:
    """What one row is to say.

    Attributes:
        index: Its number among the action items of the document.
        key: The issue for people, None to leave the reference.
        url: Where the issue can be seen; None where that is nowhere.
        status: None to leave the status.
        place: Where a list entry, heading or paragraph gets its reference.
    """

    index: int
    key: str | None = None
    url: str | None = None
    status: Status | None = None
    place: Place = "end"


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes `start` to `end` become `text`."""

    start: int
    end: int
    text: bytes


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The new bytes of a document, and what they hold.

    Attributes:
        written: Numbers of the rows that were changed.
        refused: Number of a row -> why it could not be changed.
    """

    data: bytes
    document: PostMortem
    written: tuple[int, ...] = ()
    refused: Mapping[int, str] | None = None


Reader = Callable[[str, bytes], PostMortem]


def rewrite(path: str, data: bytes, wishes: Sequence[Wish], read: Reader) -> Rewritten:
    """The document with the wishes written into it. Pure.

    All wishes are tried together; if the document would then be read differently than meant, one after the other.

    Args:
        path: Of the document, for the reader.
        data: Its bytes.
        wishes: What its rows are to say.
        read: Reads a document from bytes.
    """
    document = read(path, data)
    if why := _untouchable(document, data):
        return Rewritten(data, document, refused={wish.index: why for wish in wishes})
    whole = _with(path, data, document, wishes, read)
    if whole is None:
        return _one_by_one(path, Rewritten(data, document), wishes, read)
    left = [wish for wish in wishes if wish.index in (whole.refused or ())]
    return _one_by_one(path, whole, left, read)


def _one_by_one(path: str, so_far: Rewritten, wishes: Sequence[Wish], read: Reader) -> Rewritten:
    """The rows that did not go in with all the others: each in every way that may do, the first half of it at least."""
    data, document, written = so_far.data, so_far.document, list(so_far.written)
    refused: dict[int, str] = {}
    for wish in wishes:
        tries = (
            (each, _with(path, data, document, [each], read)) for each in _variants(wish, document.format)
        )
        done = next(((each, result) for each, result in tries if result is not None and result.written), None)
        if done is None or (done[0].key is None, done[0].status) != (wish.key is None, wish.status):
            refused[wish.index] = _why_not(document, wish, data)
        if done is not None:
            data, document = done[1].data, done[1].document
            written.append(wish.index)
    return Rewritten(data, document, tuple(sorted(written)), refused)


def _why_not(document: PostMortem, wish: Wish, data: bytes) -> str:
    """Why a wish was not fulfilled, or not all of it."""
    items = document.action_items
    if wish.index >= len(items):
        return "the row is not there any more"
    found = edits_for(items[wish.index], wish, data, items, form=document.format)
    if isinstance(found, str):
        return found
    if any(start <= edit.start < end for edit in found for start, end in _fences(data)):
        return "the row stands in a code block, which is never touched"
    return "the row cannot be changed without changing how the document is read"


def _variants(wish: Wish, form: str) -> Iterator[Wish]:
    """The wish with its reference in every place that may do and as an address, then each half of it alone."""
    for place in PLACES if wish.key is not None else PLACES[:1]:
        yield replace(wish, place=place)
    if wish.key is not None and wish.url is not None and form != "markdown":
        yield replace(wish, key=wish.url, url=None)
    if wish.key is not None and wish.status is not None:
        yield from _variants(replace(wish, status=None), form)
        yield replace(wish, key=None, url=None)


def edits_for(
    item: ActionItem, wish: Wish, data: bytes, others: Iterable[ActionItem], *, form: str = "markdown"
) -> list[Edit] | str:
    """The changes of bytes for one row, or why there are none.

    Args:
        item: The row, with the places of its fields.
        wish: What it is to say.
        data: The document's bytes.
        others: All rows of the document, whose words for a status are used where there are any.
        form: The format of the document.
    """
    edits: list[Edit] = []
    if wish.key is not None and not item.refs:
        edit = _reference(item, _shown(wish, data, others, form), wish.place, data, form)
        if edit is None:
            return 'the row has no place for a reference (a table needs a column for it, such as "Ticket")'
        edits.append(edit)
    if wish.status is not None and (item.status or Status.OPEN) is not wish.status:
        edit = _status(item, wish.status, data, others, form)
        if edit is None:
            return f"the row has no place for the status {wish.status.value}"
        edits.append(edit)
    return edits


def apply_edits(data: bytes, edits: Sequence[Edit]) -> bytes:
    """The bytes with every edit made; edits must not overlap."""
    for edit in sorted(edits, key=lambda each: -each.start):
        data = data[: edit.start] + edit.text + data[edit.end :]
    return data


def save(path: Path, before: bytes, after: bytes) -> str | None:
    """Replace the file, unless somebody changed it meanwhile; why not, None if it was done.

    Raises:
        OSError: the file cannot be written; it is as it was.
    """
    if hashlib.sha256(path.read_bytes()).digest() != hashlib.sha256(before).digest():
        return CHANGED
    files.replace(path, after)
    faults.reach("after-replace")
    return None


def _untouchable(document: PostMortem, data: bytes) -> str | None:
    if document.format not in FORMATS:
        return f"documents in {document.format} are not written to"
    try:
        data.decode()
    except UnicodeDecodeError:
        return "the document is not in UTF-8"
    return None


def _with(
    path: str, data: bytes, document: PostMortem, wishes: Sequence[Wish], read: Reader
) -> Rewritten | None:
    """The document with these wishes; None if it would then be read differently than meant."""
    items, fences = document.action_items, _fences(data)
    edits: dict[int, list[Edit]] = {}
    refused: dict[int, str] = {}
    for wish in wishes:
        if wish.index >= len(items):
            refused[wish.index] = "the row is not there any more"
            continue
        found = edits_for(items[wish.index], wish, data, items, form=document.format)
        if isinstance(found, str):
            refused[wish.index] = found
        elif any(start <= edit.start < end for edit in found for start, end in fences):
            refused[wish.index] = "the row stands in a code block, which is never touched"
        elif found:
            edits[wish.index] = found
    if not edits:
        return Rewritten(data, document, (), refused)
    changed = apply_edits(data, [edit for each in edits.values() for edit in each])
    after = read(path, changed)
    meant = {wish.index: wish for wish in wishes if wish.index in edits}
    return (
        Rewritten(changed, after, tuple(sorted(edits)), refused)
        if _as_meant(document, after, meant)
        else None
    )


def _as_meant(before: PostMortem, after: PostMortem, wishes: Mapping[int, Wish]) -> bool:
    """Whether only the wished fields of the wished rows came out differently."""
    old, new = before.action_items, after.action_items
    if len(old) != len(new):
        return False
    return all(
        one == other if index not in wishes else _row_as_meant(one, other, wishes[index])
        for index, (one, other) in enumerate(zip(old, new, strict=True))
    )


def _row_as_meant(before: ActionItem, after: ActionItem, wish: Wish) -> bool:
    if wish.status is not None and (after.status or Status.OPEN) is not wish.status:
        return False
    if wish.key is not None and not before.refs and not {wish.key, wish.url} & set(after.refs):
        return False
    return replace(before, refs=after.refs, status=after.status, status_raw=after.status_raw) == after


def _fences(data: bytes) -> list[tuple[int, int]]:
    """Byte ranges of fenced code blocks: https://spec.commonmark.org/0.31.2/#fenced-code-blocks."""
    ranges: list[tuple[int, int]] = []
    opened: tuple[int, bytes] | None = None
    at = 0
    for line in data.splitlines(keepends=True):
        match = _FENCE.match(line)
        if match and opened is None:
            opened = (at, match[1])
        elif match and opened is not None and match[1].startswith(opened[1]) and not match[2].strip():
            ranges.append((opened[0], at + len(line)))
            opened = None
        at += len(line)
    return [*ranges, (opened[0], at)] if opened is not None else ranges


def _shown(wish: Wish, data: bytes, others: Iterable[ActionItem], form: str) -> str:
    """The reference as the document's other rows show theirs: a bare key, an address, or a Markdown link.

    In a document without any: a link to what a browser can open (the bare key in formats other than Markdown, whose links
    look otherwise), else the address (`bd://acme-a1b2`).
    """
    spans = (item.spans.get("refs") for item in others if item.refs)
    texts = (data[span.start : span.end].strip() for span in spans if span is not None)
    held = next((text for text in texts if text), b"")
    if not wish.url or (held and b"://" not in held):
        return str(wish.key)
    if form != "markdown":
        return str(wish.key) if not held and wish.url.startswith("http") else wish.url
    if held.startswith(b"[") or (not held and wish.url.startswith("http")):
        return f"[{wish.key}]({wish.url})"
    return wish.url


def _reference(item: ActionItem, link: str, place: Place, data: bytes, form: str) -> Edit | None:
    """Into the tracker cell of a row, or behind a list entry, heading or paragraph."""
    span = item.spans.get("refs")
    if item.form is ItemForm.ROW:
        known = span is not None and (form in _BYTE_EXACT or span.start < span.end)
        return _cell(span, link, data) if span is not None and known else None
    if span is not None and span.start < span.end:
        return _cell(span, link, data)
    title = item.spans.get("title")
    whole = title if item.form is ItemForm.HEADING else item.spans.get("item")
    if whole is None:
        return None
    if place == "title" and title is not None:
        return Edit(title.end, title.end, f" ({link})".encode())
    end = _end_of_line(data, (title or whole).start, whole)
    return Edit(end, end, (f", Ticket: {link}" if place == "label" else f" ({link})").encode())


def _end_of_line(data: bytes, start: int, whole: Span) -> int:
    """Behind the last visible character of the line on which the entry's title starts."""
    ends = [at for at in (data.find(b"\n", start), whole.end) if at >= 0]
    line = data[start : min(ends)]
    return start + len(line.rstrip())


def _cell(span: Span, text: str, data: bytes) -> Edit:
    """Into a cell; blanks around its text stay, and padding is used up before the cell grows."""
    held = data[span.start : span.end]
    new = text.encode()
    if held.strip():
        return Edit(span.start, span.end, new)
    if not held:
        return Edit(span.start, span.end, b" " + new + b" ")
    return Edit(span.start, span.end, (b" " + new).ljust(len(held) - 1) + b" ")


def _status(
    item: ActionItem, status: Status, data: bytes, others: Iterable[ActionItem], form: str
) -> Edit | None:
    span = item.spans.get("status")
    if span is None:
        return None
    if form == "org" and item.form is ItemForm.TASK and span.end - span.start > 1:
        word = _ORG_KEYWORDS.get(status)
        return Edit(span.start, span.end, word.encode()) if word is not None else None
    if item.form is ItemForm.TASK and span.end - span.start == 1:
        box = _BOXES.get(status)
        return Edit(span.start, span.end, box.encode()) if box is not None else None
    word = _word_for(status, item.form, others)
    return _column(span, word, data) if form == "rst" else _cell(span, word, data)


def _word_for(status: Status, form: ItemForm, others: Iterable[ActionItem]) -> str:
    """The word for a status that the document uses in rows of this form, else the English one."""
    texts = (other.status_raw or "" for other in others if other.status is status and other.form is form)
    return next((text for text in texts if _BARE_WORD.fullmatch(text)), _WORDS[status])


def _column(span: Span, text: str, data: bytes) -> Edit:
    """Into a cell of a table whose columns are as wide as drawn: blanks behind it are used up or added."""
    held = data[span.start : span.end].decode()
    more = len(text) - len(held)
    free = len(data[span.end :]) - len(data[span.end :].lstrip(b" "))
    return Edit(span.start, span.end + max(0, min(more, free)), (text + " " * max(0, -more)).encode())
