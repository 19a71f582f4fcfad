"""What stands above and below a row, as evidence for who it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tracker.identity.values import Binding, Place


class Neighbours:
    """Whether the rows above and below an item are still those above and below a row."""

    def __init__(self, bound: Mapping[Place, Binding], rows: Sequence[Place], ids: Sequence[str]) -> None:
        self._binding = {place: binding.item_id for place, binding in bound.items()}
        self._row_at = {place: number for number, place in enumerate(rows)}
        self._item_at = {item_id: number for number, item_id in enumerate(ids)}
        self._rows, self._ids = rows, ids

    def agreement(self, place: Place, item_id: str) -> float:
        """1 if both neighbours are the same, 0.5 if one is (or both have none there)."""
        row, item = self._row_at[place], self._item_at[item_id]
        return sum(0.5 for step in (-1, 1) if self._row(row + step) == self._item(item + step))

    def _row(self, number: int) -> str | None:
        if not 0 <= number < len(self._rows):
            return ""
        return self._binding.get(self._rows[number])

    def _item(self, number: int) -> str:
        return self._ids[number] if 0 <= number < len(self._ids) else ""
