"""Which language the action items of a document are written in.

The reader names a document's language by its headings, and headings are often left in English. So the small words of the
items themselves decide where they clearly speak another language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain

from policies.wording import LANGUAGES, wording
from tracker.patterns import pattern

_WORD = pattern(r"[^\W\d_]+")
_KANA = pattern(r"[\u3040-\u30ff]")
_ENOUGH = 3
"""Small words of another language that are needed to overrule the headings, and how many times the headings' own."""


def spoken_language(stated: str | None, texts: Iterable[str]) -> str | None:
    """The language of the texts; the stated one unless they clearly speak another."""
    text = "\n".join(texts)
    lines = text.split("\n") if _KANA.search(text) else (text,)
    votes = list(chain.from_iterable(map(_votes, lines)))
    if len(votes) < _ENOUGH:
        return stated
    best = max(dict.fromkeys(votes), key=votes.count)
    count = votes.count(best)
    return best if count >= _ENOUGH and count >= _ENOUGH * votes.count(stated or "") else stated


def _votes(text: str) -> Sequence[str]:
    """The languages of the small words, each as often as it is spoken; a text with kana is Japanese."""
    if _KANA.search(text):
        return ("ja",) * _ENOUGH
    known = _languages()
    return [language for word in _WORD.findall(text.casefold()) for language in known.get(word, ())]


@lru_cache(maxsize=1)
def _languages() -> Mapping[str, tuple[str, ...]]:
    """Small word -> the languages that have it; words of more than two languages tell nothing."""
    found: dict[str, list[str]] = {}
    for language in LANGUAGES:
        words = wording(language)
        for word in words.words.get("stop", ()) if words else ():
            found.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in found.items() if len(languages) <= 2}
