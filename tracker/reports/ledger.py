"""The world made ready for a report: one life and one line an item, computed once and shared by all numbers."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from tracker.calendar import Calendar
from tracker.models import PostMortem
from tracker.people import people_of
from tracker.reports.history import Life, lives
from tracker.reports.incidents import post_mortems
from tracker.reports.lines import ItemLine, Lens, aged, line_of
from tracker.reports.settings import ReportSettings
from tracker.world import World


@dataclass(frozen=True, slots=True)
class Ledger:
    """Everything that the metrics ask.

    Attributes:
        documents: The post-mortems of incidents up to the day of the report.
        lives: Every item that was ever there up to the moment.
        lines: The items that are there at the moment.
        line_by_life: The line of every life, by `id(life)`, removed ones too.
    """

    world: World
    settings: ReportSettings
    lens: Lens
    documents: tuple[PostMortem, ...]
    lives: tuple[Life, ...]
    lines: tuple[ItemLine, ...]
    line_by_life: Mapping[int, ItemLine]

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


def earlier(ledger: Ledger, moment: dt.datetime) -> Ledger:
    """The ledger of the same world at an earlier moment; what cannot have changed since is not computed again."""
    today = ledger.calendar.day(moment)
    lens = dataclasses.replace(ledger.lens, moment=moment, today=today)
    found = tuple(life for life in ledger.lives if life.opened <= moment)
    lines = {id(life): _line_before(life, ledger.line_by_life[id(life)], lens) for life in found}
    here = tuple(lines[id(life)] for life in found if life.exists_at(moment))
    documents = tuple(one for one in ledger.documents if one.date is None or one.date <= today)
    return Ledger(ledger.world, ledger.settings, lens, documents, found, here, lines)


def _line_before(life: Life, line: ItemLine, lens: Lens) -> ItemLine:
    events, removed = life.tracked.events, life.tracked.removed_at
    if (events and events[-1].at > lens.moment) or (removed is not None and removed > lens.moment):
        return line_of(life, lens)
    if life.is_open_at(lens.moment) != line.is_open:
        return line_of(life, lens)
    return line if not line.is_open else aged(line, lens)


def ledger_of(
    world: World, settings: ReportSettings, *, timezone: str = "UTC", link_base: str | None = None
) -> Ledger:
    """The ledger of a world at its `now`.

    Args:
        world: As of the moment of the report; later events are allowed and not looked at.
        settings: `[reports]`.
        timezone: IANA name of the zone in which days are counted.
        link_base: URL under which people can read the documents.
    """
    calendar = settings.calendar(timezone)
    lens = Lens(
        world.now,
        calendar.day(world.now),
        calendar,
        people_of(world.people),
        link_base,
        business=settings.late_in == "business-days",
    )
    found = tuple(life for life in lives(world) if life.opened <= world.now)
    lines = {id(life): line_of(life, lens) for life in found}
    here = tuple(lines[id(life)] for life in found if life.exists_at(world.now))
    known = tuple(one for one in post_mortems(world.documents) if one.date is None or one.date <= lens.today)
    return Ledger(world, settings, lens, known, found, here, lines)
