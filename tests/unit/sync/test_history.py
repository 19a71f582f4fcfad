"""Events of an issue, from two readings of it."""

from __future__ import annotations

import datetime as dt

from tracker.models import Issue, IssueRef, Status
from tracker.sync.history import observed

CLOSED = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
LATER = CLOSED + dt.timedelta(days=5)
NOW = CLOSED + dt.timedelta(days=9)


def _issue(status: Status, updated_at: dt.datetime) -> Issue:
    """An issue that carries the day of its last close, also after it was opened again."""
    return Issue(IssueRef("1", "OPS-1"), "Mend it", status, closed_at=CLOSED, updated_at=updated_at)


def test_a_close_has_the_time_at_which_the_tracker_closed_it() -> None:
    before = Issue(IssueRef("1", "OPS-1"), "Mend it", Status.OPEN, updated_at=CLOSED)
    (event,) = observed("item", before, _issue(Status.DONE, LATER), now=NOW, own=None)
    assert (event.at, event.old, event.new) == (CLOSED, "open", "done")


def test_opening_again_has_the_time_of_the_change_and_not_of_the_close_before_it() -> None:
    before, after = _issue(Status.DONE, CLOSED), _issue(Status.OPEN, LATER)
    (event,) = observed("item", before, after, now=NOW, own=None)
    assert (event.at, event.old, event.new) == (LATER, "done", "open")
