"""A person is blamed, in an action or a cause.

"The engineer forgot to", "human error", "carelessness", or a name that the document gives as owner or author together with
words of blame ("Alice should have"). Looked at are open and closed action items, and the entries on causes, contributing
factors and gaps. Silent where the language of the document is not known.

In the profile `strict` only, for its precision is not known: 114 public post-mortems gave no finding in actions, causes and gaps.

## Why

Blameless post-mortems are the ground that all five templates and every guide stand on (Site Reliability Workbook, chapter 10;
PagerDuty; Etsy's "Blameless PostMortems"): who fears blame hides what happened, and "human error" ends the search for the cause
where it should begin.

## Fails

    # Post-mortem: spool full

    The disk of the spool was full and the printers stopped.

    ## Contributing factors

    - The operator forgot to rotate the logs before the weekend

    ## Action items

    - [ ] Rotate the logs every day (owner: Alice, due: 2026-06-01)

## Passes

    # Post-mortem: spool full

    The disk of the spool was full and the printers stopped.

    ## Contributing factors

    - Logs are rotated by hand, and nothing tells when that was not done

    ## Action items

    - [ ] Rotate the logs every day (owner: Alice, due: 2026-06-01)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from policies.calendar import Calendar
from policies.rule import NoSettings, Profile, Rule, Scope, word_span
from policies.subjects import by_document, words_of
from policies.teams import is_team, teams_of
from policies.wording import Wording
from tracker.models import Finding, PostMortem, Severity
from tracker.world import TrackedItem, World

_KINDS = frozenset(
    ("cause", "contributing-factor", "detection-gap", "response-gap", "process-gap", "testing-gap")
)
_ADVICE = "Say what made the mistake possible, and what would have caught it."


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every action, cause and gap that blames somebody."""
    teams = teams_of(world)
    for document, items in by_document(world):
        words = words_of(world, document.path)
        if words is None:
            continue
        named = _named(document, items, teams)
        yield from _in_items(items, words, named)
        for note in document.notes:
            if note.kind in _KINDS and (place := _blames(note.text, words, named)):
                said = note.text[place[0] : place[1]].strip()
                yield RULE.at(document, note.line, f"{said!r} blames a person", _ADVICE, key=note.text)


def _in_items(items: Iterable[TrackedItem], words: Wording, named: Sequence[str]) -> Iterator[Finding]:
    for tracked in items:
        title = tracked.item.title
        if place := _blames(title, words, named):
            said = title[place[0] : place[1]].strip()
            yield RULE.on(
                tracked, "title", f"{said!r} blames a person", _ADVICE, span=word_span(tracked.item, *place)
            )


def _blames(text: str, words: Wording, named: Sequence[str]) -> tuple[int, int] | None:
    found = words.pattern("blame").search(text)
    return found.span() if found else _blames_named(text, words, named)


def _blames_named(text: str, words: Wording, named: Sequence[str]) -> tuple[int, int] | None:
    """Words of blame right behind somebody whom the document names."""
    for found in words.pattern("blamed").finditer(text):
        before = text[: found.start()].rstrip()
        name = next((name for name in named if _ends_with(before, name)), None)
        if name:
            return len(before) - len(name), found.end()
    return None


def _ends_with(text: str, name: str) -> bool:
    """Whether the name stands at the end as a word of its own: not the "Ed" of "deployed"; Japanese has no blanks between words."""
    start = len(text) - len(name)
    if start < 0 or text[start:].casefold() != name.casefold():
        return False
    before = text[start - 1 : start]
    return not before.isalnum() or before.lower() == before.upper()


def _named(document: PostMortem, items: list[TrackedItem], teams: Collection[str]) -> list[str]:
    """The people whom the document gives as author or owners, by whole and by first name, the longest first; no teams."""
    texts = {document.author or "", *(owner for one in items for owner in one.item.owners)}
    people = [text.strip() for text in texts if not is_team(text, teams)]
    names = {name for text in people for name in (text, text.split(" ")[0])}
    return sorted(
        (name for name in names if len(name) > 1 and not name.isdigit()), key=lambda one: (-len(one), one)
    )


RULE = Rule("PM504", "blame", Severity.INFO, Profile.STRICT, check, NoSettings, scope=Scope.NOTE)
