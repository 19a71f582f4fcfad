"""How alike two action items are, as a number between 0 and 1.

A plain string distance will not do: "Remove alerting for payment queue depth" scores 94 of 100 against "Add alerting for
payment queue depth" with rapidfuzz's token_set_ratio, higher than a true re-wording. So words are compared, and a change
of the leading verb, of a number or of a negation weighs more than its length.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from tracker.models import ActionItem

ACCEPT = 0.75  # from here on a row is that item
DOUBT = 0.60  # from here on it could be; a person decides
ALIKE = 0.6  # titles that are so alike have something in common
SUBSTITUTED = 0.6  # at most so alike are titles of which one has a word where the other has another
TYPO = 0.9  # titles less alike than this differ by more than spelling
SAME_WORD = 0.75  # fuzzy likeness from which two words are one with a typo ("alerting", "alertnig")

_WORD = re.compile(r"\w+(?:[.'’]\w+)*")
_LIGHT = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "for",
        "to",
        "in",
        "on",
        "at",
        "by",
        "and",
        "or",
        "with",
        "from",
        "as",
        "is",
        "be",
        "der",
        "die",
        "das",
        "und",
        "für",
        "le",
        "la",
        "les",
        "de",
    ]
)
_NEGATIONS = frozenset(
    ["not", "no", "never", "without", "don't", "dont", "nicht", "kein", "keine", "sans", "pas"]
)
_OPPOSITES = frozenset(
    frozenset(pair.split("/"))
    for pair in [
        "add/remove",
        "add/delete",
        "create/delete",
        "create/remove",
        "enable/disable",
        "increase/decrease",
        "raise/lower",
        "start/stop",
        "open/close",
        "allow/block",
        "allow/deny",
        "allow/forbid",
        "attach/detach",
        "install/uninstall",
        "upgrade/downgrade",
        "grow/shrink",
        "increase/reduce",
        "raise/reduce",
        "extend/shorten",
        "deploy/undeploy",
        "lock/unlock",
        "mount/unmount",
        "up/down",
        "scale/descale",
        "introduce/remove",
        "keep/remove",
        "introduce/drop",
        "add/drop",
        "keep/drop",
        "publish/unpublish",
        "on/off",
        "before/after",
        "include/exclude",
        "first/last",
        "minimum/maximum",
        "min/max",
        "connect/disconnect",
        "encrypt/decrypt",
    ]
)


@lru_cache(maxsize=65536)
def normal(title: str) -> str:
    """The title for comparing: compatibility forms folded, lower case, words only, single spaces."""
    return " ".join(words(title))


@lru_cache(maxsize=65536)
def words(title: str) -> tuple[str, ...]:
    """The words of a title, folded. A title without any word counts as one word."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    return tuple(_WORD.findall(folded)) or ((folded.strip(),) if folded.strip() else ())


def titles(one: str, other: str) -> float:
    """Likeness of two titles: 1 for the same words, about 0 for unrelated ones."""
    mine, theirs = words(one), words(other)
    if mine == theirs:
        return 1.0
    if not mine or not theirs:
        return 0.0
    left, right = Counter(mine), Counter(theirs)
    shared = 2 * _weight((left & right).elements())
    only_left, only_right = list((left - right).elements()), list((right - left).elements())
    ceiling = _ceiling(mine, theirs, only_left, only_right)
    typos, only_left, only_right = _fuzzy(only_left, only_right)
    if _content(only_left) and _content(only_right):
        ceiling = min(ceiling, SUBSTITUTED)
    return min((shared + typos) / (_weight(mine) + _weight(theirs)), ceiling)


def titles_but_for_numbers(one: str, other: str) -> float:
    """Likeness of two titles without their numbers; 0 where that leaves nothing to compare."""
    mine, theirs = ([word for word in words(each) if not _numeric(word)] for each in (one, other))
    return titles(" ".join(mine), " ".join(theirs)) if _content(mine) and _content(theirs) else 0.0


def items(one: ActionItem, other: ActionItem, *, neighbours: float | None = None) -> float:
    """Likeness of two items: of their titles, strengthened by owner, due date, section, own id and neighbours.

    Args:
        one: An item.
        other: Another one.
        neighbours: Share of the rows above and below that are the same on both sides; None where that says nothing
            (different documents).
    """
    title = titles(one.title, other.title)
    whole = 1 - (1 - title) * (1 - 0.55 * agreement(one, other, neighbours=neighbours))
    if whole < DOUBT and share_all(one, other) and titles_but_for_numbers(one.title, other.title) >= ALIKE:
        return DOUBT  # the same owner, date and words, another number: one row that was changed, or two
    return whole


