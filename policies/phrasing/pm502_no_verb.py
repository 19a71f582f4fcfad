"""An action that does not say what is to be done.

The text neither starts with a verb nor says in another way that something is to be done ("should", "must", "to ..."). In German and the
Romance languages nouns for work ("Einrichtung", "création") count as verbs, in Japanese so do nouns like 追加 at the end. Silent
where the language of the document is not known.

Measured on 114 public post-mortems with 549 action items: of 17 findings 13 were right (0.76); the four kinds of wrong ones were
fixed, and the 12 that are left are right. There is no second corpus to confirm that figure, and the first is under 0.8, so the
rule is in the profile `strict` only.

## Why

"Runbook" may mean to write, find, read or delete one. The Site Reliability Workbook, chapter 10: phrase each action item as a
sentence that starts with a verb.

## Fails

    # Post-mortem: spool full

    The disk of the spool was full and the printers stopped.

    ## Action items

    - [ ] Better dashboards (owner: Alice, due: 2026-06-01)

## Passes

    # Post-mortem: spool full

    The disk of the spool was full and the printers stopped.

    ## Action items

    - [ ] Add the spool's fill level to the dashboard (owner: Alice, due: 2026-06-01)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import NoSettings, Profile, Rule
from policies.subjects import worded_items
from policies.wording import Wording
from tracker.models import Finding, Severity
from tracker.patterns import pattern
from tracker.world import World

_WORD = pattern(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_PART = pattern(r"(?:^|[:;,.(\[\]–—。、：（）→]|\s-\s|\band\b|&)\s*", re.IGNORECASE)
_PREFIX = pattern(r"^(?:re|un|de|pre|auto|co|over|out|mis|dis)-?(?=[a-z]{3})")
_MARKS = "\"'`*_[]()<>“”‘’«»✅⬜☐☑❌•-–— \t"


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every open item that names a thing instead of a deed."""
    for tracked, words in worded_items(world):
        if not says_what_to_do(tracked.item.title, words):
            yield RULE.on(
                tracked,
                "title",
                "does not say what is to be done",
                "Start with a verb: add, remove, measure, test ...",
            )


def says_what_to_do(title: str, words: Wording) -> bool:
    """Whether the title has a verb where an action has one; texts of links and signs only are not judged."""
    text = title.strip(_MARKS)
    if not _WORD.search(text) or "://" in text:
        return True
    verbs, does = words.words.get("verbs", frozenset()), words.pattern("does")
    rests = (text[part.end() :].lstrip(_MARKS) for part in _PART.finditer(text))
    return any(does.search(rest) or _is_verb(rest, verbs) for rest in rests)


def _is_verb(text: str, verbs: frozenset[str]) -> bool:
    found = _WORD.match(text)
    if not found or not verbs:
        return False
    word = found[0].casefold()
    if word in verbs or word.split("-")[0] in verbs or _PREFIX.sub("", word) in verbs:
        return True
    return word.endswith(("ing", "ed", "ly")) and len(word) > 4


RULE = Rule("PM502", "no-verb", Severity.INFO, Profile.STRICT, check, NoSettings)
