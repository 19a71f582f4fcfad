"""Messages ready to be sent, and the memory of what was sent when."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Literal, Protocol

from tracker.values import dataclass

Kind = Literal["report", "reminder", "escalation"]
_KEEP = dt.timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one channel or person.

    Attributes:
        recipient: As shown to people: "channel team", "alice <alice@acme.example>".
        to: Mail addresses; empty for webhooks.
        text: The plain text; all that a dry run shows.
        html: The HTML part of a mail.
        payload: The JSON body for a webhook.
        item_ids: The items that count as reminded of once this is sent.
    """

    kind: Kind
    recipient: str
    subject: str
    text: str
    to: tuple[str, ...] = ()
    html: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)
    item_ids: tuple[str, ...] = ()


class Memory(Protocol):
    """Keeps small texts between runs; the state's store does."""

    def recall(self, key: str) -> str | None:
        """The text kept under a key, None for none."""

    def remember(self, key: str, value: str) -> None:
        """Keep a text."""


def reminded(memory: Memory, channel: str, kind: Kind, today: dt.date) -> frozenset[str]:
    """Items of which this channel sent a message of the kind today."""
    days = _days(memory.recall(_key(channel, kind)))
    return frozenset(item_id for item_id, day in days.items() if day == today.isoformat())


def remember_sent(memory: Memory, channel: str, message: Message, today: dt.date) -> None:
    """Note that the message's items were reminded of today; older entries are forgotten."""
    if not message.item_ids:
        return
    oldest = (today - _KEEP).isoformat()
    days = {
        item_id: day
        for item_id, day in _days(memory.recall(_key(channel, message.kind))).items()
        if day >= oldest
    }
    days |= dict.fromkeys(message.item_ids, today.isoformat())
    memory.remember(_key(channel, message.kind), json.dumps(days, sort_keys=True))


def held(memory: Memory, channel: str) -> tuple[Message, ...]:
    """Messages that wait for the end of the quiet hours."""
    text = memory.recall(f"notify/{channel}/held")
    return tuple(_message(entry) for entry in json.loads(text)) if text else ()


def hold(memory: Memory, channel: str, messages: Sequence[Message]) -> None:
    """Keep messages until the next run outside the quiet hours; of reminders only the newest of a recipient."""
    newest = {(one.recipient, one.kind, one.subject if one.kind == "report" else ""): one for one in messages}
    memory.remember(
        f"notify/{channel}/held", json.dumps([dataclasses.asdict(one) for one in newest.values()])
    )


def _message(entry: Mapping[str, Any]) -> Message:
    return Message(**{**entry, "to": tuple(entry["to"]), "item_ids": tuple(entry["item_ids"])})


def _key(channel: str, kind: Kind) -> str:
    return f"notify/{channel}/{kind}"


def _days(text: str | None) -> dict[str, str]:
    found: dict[str, str] = json.loads(text) if text else {}
    return found
