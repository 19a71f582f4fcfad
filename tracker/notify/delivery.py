"""Sending the messages of a channel: quiet hours, what waited for their end, and the memory of reminders."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence

from tracker.notify import message as memory_of
from tracker.notify.channel import Channel, secret, web_target
from tracker.notify.message import Memory, Message
from tracker.notify.post import DeliveryError, PartlyDeliveredError, post, sign
from tracker.values import dataclass


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of the messages of one channel."""

    channel: str
    sent: tuple[Message, ...] = ()
    held: tuple[Message, ...] = ()
    failed: tuple[tuple[Message, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Post:
    """The outside world of a delivery: the clock, the environment, and how to wait."""

    now: dt.datetime
    environ: Mapping[str, str]
    sleep: Callable[[float], None]


def deliver(
    messages: Sequence[Message], channel: Channel, memory: Memory, today: dt.date, outside: Post
) -> Delivered:
    """Send what waits and what is new; in quiet hours keep it all for the next run. One failure does not stop the rest."""
    waiting = memory_of.held(memory, channel.name)
    if channel.quiet.holds(outside.now):
        memory_of.hold(memory, channel.name, [*waiting, *messages])
        return Delivered(channel.name, held=tuple(messages))
    sent: list[Message] = []
    failed: list[tuple[Message, str]] = []
    again: list[Message] = []
    for one in _without_repeats(waiting, messages):
        try:
            send(one, channel, outside)
        except DeliveryError as error:
            failed.append((one, error.message))
            if not isinstance(error, PartlyDeliveredError):
                again.append(one)
            continue
        sent.append(one)
        memory_of.remember_sent(memory, channel.name, one, today)
    if waiting:
        memory_of.hold(memory, channel.name, [one for one in again if one in waiting])
    return Delivered(channel.name, tuple(sent), (), tuple(failed))


def _without_repeats(waiting: Sequence[Message], messages: Sequence[Message]) -> Sequence[Message]:
    """A digest that waited gives way to the newer one of the same person."""
    newer = {(one.kind, one.recipient) for one in messages if one.kind != "report"}
    return [*(one for one in waiting if (one.kind, one.recipient) not in newer), *messages]


def send(message: Message, channel: Channel, outside: Post) -> None:
    """Send one message now.

    Raises:
        DeliveryError: it could not be delivered.
        UserError: the channel lacks an address or a secret.
    """
    if channel.type == "email":
        from tracker.notify import smtp

        smtp.send(message, channel, outside.environ, now=outside.now, sleep=outside.sleep)
        return
    url = web_target(secret(channel.url_env, outside.environ, channel.name, "url_env"), channel.name)
    body = json.dumps(message.payload, ensure_ascii=False).encode()
    post(url, body, _headers(channel, body, outside), channel=channel.name, sleep=outside.sleep)


def _headers(channel: Channel, body: bytes, outside: Post) -> Mapping[str, str]:
    if channel.type != "webhook":
        return {}
    timestamp = int(outside.now.timestamp())
    key = secret(channel.secret_env, outside.environ, channel.name, "secret_env")
    return {"X-Pmtrack-Timestamp": str(timestamp), "X-Pmtrack-Signature": sign(key, timestamp, body)}
