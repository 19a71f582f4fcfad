"""The weekly review, for the meeting and for leadership: is the work from incidents getting done?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from tracker.reports import incidents, metrics
from tracker.reports.agenda import AgendaItem, agenda
from tracker.reports.audit import Freshness, freshness, last_sync
from tracker.reports.ledger import Ledger
from tracker.reports.lines import NO_TEAM, ItemLine
from tracker.reports.periods import Period, period_before
from tracker.reports.trend import Week, trend
from tracker.values import dataclass
from tracker.world import Hindsight, RunRecord

_NEXT_DAYS = 14
_NO_SEVERITY, _NO_PRIORITY = "not stated", "not stated"


@dataclass(frozen=True, slots=True)
class Measured:
    """The numbers of one period; the review holds them for this one and the one before."""

    period: Period
    flow: metrics.Flow
    on_time: metrics.Rate
    time_to_close: metrics.Duration
    slips: metrics.Slips


@dataclass(frozen=True, slots=True)
class Closing:
    """How closed items ended, of those that were closed in the period and all that are there."""

    verified: int
    unverified: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Review:
    """Everything that the review says; the renderers add nothing.

    Attributes:
        hindsight: What is not known of a past day, None for now.
        imported: Items that count from a day before the period and were first read in it: those of old post-mortems.
        on_time_trend: On-time rate over the weeks of the trend, all items and by `severity`, `priority` and `team`.
        types_open: Kinds of work of what is open. `types_opened`: of what came up in the period.
        closing: Of the items closed in the period.
        unverified: Done longer ago than the settings allow, without evidence.
    """

    moment: dt.datetime
    today: dt.date
    timezone: str
    freshness: tuple[Freshness, ...]
    hindsight: Hindsight | None
    last_sync: RunRecord | None
    imported: int
    totals: metrics.Totals
    now: Measured
    before: Measured
    trend: tuple[Week, ...]
    on_time_trend: metrics.Rate
    on_time_by: Mapping[str, Mapping[str, metrics.Rate]]
    ages: tuple[tuple[str, int], ...]
    due_7: tuple[ItemLine, ...]
    due_14: tuple[ItemLine, ...]
    overdue_by_owner: tuple[metrics.Group, ...]
    overdue_by_team: tuple[metrics.Group, ...]
    slipping: tuple[ItemLine, ...]
    types_open: tuple[tuple[str, int], ...]
    types_opened: tuple[tuple[str, int], ...]
    known: tuple[incidents.KnownButUnfixed, ...]
    published: tuple[incidents.DocumentLine, ...]
    late: tuple[incidents.DocumentLine, ...]
    without_items: tuple[incidents.DocumentLine, ...]
    follow_ups: tuple[incidents.FollowUp, ...]
    closing: Closing
    unverified: tuple[ItemLine, ...]
    agenda: tuple[AgendaItem, ...]

    @property
    def changed(self) -> bool:
        """Whether anything came or went in the period."""
        flow, slips = self.now.flow, self.now.slips
        return bool(
            flow.opened or flow.reopened or flow.closed or flow.removed or slips.moves or self.published
        )


def measured(ledger: Ledger, period: Period) -> Measured:
    """The numbers of one period that ends at or before the ledger's moment."""
    return Measured(
        period,
        metrics.flow(ledger.lives, period),
        metrics.on_time(ledger.lines, period, ledger.calendar),
        metrics.time_to_close(ledger.lives, period),
        metrics.slips(ledger.lives, period),
    )


def review_of(ledger: Ledger, period: Period) -> Review:
    """The review of a period; `ledger` is at its end or later."""
    calendar, lines, settings = ledger.calendar, ledger.lines, ledger.settings
    weeks = trend(ledger.lives, ledger.moment, settings.trend_weeks, calendar)
    long = Period(calendar.start_of(weeks[0].first_day), ledger.moment)
    overdue = metrics.overdue(lines)
    stale = metrics.stale(lines, ledger.today, settings.stale_days)
    known = incidents.known_but_unfixed(ledger.documents, ledger.lives, ledger.line, period, ledger.lens)
    return Review(
        moment=ledger.moment,
        today=ledger.today,
        timezone=calendar.timezone,
        freshness=tuple(freshness(health, ledger.moment) for health in ledger.world.trackers),
        hindsight=ledger.world.hindsight,
        last_sync=last_sync(ledger.world.runs, ledger.moment),
        imported=metrics.imported(ledger.lives, period.start),
        totals=metrics.totals(ledger.open_lines, ledger.endings, len(ledger.documents)),
        now=measured(ledger, period),
        before=measured(ledger, period_before(period, calendar)),
        trend=weeks,
        on_time_trend=metrics.on_time(lines, long, calendar),
        on_time_by=_on_time_by(ledger, long),
        ages=metrics.ages(lines),
        due_7=metrics.due_within(lines, ledger.today, 7),
        due_14=metrics.due_within(lines, ledger.today, _NEXT_DAYS),
        overdue_by_owner=metrics.by_owner(overdue),
        overdue_by_team=metrics.by_team(overdue),
        slipping=metrics.slipping(lines),
        types_open=metrics.type_mix(line for line in lines if line.is_open),
        types_opened=metrics.type_mix(map(ledger.line, metrics.opened(ledger.lives, period))),
        known=known,
        closing=_closing(ledger, period),
        unverified=metrics.unverified(lines, ledger.today, settings.evidence_days),
        agenda=agenda(lines, known, frozenset(line.item_id for line in stale)),
        follow_ups=incidents.follow_ups(ledger.documents, ledger.lens, _NEXT_DAYS),
        **_documents(ledger, period),
    )


def _documents(ledger: Ledger, period: Period) -> dict[str, tuple[incidents.DocumentLine, ...]]:
    documents, calendar, link = ledger.documents, ledger.calendar, ledger.lens.link
    most = ledger.settings.late_business_days
    return {
        "published": incidents.published(documents, period, calendar, link),
        "late": incidents.late(documents, period, calendar, link, most),
        "without_items": incidents.without_items(documents, period, calendar, link),
    }


def _on_time_by(ledger: Ledger, period: Period) -> Mapping[str, Mapping[str, metrics.Rate]]:
    keys = {
        "severity": lambda line: line.severity or _NO_SEVERITY,
        "priority": lambda line: _NO_PRIORITY if line.priority is None else f"P{line.priority}",
        "team": lambda line: line.team or NO_TEAM,
    }
    return {
        name: metrics.on_time_by(ledger.lines, period, ledger.calendar, key) for name, key in keys.items()
    }


def _closing(ledger: Ledger, period: Period) -> Closing:
    """How the items ended that were closed in the period and are closed still."""
    closed = [ledger.line(life) for life in ledger.lives if period.holds(life.closed_at(ledger.moment))]
    return Closing(
        verified=sum(line.verified for line in closed),
        unverified=sum(not line.verified and not line.dropped for line in closed),
        dropped=sum(line.dropped for line in closed),
    )
