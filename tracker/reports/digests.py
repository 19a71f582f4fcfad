"""Who should hear of which items: owners of what is late or due soon, managers of what is late for long. Pure.

Only people of the people map are addressed; an item goes to its first owner, so that nobody hears of it twice.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from tracker.models import Person
from tracker.reports.lines import ItemLine
from tracker.values import dataclass


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person should hear of, the oldest due date first."""

    kind: Literal["reminder", "escalation"]
    person: Person
    lines: tuple[ItemLine, ...]

    @property
    def late(self) -> int:
        """Items after their due date."""
        return sum(line.late_days > 0 for line in self.lines)


def reminders(
    lines: Iterable[ItemLine],
    people: Mapping[str, Person],
    today: dt.date,
    *,
    due_soon_days: int,
    heard: Collection[str],
) -> tuple[Digest, ...]:
    """One digest an owner with what is late or due within `due_soon_days`.

    Args:
        lines: Items of the day.
        people: The people map.
        today: Local day.
        due_soon_days: 0 for what is due today.
        heard: Ids of the items of which owners heard today already.
    """
    last = today + dt.timedelta(days=due_soon_days)
    grouped: dict[str, list[ItemLine]] = defaultdict(list)
    for line in lines:
        wanted = line.is_open and line.due is not None and line.due <= last
        if wanted and line.item_id not in heard and line.owners and line.owners[0] in people:
            grouped[line.owners[0]].append(line)
    return tuple(Digest("reminder", people[name], _ordered(grouped[name])) for name in sorted(grouped))


def escalations(
    lines: Iterable[ItemLine],
    people: Mapping[str, Person],
    today: dt.date,
    *,
    after_days: int,
    heard: Collection[str],
) -> tuple[Digest, ...]:
    """One digest a manager with what is more than `after_days` late in the team; `heard` as for reminders."""
    last = today - dt.timedelta(days=after_days)
    grouped: dict[str, list[ItemLine]] = defaultdict(list)
    for line in lines:
        owner = people.get(line.owners[0]) if line.owners else None
        late = line.is_open and line.due is not None and line.due < last
        if late and owner is not None and owner.manager in people and line.item_id not in heard:
            grouped[str(owner.manager)].append(line)
    return tuple(Digest("escalation", people[name], _ordered(grouped[name])) for name in sorted(grouped))


def _ordered(lines: Iterable[ItemLine]) -> tuple[ItemLine, ...]:
    return tuple(sorted(lines, key=lambda line: (line.due or dt.date.max, line.path, line.line)))
