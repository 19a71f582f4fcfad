"""The words of post-mortems, as data: one file per language, merged into one `Vocabulary`, extended by the user's own.

The files are plain lines under `[group kind]` headers (a tenth of the cost of TOML to load); docs/reading.md lists the
groups. Phrases are compared in a normal form: casefolded, every run of other characters than letters and digits a blank. The
files hold them in this form, without blank lines or remarks among them, so that a start puts them together block by block.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path

from tracker.patterns import pattern

LANGUAGES = (
    "en",
    "de",
    "fr",
    "es",
    "pt",
    "no",
    "da",
    "sv",
    "ja",
    "zh",
    "ko",
    "it",
    "nl",
    "pl",
    "ru",
    "id",
    "fi",
    "vi",
)
"""Order of precedence where a phrase means different things in two languages."""

_NAMES = "names"
"""Given names, of no one language."""
_BETWEEN = pattern(r"[\W_]+")
_WIDE = (("\u3040", "\u30ff"), ("\u3400", "\u9fff"), ("\uac00", "\ud7af"))
"""Characters of scripts without blanks between words; as a pattern they would cost every start two milliseconds."""
_NUMBERING = pattern(
    r"^(?:(?:step|phase|part|section|schritt|étape|paso|etapa|steg|trinn)\s+)?[\divx]{1,4}(?:\s\d{1,2})*\s"
)
_PARTS = pattern(r"[/&|:：;,，、（(\[)\]）]|\s[-–—]+\s|\band\b|\bund\b|\bet\b|\by\b|\bog\b|\boch\b")
_MOST_HEADING = 120
"""Longer texts are sentences; nothing is looked up in them."""
_CACHE_LIMIT = 4096

Kinds = tuple[str, ...]


@lru_cache(maxsize=8192)
def normal(text: str) -> str:
    """The normal form of a short phrase (remembered; use `fold` for texts of any length)."""
    return fold(text)


def fold(text: str) -> str:
    """Casefolded, every run of non-letters one blank, without blanks at the ends."""
    low = text.casefold()
    return low if low.isalnum() else _BETWEEN.sub(" ", low).strip()


def _is_wide(text: str) -> bool:
    return max(text) >= _WIDE[0][0] and any(first <= char <= last for char in text for first, last in _WIDE)


class Vocabulary:
    """Lookups by phrase. Made by `default` or `with_own`, not changed afterwards (only its caches are)."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[str, Kinds]] = {}
        self._spoken: list[tuple[str, Sequence[str]]] = []
        self._language: dict[str, str] = {}
        self._wide: dict[str, list[str]] = {}
        self._found: dict[tuple[str, str], Kinds] = {}
        self._phrases: dict[str, frozenset[str]] = {}

    def add(self, group: str, kind: str, phrases: Iterable[str]) -> None:
        """Put phrases of any form under a kind of a group; `a = b` gives the phrase a value of its own."""
        for line in phrases:
            phrase, has_value, value = line.partition(" = ")
            if key := fold(phrase):  # a sign is no word
                self.put(group, value if has_value else kind, [key])

    def put(self, group: str, kind: str, phrases: Sequence[str], language: str = "") -> None:
        """Put phrases in normal form under a kind of a group, all at once: nothing is done for each of them."""
        self.merge(group, dict.fromkeys(phrases, (kind,)))
        if language and group in ("heading", "column"):
            self._spoken.append((language, phrases))

    def merge(self, group: str, new: dict[str, Kinds]) -> None:
        """Put phrases in normal form with a kind each; one that is known keeps its kinds, and the new one comes after them."""
        table = self._groups.setdefault(group, {})
        for phrase in table.keys() & new.keys():
            known, (kind,) = table[phrase], new[phrase]
            new[phrase] = known if kind in known else (*known, kind)
        table.update(new)

    def exact(self, group: str, text: str) -> Kinds:
        """The kinds of a phrase that is this text as a whole; empty where there are none."""
        table = self._groups.get(group)
        return table.get(normal(text), ()) if table and len(text) <= _MOST_HEADING else ()

    def first(self, group: str, text: str) -> str | None:
        """The first kind of `exact`."""
        kinds = self.exact(group, text)
        return kinds[0] if kinds else None

    def table(self, group: str) -> Mapping[str, Kinds]:
        """All phrases of a group, in normal form."""
        return self._groups.get(group, {})

    def phrases(self, group: str, kind: str) -> frozenset[str]:
        """All phrases of one kind of a group."""
        key = f"{group} {kind}"
        known = self._phrases.get(key)
        if known is None:
            known = frozenset(phrase for phrase, kinds in self.table(group).items() if kind in kinds)
            self._phrases[key] = known
        return known

    def openers(self, kind: str) -> frozenset[str]:
        """The first words of the small words of a kind: a quick look before phrases are compared."""
        key = f"openers {kind}"
        known = self._phrases.get(key)
        if known is None:
            known = frozenset(phrase.split(" ", 1)[0] for phrase in self.phrases("words", kind))
            self._phrases[key] = known
        return known

    def find(self, group: str, text: str) -> Kinds:
        """The kinds of a heading or column name: as a whole, without brackets, in its parts, or by the phrases in it."""
        key = (group, text)
        found = self._found.get(key)
        if found is None:
            found = self._find(group, text) if len(text) <= _MOST_HEADING else ()
            if len(self._found) < _CACHE_LIMIT:
                self._found[key] = found
        return found

    def language_of(self, text: str) -> str | None:
        """The language whose heading or column name this is."""
        if len(text) > _MOST_HEADING:
            return None
        known = self._languages()
        plain = normal(text)
        return known.get(plain) or known.get(_NUMBERING.sub("", plain + " ").strip())

    def _languages(self) -> Mapping[str, str]:
        """The language of every heading and column name, the first where several have it; made when first asked for."""
        if not self._language:
            for language, phrases in reversed(self._spoken):
                self._language.update(dict.fromkeys(phrases, language))
        return self._language

    def _find(self, group: str, text: str) -> Kinds:
        table = self._groups.get(group, {})
        whole = fold(text)
        for phrase in (whole, _NUMBERING.sub("", whole + " ").strip()):
            if phrase in table:
                return table[phrase]
        parts = [fold(part) for part in _PARTS.split(text.casefold())]
        known = [kind for part in parts for kind in table.get(_NUMBERING.sub("", part + " ").strip(), ())]
        if known:
            return tuple(dict.fromkeys(known))
        return self._windows(group, table, whole.split()) or self._wide_in(group, table, whole)

    def _windows(self, group: str, table: Mapping[str, Kinds], words: list[str]) -> Kinds:
        """The longest phrases of several words inside, or else what the first and the last word say.

        A single word makes a heading one about actions only where it can mean nothing else, and a vague one ("data",
        "changes") says nothing beside other words.
        """
        for size in range(min(6, len(words) - 1), 1, -1):
            inside = (
                kind
                for start in range(len(words) - size + 1)
                for kind in table.get(" ".join(words[start : start + size]), ())
            )
            if kinds := tuple(dict.fromkeys(inside)):
                return kinds
        sure = self.phrases("words", "action") if group == "heading" else frozenset(words)
        vague = self.phrases("words", "vague") if group == "heading" else frozenset[str]()
        ends = [word for word in (words[-1], words[0]) if word not in vague] if len(words) > 1 else []
        found = ((word, kind) for word in ends for kind in table.get(word, ()))
        return tuple(dict.fromkeys(kind for word, kind in found if kind != "action" or word in sure))

    def _wide_in(self, group: str, table: Mapping[str, Kinds], text: str) -> Kinds:
        if text.isascii():
            return ()
        wide = self._wide.get(group)
        if wide is None:
            wide = [
                phrase for phrase in table if len(phrase) > 1 and not phrase.isascii() and _is_wide(phrase)
            ]
            self._wide[group] = wide
        inside = [phrase for phrase in wide if phrase in text]
        return table[max(inside, key=len)] if inside else ()


