"""What type of work an action item is, by its category or heading, or else by the words of its title (English only)."""

from __future__ import annotations

from policies.wording import any_language
from tracker.models import ActionItem
from tracker.patterns import pattern
from tracker.work_types import type_of

_WORD = pattern(r"[^\W_]+")


def type_of_item(item: ActionItem) -> str | None:
    """One of `tracker.work_types.TYPES`; None where nothing tells."""
    return type_of(item.category) or type_of(item.section) or _by_title(item.title)


def _by_title(title: str) -> str | None:
    words = _WORD.findall(title.casefold())
    for name in ("detect", "mitigate", "prevent"):
        if any(word in any_language(f"does.{name}") for word in words):
            return name
    return None
