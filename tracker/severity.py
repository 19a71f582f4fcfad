"""The rank of an incident's severity, whatever words the organisation uses: one answer for the rules and the review's agenda. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from tracker.patterns import pattern

_NUMBERED = pattern(r"\b(sev(?:erity)?|s|p|priority|level)[\s\-_]*([0-5])\b", re.IGNORECASE)
_BARE = pattern(r"^\s*([0-5])\s*$")
_NAMES: Mapping[int, str] = {
    1: "critical blocker catastrophic emergency kritisch critique crítico crítica critico 致命 緊急 重大",
    2: "high major severe hoch schwer élevé majeur haute alto alta grave 高",
    3: "medium moderate mittel moyen modéré medio media moderado médio média 中",
    4: "low minor cosmetic trivial niedrig gering faible mineur basse bajo baja leve baixo baixa 低 軽微",
}
"""The beginnings of words by rank: English, German, French, Spanish, Portuguese, Japanese."""


@lru_cache(maxsize=1024)
def severity_rank(text: str | None) -> int | None:
    """1 for the worst severity, 4 or 5 for the least; None where the text names none.

    "P0" is the worst of P0-P3 (so "P1" ranks 2); "SEV1" and "S1" are the worst of theirs, "SEV0" ranks with them. A field
    that still holds the whole choice ("Critical / High / Medium / Low") names none.
    """
    word = (text or "").strip().casefold()
    if not word or word.count("/") + word.count("|") >= 2:
        return None
    if match := _NUMBERED.search(word):
        number = int(match[2])
        return number + 1 if match[1].startswith("p") else max(1, number)
    if match := _BARE.match(word):
        return max(1, int(match[1]))
    return _named(word)


def _named(word: str) -> int | None:
    return next((rank for rank, names in _names().items() if names.search(word)), None)


@lru_cache(maxsize=1)
def _names() -> Mapping[int, re.Pattern[str]]:
    return {rank: pattern("|".join(map(_at_word, names.split()))) for rank, names in _NAMES.items()}


def _at_word(name: str) -> str:
    """The name at the beginning of a word: "kritischer", but neither "slow" nor "immediate" nor "non-critical"."""
    has_words = name[0].lower() != name[0].upper()  # not so in Japanese
    return rf"\b(?<!non-)(?<!non )(?<!not ){re.escape(name)}" if has_words else re.escape(name)


def incident_of(severity: str) -> str:
    """An incident of this severity, in words: "a SEV1 incident", "a severity 2 incident"."""
    return f"a {'severity ' if _BARE.match(severity.strip().casefold()) else ''}{severity} incident"
