"""A gap, contributing factor or improvement that no action item takes up.

Looked at are the entries under headings and labels for detection, response, process, testing and documentation gaps,
contributing factors and improvements. An entry is taken up when an item shares enough of its words, when an item stands below
it, or when it names the item's id.

## Why

"Every finding leads to an action" (the templates that this tool started from); incident.io's guide likewise asks to check each
contributing factor against the list of actions. The comparison is by words, so a finding may be wrong: it is an
information only, and a waiver in the document settles it.

## Fails

    # Post-mortem: spool full

    ## Contributing factors

    - Backups were taken from the same volume

    ## Action items

    - [ ] Alert on a full disk (owner: Alice, due: 2026-06-01)

## Passes

    # Post-mortem: spool full

    ## Contributing factors

    - No alert told that the disk was full

    ## Action items

    - [ ] Alert on a full disk (owner: Alice, due: 2026-06-01)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from policies.calendar import Calendar
from policies.rule import Profile, Rule, Scope, setting
from policies.subjects import by_document
from policies.wording import any_language
from tracker.models import Finding, Note, PostMortem, Severity
from tracker.patterns import pattern
from tracker.values import dataclass
from tracker.world import TrackedItem, World

_WORD = pattern(r"[^\W_]+")
_STEM = 5
"""Characters by which words are compared: "alerting" and "alerts" are one."""
_KINDS = {
    "detection-gap": "detection gap",
    "response-gap": "response gap",
    "process-gap": "process gap",
    "testing-gap": "testing gap",
    "documentation-gap": "documentation gap",
    "contributing-factor": "contributing factor",
    "improvement": "improvement",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PM402."""

    share: float = setting(0.25, "share of the entry's words that an item must have", ge=0.0, le=1.0)
    least_words: int = setting(3, "entries with fewer words of their own are not judged", ge=1)


def check(world: World, settings: Settings, _calendar: Calendar) -> Iterator[Finding]:
    """Every entry that asks for an action and has none; documents without items are left to PM401."""
    for document, items in by_document(world):
        asking = [note for note in document.notes if note.kind in _KINDS]
        if not items or not asking:
            continue
        known = [
            _stems(f"{one.item.title} {one.item.description} {one.item.category or ''}") for one in items
        ]
        for note in asking:
            if not _is_taken_up(note, items, known, settings):
                yield _finding(document, note)


def _finding(document: PostMortem, note: Note) -> Finding:
    text = note.text if len(note.text) <= 80 else note.text[:77] + "..."
    return RULE.at(
        document,
        note.line,
        f"no action item takes up this {_KINDS[note.kind]}: {text!r}",
        "Add an action item, or waive it here with the reason.",
        key=note.text,
    )


def _is_taken_up(
    note: Note, items: list[TrackedItem], known: list[frozenset[str]], settings: Settings
) -> bool:
    words = _stems(note.text)
    if len(words) < settings.least_words:
        return True
    if any(0 <= one.item.line - note.line <= 3 for one in items):
        return True
    if any(one.item.local_id and _names(note.text, one.item.local_id) for one in items):
        return True
    needed = max(1.0, settings.share * len(words))
    return any(len(words & title) >= needed for title in known)


def _names(text: str, local_id: str) -> bool:
    """Whether the text holds the id; a plain number ("2") may be any number and names nothing."""
    if local_id.strip("#.").isdigit():
        return False
    return re.search(rf"(?<!\w){re.escape(local_id)}(?!\w)", text) is not None


def _stems(text: str) -> frozenset[str]:
    stop = _stop_words()
    return frozenset(
        word[:_STEM] for word in _WORD.findall(text.casefold()) if len(word) > 1 and word not in stop
    )


@lru_cache(maxsize=1)
def _stop_words() -> frozenset[str]:
    return frozenset(any_language("stop"))


RULE = Rule(
    "PM402",
    "finding-without-action",
    Severity.INFO,
    Profile.STANDARD,
    check,
    Settings,
    scope=Scope.NOTE,
)
