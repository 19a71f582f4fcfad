"""What kind of work an action item is, by its category or heading, or else by its words (English only)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from policies.wording import any_language
from tracker.models import ActionItem
from tracker.patterns import pattern

KINDS = ("prevent", "detect", "mitigate", "respond", "document", "investigate")
_WORD = pattern(r"[^\W_]+")


def kind_of(item: ActionItem) -> str | None:
    """One of `KINDS`; None where nothing tells."""
    return _stated(item.category) or _stated(item.section) or _told(item.title)


@lru_cache(maxsize=4096)
def _stated(text: str | None) -> str | None:
    word = (text or "").strip().casefold()
    return (
        next((kind for kind, names in _names().items() for name in names if name in word), None)
        if word
        else None
    )


@lru_cache(maxsize=1)
def _names() -> Mapping[str, tuple[str, ...]]:
    return {kind: any_language(f"type.{kind}") for kind in KINDS}


def _told(title: str) -> str | None:
    words = _WORD.findall(title.casefold())
    for kind in ("detect", "mitigate", "prevent"):
        if any(word in any_language(f"does.{kind}") for word in words):
            return kind
    return None
