"""The world made ready for a report: one life an item, its line when a number asks for it, shared by all numbers."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import field
from functools import cached_property

from tracker.calendar import Calendar
from tracker.models import PostMortem, Status
from tracker.people import people_of
from tracker.reports.history import Life, lives
from tracker.reports.incidents import post_mortems
from tracker.reports.lines import ItemLine, Lens, Linker, aged, is_verified, line_of, nowhere, status_at
from tracker.reports.settings import ReportSettings
from tracker.values import dataclass
from tracker.world import World


@dataclass(frozen=True)
class Ledger:
    """Everything that the metrics ask.

    Most items of a large archive were closed long ago, and nothing is said of them but their number: lines are made when they
    are asked for.

    Attributes:
        documents: The post-mortems of incidents up to the day of the report.
        lives: Every item that was ever there up to the moment.
        later: The ledger of the same world at a later moment, whose lines this one uses again.
    """

    world: World
    settings: ReportSettings
    lens: Lens
    documents: tuple[PostMortem, ...]
    lives: tuple[Life, ...]
    later: Ledger | None = None
    _made: dict[int, ItemLine] = field(default_factory=dict, repr=False, compare=False)

    @property
    def moment(self) -> dt.datetime:
        """The moment of the report, UTC."""
        return self.lens.moment

    @property
    def today(self) -> dt.date:
        """Its local day."""
        return self.lens.today

    @property
    def calendar(self) -> Calendar:
        """The calendar of the report."""
        return self.lens.calendar

    def line(self, life: Life) -> ItemLine:
        """The line of one of the lives, of a removed one too."""
        known = self._made.get(id(life))
        if known is None:
            known = self._made[id(life)] = self._line(life)
        return known

    def _line(self, life: Life) -> ItemLine:
        if self.later is None or _changed_after(life, self.moment):
            return line_of(life, self.lens)
        line = self.later.line(life)
        if life.is_open_at(self.moment) != line.is_open:
            return line_of(life, self.lens)
        return aged(line, self.lens) if line.is_open else line

    @cached_property
    def here(self) -> tuple[tuple[Life, ...], tuple[Life, ...]]:
        """The items that are there at the moment: the open ones, the closed ones."""
        moment = self.moment
        still: list[Life] = []
        closed: list[Life] = []
        for life in self.lives:
            if life.exists_at(moment):
                (still if life.is_open_at(moment) else closed).append(life)
        return tuple(still), tuple(closed)

    @cached_property
    def open_lines(self) -> tuple[ItemLine, ...]:
        """The items that are there and have work left to do."""
        return tuple(map(self.line, self.here[0]))

    @cached_property
    def lines(self) -> tuple[ItemLine, ...]:
        """The items that are there, in the world's order."""
        moment = self.moment
        return tuple(self.line(life) for life in self.lives if life.exists_at(moment))

    @cached_property
    def endings(self) -> Mapping[str, int]:
        """How many of the closed items are `done`, how many of those `verified`, and how many `dropped`."""
        counted: Counter[str] = Counter()
        for life in self.here[1]:
            status = status_at(life, self.moment, is_open=False)
            counted["dropped" if status is Status.CANCELLED else "done"] += 1
            counted["verified"] += is_verified(life, status)
        return counted


def earlier(ledger: Ledger, moment: dt.datetime) -> Ledger:
    """The ledger of the same world at an earlier moment; what cannot have changed since is not computed again."""
    today = ledger.calendar.day(moment)
    lens = dataclasses.replace(ledger.lens, moment=moment, today=today)
    found = tuple(life for life in ledger.lives if life.opened <= moment)
    documents = tuple(one for one in ledger.documents if one.date is None or one.date <= today)
    return Ledger(ledger.world, ledger.settings, lens, documents, found, ledger)


def _changed_after(life: Life, moment: dt.datetime) -> bool:
    events, removed = life.tracked.events, life.tracked.removed_at
    return bool(events and events[-1].at > moment) or (removed is not None and removed > moment)


def ledger_of(
    world: World, settings: ReportSettings, *, timezone: str = "UTC", link: Linker = nowhere
) -> Ledger:
    """The ledger of a world at its `now`.

    Args:
        world: As of the moment of the report; later events are allowed and not looked at.
        settings: `[reports]`.
        timezone: IANA name of the zone in which days are counted.
        link: Gives the address under which people can read a line of a document.
    """
    calendar = settings.calendar(timezone)
    lens = Lens(
        world.now,
        calendar.day(world.now),
        calendar,
        people_of(world.people),
        link,
        business=settings.late_in == "business-days",
    )
    found = tuple(life for life in lives(world) if life.opened <= world.now)
    known = tuple(one for one in post_mortems(world.documents) if one.date is None or one.date <= lens.today)
    return Ledger(world, settings, lens, known, found)
