"""What a channel would send now: the report to its team, digests to owners and managers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from tracker.models import Person
from tracker.notify.channel import Channel
from tracker.notify.message import Memory, Message, reminded
from tracker.reports.digests import Digest, escalations, reminders
from tracker.reports.forms import digest as forms
from tracker.reports.forms import slack
from tracker.reports.forms.email import mail
from tracker.reports.forms.json import document
from tracker.reports.ledger import Ledger
from tracker.reports.report import Report


def messages(
    report: Report, ledger: Ledger, channel: Channel, memory: Memory, *, only_changes: bool
) -> tuple[Message, ...]:
    """The messages of one channel.

    Args:
        report: The report.
        ledger: Its items and people.
        channel: Where to.
        memory: Says who heard of what today.
        only_changes: Leave the report out where nothing changed; digests are sent all the same.
    """
    found: list[Message] = []
    has_team = channel.type != "email" or bool(channel.to)
    if has_team and (report.values.changed or not only_changes):
        found.append(report_message(report, channel))
    for digests in _digests(ledger, channel, memory):
        found += _digest_messages(digests, channel, ledger.today)
    return tuple(found)


def report_message(report: Report, channel: Channel) -> Message:
    """The report to the channel's team."""
    parts = mail(report, channel.report_url)
    payload: Mapping[str, Any] = {}
    if channel.type == "slack":
        payload = slack.message(report, channel.report_url)
    elif channel.type == "webhook":
        payload = {"event": report.page.kind, "report": document(report), "report_url": channel.report_url}
    recipient = ", ".join(channel.to) if channel.type == "email" else f"channel {channel.name}"
    return Message("report", recipient, parts.subject, parts.text, channel.to, parts.html, payload)


def _digests(ledger: Ledger, channel: Channel, memory: Memory) -> Sequence[Sequence[Digest]]:
    people: Mapping[str, Person] = ledger.world.people
    today, name = ledger.today, channel.name
    to_owners: tuple[Digest, ...] = ()
    to_managers: tuple[Digest, ...] = ()
    if channel.owners:
        heard = reminded(memory, name, "reminder", today)
        to_owners = reminders(
            ledger.open_lines, people, today, due_soon_days=channel.due_soon_days, heard=heard
        )
    if channel.managers:
        heard = reminded(memory, name, "escalation", today)
        to_managers = escalations(
            ledger.open_lines, people, today, after_days=channel.escalate_after_days, heard=heard
        )
    return [one for one in (to_owners, to_managers) if one]


def _digest_messages(digests: Sequence[Digest], channel: Channel, today: dt.date) -> Sequence[Message]:
    """One mail a person; a webhook has one address, so one message with a part a person."""
    if channel.type == "email":
        return [_mail(digest, today) for digest in digests if digest.person.email]
    slack_like = channel.type == "slack"
    return [
        Message(
            digests[0].kind,
            f"channel {channel.name}",
            forms.subject_of(digests, today),
            forms.text(digests, today),
            payload=forms.slack_message(digests, today) if slack_like else forms.payload(digests, today),
            item_ids=tuple(line.item_id for digest in digests for line in digest.lines),
        )
    ]


def _mail(digest: Digest, today: dt.date) -> Message:
    parts = forms.mail(digest, today)
    address = str(digest.person.email)
    ids = tuple(line.item_id for line in digest.lines)
    recipient = f"{digest.person.key} <{address}>"
    return Message(digest.kind, recipient, parts.subject, parts.text, (address,), parts.html, item_ids=ids)
