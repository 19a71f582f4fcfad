"""Template text left in a filled post-mortem.

An action item that is still "[Action]", "<action item>" or "TBD", or a title that still holds template text. A document that
consists of nothing else is a template and is left alone.

## Why

Template rows look like work and are counted by readers; nobody knows whether the team had nothing to say or forgot to say
it. Fill them or delete them.

## Fails

    # Post-mortem: payments down on 2026-05-06

    ## Action items

    | Action | Owner | Due |
    |---|---|---|
    | Alert on a full disk | Alice | 2026-06-01 |
    | [Action] | [Name] | [Date] |

## Passes

    # Post-mortem: payments down on 2026-05-06

    ## Action items

    | Action | Owner | Due |
    |---|---|---|
    | Alert on a full disk | Alice | 2026-06-01 |
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import NoSettings, Profile, Rule
from policies.subjects import documents_by_path, post_mortems
from tracker.models import Finding, Severity
from tracker.patterns import pattern
from tracker.world import World

_TEMPLATE = pattern(
    r"\[(?:name|title|date|owner|action|incident|brief|description|your|insert|tbd|todo|xxx)[^\]]*\](?!\()"
    r"|<(?:name|title|date|owner|action|incident|description|your|insert)[^>]*>|\{\{[^}]*\}\}|\bYYYY-MM-DD\b|\bINC-X+\b",
    re.IGNORECASE,
)

_HINT = pattern(r"[\[<{-]")
"""One of these is in every template text; most titles have none, and a set of characters is looked for forty times as fast."""


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Placeholder items of real post-mortems, and template text in titles."""
    documents = documents_by_path(world)
    for document in post_mortems(world):
        if document.title and (found := _TEMPLATE.search(document.title)):
            yield RULE.about(
                document, f"the title still holds {found[0]!r}", "Say what happened.", key="title"
            )
    for tracked in world.items:
        home = documents.get(tracked.path)
        if tracked.removed_at is not None or (home is not None and home.kind != "post-mortem"):
            continue
        if text := _left_over(tracked.item.title, placeholder=tracked.item.placeholder):
            yield RULE.on(tracked, "title", f"template text is left: {text!r}", "Fill it in or delete it.")


def _left_over(title: str, *, placeholder: bool) -> str | None:
    if placeholder:
        return title or "an empty row"
    found = _TEMPLATE.search(title) if _HINT.search(title) else None
    return found[0] if found else None


RULE = Rule("PM107", "placeholder", Severity.WARNING, Profile.STANDARD, check, NoSettings)
