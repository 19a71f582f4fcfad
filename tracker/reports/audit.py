"""The nightly audit, for whoever must act today: what became wrong since last night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import field

from tracker.models import Finding, Severity
from tracker.reports import metrics
from tracker.reports.differences import Difference, differences
from tracker.reports.history import unidentified
from tracker.reports.ledger import Ledger
from tracker.reports.lines import ItemLine, flags_at, line_of
from tracker.reports.periods import Period
from tracker.reports.trend import Week, trend
from tracker.values import dataclass
from tracker.world import Hindsight, RunRecord, TrackerHealth

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Waiver:
    """A waiver as the policies read it; `state` is `active`, `ending` or `expired`."""

    code: str
    path: str
    line: int
    reason: str
    until: dt.date | None = None
    by: str | None = None
    item: str | None = None
    state: str = "active"


@dataclass(frozen=True, slots=True)
class RuleCount:
    """Findings of one rule."""

    severity: Severity
    code: str
    slug: str
    count: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What the policy rules found; handed in by the caller, this module knows no rule.

    Attributes:
        findings: All, the waived ones too.
        waivers: All waivers that are known.
        skipped: Rules that lacked the data they need, with the reason.
        evaluated: False where no rule was run.
        sections: Rules of which the audit lists the items in a section of its own: key of the section by code.
    """

    findings: tuple[Finding, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    skipped: tuple[str, ...] = ()
    evaluated: bool = False
    sections: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the data of one tracker is at the moment of the report."""

    tracker: TrackerHealth
    age_hours: float | None
    stale: bool


@dataclass(frozen=True, slots=True)
class Audit:
    """Everything that the audit says; the renderers add nothing.

    Attributes:
        moment: As of when, UTC. `since`: what it is compared with, UTC.
        since_audit: That was an audit, and not a day that was chosen.
        hindsight: What is not known of a past day, None for now.
        last_sync: The last run of `pmtrack sync` up to the moment.
        imported: Items that count from a day before `since` and were first read after it: those of old post-mortems.
    """

    moment: dt.datetime
    today: dt.date
    since: dt.datetime
    since_audit: bool
    timezone: str
    freshness: tuple[Freshness, ...]
    hindsight: Hindsight | None
    last_sync: RunRecord | None
    open_intents: int
    imported: int
    totals: metrics.Totals
    before: metrics.Totals
    trend: tuple[Week, ...]
    new: tuple[Difference, ...]
    resolved: tuple[Difference, ...]
    findings: Findings
    rules: tuple[RuleCount, ...]
    waived: int
    overdue: tuple[metrics.Group, ...]
    due_soon: tuple[ItemLine, ...]
    stale: tuple[ItemLine, ...]
    unowned: tuple[ItemLine, ...]
    undated: tuple[ItemLine, ...]
    drift: tuple[ItemLine, ...]
    unidentified: tuple[ItemLine, ...]

    @property
    def changed(self) -> bool:
        """Whether anything became better or worse since the last audit, or older work was read for the first time."""
        return bool(self.new or self.resolved or self.imported)


def last_audit(runs: Sequence[RunRecord], moment: dt.datetime) -> dt.datetime | None:
    """Start of the last finished audit before the moment; None where there is none.

    The start and not the end: what changed while it ran is in the next one. A missed night is made up this way: the next
    audit looks back to the last one that there was.
    """
    starts = [
        run.started
        for run in runs
        if run.command == "audit" and run.finished is not None and run.started < moment
    ]
    return max(starts, default=None)


def audit_of(
    ledger: Ledger, before: Ledger, findings: Findings | None = None, *, since_audit: bool = True
) -> Audit:
    """The audit of a ledger.

    Args:
        ledger: At the moment of the report.
        before: The same world at the moment of the last audit, or of another day.
        findings: What the policy rules found.
        since_audit: `before` is that of an audit.
    """
    found = findings or Findings()
    still = ledger.open_lines
    period = Period(before.moment, ledger.moment)
    new, resolved = differences(ledger, before, period)
    settings, by_urgency = ledger.settings, metrics.urgency
    return Audit(
        moment=ledger.moment,
        today=ledger.today,
        since=before.moment,
        since_audit=since_audit,
        timezone=ledger.calendar.timezone,
        freshness=tuple(freshness(health, ledger.moment) for health in ledger.world.trackers),
        hindsight=ledger.world.hindsight,
        last_sync=last_sync(ledger.world.runs, ledger.moment),
        open_intents=ledger.world.open_intents,
        imported=metrics.imported(ledger.lives, before.moment),
        totals=metrics.totals(still, ledger.endings, len(ledger.documents)),
        before=metrics.totals(before.open_lines, before.endings, len(before.documents)),
        trend=trend(ledger.lives, ledger.moment, settings.trend_weeks, ledger.calendar),
        new=new,
        resolved=resolved,
        findings=found,
        rules=_rules(found.findings),
        waived=sum(finding.waived_by is not None for finding in found.findings),
        overdue=metrics.by_owner(metrics.overdue(still)),
        due_soon=metrics.due_within(still, ledger.today, settings.due_soon_days),
        stale=metrics.stale(still, ledger.today, settings.stale_days),
        unowned=tuple(sorted((line for line in still if not line.owners), key=by_urgency)),
        undated=tuple(sorted((line for line in still if line.due is None), key=by_urgency)),
        drift=_differing(ledger),
        unidentified=tuple(line_of(life, ledger.lens) for life in unidentified(ledger.world)),
    )


def freshness(health: TrackerHealth, moment: dt.datetime) -> Freshness:
    """Age of the last good answer; older than a day, or a failed last attempt, is stale."""
    if health.last_success is None:
        return Freshness(health, None, stale=True)
    age = max(dt.timedelta(), moment - health.last_success)
    return Freshness(health, age / dt.timedelta(hours=1), stale=age > _DAY or health.error is not None)


def last_sync(runs: Sequence[RunRecord], moment: dt.datetime) -> RunRecord | None:
    """The last run of `pmtrack sync` up to the moment, None where there is none."""
    syncs = [run for run in runs if run.command == "sync" and run.started <= moment]
    return max(syncs, key=lambda run: run.started, default=None)


def _rules(findings: Sequence[Finding]) -> tuple[RuleCount, ...]:
    """Findings by severity and rule, without the waived ones; the worst first."""
    counted: dict[tuple[Severity, str, str], int] = {}
    for finding in findings:
        if finding.waived_by is None:
            key = (finding.severity, finding.code, finding.slug)
            counted[key] = counted.get(key, 0) + 1
    order = list(Severity)
    rules = [RuleCount(*key, count) for key, count in counted.items()]
    return tuple(sorted(rules, key=lambda rule: (order.index(rule.severity), -rule.count, rule.code)))


_DIFFERING = frozenset({"drift", "conflict", "gone", "removed", "unreadable"})


def _differing(ledger: Ledger) -> tuple[ItemLine, ...]:
    """Items of which document and tracker do not say the same.

    A removed or lost item that is done anyway is no trouble; a difference between the two sides is.
    """
    still, closed = ledger.here
    found = [line for line in map(ledger.line, still) if not _DIFFERING.isdisjoint(line.flags)]
    for life in closed:
        flags = flags_at(life.tracked, ledger.moment, is_open=False)
        if "drift" in flags or "conflict" in flags:
            found.append(ledger.line(life))
    return tuple(sorted(found, key=metrics.urgency))
