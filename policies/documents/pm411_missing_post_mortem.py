"""An incident that a document names as related and that has no document.

Only references that look like an incident id are judged ("INC-12", "2026-05-06-spool"), not links to other systems.

## Why

An incident that others refer to was worth remembering; without a post-mortem its action items are nowhere. Many archives begin
in the middle, so the rule is in the profile `strict` only.

## Fails

INC-12 names INC-7 as a related incident; no document is about INC-7.

## Passes

INC-12 names INC-7; docs/postmortems/inc-7.md is about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from policies.calendar import Calendar
from policies.rule import NoSettings, Profile, Rule, Scope
from tracker.models import Finding, Severity
from tracker.patterns import pattern
from tracker.related import find_related, index_documents
from tracker.world import World

_ID = pattern(r"^[A-Z][A-Z_]{1,11}[-_ ]?\d[\w-]*$|^\d{4}-\d{2}-\d{2}[\w-]*$", re.IGNORECASE)


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every related incident without a document."""
    index = index_documents(world.documents)
    for document in index.post_mortems:
        for name in document.related:
            if _ID.match(name.strip()) and find_related(index, name) is None:
                yield RULE.about(
                    document,
                    f"{name} has no post-mortem among the documents",
                    "Write it, or correct the reference.",
                    place="related",
                    key=name,
                )


RULE = Rule(
    "PM411", "missing-post-mortem", Severity.INFO, Profile.STRICT, check, NoSettings, scope=Scope.DOCUMENT
)
