"""Digests as mail, Slack blocks and JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from tracker.reports.digests import Digest
from tracker.reports.forms import slack
from tracker.reports.forms.email import Mail, notice
from tracker.reports.forms.json import value_of
from tracker.reports.lines import ItemLine
from tracker.reports.page import clip, count_of

SHOWN = 40
_HEADS = {"reminder": "Action items that need their owners", "escalation": "Action items overdue for long"}


def mail(digest: Digest, today: dt.date) -> Mail:
    """The mail to one person."""
    if digest.kind == "reminder":
        subject = f"Your action items: {digest.late} overdue, {len(digest.lines) - digest.late} due soon"
    else:
        subject = f"Overdue for long in your team: {count_of(len(digest.lines), 'action item')}"
    html = notice(subject, digest.lines[:SHOWN], len(digest.lines) - SHOWN)
    return Mail(subject, f"{subject}\n\n{listed(digest, today)}\n", html)


def listed(digest: Digest, today: dt.date) -> str:
    """The items as lines of plain text."""
    shown = [f"- {_told(line, today)}" for line in digest.lines[:SHOWN]]
    if len(digest.lines) > SHOWN:
        shown.append(f"- and {len(digest.lines) - SHOWN} more")
    return "\n".join(shown)


def text(digests: Sequence[Digest], today: dt.date) -> str:
    """Several people's digests as one plain text."""
    return "\n\n".join(f"{digest.person.key}:\n{listed(digest, today)}" for digest in digests)


def subject_of(digests: Sequence[Digest], today: dt.date) -> str:
    """The heading of a message that goes to several people at once."""
    return f"{_HEADS[digests[0].kind]}, {today}"


def slack_message(digests: Sequence[Digest], today: dt.date) -> dict[str, Any]:
    """One message with a part a person; people are mentioned where the people map holds their Slack id."""
    subject = subject_of(digests, today)
    blocks: list[slack.Block] = [slack.header(subject)]
    for digest in digests:
        listed = [_slack_line(line, today) for line in digest.lines[:SHOWN]]
        if len(digest.lines) > SHOWN:
            listed.append(f"… {len(digest.lines) - SHOWN} more")
        name = slack.mention(digest.person.accounts.get("slack"), digest.person.key)
        blocks.append(slack.text_block([name, *listed]))
    return {"text": slack.escape(subject), "blocks": slack.fit(blocks)}


def payload(digests: Sequence[Digest], today: dt.date) -> dict[str, Any]:
    """The body for a generic webhook."""
    people = [{"person": digest.person.key, "items": value_of(digest.lines)} for digest in digests]
    return {"event": digests[0].kind, "day": today.isoformat(), "people": people}


def _told(line: ItemLine, today: dt.date) -> str:
    where = line.url or clip(line.place, 120)
    return "; ".join(
        part
        for part in (clip(line.title, 140), _when(line, today), clip(line.incident or "", 60), where)
        if part
    )


def _when(line: ItemLine, today: dt.date) -> str:
    if line.due is None:
        return ""
    days = (line.due - today).days
    if days < 0:
        return f"due {line.due}, {count_of(-days, 'day')} late"
    return f"due {line.due}, " + ("today" if not days else f"in {count_of(days, 'day')}")


def _slack_line(line: ItemLine, today: dt.date) -> str:
    return f"• {slack.linked(line.title, line.url)}: {slack.escape(_when(line, today))}"
