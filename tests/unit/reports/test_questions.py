"""Dates that slip again and again, and work that is done without evidence; the other two questions stand in test_incidents.py."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from tests.unit.reports.simulation import simulate
from tracker.models import ActionItem, Issue, IssueRef, Status, severity_told
from tracker.reports import metrics
from tracker.reports.ledger import Ledger, ledger_of
from tracker.reports.settings import ReportSettings
from tracker.world import Event, Side, TrackedItem, World

NOW = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
SEEN = NOW - dt.timedelta(days=90)


def ledger(*items: TrackedItem) -> Ledger:
    return ledger_of(World(NOW, (), items, has_state=True), ReportSettings())


def moved(item_id: str, *days: str, status: Status = Status.OPEN) -> TrackedItem:
    """An item whose due date was moved from one of these days to the next, one move a week."""
    due = [dt.date.fromisoformat(day) for day in days]
    events = tuple(
        Event(SEEN + dt.timedelta(weeks=number), item_id, Side.DOCUMENT, "due", f"{old}", f"{new}")
        for number, (old, new) in enumerate(itertools.pairwise(due), 1)
    )
    item = ActionItem(f"Do {item_id}", 1, due=due[-1], status=status)
    return TrackedItem(item_id, item, "a.md", first_seen=SEEN, events=events)


def test_the_date_that_was_moved_most_often_comes_first_with_times_and_days() -> None:
    found = metrics.slipping(
        ledger(
            moved("once", "2026-10-01", "2026-12-01"),
            moved("twice", "2026-10-01", "2026-10-11", "2026-12-01"),
            moved("thrice", "2026-10-01", "2026-10-02", "2026-10-03", "2026-10-04"),
            moved("closed", "2026-10-01", "2026-10-11", "2026-12-01", status=Status.DONE),
        ).lines
    )
    assert [(line.item_id, line.slips, line.slipped_days) for line in found] == [
        ("thrice", 3, 3),
        ("twice", 2, 61),
    ]
    assert {line.first_due for line in found} == {dt.date(2026, 10, 1)}


def test_a_date_that_comes_nearer_does_not_slip() -> None:
    assert metrics.slipping(ledger(moved("a", "2026-12-01", "2026-11-25", "2026-11-24")).lines) == ()


def closed(item_id: str, days_ago: int, *evidence: str, status: Status = Status.DONE) -> TrackedItem:
    """An item whose issue was closed so long ago."""
    ref, at = IssueRef(item_id, f"OPS-{item_id}"), NOW - dt.timedelta(days=days_ago)
    issue = Issue(ref, "Do it", status, created_at=SEEN, closed_at=at, evidence=evidence)
    return TrackedItem(
        item_id, ActionItem("Do it", 1), "a.md", "jira", ref, issue,
        first_seen=SEEN, events=(Event(at, item_id, Side.TRACKER, "status", "open", status.value),),
    )  # fmt: skip


def test_done_long_ago_without_a_link_is_asked_for_and_the_oldest_comes_first() -> None:
    made = ledger(
        closed("1", 31),
        closed("2", 60),
        closed("3", 29),
        closed("4", 60, "https://git.acme.example/pull/7"),
        closed("5", 60, status=Status.CANCELLED),
    )
    found = metrics.unverified(made.lines, made.today, 30)
    assert [line.item_id for line in found] == ["2", "1"]
    assert made.endings == {"done": 4, "verified": 1, "dropped": 1}


@pytest.mark.parametrize("days_back", [0, 30, 60])
def test_every_done_item_of_the_simulation_has_evidence_or_is_asked_for(days_back: int) -> None:
    moment = NOW - dt.timedelta(days=days_back)
    made = ledger_of(simulate(7).world(moment), ReportSettings())
    asked = {line.item_id for line in metrics.unverified(made.lines, made.today)}
    proved = {line.item_id for line in made.lines if line.verified}
    assert asked | proved == {line.item_id for line in made.lines if line.status is Status.DONE}
    assert not asked & proved


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ("SEV1", "SEV1"),
        ("High (all customers)", "High"),
        ("Medium (lab) / would be High in production", "Medium"),
        ("P1 - Critical", "P1"),
        ("Sev-2", "Sev-2"),
        ("S2: degraded", "S2"),
        ("(none)", "(none)"),
        (None, None),
    ],
)
def test_a_severity_is_told_without_what_is_remarked_on_it(stated: str | None, told: str | None) -> None:
    assert severity_told(stated) == told
