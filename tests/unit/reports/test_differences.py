"""What the audit tells as new and as resolved: each item once, with everything that became of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.unit.reports.simulation import simulate
from tracker.models import ActionItem, PostMortem, Status
from tracker.reports import metrics
from tracker.reports.audit import Audit, audit_of
from tracker.reports.differences import Difference
from tracker.reports.ledger import earlier, ledger_of
from tracker.reports.periods import Period
from tracker.reports.report import report_of
from tracker.reports.settings import ReportSettings
from tracker.world import Event, Side, TrackedItem, World

NOW = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
NIGHT = dt.timedelta(days=1)
DOCUMENT = PostMortem("a.md", incident_id="INC-1", severity="SEV1", date=dt.date(2026, 11, 18))
ITEM = ActionItem("Cap the pool", 7, local_id="AI-1", due=dt.date(2026, 11, 25), status=Status.OPEN)


def audit(item: ActionItem, *events: Event, seen: dt.timedelta = NIGHT * 9, removed: bool = False) -> Audit:
    """The audit of one item that was first seen so long ago, compared with the night before."""
    tracked = TrackedItem(
        "01",
        item,
        "a.md",
        first_seen=NOW - seen,
        events=events,
        removed_at=events[-1].at if removed else None,
    )
    made = ledger_of(World(NOW, (DOCUMENT,), (tracked,), has_state=True), ReportSettings())
    return audit_of(made, earlier(made, NOW - NIGHT))


def change(field: str, old: str | None, new: str | None, *, hours: int = 2) -> Event:
    return Event(NOW - dt.timedelta(hours=hours), "01", Side.DOCUMENT, field, old, new)


def told(found: Sequence[Difference]) -> list[tuple[str, str]]:
    return [(one.told, one.detail) for one in found]


def test_a_new_item_that_is_overdue_already_stands_once_with_both_facts() -> None:
    values = audit(replace(ITEM, due=dt.date(2026, 11, 10)), seen=dt.timedelta(hours=2))
    assert told(values.new) == [("opened, already overdue", "from a SEV1 incident; was due 2026-11-10")]
    assert values.resolved == ()
    assert report_of(values).page.headline == "1 item became overdue, 1 opened."


def test_a_reopened_item_whose_day_has_passed_stands_once() -> None:
    item = replace(ITEM, due=dt.date(2026, 11, 10))
    closed = change("status", "open", "done", hours=48)
    values = audit(item, closed, change("status", "done", "open"))
    assert told(values.new) == [("reopened, already overdue", "was closed 2026-11-18; was due 2026-11-10")]


def test_a_date_that_moves_to_a_later_day_is_new_trouble_and_no_longer_late() -> None:
    values = audit(ITEM, change("due", "2026-11-12", "2026-11-25"))
    assert told(values.new) == [("slipped", "from 2026-11-12 to 2026-11-25")]
    assert told(values.resolved) == [("no longer overdue", "due date moved to 2026-11-25")]


@pytest.mark.parametrize(
    ("field", "told_as"),
    [("conflict", "conflict"), ("gone", "issue gone")],
)
def test_trouble_with_the_issue_stands_beside_the_rest(field: str, told_as: str) -> None:
    values = audit(ITEM, change(field, "due: 2026-11-25", "2026-12-01"))
    assert told(values.new) == [(told_as, "due: 2026-11-25 → 2026-12-01")]


def test_what_did_not_change_is_not_told() -> None:
    values = audit(replace(ITEM, due=dt.date(2026, 11, 10)))
    assert (values.new, values.resolved) == ((), ())
    assert not values.changed
    assert values.totals.overdue == 1


def test_an_item_that_came_and_was_closed_since_the_last_audit_is_resolved_and_counted_as_opened() -> None:
    values = audit(replace(ITEM, status=Status.DONE), change("status", "open", "done"), seen=NIGHT / 2)
    assert values.new == ()
    assert told(values.resolved) == [("opened and closed", "done on time")]
    assert report_of(values).page.headline == "1 opened, 1 closed."


def test_a_row_that_was_done_when_it_was_first_seen_is_no_change() -> None:
    values = audit(replace(ITEM, status=Status.DONE), seen=NIGHT / 2)
    assert (values.new, values.resolved, values.totals.done) == ((), (), 1)


def test_the_row_of_an_open_item_that_goes_is_trouble_and_that_of_a_done_one_is_not() -> None:
    gone = change("removed", "Cap the pool", None)
    assert told(audit(ITEM, gone, removed=True).new) == [("removed", "its row is gone and it has no issue")]
    done = change("status", "open", "done", hours=90)
    values = audit(replace(ITEM, status=Status.DONE), done, gone, removed=True)
    assert (values.new, values.resolved) == ((), ())


@pytest.mark.parametrize("days_back", range(0, 80, 5))
def test_on_no_night_does_an_item_stand_twice_and_the_sums_agree(days_back: int) -> None:
    moment = NOW - NIGHT * days_back
    made = ledger_of(simulate(7).world(moment), ReportSettings())
    values = audit_of(made, earlier(made, moment - NIGHT * 3))
    for found in (values.new, values.resolved):
        ids = [one.line.item_id for one in found]
        assert len(ids) == len(set(ids))
    kinds = Counter(kind for one in (*values.new, *values.resolved) for kind in one.kinds)
    came, left = kinds["opened"] + kinds["reopened"], kinds["closed"] + kinds["removed"]
    assert values.totals.open - values.before.open == came - left
    flow = metrics.flow(made.lives, Period(moment - NIGHT * 3, moment))
    assert flow.open_at_end - flow.open_at_start == came - left
