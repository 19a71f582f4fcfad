"""A new incident that names a related one which still has open or dropped items.

The related incident must have a document among those that are checked (or in the state), found by its incident id, its path
or the name of its file, and be older than the one that names it.

## Why

The incident happened again while its fix was waiting, or after it was given up: the most expensive way to learn that an
action item mattered. The weekly review counts these under "known but unfixed".

## Fails

INC-12 names INC-7 as a related incident; the document of INC-7 has an open item.

## Passes

INC-12 names INC-7; all items of INC-7 are done.
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.drift.pm305_dropped import dropped_as
from policies.rule import NoSettings, Profile, Rule, Scope
from policies.subjects import by_document, is_open
from tracker.models import Finding, PostMortem, Severity
from tracker.related import earlier_relatives, index_documents
from tracker.world import TrackedItem, World


def check(world: World, _settings: NoSettings, _calendar: Calendar) -> Iterator[Finding]:
    """Every post-mortem whose relatives are not settled."""
    index = index_documents(world.documents)
    items = {document.path: items for document, items in by_document(world)}
    for document in sorted(index.post_mortems, key=lambda one: one.path):
        for name, other in earlier_relatives(index, document).items():
            unsettled = [one for one in items.get(other.path, ()) if is_open(one) or dropped_as(one)]
            if unsettled:
                yield _finding(document, name, other, unsettled)


def _finding(document: PostMortem, name: str, other: PostMortem, items: list[TrackedItem]) -> Finding:
    first = items[0].item
    return RULE.about(
        document,
        f"{name} happened before, and {len(items)} of its action items are not done "
        f"(first: {first.title!r}, {other.path}:{first.line})",
        "Finish them, or say in both documents why they do not matter any more.",
        place="related",
        key=name,
    )


RULE = Rule(
    "PM409", "known-but-unfixed", Severity.ERROR, Profile.MINIMAL, check, NoSettings, scope=Scope.DOCUMENT
)
