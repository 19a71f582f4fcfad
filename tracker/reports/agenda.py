"""The ten items to talk about in the weekly meeting, and why each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tracker.reports.incidents import RELATIONS, KnownButUnfixed
from tracker.reports.lines import ItemLine
from tracker.reports.metrics import urgency
from tracker.reports.page import count_of
from tracker.severity import incident_of, severity_rank
from tracker.values import dataclass

LENGTH = 10
_SEVERE = 2
"""The lowest rank of a severe incident, as for PM404."""


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """An item to talk about: the reasons, the weightiest first, and their weight."""

    line: ItemLine
    reasons: tuple[str, ...]
    weight: int


def agenda(
    lines: Iterable[ItemLine], known: Sequence[KnownButUnfixed], stale_ids: frozenset[str]
) -> tuple[AgendaItem, ...]:
    """Up to ten open items by weight; none without a reason."""
    repeated = {line.item_id: one for one in known for line in one.lines}
    weighed = []
    for line in lines:
        if line.is_open:
            reasons = _reasons(line, repeated.get(line.item_id), line.item_id in stale_ids)
            if reasons:
                weighed.append((sum(weight for weight, _ in reasons), reasons, line))
    weighed.sort(key=lambda entry: (-entry[0], urgency(entry[2])))
    return tuple(
        AgendaItem(line, tuple(text for _, text in sorted(reasons, reverse=True)), weight)
        for weight, reasons, line in weighed[:LENGTH]
    )


def _reasons(line: ItemLine, known: KnownButUnfixed | None, is_stale: bool) -> list[tuple[int, str]]:
    """What speaks for talking about the item, with weights that only matter against each other."""
    found: list[tuple[int, str]] = []
    if known is not None:
        name = known.incident.incident or known.incident.title
        found.append((50, f"was open when {name} happened ({RELATIONS[known.why]})"))
    if line.late_days:
        found.append((min(40, 10 + line.late_days // 3), f"{count_of(line.late_days, 'day')} overdue"))
    if line.slips >= 2:
        found.append(
            (
                8 * min(4, line.slips),
                f"due date moved {count_of(line.slips, 'time')}, {count_of(line.slipped_days, 'day')} in all",
            )
        )
    if "gone" in line.flags:
        found.append((20, "its issue no longer exists"))
    if not found and not is_stale:
        return []
    if not line.owners:
        found.append((15, "nobody owns it"))
    if is_stale:
        found.append((8, f"untouched since {line.touched}"))
    rank = severity_rank(line.severity)
    if line.severity and rank is not None and rank <= _SEVERE:
        found.append((10, f"from {incident_of(line.severity)}"))
    if line.priority == 0:
        found.append((6, "most urgent priority"))
    return found