def _load(vocabulary: Vocabulary, language: str) -> None:
    """Put the phrases of a file, which are in normal form but for the German sharp s."""
    text = Path(__file__).with_name(f"{language}.txt").read_text(encoding="utf-8").replace("ß", "ss")
    for block in text.split("\n[")[1:]:
        name, _, body = block.partition("]\n")
        group, _, kind = name.partition(" ")
        body = body.strip("\n")
        if " = " not in body:
            vocabulary.put(group, kind, body.split("\n"), language)
            continue
        pairs = (line.partition(" = ") for line in body.split("\n"))
        vocabulary.merge(
            group, {phrase: (value if has_value else kind,) for phrase, has_value, value in pairs}
        )


def build(
    languages: Iterable[str] = LANGUAGES, own: Mapping[tuple[str, str], Iterable[str]] | None = None
) -> Vocabulary:
    """A vocabulary of these languages; the user's own phrases come first, so that they win.

    Args:
        languages: Codes out of `LANGUAGES`.
        own: (group, kind) -> phrases.
    """
    vocabulary = Vocabulary()
    for (group, kind), phrases in (own or {}).items():
        vocabulary.add(group, kind, phrases)
    for language in (*languages, _NAMES):
        _load(vocabulary, language)
    return vocabulary


@cache
def default() -> Vocabulary:
    """The vocabulary of all languages without the user's own words."""
    return build()