def agreement(one: ActionItem, other: ActionItem, *, neighbours: float | None = None) -> float:
    """How far everything but the title agrees, 0 to 1; what neither side states counts half."""
    votes = [
        (2.0, _same(_owners(one), _owners(other))),
        (2.0, _same(one.due, other.due)),
        (2.0, _same(_folded(one.local_id), _folded(other.local_id))),
        (1.0, _same(_folded(one.section), _folded(other.section))),
    ]
    if neighbours is not None:
        votes.append((2.5, neighbours))
    return sum(weight * vote for weight, vote in votes) / sum(weight for weight, _ in votes)


def differ(one: ActionItem, other: ActionItem) -> bool:
    """Whether both state an owner or a date and not the same."""
    owners = _owners(one), _owners(other)
    return (all(owners) and not owners[0] & owners[1]) or bool(one.due and other.due and one.due != other.due)


def differ_in_id(one: ActionItem, other: ActionItem) -> bool:
    """Whether both have an id of the document that is more than a plain number, and not the same."""
    ids = _folded(one.local_id), _folded(other.local_id)
    return all(ids) and ids[0] != ids[1] and not any(each.isdigit() for each in ids)


def strangers(one: ActionItem, other: ActionItem) -> bool:
    """Whether both state owner and date, agree in neither, and their titles differ by more than a typo."""
    stated = one.owners and other.owners and one.due and other.due
    apart = one.due != other.due and not _owners(one) & _owners(other)
    return bool(stated) and apart and titles(one.title, other.title) < TYPO


def share_one(one: ActionItem, other: ActionItem) -> bool:
    """Whether they agree in an owner or a date that both state."""
    return bool(_owners(one) & _owners(other)) or (one.due is not None and one.due == other.due)


def share_all(one: ActionItem, other: ActionItem) -> bool:
    """Whether both state owner and date and agree in both."""
    return bool(one.owners and one.due) and (_owners(one), one.due) == (_owners(other), other.due)


def signature(item: ActionItem, *, own_id: bool = True) -> tuple[object, ...]:
    """Everything by which two rows of one text can be told apart, with the document's own id or without it."""
    return (
        _owners(item),
        item.due,
        _folded(item.local_id) if own_id else "",
        _folded(item.section),
        item.priority,
        item.category,
    )


def _owners(item: ActionItem) -> frozenset[str]:
    return frozenset(owner.casefold() for owner in item.owners)


def _folded(text: str | None) -> str:
    return (text or "").casefold().strip()


def _same(one: object, other: object) -> float:
    if not one and not other:
        return 0.5
    return 1.0 if one == other else 0.0


def _weight(found: Iterable[str]) -> float:
    return sum(1.0 if word in _LIGHT else min(len(word), 8) + 1.0 for word in found)


def _fuzzy(left: list[str], right: list[str]) -> tuple[float, list[str], list[str]]:
    """Weight of words that are the same but for a typo, each used once; and the words that are left over."""
    from rapidfuzz.fuzz import ratio

    shared, alone, free = 0.0, list[str](), list(right)
    for word in left:
        best = max(free, key=lambda each: ratio(word, each), default=None)
        score = _spelling(word, best) if best is not None else 0.0
        if best is None or score < SAME_WORD:
            alone.append(word)
            continue
        free.remove(best)
        shared += score * (_weight([word]) + _weight([best]))
    return shared, alone, free


def _content(left_over: list[str]) -> bool:
    return any(word not in _LIGHT for word in left_over)


def _ceiling(
    mine: tuple[str, ...], theirs: tuple[str, ...], only_left: list[str], only_right: list[str]
) -> float:
    """The most that two titles can be alike although words of weight differ."""
    if any(frozenset((a, b)) in _OPPOSITES for a in only_left for b in only_right):
        return 0.2
    if _NEGATIONS & {*only_left, *only_right}:
        return 0.3
    numbers = {word for word in only_left if _numeric(word)}, {word for word in only_right if _numeric(word)}
    if numbers[0] or numbers[1]:
        return 0.4
    if not _same_verb(mine[0], theirs[0]):
        return 0.5
    return 1.0


def _numeric(word: str) -> bool:
    return any(character.isdigit() for character in word)


def _same_verb(one: str, other: str) -> bool:
    return _spelling(one, other) >= SAME_WORD or one.startswith(other[:4]) or other.startswith(one[:4])


def _spelling(one: str, other: str) -> float:
    """How alike two words are spelled; a word with a syllable before it is another word ("move", "remove")."""
    from rapidfuzz.fuzz import ratio

    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    if _numeric(one) or (longer.endswith(shorter) and len(longer) - len(shorter) > 1):
        return 0.0
    return ratio(one, other) / 100
