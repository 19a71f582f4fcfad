"""Which pairs of rows and items come into question at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

from tracker.identity import likeness
from tracker.models import ActionItem

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

EVERY_PAIR = 2_500  # up to so many pairs all are scored; above, only those that share an uncommon word
COMMON_WORD = 50  # a word in more items than this does not bring two items together


def near(rows: Sequence[str], items: Sequence[str]) -> Iterable[tuple[int, int]]:
    """Pairs worth scoring: all where they are few, else those that share an uncommon word."""
    if len(rows) * len(items) <= EVERY_PAIR:
        return ((row, item) for row in range(len(rows)) for item in range(len(items)))
    index: defaultdict[str, list[int]] = defaultdict(list)
    for number, title in enumerate(items):
        for word in set(likeness.words(title)):
            index[word].append(number)
    return (
        (row, item)
        for row, title in enumerate(rows)
        for item in sorted(
            {
                number
                for word in likeness.words(title)
                if len(index.get(word, ())) <= COMMON_WORD
                for number in index.get(word, ())
            }
        )
    )


def heir_of(item: ActionItem, row: ActionItem, others: Iterable[tuple[Key, ActionItem]]) -> Key | None:
    """A re-worded row that has the owner and date of an item whose text `row` has with others, or its id; its key."""
    differ = likeness.differ(row, item)
    if not differ and not likeness.differ_in_id(row, item):
        return None
    alike = (
        key
        for key, other in others
        if likeness.share_all(other, item)
        and _re_worded(other, item)
        and (differ or not likeness.differ_in_id(other, item))
    )
    return next(alike, None)


def _re_worded(one: ActionItem, other: ActionItem) -> bool:
    if likeness.items(one, other) >= likeness.ACCEPT:
        return True
    return likeness.titles_but_for_numbers(one.title, other.title) >= likeness.ALIKE


def grouped(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, list[Value]]:
    """Values by key, in their order."""
    groups: defaultdict[Key, list[Value]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups
