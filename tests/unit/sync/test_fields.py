"""What a tracker can hold of what a document says."""

from __future__ import annotations

import pytest

from tracker.models import Status
from tracker.remote import Capabilities, Field
from tracker.sync.fields import nearest, projected

OPEN_OR_CLOSED = Capabilities(statuses=frozenset({Status.OPEN, Status.DONE}))
WITH_BLOCKED = Capabilities(
    statuses=frozenset({Status.OPEN, Status.IN_PROGRESS, Status.BLOCKED, Status.DONE})
)


@pytest.mark.parametrize("status", list(Status))
def test_a_status_that_the_tracker_tells_apart_stays_as_it_is(status: Status) -> None:
    assert nearest(status, Capabilities()) is status


@pytest.mark.parametrize(
    ("status", "few", "more"),
    [
        (Status.IN_PROGRESS, Status.OPEN, Status.IN_PROGRESS),
        (Status.BLOCKED, Status.OPEN, Status.BLOCKED),
        (Status.DEFERRED, Status.OPEN, Status.BLOCKED),
        (Status.CANCELLED, Status.DONE, Status.DONE),
    ],
)
def test_a_status_that_the_tracker_lacks_becomes_its_nearest(
    status: Status, few: Status, more: Status
) -> None:
    assert nearest(status, OPEN_OR_CLOSED) is few
    assert nearest(status, WITH_BLOCKED) is more
    assert projected(Field.STATUS, status.value, WITH_BLOCKED) == more.value


def test_a_title_that_is_too_long_for_the_tracker_ends_in_an_ellipsis() -> None:
    short = Capabilities(title_limit=10)
    assert projected(Field.TITLE, "Add alerts", short) == "Add alerts"
    assert projected(Field.TITLE, "Add alerting for queues", short) == "Add alert…"
