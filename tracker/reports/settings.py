"""`[reports]`: what the two reports count by; validated when the table is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from tracker.calendar import Calendar
from tracker.settings import Settings
from tracker.values import dataclass

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """The keys of `[reports]`.

    Attributes:
        week_start: First day of a week in the trend and of `--since last-week`.
        weekend: Days that are no business days.
        country: ISO 3166 code whose public holidays are no business days, None for none.
        subdivision: State or province as the `holidays` library names it ("BY").
        late_in: Unit in which an overdue item is late; the order and the sums do not depend on it.
        stale_days: An open item that no person touched for this many days is stale.
        due_soon_days: What the audit calls due soon.
        evidence_days: A done item without evidence is named after this many days.
        late_business_days: A post-mortem completed later than this after its incident is late.
        trend_weeks: Length of the charts.
        waiver_notice_days: A waiver that ends within this many days is shown as ending.
        rows: Rows of one table in HTML and Markdown; the rest is counted, CSV and JSON hold all.
    """

    week_start: Weekday = "monday"
    weekend: tuple[Weekday, ...] = ("saturday", "sunday")
    country: str | None = None
    subdivision: str | None = None
    late_in: Literal["days", "business-days"] = "days"
    stale_days: int = 30
    due_soon_days: int = 7
    evidence_days: int = 30
    late_business_days: int = 5
    trend_weeks: int = 12
    waiver_notice_days: int = 14
    rows: int = 500

    def calendar(self, timezone: str) -> Calendar:
        """The calendar of these settings in a time zone (IANA name).

        Raises:
            UserError: the country or subdivision has no known holidays.
        """
        calendar = Calendar(
            timezone=timezone,
            week_start=WEEKDAYS.index(self.week_start),
            weekend=frozenset(WEEKDAYS.index(day) for day in self.weekend),
            country=self.country,
            subdivision=self.subdivision,
        )
        return calendar.require_holidays("[reports]")


def report_settings(settings: Settings) -> ReportSettings:
    """The validated `[reports]` table.

    Raises:
        UserError: names the wrong key or value and the nearest known key.
    """
    table: Mapping[str, Any] = settings.reports
    if not table:
        return ReportSettings()
    from tracker.reports.settings_model import ReportTable
    from tracker.validation import validate

    return ReportSettings(**validate(ReportTable, table, "[reports]").model_dump())
