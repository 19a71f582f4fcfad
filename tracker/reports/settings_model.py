"""The pydantic model of `[reports]`; imported only where the table is there."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tracker.reports.settings import ReportSettings, Weekday

_DEFAULTS = ReportSettings()


class ReportTable(BaseModel):
    """The keys of `[reports]`, with their limits."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    week_start: Weekday = _DEFAULTS.week_start
    weekend: tuple[Weekday, ...] = Field(default=_DEFAULTS.weekend, max_length=6)
    country: str | None = Field(default=None, min_length=2, max_length=3)
    subdivision: str | None = None
    late_in: Literal["days", "business-days"] = _DEFAULTS.late_in
    stale_days: int = Field(default=_DEFAULTS.stale_days, ge=1)
    due_soon_days: int = Field(default=_DEFAULTS.due_soon_days, ge=1)
    evidence_days: int = Field(default=_DEFAULTS.evidence_days, ge=0)
    late_business_days: int = Field(default=_DEFAULTS.late_business_days, ge=0)
    trend_weeks: int = Field(default=_DEFAULTS.trend_weeks, ge=2, le=104)
    waiver_notice_days: int = Field(default=_DEFAULTS.waiver_notice_days, ge=1)
    rows: int = Field(default=_DEFAULTS.rows, ge=1)
