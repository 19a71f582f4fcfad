"""An action that asks people to be different, instead of changing the system.

"Be more careful", "remind everyone", "pay attention"; and training, where it is all that a post-mortem does. Works in English,
German, French, Spanish, Portuguese and Japanese; silent where the language of the document is not known.

In the profile `strict` only, for its precision is not known well enough: 114 public post-mortems gave one finding (right).

## Why

The Site Reliability Workbook, chapter 10: "you can't 'fix' people, but you can fix systems and processes". A reminder lasts a
week, and the next person has not heard it.

## Fails

    # Post-mortem: spool full

    The disk of the spool was full and the printers stopped.

    ## Action items

    - [ ] Remind everyone to check the disk before a deployment (owner: Alice, due: 2026-06-01)

## Passes

    # Post-mortem: spool full

    The disk of the spool was full and the printers stopped.

    ## Action items

    - [ ] Refuse a deployment while the disk is over 80 % full (owner: Alice, due: 2026-06-01)
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import NoSettings, Profile, Rule, span_of, word_span
from policies.subjects import by_document, worded_items, words_of
from tracker.models import Finding, Severity
from tracker.world import World

_ADVICE = "Change the system so that the mistake cannot be made, or is noticed at once."


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every open item that fixes people, and every post-mortem whose only answer is training."""
    for tracked, words in worded_items(world):
        found = words.pattern("people").search(tracked.item.title)
        if found:
            span = word_span(tracked.item, found.start(), found.end())
            yield RULE.on(
                tracked, "title", f"{found[0].strip()!r} fixes people, not the system", _ADVICE, span=span
            )
    for document, items in by_document(world):
        spoken = words_of(world, document.path)
        if spoken and items and all(spoken.pattern("training").search(one.item.title) for one in items):
            span = span_of(items[0].item, "title")
            yield RULE.about(document, "training is the only answer to this incident", _ADVICE, span=span)


RULE = Rule("PM503", "fixes-people", Severity.INFO, Profile.STRICT, check, NoSettings)
