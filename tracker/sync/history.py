"""What changed in a tracker since an issue was last read, as events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from tracker.models import Issue
from tracker.remote import Field
from tracker.sync import fields
from tracker.world import Event, Side

_NAMES = {Field.ASSIGNEES: "owners"}


def observed(
    item_id: str, before: Issue | None, after: Issue, *, now: dt.datetime, own: Mapping[str, Any] | None
) -> list[Event]:
    """Events of one issue.

    Args:
        item_id: The item that it belongs to.
        before: As last read; None if it never was.
        after: As read now.
        now: When it was read. The tracker's own time is used where it tells one that is not in the future.
        own: What a change of pmtrack's own of unknown outcome had wanted to set, None if there is none open.
    """
    if before is None:
        return []
    at = min(after.updated_at or now, now)
    old, new = fields.of_issue(before), fields.of_issue(after)
    events = []
    for name in fields.COMPARED:
        if old[name] == new[name]:
            continue
        mine = own is not None and own.get(name.value) == new[name]
        side, by = (Side.PMTRACK, None) if mine else (Side.TRACKER, after.updated_by)
        what = _NAMES.get(name, name.value)
        when = _closed_at(after, now) or at if name is Field.STATUS else at
        events.append(Event(when, item_id, side, what, fields.text(old[name]), fields.text(new[name]), by))
    if not events and before.updated_at != after.updated_at:
        events.append(Event(at, item_id, Side.TRACKER, "touched", by=after.updated_by))
    return events


def _closed_at(issue: Issue, now: dt.datetime) -> dt.datetime | None:
    """When it was closed, where the tracker tells; one that was opened again may still carry the day of its last close."""
    at = issue.closed_at if issue.status.is_closed else None
    return at if at is not None and at <= now else None
