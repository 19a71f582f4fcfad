"""The words that rules look for, per language: one TOML file each, read when first needed.

A file holds tables of regular expressions (`[patterns]`, matched without regard to case) and of plain words (`[words]`).
To add a language, add a file and cases under tests/unit/policies/cases; nothing else changes.
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
    import tomllib

    table = tomllib.loads((Path(__file__).parent / f"{language}.toml").read_text(encoding="utf-8"))
    sources = {name: tuple(parts) for name, parts in table["patterns"].items()}
    words = {name: frozenset(word.casefold() for word in some) for name, some in table["words"].items()}
    return Wording(language, sources, words)


@lru_cache(maxsize=256)
def _compile(language: str, name: str) -> re.Pattern[str]:
    return _join(list(_load(language).sources.get(name, ())))


def _join(parts: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{part})" for part in parts) or r"(?!)", re.IGNORECASE)
