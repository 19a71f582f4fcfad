"""The words that rules look for, per language: one text file each, read when first needed.

A file holds plain lines under headers, as those of the vocabulary do: `[patterns NAME]` a regular expression on each line, matched
without regard to case; `[words NAME]` words between commas. Lines that begin with `# ` are remarks. To add a language, add a
file and cases under tests/unit/policies/cases; the words for severities and types of work,
which reports need too, stand in `tracker.severity` and `tracker.work_types`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from tracker.values import dataclass

LANGUAGES = ("en", "de", "fr", "es", "pt", "ja")


@dataclass(frozen=True, slots=True)
class Wording:
    """One language; `words` are lower case, patterns are compiled when first asked for."""

    language: str
    sources: Mapping[str, tuple[str, ...]]
    words: Mapping[str, frozenset[str]]

    def pattern(self, name: str) -> re.Pattern[str]:
        """The pattern under a name; one that never matches where the language has none."""
        return _compile(self.language, name)


def wording(language: str | None) -> Wording | None:
    """The words of a language ("en", "pt-BR"); None where it is unknown, and the rules keep silent."""
    short = (language or "").split("-")[0].split("_")[0].lower()
    return _load(short) if short in LANGUAGES else None


@lru_cache(maxsize=64)
def any_language(name: str) -> tuple[str, ...]:
    """The words under a name in all languages together, for fields whose language does not matter; sorted."""
    return tuple(sorted({word for language in LANGUAGES for word in _load(language).words.get(name, ())}))


@lru_cache(maxsize=64)
def any_pattern(name: str) -> re.Pattern[str]:
    """The patterns under a name of all languages as one."""
    return _join([part for language in LANGUAGES for part in _load(language).sources.get(name, ())])


@lru_cache(maxsize=8)
def _load(language: str) -> Wording:
    sources: dict[str, list[str]] = {}
    words: dict[str, list[str]] = {}
    table: list[str] = []
    for line in (Path(__file__).parent / f"{language}.txt").read_text(encoding="utf-8").split("\n"):
        if line.startswith("[patterns "):
            table = sources[line[10:-1]] = []
        elif line.startswith("[words "):
            table = words[line[7:-1]] = []
        elif line and not line.startswith("# "):
            table.append(line)
    return Wording(
        language,
        {name: tuple(lines) for name, lines in sources.items()},
        {name: frozenset(", ".join(lines).casefold().split(", ")) for name, lines in words.items() if lines},
    )


@lru_cache(maxsize=256)
def _compile(language: str, name: str) -> re.Pattern[str]:
    return _join(list(_load(language).sources.get(name, ())))


def _join(parts: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{part})" for part in parts) or r"(?!)", re.IGNORECASE)
