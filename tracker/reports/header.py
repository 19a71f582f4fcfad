"""What both reports begin with: as of when, how fresh the trackers' data is, tiles with what was before, the trend."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from tracker.reports.audit import Audit, Freshness
from tracker.reports.page import Cell, Chart, Series, Tile, Tone, count_of, plain
from tracker.reports.review import Review
from tracker.reports.trend import Week
from tracker.world import Hindsight, RunRecord


def local_time(moment: dt.datetime, timezone: str, form: str = "%a %d %b %Y %H:%M %Z") -> str:
    """The moment on the clocks of the report, with the day and the zone's name."""
    return moment.astimezone(ZoneInfo(timezone)).strftime(form)


def notices(values: Audit | Review) -> tuple[Cell, ...]:
    """What a reader must know before the numbers: how fresh each tracker's data is, what is not known of a past day, what was imported."""
    return (
        *_freshness(values.freshness, values.moment, values.timezone),
        *_hindsight(values.hindsight, values.moment, values.timezone),
        *_imported(values.imported),
    )


def _freshness(found: Iterable[Freshness], moment: dt.datetime, timezone: str) -> tuple[Cell, ...]:
    """One sentence a tracker, with a warning tone where it is not fresh."""
    return tuple(
        Cell(_fresh(one, moment, timezone), tone=Tone.WARN if one.stale else Tone.GOOD) for one in found
    )


def _hindsight(hindsight: Hindsight | None, moment: dt.datetime, timezone: str) -> tuple[Cell, ...]:
    """What a report about a past day cannot know of it."""
    if hindsight is None:
        return ()
    if hindsight.begins is None or hindsight.begins > moment:
        begins = "nowhere" if hindsight.begins is None else local_time(hindsight.begins, timezone)
        return (
            Cell(
                f"history: begins {begins}, after the day of this report; nothing is known of it",
                tone=Tone.WARN,
            ),
        )
    if not hindsight.reread:
        return ()
    many = count_of(hindsight.reread, "document was", "documents were")
    told = f"documents: {many} read again after that day, which an older pmtrack did not keep; titles, severities and headers are those of the latest reading"
    return (Cell(told, tone=Tone.WARN),)


def _imported(imported: int) -> tuple[Cell, ...]:
    """Why more was open at an earlier moment than a report said at that moment."""
    if not imported:
        return ()
    many = count_of(imported, "item")
    told = f"history: {many} of post-mortems that were read for the first time since then, counted from their own days on"
    return (Cell(told),)


def nothing_read(last_sync: RunRecord | None) -> str:
    """What to do where the state holds no post-mortem."""
    if last_sync is None:
        return "Nothing was read yet: run `pmtrack sync`"
    return "Nothing was read: the last sync found no post-mortem; see `documents` in pmtrack.toml"


def _fresh(one: Freshness, moment: dt.datetime, timezone: str) -> str:
    name, success = plain(one.tracker.name), one.tracker.last_success
    if success is None:
        return f"{name}: never read"
    age = f"{age_in_words(one.age_hours or 0.0)} before this report"
    told = f"{name}: read {local_time(success, timezone)} ({'after the day of this report' if success > moment else age})"
    return f"{told}; last attempt failed: {plain(one.tracker.error)}" if one.tracker.error else told


def age_in_words(hours: float) -> str:
    """An age in words, such as 5 min, 3 h or 2 days."""
    if hours < 1:
        return f"{hours * 60:.0f} min"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"


def compared(
    label: str, now: int, before: int, *, bad_up: bool | None, than: str, same: str = "unchanged"
) -> Tile:
    """A tile with the difference to before.

    Args:
        label: What is counted.
        now: The number.
        before: The number it is compared with.
        bad_up: Whether more is worse; None where neither is.
        than: When that was ("at the last audit").
        same: What is said where both are equal.
    """
    difference = now - before
    detail = (
        f"{'▲' if difference > 0 else '▼'} {abs(difference)}, was {before} {than}" if difference else same
    )
    tone = Tone.PLAIN
    if difference and bad_up is not None:
        tone = Tone.BAD if (difference > 0) is bad_up else Tone.GOOD
    return Tile(label, str(now), detail, tone)


def backlog_chart(weeks: Sequence[Week]) -> Chart:
    """Open and overdue at the end of each week."""
    first, last = weeks[0].flow.open_at_end, weeks[-1].flow.open_at_end
    return Chart(
        "lines",
        "Backlog",
        f"Open items at the end of each week: {first} in the week of {weeks[0].first_day}, {last} now; "
        f"{weeks[-1].overdue} of them overdue.",
        tuple(f"{week.first_day:%d %b}" for week in weeks),
        (
            Series("Open", tuple(float(week.flow.open_at_end) for week in weeks)),
            Series("Overdue", tuple(float(week.overdue) for week in weeks), "bad"),
        ),
    )


def flow_chart(weeks: Sequence[Week]) -> Chart:
    """Opened and closed in each week."""
    opened = tuple(float(week.flow.opened + week.flow.reopened) for week in weeks)
    closed = tuple(float(week.flow.closed) for week in weeks)
    return Chart(
        "columns",
        "Opened and closed",
        f"In {len(weeks)} weeks {sum(opened):.0f} items were opened or reopened and {sum(closed):.0f} closed.",
        tuple(f"{week.first_day:%d %b}" for week in weeks),
        (Series("Opened", opened, "main"), Series("Closed", closed, "good")),
    )
