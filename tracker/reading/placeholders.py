"""Template text that nobody filled in: "[Name]", "<owner>", "{{ date }}", "TBD", "...". Pure."""

from __future__ import annotations

import re

_BRACKETED = re.compile(
    r"^[\s`*_\"'.…-]*(?:\[[^\[\]]*\]|<[^<>]*>|\{\{?[^{}]*\}?\}|__[A-Z_]+__|«[^«»]*»)[\s`*_\"'.…:-]*$"
)
_EACH = re.compile(r"\[[^\[\]]*\]|<[^<>]*>|\{\{[^{}]*\}\}|__[A-Z_]{3,}__|«[^«»]*»")
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
_PATTERN = re.compile(r"(?i)\b(?:yyyy|dd/mm|mm/dd|hh:mm|lorem ipsum)\b|^inc(?:ident)?-[x#y]+")
_LONGEST_WORD = max(map(len, _WORDS))
_DATED = re.compile(r"\d{4}-\d\d-\d\d")
"""Org mode writes its dates in brackets."""
_MOST = 400


def is_placeholder(text: str) -> bool:
    """Whether the whole text is only a placeholder or nothing."""
    stripped = text.strip().strip("*_`~").strip()
    if not stripped or (len(stripped) <= _LONGEST_WORD and stripped.casefold() in _WORDS):
        return True
    if stripped[0].isalnum() or len(stripped) > _MOST:
        return False
    if _BRACKETED.match(stripped):
        return not _DATED.search(stripped)
    return stripped[0] in "[<{_«" and not _EACH.sub("", stripped).strip(" /|,;:-–—.()&\n")


def has_placeholder(text: str) -> bool:
    """Whether a header value is template text rather than a value (patterns such as "YYYY-MM-DD" count too)."""
    return is_placeholder(text) or bool(_PATTERN.search(text))
