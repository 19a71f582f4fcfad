"""The two reports of the simulation on one morning; every golden file and most tests look at these."""

from __future__ import annotations

import datetime as dt
from functools import cache

from tests.unit.reports.simulation import simulate, with_hostile_titles
from tracker.models import Finding, Severity, Span
from tracker.reports.audit import Findings, Waiver, audit_of
from tracker.reports.ledger import Ledger, earlier, ledger_of
from tracker.reports.periods import period_since
from tracker.reports.report import Report, report_of
from tracker.reports.review import review_of
from tracker.reports.settings import ReportSettings

NOW = dt.datetime(2026, 11, 20, 2, 30, tzinfo=dt.UTC)
LAST_AUDIT = NOW - dt.timedelta(days=1, minutes=10)
_WHERE = "docs/postmortems/2026/inc-030.md"

FINDINGS = Findings(
    findings=(
        Finding(
            "PM201", "overdue", Severity.ERROR, _WHERE, Span(0, 1, 43), "9 days after its due date",
            "Close it, or move the date and say why.", item="Add a canary stage to the DNS failover",
        ),
        Finding("PM202", "stale", Severity.WARNING, _WHERE, Span(0, 1, 13), "untouched for 40 days", "Ask its owner."),
        *(
            Finding(
                "PM204", "past-sla", Severity.WARNING, _WHERE, Span(0, 1, line), f"due {days} days later than the severity allows",
                "Bring the date forward.",
            )
            for line, days in ((13, 20), (14, 3))
        ),
        Finding("PM104", "missing-due-date", Severity.ERROR, _WHERE, Span(0, 1, 12), "no due date", waived_by="vendor"),
    ),
    waivers=(
        Waiver("PM104", _WHERE, 12, "the vendor fixes it in Q4", dt.date(2026, 11, 30), "alice", None, "ending"),
        Waiver("PM501", "docs/postmortems/2026/inc-002.md", 9, "agreed in the review", dt.date(2026, 10, 1), state="expired"),
    ),
    skipped=("PM103 unknown-owner",),
    evaluated=True,
    sections={"PM201": "overdue", "PM202": "stale"},
)  # fmt: skip


@cache
def ledger(*, hostile: bool = False, timezone: str = "Europe/Berlin") -> Ledger:
    world = simulate().world(NOW)
    return ledger_of(
        with_hostile_titles(world) if hostile else world,
        ReportSettings(),
        timezone=timezone,
        link=lambda path, line: f"https://git.acme.example/docs/blob/main/{path}#L{line}",
    )


@cache
def audit_report(*, hostile: bool = False) -> Report:
    made = ledger(hostile=hostile)
    return report_of(audit_of(made, earlier(made, LAST_AUDIT), FINDINGS))


@cache
def review_report(*, hostile: bool = False) -> Report:
    made = ledger(hostile=hostile)
    return report_of(review_of(made, period_since("7d", made.moment, made.calendar)))
