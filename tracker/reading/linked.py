"""Links and bare keys of a text to references. Pure."""

from __future__ import annotations

from tracker.reading import references
from tracker.reading.drafts import EDGES, Draft
from tracker.reading.knowledge import Knowledge
from tracker.reading.labelled import MOST
from tracker.vocabulary import fold


def take_links(k: Knowledge, draft: Draft) -> None:
    """Links to issues become references; the link text leaves the title only where it is no part of the sentence."""
    for mark in draft.text.marks:
        if mark.kind != "link" or not references.is_issue_url(mark.value):
            continue
        if any(start <= mark.start < end for start, end in draft.cuts):
            continue
        draft.add_ref(mark.value, mark.start, mark.end)
        if _bare_link(k, draft.text.plain[mark.start : mark.end]) and not inside(draft, mark.start, mark.end):
            draft.cut(mark.start, mark.end)


def _bare_link(k: Knowledge, text: str) -> bool:
    """Whether a link's text only names the issue."""
    key = fold(text)
    if key in k.words.phrases("words", "generic link") or key in k.words.phrases("words", "ref"):
        return True
    refs = references.find(text, strict=False)
    rest = text
    for ref in reversed(refs):
        rest = rest[: ref.start] + rest[ref.end :]
    return bool(refs) and (not rest.strip(EDGES + "()[].") or fold(rest) in k.words.phrases("words", "ref"))


def inside(draft: Draft, start: int, end: int) -> bool:
    """Whether the sentence goes on behind a stretch that did not open it."""
    plain = draft.text.plain
    before, after = plain[:start].rstrip(" *_`"), plain[end : draft.stop].lstrip(" *_`")
    led_in = fold(before) in _REF_WORDS
    if before.endswith(("(", "[", "（", ",")) or not before or led_in:
        opens = after.startswith((":", "-", "–", "—", "：", ")", "]")) or after[:1].isupper()
        return (not before or led_in) and not opens
    if before.endswith((":", "：")) and after.startswith(_DASHES):
        return False
    rest = _rest(draft, end)
    if before.rpartition(" ")[2] in _AND:
        return True
    return bool(rest) and rest[0] not in ".,;)]）】" and not before.endswith((".", ";"))


_REF_WORDS = frozenset(("pr", "mr", "issue", "ticket", "jira", "bug", "story", "task"))
_AND = frozenset(("and", "or", "und", "oder", "et", "ou", "y", "e", "og", "och", "&"))
_DASHES = ("-", "–", "—", "‚Äî", "‚Äì", "â€”", "â€“")
"""The last ones are dashes read in a wrong encoding."""


def _rest(draft: Draft, at: int) -> str:
    """What follows `at` and is not yet cut."""
    plain = draft.text.plain
    for start, end in draft.cuts:
        if start <= at + len(plain[at:start]) - len(plain[at:start].lstrip(EDGES)) < end:
            at = max(at, end)
    return plain[at : draft.stop].strip(EDGES)


def take_keys(draft: Draft) -> None:
    """Bare keys and URLs outside of links."""
    plain = draft.text.plain[:MOST]
    taken = [
        (mark.start, mark.end)
        for mark in draft.text.marks
        if mark.kind in ("code", "image") or (mark.kind == "link" and "://" in mark.value)
    ]
    for ref in references.find(plain):
        if any(start <= ref.start < end for start, end in draft.cuts):
            continue
        in_code = any(start <= ref.start < end for start, end in taken)
        if in_code and not _code_entry(draft, ref.start):
            continue
        if not ref.url and _is_local_id(draft, plain, ref):
            continue
        if not ref.url and plain[max(0, ref.start - 1) : ref.start] == "#":
            continue
        draft.add_ref(ref.ref, ref.start, ref.end)
        if not inside(draft, ref.start, ref.end):
            draft.cut(ref.start, ref.end)


def _is_local_id(draft: Draft, plain: str, ref: references.Reference) -> bool:
    """Whether a key that opens the text is the document's own number for the entry ("AI-2: ...")."""
    prefix, _, number = ref.ref.partition("-")
    short = len(prefix) <= _SHORT_PREFIX and len(number) <= _SHORT_PREFIX
    return short and ref.start == draft.head() and plain[ref.end : ref.end + 1] in (":", ".", ")", " ")


_SHORT_PREFIX = 2


def _code_entry(draft: Draft, at: int) -> bool:
    """Whether the code that holds `at` is the whole entry set in ticks rather than code in a sentence."""
    size = sum(
        mark.end - mark.start
        for mark in draft.text.marks
        if mark.kind == "code" and mark.start <= at < mark.end
    )
    return size * 2 > len(draft.text.plain)
