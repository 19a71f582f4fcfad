"""The pydantic model of `[notify.NAME]`; imported only where the table is there."""

from __future__ import annotations

import re
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_ADDRESS = r"^[^@\s,;<>]+@[^@\s,;<>]+$"


class ChannelTable(BaseModel):
    """The keys of one channel."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["slack", "email", "webhook"]
    url_env: str | None = None
    secret_env: str | None = None
    host: str = "localhost"
    port: int = Field(default=25, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user_env: str | None = None
    password_env: str | None = None
    sender: str = Field(default="", alias="from")
    to: tuple[str, ...] = ()
    owners: bool = False
    managers: bool = False
    due_soon_days: int = Field(default=3, ge=0)
    escalate_after_days: int = Field(default=7, ge=0)
    report_url: str | None = Field(default=None, pattern=r"^https?://[^\s<>|]+$")
    quiet_hours: str | None = Field(default=None, pattern=r"^\d\d:\d\d-\d\d:\d\d$")
    quiet_days: tuple[_Day, ...] = ()
    timezone: str | None = None

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            return ZoneInfo(value).key
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is no time zone; write one like Europe/Berlin") from error

    @field_validator("to")
    @classmethod
    def _are_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            if not re.match(_ADDRESS, address):
                raise ValueError(f"{address!r} is no mail address")
        return value

    @model_validator(mode="after")
    def _is_complete(self) -> ChannelTable:
        if self.type == "email" and not self.sender:
            raise ValueError('a channel of type "email" needs "from"')
        if self.type == "email" and not (self.to or self.owners or self.managers):
            raise ValueError('a channel of type "email" needs "to", "owners" or "managers"')
        if self.type != "email" and self.url_env is None:
            raise ValueError(f'a channel of type "{self.type}" needs "url_env"')
        if self.type == "webhook" and self.secret_env is None:
            raise ValueError('a channel of type "webhook" needs "secret_env": every delivery is signed')
        return self
