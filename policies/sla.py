"""Time limits for action items by the severity of the incident: published ones as presets, or an own table.

Sources: PagerDuty's post-mortem guide (Sev-1 15 days, Sev-2 30 days); GitLab's handbook on corrective actions (S1 7 days,
S2 30, S3 60, S4 90); Atlassian's incident handbook (priority actions within 4 or 8 weeks, by service).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from policies.calendar import Calendar
from policies.rule import setting
from tracker.models import PostMortem, severity_told
from tracker.severity import severity_rank
from tracker.values import dataclass

PRESETS: Mapping[str, Mapping[int, int]] = {
    "none": {},
    "pagerduty": {1: 15, 2: 30},
    "gitlab": {1: 7, 2: 30, 3: 60, 4: 90},
    "atlassian-4w": dict.fromkeys(range(1, 6), 28),
    "atlassian-8w": dict.fromkeys(range(1, 6), 56),
}
"""Days by rank of the severity, 1 is the worst."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PM204."""

    preset: Literal["none", "pagerduty", "gitlab", "atlassian-4w", "atlassian-8w"] = setting(
        default="pagerduty", about="a published table of time limits"
    )
    days: Mapping[str, int] | None = setting(
        default=None,
        about='own table instead: severity as the documents write it -> days ({ SEV1 = 10, "*" = 60 })',
    )
    counted_from: Literal["incident", "resolution", "review"] = setting(
        default="incident",
        about="the day that counts as day 0: of the incident, of its end, or on which the post-mortem was completed; "
        "the incident's where the document does not say",
    )
    business_days: bool = setting(default=False, about="count business days instead of calendar days")
    effective_from: dt.date | None = setting(default=None, about="incidents before this day are not judged")


def limit_days(document: PostMortem, settings: Settings) -> int | None:
    """The days that the severity allows; None where there is no limit or no severity."""
    rank = severity_rank(document.severity)
    if settings.days is None:
        return PRESETS[settings.preset].get(rank) if rank is not None else None
    exact = {name.casefold(): days for name, days in settings.days.items()}
    for written in (document.severity, severity_told(document.severity)):
        if written and written.casefold() in exact:
            return exact[written.casefold()]
    by_rank = {severity_rank(name): days for name, days in settings.days.items()}
    return by_rank.get(rank, exact.get("*")) if rank is not None else exact.get("*")


def start_of(document: PostMortem, settings: Settings) -> dt.date | None:
    """Day 0 of the limit; None where the document has no date or its incident is older than the rule."""
    if document.date is None or (settings.effective_from and document.date < settings.effective_from):
        return None
    if settings.counted_from == "resolution":
        return document.last_day
    if settings.counted_from == "review" and document.completed:
        return document.completed
    return document.date


def latest_day(document: PostMortem, settings: Settings, calendar: Calendar) -> dt.date | None:
    """The last day on which an item of this document may be due; None where there is no limit."""
    start, days = start_of(document, settings), limit_days(document, settings)
    if start is None or days is None:
        return None
    return calendar.after(start, days, business=settings.business_days)
