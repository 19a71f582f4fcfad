"""The nightly audit, for whoever must act today: what became wrong since last night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracker.models import Finding, Severity
from tracker.reports import metrics
from tracker.reports.history import Life, unidentified
from tracker.reports.ledger import Ledger
from tracker.reports.lines import ItemLine, flags_at, line_of
from tracker.reports.periods import Period
from tracker.reports.trend import Week, trend
from tracker.world import Event, Hindsight, RunRecord, TrackerHealth

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
class Difference:
    """Something that changed with one item since the last audit.

    `kind` is one of `opened`, `reopened`, `became overdue`, `slipped`, `issue gone`, `removed`, `conflict` (new trouble),
    or `closed`, `no longer overdue` (resolved).
    """

    kind: str
    line: ItemLine
    detail: str = ""


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
    """

    findings: tuple[Finding, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    skipped: tuple[str, ...] = ()
    evaluated: bool = False


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
        """Whether anything became better or worse since the last audit."""
        return bool(self.new or self.resolved)


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
        last_sync=_last_sync(ledger.world.runs, ledger.moment),
        open_intents=ledger.world.open_intents,
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


def _last_sync(runs: Sequence[RunRecord], moment: dt.datetime) -> RunRecord | None:
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


def differences(
    ledger: Ledger, before: Ledger, period: Period
) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
    """What became worse and what became better between two moments, each change once."""
    new: list[Difference] = []
    resolved: list[Difference] = []
    for life in ledger.lives:
        is_new = life.opened > before.moment
        if is_new or _moved(life, ledger, before, period):
            for one in _compare(life, ledger.line(life), None if is_new else before.line(life), period):
                (resolved if one.kind in _RESOLVED else new).append(one)
    return _sorted(new), _sorted(resolved)


def _sorted(found: Sequence[Difference]) -> tuple[Difference, ...]:
    return tuple(sorted(found, key=lambda one: (_ORDER.index(one.kind), metrics.urgency(one.line))))


_RESOLVED = frozenset({"closed", "no longer overdue"})
_ORDER = (
    "became overdue",
    "issue gone",
    "conflict",
    "reopened",
    "slipped",
    "removed",
    "opened",
    "closed",
    "no longer overdue",
)


def _moved(life: Life, ledger: Ledger, before: Ledger, period: Period) -> bool:
    """Whether anything can have changed; most items did not, and are passed over quickly."""
    if life.is_settled_by(period.start):
        return False
    events = life.tracked.events
    if (events and events[-1].at > period.start) or period.holds(life.ended):
        return True
    is_open = life.is_open_at(ledger.moment)
    if is_open != life.is_open_at(before.moment):
        return True
    return is_open and (ledger.line(life).late_days > 0) != (before.line(life).late_days > 0)


def _compare(life: Life, line: ItemLine, previous: ItemLine | None, period: Period) -> Iterator[Difference]:
    if period.holds(life.ended):
        yield Difference("removed", line, "its row is gone and it has no issue")
        return
    yield from _status_difference(line, previous)
    if not line.is_open:
        return
    yield from _date_difference(line, previous)
    for event in life.tracked.events:
        if event.field in _EVENT_TROUBLE and period.holds(event.at):
            yield Difference(_EVENT_TROUBLE[event.field], line, _told(event))


def _status_difference(line: ItemLine, previous: ItemLine | None) -> Iterator[Difference]:
    if not line.is_open:
        if previous is None or previous.is_open:
            yield Difference("closed", line, _closing(line))
    elif previous is None:
        yield Difference("opened", line, _opening(line))
    elif not previous.is_open:
        yield Difference("reopened", line, f"was closed {previous.closed or 'before'}")


def _date_difference(line: ItemLine, previous: ItemLine | None) -> Iterator[Difference]:
    was_late = previous is not None and previous.is_open and previous.late_days > 0
    if line.late_days and not was_late:
        yield Difference("became overdue", line, f"was due {line.due}")
    elif was_late and not line.late_days:
        yield Difference("no longer overdue", line, f"due date moved to {line.due or 'none'}")
    if previous is not None and line.slips > previous.slips:
        yield Difference("slipped", line, f"from {previous.due} to {line.due}")


_EVENT_TROUBLE = {"gone": "issue gone", "conflict": "conflict"}


def _told(event: Event) -> str:
    return " → ".join(text for text in (event.old, event.new) if text)


def _opening(line: ItemLine) -> str:
    return f"from a {line.severity} incident" if line.severity else ""


def _closing(line: ItemLine) -> str:
    if line.dropped:
        return "dropped"
    if line.due is None or line.closed is None:
        return "done"
    days = (line.closed - line.due).days
    return "done on time" if days <= 0 else f"done {days} days late"
