"""The rank of an incident's severity, whatever words the organisation uses: 1 is the worst."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from policies.wording import any_language
from tracker.patterns import pattern

_NUMBERED = pattern(r"\b(sev(?:erity)?|s|p|priority|level)[\s\-_]*([0-5])\b", re.IGNORECASE)
_BARE = pattern(r"^\s*([0-5])\s*$")


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
    """The names of each rank at the beginning of a word: "kritischer", but neither "slow" nor "immediate" nor "non-critical"."""
    return {
        rank: pattern("|".join(_at_word(name) for name in any_language(f"severity.{rank}")))
        for rank in range(1, 5)
    }


def _at_word(name: str) -> str:
    has_words = name[0].lower() != name[0].upper()  # not so in Japanese
    return rf"\b(?<!non-)(?<!non )(?<!not ){re.escape(name)}" if has_words else re.escape(name)
