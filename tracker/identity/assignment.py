"""The best overall assignment of rows to known items by score, and which parts of it are clear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from tracker.identity.likeness import ACCEPT, DOUBT
from tracker.values import dataclass

MARGIN = 0.08  # two overall assignments closer than this are about equally good


@dataclass(slots=True)
class Assignment:
    """Pairs that are clear, and for each row that is not, the items that it could be."""

    clear: dict[int, int] = field(default_factory=dict)
    unclear: dict[int, tuple[int, ...]] = field(default_factory=dict)


def assign(scores: Mapping[tuple[int, int], float], *, accept: float = ACCEPT) -> Assignment:
    """Assign rows to items.

    Args:
        scores: (row, item) -> likeness; a pair that is not in it does not come into question.
        accept: Least score of a pair.

    A pair is clear if it scores `accept` or more and every other overall assignment that splits it is worse by `MARGIN`.
    """
    result = Assignment()
    pairs = _improved(_greedy(scores), scores)
    taken = {item: row for row, item in pairs.items()}
    by_row: dict[int, list[int]] = {}
    for row, item in scores:
        by_row.setdefault(row, []).append(item)
    for row, candidates in by_row.items():
        rivals = _rivals(row, candidates, pairs, taken, scores)
        mine = pairs.get(row)
        if mine is not None and scores[row, mine] >= accept and not rivals:
            result.clear[row] = mine
        elif doubtful := sorted({*rivals, *([mine] if mine is not None else [])}):
            result.unclear[row] = tuple(doubtful)
    return _without_contradictions(result)


def _greedy(scores: Mapping[tuple[int, int], float]) -> dict[int, int]:
    pairs: dict[int, int] = {}
    used: set[int] = set()
    for row, item in sorted(scores, key=lambda pair: (-scores[pair], pair)):
        if scores[row, item] >= DOUBT and row not in pairs and item not in used:
            pairs[row] = item
            used.add(item)
    return pairs


def _improved(pairs: dict[int, int], scores: Mapping[tuple[int, int], float]) -> dict[int, int]:
    """Exchange partners while that makes the whole better; the sum grows with every exchange, so this ends."""
    taken = {item: row for row, item in pairs.items()}
    changed = True
    while changed:
        changed = False
        for row, item in sorted(scores):
            other = taken.get(item)
            mine = pairs.get(row)
            if other is None or other == row or mine is None:
                continue
            gain = scores[row, item] + scores.get((other, mine), -1) - scores[row, mine] - scores[other, item]
            if gain > 1e-9:
                pairs[row], pairs[other] = item, mine
                taken[item], taken[mine] = row, other
                changed = True
    return pairs


def _rivals(
    row: int,
    candidates: list[int],
    pairs: Mapping[int, int],
    taken: Mapping[int, int],
    scores: Mapping[tuple[int, int], float],
) -> list[int]:
    """Items that this row could about as well be, in an overall assignment that is not much worse."""
    mine = pairs.get(row)
    have = scores[row, mine] if mine is not None else 0.0
    result = []
    for item in candidates:
        score = scores[row, item]
        if item == mine or score < DOUBT:
            continue
        owner = taken.get(item)
        if owner is None:
            loss = have - score
        else:
            back = scores.get((owner, mine), 0.0) if mine is not None else 0.0
            loss = have + scores[owner, item] - score - (back if back >= DOUBT else 0.0)
        if loss < MARGIN:
            result.append(item)
    return result


def _without_contradictions(result: Assignment) -> Assignment:
    """A clear pair whose item an unclear row could about as well be is not clear."""
    wanted = {item for items in result.unclear.values() for item in items}
    for row, item in list(result.clear.items()):
        if item in wanted:
            del result.clear[row]
            result.unclear[row] = (item,)
    return result
