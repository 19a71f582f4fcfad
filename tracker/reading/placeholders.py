"""Template text that nobody filled in: "[Name]", "<owner>", "{{ date }}", "TBD", "...". Pure."""

from __future__ import annotations

from tracker.patterns import pattern

_BEFORE = pattern(r"[\s`*_\"'.…-]*")
_BEHIND = "`*_\"'.…:-"
_BRACKETED = pattern(r"\[[^\[\]]*\]|<[^<>]*>|\{\{?[^{}]*\}?\}|«[^«»]*»")
_UNDERSCORED = pattern(r"[A-Z_]+")
_EACH = pattern(r"\[[^\[\]]*\]|<[^<>]*>|\{\{[^{}]*\}\}|__[A-Z_]{3,}__|«[^«»]*»")
_WORDS = frozenset(
    (
        "tbd",
        "tba",
        "todo",
        "...",
        "…",
        "n/a",
        "na",
        "-",
        "–",
        "—",
        "?",
        "??",
        "xxx",
        "none",
        "tbc",
        "..",
        "x",
        "_",
        "•",
        "なし",
        "未定",
        "无",
        "없음",
    )
)
_PATTERN = pattern(r"(?i)\b(?:yyyy|dd/mm|mm/dd|hh:mm|lorem ipsum)\b|^inc(?:ident)?-[x#y]+")
_NUMBERED = pattern(r"(?i)(?:action )?(?:item|action|task)s? ?#?\d{1,2}\.?")
"""What stands in the rows of a template: "Item 1", "Action item 2"."""
_LONGEST_WORD = max(map(len, _WORDS))
_DATED = pattern(r"\d{4}-\d\d-\d\d")
"""Org mode writes its dates in brackets."""
_MOST = 400


def is_placeholder(text: str) -> bool:
    """Whether the whole text is only a placeholder or nothing."""
    stripped = text.strip().strip("*_`~").strip()
    if not stripped or (len(stripped) <= _LONGEST_WORD and stripped.casefold() in _WORDS):
        return True
    if stripped[0].isalnum() or len(stripped) > _MOST:
        return stripped[-1:].isdecimal() and _NUMBERED.fullmatch(stripped) is not None
    if _is_bracketed(stripped):
        return not _DATED.search(stripped)
    return stripped[0] in "[<{_«" and not _EACH.sub("", stripped).strip(" /|,;:-–—.()&\n")


def _is_bracketed(text: str) -> bool:
    """Whether signs and white space stand around one bracket or one `__NAME__`.

    In steps, each linear: as one pattern the underscores could belong to three parts of it, and 400 of them took 65 ms.
    """
    found = _BEFORE.match(text)
    start, stop = found.end() if found else 0, len(text)
    while stop > start and (text[stop - 1] in _BEHIND or text[stop - 1].isspace()):
        stop -= 1
    core = text[start:stop]
    if not core:
        at = text.find("_____")
        return at >= 0 and ":" not in text[:at]
    if _BRACKETED.fullmatch(core):
        return True
    underscored = text.startswith("__", start - 2) and text.startswith("__", stop) and start > 1
    return underscored and _UNDERSCORED.fullmatch(core) is not None


def has_placeholder(text: str) -> bool:
    """Whether a header value is template text rather than a value (patterns such as "YYYY-MM-DD" count too)."""
    return is_placeholder(text) or bool(_PATTERN.search(text))
