"""`[notify.NAME]`: where reports are sent, to whom, and when not; secrets stand in the environment only."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from tracker.addresses import is_loopback
from tracker.concealed import conceal
from tracker.errors import UserError
from tracker.settings import Settings
from tracker.values import dataclass

_HOURS = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Quiet:
    """When nothing is sent, on the clocks of `timezone`.

    Attributes:
        start: First quiet minute of the day; None for no quiet hours.
        end: First minute after it; before `start` where the quiet hours span midnight.
        days: Days of the week that are quiet as a whole, Monday is 0.
    """

    start: dt.time | None = None
    end: dt.time | None = None
    days: frozenset[int] = frozenset()
    timezone: str = "UTC"

    def holds(self, moment: dt.datetime) -> bool:
        """Whether the moment is quiet."""
        local = moment.astimezone(ZoneInfo(self.timezone))
        if local.weekday() in self.days:
            return True
        if self.start is None or self.end is None:
            return False
        time = local.time().replace(tzinfo=None)
        if self.start <= self.end:
            return self.start <= time < self.end
        return time >= self.start or time < self.end


@dataclass(frozen=True, slots=True)
class Channel:
    """One place to send to.

    Attributes:
        url_env: Environment variable with the address of the Slack or generic webhook.
        secret_env: Environment variable with the key that signs a generic webhook.
        to: Addresses of the mail to the team.
        owners: Also send each owner a digest of what is late or due soon, at most once a day for an item.
        managers: Also send each manager what is more than `escalate_after_days` late.
        report_url: Where the whole report can be read.
    """

    name: str
    type: Literal["slack", "email", "webhook"]
    url_env: str | None = None
    secret_env: str | None = None
    host: str = "localhost"
    port: int = 25
    security: Literal["starttls", "tls", "none"] = "starttls"
    user_env: str | None = None
    password_env: str | None = None
    sender: str = ""
    to: tuple[str, ...] = ()
    owners: bool = False
    managers: bool = False
    due_soon_days: int = 3
    escalate_after_days: int = 7
    report_url: str | None = None
    quiet: Quiet = Quiet()


def channel_of(settings: Settings, name: str) -> Channel:
    """The channel of `[notify.NAME]`.

    Raises:
        UserError: there is none, or its table is wrong.
    """
    table = settings.notify.get(name)
    if not isinstance(table, Mapping):
        known = ", ".join(sorted(settings.notify)) or "none"
        raise UserError(
            f"there is no [notify.{name}] in the configuration", hint=f"Configured channels: {known}."
        )
    from tracker.notify.channel_model import ChannelTable
    from tracker.validation import validate

    values: dict[str, Any] = validate(ChannelTable, table, f"[notify.{name}]").model_dump()
    hours, days = values.pop("quiet_hours"), values.pop("quiet_days")
    zone = values.pop("timezone") or settings.timezone
    return Channel(name=name, quiet=quiet_of(hours, days, zone), **values)


def quiet_of(hours: str | None, days: tuple[str, ...], timezone: str) -> Quiet:
    """Quiet hours as written ("20:00-07:00") and quiet days by name.

    Raises:
        UserError: the hours are not written so.
    """
    numbers = frozenset(_WEEKDAYS.index(day) for day in days)
    if hours is None:
        return Quiet(days=numbers, timezone=timezone)
    match = _HOURS.match(hours)
    if match is None:
        raise UserError(f"quiet_hours {hours!r} is not a span of time", hint='Write it like "20:00-07:00".')
    start, end = dt.time(int(match[1]), int(match[2])), dt.time(int(match[3]), int(match[4]))
    return Quiet(start, end, numbers, timezone)


def secret(name: str | None, environ: Mapping[str, str], channel: str, what: str) -> str:
    """The value of an environment variable.

    Raises:
        UserError: it is not named or not set; the value is never part of a message.
    """
    if name is None:
        raise UserError(
            f"[notify.{channel}]: {what} is missing", hint=f"Set {what} to the name of a variable."
        )
    value = environ.get(name, "").strip()
    if not value:
        raise UserError(
            f"[notify.{channel}]: the environment variable {name} is not set", hint=f"It holds {what}."
        )
    return value if what == "user_env" else conceal(value, name)


def web_target(url: str, channel: str) -> str:
    """The address, where it is one that may be sent to: https, or http on this machine.

    Raises:
        UserError: it is not; the address itself is a secret and not shown.
    """
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname)):
        return url
    raise UserError(
        f"[notify.{channel}]: the address is not an https:// address",
        hint="Plain http:// is accepted for addresses of this machine only.",
    )
