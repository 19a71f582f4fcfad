"""The `[reading]` table of the configuration as values: own words, date order, people. Checked without pydantic, to start fast.

[reading]
date_order = "day-first"        # or "month-first"; default: as the document shows, else month first
languages = ["en", "de"]        # default: all
exclude = ["drafts/**"]
repository = "acme/api"         # whose issue "#45" is; default: that of the GitHub tracker, else the git remote

[reading.headings]
action = ["What we owe our users"]
[reading.columns]
owner = ["Kümmerer"]
[reading.labels]
due = ["Bis spätestens"]
[reading.status]
done = ["abgehakt"]
[reading.priority]
0 = ["brennt"]
[reading.fields]
incident_id = ["Störungs-Nr."]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from functools import lru_cache
from typing import Any

from tracker.errors import UserError
from tracker.models import Person
from tracker.patterns import pattern
from tracker.values import dataclass
from tracker.vocabulary import LANGUAGES, Vocabulary, build, default, fold

_TABLES = {
    "headings": "heading",
    "columns": "column",
    "labels": "label",
    "status": "status",
    "priority": "priority",
    "fields": "field",
    "notes": "note",
}
_KEYS = (*_TABLES, "date_order", "languages", "exclude", "workers", "repository")
_ORDERS = {"day-first": True, "month-first": False}


@dataclass(frozen=True)
class ReadingSettings:
    """How to read documents.

    Attributes:
        day_first: True or False where configured, None to go by the document.
        names: Every name of the people map in normal form -> key of the person.
        exclude: Globs of paths that are not read.
        workers: Processes for large folders; 0 is one per core.
        digest: Whether the bytes' SHA-256 is taken, which a state needs; loading OpenSSL for it is felt in a hook.
    """

    words: Vocabulary = field(default_factory=default)
    day_first: bool | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    workers: int = 0
    digest: bool = True


def make(
    table: Mapping[str, Any] | None = None,
    people: Mapping[str, Person] | None = None,
    *,
    digest: bool = True,
) -> ReadingSettings:
    """Settings from the `[reading]` table and the people map, and whether digests are taken.

    Raises:
        UserError: an unknown key, kind or value, with the nearest known one.
    """
    table = table or {}
    for key in table:
        if key not in _KEYS:
            raise _unknown(f"unknown key {key!r} in [reading]", key, _KEYS)
    _check_repository(table.get("repository"))
    return ReadingSettings(
        words=_words(table),
        day_first=_order(table.get("date_order")),
        names=_names(people or {}),
        exclude=tuple(_strings(table.get("exclude", ()), "exclude")),
        workers=_workers(table.get("workers", 0)),
        digest=digest,
    )


def _words(table: Mapping[str, Any]) -> Vocabulary:
    own: list[tuple[str, str, tuple[str, ...]]] = []
    for key, group in _TABLES.items():
        for kind, phrases in _kinds(table.get(key, {}), key).items():
            known = {kind for kinds in default().table(group).values() for kind in kinds}
            if str(kind) not in known:
                raise _unknown(f"unknown kind {kind!r} in [reading.{key}]", str(kind), sorted(known))
            own.append((group, str(kind), tuple(_strings(phrases, f"{key}.{kind}"))))
    languages = tuple(_strings(table.get("languages", LANGUAGES), "languages"))
    for language in languages:
        if language not in LANGUAGES:
            raise _unknown(f"unknown language {language!r} in [reading]", language, LANGUAGES)
    return _vocabulary(languages, tuple(own)) if own or languages != LANGUAGES else default()


@lru_cache(maxsize=8)
def _vocabulary(languages: tuple[str, ...], own: tuple[tuple[str, str, tuple[str, ...]], ...]) -> Vocabulary:
    return build(languages, {(group, kind): phrases for group, kind, phrases in own})


def _kinds(value: object, key: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise UserError(
            f"{key} = {value!r} in [reading] is no table",
            hint=f'Write [reading.{key}] and below it kind = ["..."].',
        )
    return value


def _workers(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise UserError(
            f"workers = {value!r} in [reading] is no number of processes",
            hint="Write 0 for one per core, or 1, 2, ...",
        )
    return value


def _check_repository(value: object) -> None:
    if value is not None and not (isinstance(value, str) and _REPOSITORY.fullmatch(value)):
        raise UserError(
            f"repository {value!r} in [reading] is no repository",
            hint='Write it as "owner/name" for GitHub, or as an address: "https://gitlab.com/group/name".',
        )


_REPOSITORY = pattern(r"[\w.-]+/[\w.-]+|https?://[^/\s]+/[^/\s]+/[^\s]+")


def _order(value: object) -> bool | None:
    if value is None:
        return None
    if str(value) not in _ORDERS:
        raise _unknown(f"date_order {value!r} in [reading] is not known", str(value), list(_ORDERS))
    return _ORDERS[str(value)]


def _names(people: Mapping[str, Person]) -> dict[str, str]:
    names: dict[str, str] = {}
    for key, person in people.items():
        for name in (
            key,
            *person.names,
            *((person.email,) if person.email else ()),
            *person.accounts.values(),
        ):
            names[fold(name.lstrip("@"))] = key
    return names


def _strings(value: object, where: str) -> Iterable[str]:
    if (
        isinstance(value, str)
        or not isinstance(value, (list, tuple))
        or not all(isinstance(one, str) for one in value)
    ):
        raise UserError(f"[reading] {where} must be a list of texts", hint='Write it as ["...", "..."].')
    return value


def _unknown(message: str, word: str, known: Iterable[str]) -> UserError:
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), n=1, cutoff=0.5)
    return UserError(
        message, hint=f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(sorted(known))}."
    )
