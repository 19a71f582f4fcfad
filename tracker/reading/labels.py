"""Labelled parts of a text: "Owner: Alice", "(due: 2 weeks)", "担当: ...", several in one line. Pure, one scan per text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from tracker.patterns import pattern
from tracker.vocabulary import Vocabulary, fold

_MOST_LABEL = 40
_SHORT = 1000
"""Characters; what was found in a text up to this is remembered, for several steps look at the same one."""
_OPEN = {"(": ")", "[": "]", "（": "）", "【": "】", "{": "}"}


class Labelled(NamedTuple):
    """A label and its value; `start` to `end` covers both, `at` to `end` the value."""

    kind: str
    start: int
    at: int
    end: int


class _Label(NamedTuple):
    kind: str
    start: int
    colon: int
    bracket: int


def scan(
    text: str, words: Vocabulary, groups: tuple[str, ...] = ("label",), *, loose: bool = False
) -> tuple[Labelled, ...]:
    """Every labelled part, in order.

    Args:
        text: Any text; the scan is linear in it.
        words: Knows the labels.
        groups: Vocabulary groups that hold the labels.
        loose: Also take a label that follows other words without a separator ("... 2025 Severity: high").
    """
    if ":" not in text and "：" not in text and "=" not in text:
        return ()
    return (_known if len(text) <= _SHORT else _scan)(text, words, groups, loose)


def _scan(text: str, words: Vocabulary, groups: tuple[str, ...], loose: bool) -> tuple[Labelled, ...]:
    found = _labels(text, words, groups, loose=loose)
    out = []
    for index, label in enumerate(found):
        following = found[index + 1].start if index + 1 < len(found) else len(text)
        at = label.colon + 1
        out.append(Labelled(label.kind, label.start, at, _value_end(text, label, at, following)))
    return tuple(out)


_known = lru_cache(maxsize=512)(_scan)


def _labels(text: str, words: Vocabulary, groups: tuple[str, ...], *, loose: bool) -> list[_Label]:
    found: list[_Label] = []
    floor = 0
    for match in _COLON.finditer(text):
        at = match.start()
        reach = _MOST_LABEL + _MOST_REMARK if text[at - 1 : at] in _REMARKED else _MOST_LABEL
        label = _label_before(text, at, max(floor, at - reach), words, groups, loose=loose)
        if label:
            found.append(label)
            floor = at + 1
    return found


_COLON = pattern(r"(?<!:)[:：](?!:|//)(?:(?<!\d.)|(?!\d))")
"""A colon that can end a label: not one in a URL, a time or a ratio."""


def _label_before(
    text: str, colon: int, floor: int, words: Vocabulary, groups: tuple[str, ...], *, loose: bool
) -> _Label | None:
    before = text[floor:colon]
    remark = _REMARK.search(before) if ")" in before[-4:] or "）" in before[-4:] else None
    name = before[: remark.start()] if remark else before
    boundary = _BOUNDARY.match(name)
    whole = name[boundary.end() :] if boundary else name
    kind = _kind(whole, words, groups)
    if boundary and name[boundary.end() - 1] == "/" and (pair := _pair(name, words, groups)):
        kind, whole = kind or _kind(pair, words, groups), pair
    if kind:
        start = floor + len(name) - len(whole)
        return _Label(kind, start, colon, _bracket(text, start))
    return _loose_label(whole, colon, words, groups, loose=loose) if " " in whole and not remark else None


def _pair(name: str, words: Vocabulary, groups: tuple[str, ...]) -> str:
    """Two labels with a slash between ("Dates/times", "障害ID/Issue"), empty if this is none."""
    boundary = _NO_SLASH.match(name)
    whole = name[boundary.end() :] if boundary else name
    known = _kind(whole, words, groups) or _kind(whole.partition("/")[0], words, groups)
    return whole if known else ""


def _loose_label(
    whole: str, colon: int, words: Vocabulary, groups: tuple[str, ...], *, loose: bool
) -> _Label | None:
    """The last words before the colon, where they are a label and capitalised."""
    tokens = whole.split(" ")
    for size in range(min(3, len(tokens) - 1), 0, -1):
        if not (tokens[-size][:1].isupper() or not tokens[-size].isascii()):
            continue
        phrase = " ".join(tokens[-size:])
        kind = _kind(phrase, words, groups)
        if kind and (loose or kind in _CAPITAL):
            return _Label(kind, colon - len(phrase), colon, -1)
    return None


_MOST_REMARK = 64
_REMARKED = (")", "）")
_REMARK = pattern(r"\s*[(（][^()（）\n]{1,60}[)）][*_ ]{0,3}$")
"""A remark between a label and its colon: "Severity (our scale):"."""
_SIGNS = r".*(?:[\[({（【{,;|·•—–/\n、，；。]| --? |(?<=[.!?] )| {2})"
"""Everything up to the last sign that can stand before a label."""
_BOUNDARY = pattern(_SIGNS, re.DOTALL)
_NO_SLASH = pattern(_SIGNS.replace("/", ""), re.DOTALL)
_CAPITAL = ("owner", "due", "priority", "status", "action")
"""Labels that may follow a sentence without a separator when they are capitalised."""


@lru_cache(maxsize=4096)
def _kind(phrase: str, words: Vocabulary, groups: tuple[str, ...]) -> str | None:
    key = phrase.strip(" *_`\t-[]xX").casefold()
    for group in groups:
        table = words.table(group)
        kinds = table.get(key)
        if kinds:
            return kinds[0]
    if not key or key.replace(" ", "").isalnum():
        return None
    key = fold(phrase)
    return next((words.table(group)[key][0] for group in groups if key in words.table(group)), None)


def _bracket(text: str, start: int) -> int:
    """Where the bracket stands in which a label opens, -1 for none."""
    before = start - 1
    while before >= 0 and text[before] in " *_`":
        before -= 1
    return before if before >= 0 and text[before] in _OPEN else -1


def _value_end(text: str, label: _Label, at: int, following: int) -> int:
    """The value ends at the next label, the end of the line, or the end of the bracket; nothing is looked for behind it."""
    end = following
    line = text.find("\n", at + 1 if text[at : at + 1] == "\n" else at, end)
    if line >= 0 and text[at:line].strip():
        end = line
    if label.bracket >= 0:
        closing = text.find(_OPEN[text[label.bracket]], at, end)
        if closing >= 0:
            end = closing
    else:
        end = min(end, _outer_close(text, at, end))
    return end


def _outer_close(text: str, at: int, end: int) -> int:
    """Where a bracket closes that was opened before the value."""
    depth = 0
    for index in range(at, end):
        char = text[index]
        if char in "([（【":
            depth += 1
        elif char in ")]）】":
            depth -= 1
            if depth < 0:
                return index
    return end
