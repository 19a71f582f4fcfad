"""Owners as documents write them: handles, names, teams, several of them, nobody. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tracker.patterns import pattern
from tracker.reading.placeholders import is_placeholder
from tracker.vocabulary import Vocabulary, fold

_HANDLE = pattern(
    r"(?<![\w@/.])@([A-Za-z0-9À-ɏ\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af√©][\w.√©-]*(?:/[\w.-]+)?)"
)
_SPLIT = pattern(
    r"\s+and/or\s+|\s*[,;&+/、，；\n|]\s*|\s+(?:and|und|et|y|e|og|och|with|plus|と|および|和)\s+"
)
_INITIALS = pattern(r"[A-Z]{2,3}")
_CC = pattern(r"(?i)^(?:cc|c/o|via|and|with|by|lead|backup)\b[:.]?\s*")
_ROLE = pattern(r"\s*[(（\[][^)）\]]*[)）\]]\s*$")
_EDGES = " \t\r\n.,;:-–—*_`'\"()[]{}<>（）【】"
_MOST_NAME = 48
_MOST_OWNERS = 20
_MOST_TEXT = 1000
"""Characters of a cell in which owners are looked for."""


class People:
    """Reads owner texts; knows the people map so that names in it are always people."""

    def __init__(self, words: Vocabulary, names: Mapping[str, str]) -> None:
        self.words = words
        self.names = names

    def with_names_of(self, texts: Iterable[str]) -> People:
        """The same, knowing the people whom the document itself names as its authors, responders or participants."""
        names = dict(self.names)
        for text in texts:
            for name in self.owners(text[:400]):
                if self.looks_like_name(name):
                    names.setdefault(fold(name), name)
                    first = name.split()[0]
                    if len(first) > 1 and first.isalpha():
                        names.setdefault(fold(first), name)
        return People(self.words, names)

    def owners(self, text: str) -> tuple[str, ...]:
        """The owners in a cell or behind an owner label, as shown, without markup; empty for nobody."""
        if is_placeholder(text):
            return ()
        text = text[:_MOST_TEXT]
        out: list[str] = []
        for part in _SPLIT.split(_unbracketed(text)):
            name = self._clean(part)
            if name and not self.nobody(name) and name not in out:
                out.append(name)
        return tuple(out[:_MOST_OWNERS])

    def _clean(self, part: str) -> str:
        part = part.strip()
        while _CC.match(part):
            part = _CC.sub("", part, count=1)
        bare = _ROLE.sub("", part)
        name = (bare or part).strip(_EDGES).strip("@").strip(_EDGES)
        return "" if is_placeholder(name) or len(name) > _MOST_NAME else " ".join(name.split())

    def nobody(self, name: str) -> bool:
        """Whether a text stands for no owner: TBD, n/a, "-", "?", empty."""
        key = fold(name)
        return not key or key in self.words.table("nobody")

    def known(self, name: str) -> bool:
        """Whether the people map names this person."""
        return fold(name.lstrip("@")) in self.names

    def is_person(self, text: str) -> bool:
        """Whether a short text is surely a person or several: handles, initials, people of the map, common given names."""
        if len(text) > _MOST_TEXT:
            return False
        parts = [part.strip(_EDGES) for part in _SPLIT.split(text)]
        return bool(parts) and all(
            part
            and (
                ("@" in (part[0], part[-1]) and " " not in part)
                or _INITIALS.fullmatch(part)
                or self.known(part)
                or self._named(part)
            )
            for part in parts
        )

    def _named(self, part: str) -> bool:
        """A common given name, perhaps with one or two capitalised names behind it."""
        tokens = part.split()
        return (
            1 <= len(tokens) <= 3
            and tokens[0].casefold() in self.words.table("given")
            and all(
                token[0].isupper() and token.replace("-", "").replace(".", "").isalpha() for token in tokens
            )
        )

    def looks_like_name(self, text: str) -> bool:
        """Whether a short text could be names: one to three capitalised words each, none of them from the vocabulary."""
        if len(text) > _MOST_TEXT:
            return False
        parts = [part.strip(_EDGES) for part in _SPLIT.split(text)]
        return bool(parts) and all(
            part and (self.is_person(part) or self._capitalised(part)) for part in parts
        )

    def _capitalised(self, part: str) -> bool:
        tokens = part.split()
        if not 1 <= len(tokens) <= 3 or len(part) > _MOST_NAME:
            return False
        known = self.words.table("verbs")
        if any(
            not token[0].isupper() or not token.replace("-", "").replace("'", "").isalpha()
            for token in tokens
        ):
            return False
        return not any(fold(token) in known for token in tokens) and not self.words.exact("heading", part)


def _unbracketed(text: str) -> str:
    """Without the signs around an address, and with those in copy ("cc") as further owners."""
    return text.replace("<", " ").replace(">", " ").replace(" cc ", ", ").replace(" CC ", ", ")


def handles(text: str) -> list[tuple[str, int, int]]:
    """Every @handle with its place (the "@" included)."""
    return (
        [
            (match[1].rstrip(".-"), match.start(), match.start() + 1 + len(match[1].rstrip(".-")))
            for match in _HANDLE.finditer(text)
        ]
        if "@" in text
        else []
    )
