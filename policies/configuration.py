"""`[policies]` of the configuration: profile, selection, severities, overrides per path and incident severity, calendar.

[policies]
profile = "standard"
ignore = ["PM502"]

[policies.severity]
PM104 = "warning"

[policies.rules.PM202]
days = 14

[[policies.overrides]]
paths = ["archive/**"]
ignore = ["PM2"]

[policies.calendar]
country = "DE"
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from policies.calendar import Calendar
from policies.options import make_settings
from policies.rule import setting
from tracker.models import Severity
from tracker.values import dataclass

_CLOSED = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class CalendarSettings:
    """`[policies.calendar]`: which days are worked."""

    __pydantic_config__ = _CLOSED

    country: str | None = None
    subdivision: str | None = None
    weekend: tuple[int, ...] = (5, 6)


@dataclass(frozen=True, slots=True)
class Override:
    """`[[policies.overrides]]`: what differs for some documents; of several that match, the later one wins.

    Attributes:
        paths: Globs; one of them must match.
        severities: Incident severities ("SEV4", "low"); one of them must match where any is given.
        ignore: Rules that are not reported there.
        severity: Severities of rules there.
        rules: Settings of rules there.
    """

    __pydantic_config__ = _CLOSED

    paths: tuple[str, ...] = ("**",)
    severities: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] | None = None
    rules: Mapping[str, Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """`[policies]`."""

    profile: Literal["minimal", "standard", "strict"] = setting(
        default="standard", about="a named selection of rules"
    )
    select: tuple[str, ...] = setting((), "only these rules: codes, beginnings of codes (PM2), names, ALL")
    extend_select: tuple[str, ...] = setting((), "these rules beside those of the profile")
    ignore: tuple[str, ...] = setting((), "not these rules")
    fail_on: Literal["error", "warning", "info", "never"] = setting(
        default="error", about="findings of this severity or worse give exit code 10"
    )
    severity: Mapping[str, Severity] | None = setting(
        default=None, about="severities of rules, by code or name"
    )
    rules: Mapping[str, Mapping[str, Any]] | None = setting(
        default=None, about="settings of rules, by code or name"
    )
    overrides: tuple[Override, ...] = setting((), "what differs per path and incident severity")
    calendar: CalendarSettings = setting(CalendarSettings(), "which days are worked")
    waivers: str = setting("pmtrack-waivers.toml", "file of waivers, relative to the configuration")
    baseline: str = setting("pmtrack-baseline.json", "file of known findings, relative to the configuration")
    notice_days: int = setting(14, "days before its end from which a waiver is announced", ge=0)


def read_settings(table: Mapping[str, object], where: str = "[policies]") -> PolicySettings:
    """The settings of the table; the defaults, without importing anything, where it is empty.

    Raises:
        UserError: names the wrong key or value.
    """
    return make_settings(PolicySettings, table, where)


def make_calendar(settings: CalendarSettings, timezone: str = "UTC") -> Calendar:
    """The calendar of the settings.

    Raises:
        UserError: the country or subdivision has no known holidays.
    """
    calendar = Calendar(timezone, settings.country, settings.subdivision, frozenset(settings.weekend))
    return calendar.require_holidays("[policies.calendar]")
