"""Post-mortems in the review: what is new, late, empty, due again, and what was known before it happened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tracker.calendar import Calendar
from tracker.models import ActionItem, Note, PostMortem, Review, Status
from tracker.reports import incidents
from tracker.reports.ledger import Ledger, ledger_of
from tracker.reports.lines import nowhere
from tracker.reports.periods import Period
from tracker.reports.settings import ReportSettings
from tracker.world import Event, Side, TrackedItem, World

UTC = Calendar()
TODAY = dt.date(2026, 11, 20)
WEEK = Period(UTC.end_of(dt.date(2026, 11, 13)), UTC.end_of(TODAY))
ITEM = ActionItem("Alert on a full disk", 7)


def published(*documents: PostMortem) -> list[str]:
    return [line.path for line in incidents.published(documents, WEEK, UTC, nowhere)]


@pytest.mark.parametrize(
    ("happened", "completed", "new"),
    [
        ("2026-11-14", None, True),
        ("2026-11-13", None, False),
        ("2026-11-20", None, True),
        ("2026-10-01", "2026-11-16", True),
        ("2026-11-16", "2026-11-21", False),
        (None, None, False),
    ],
)
def test_a_post_mortem_is_published_on_its_completion_else_on_the_day_of_the_incident(
    happened: str | None, completed: str | None, new: bool
) -> None:
    date, done = (dt.date.fromisoformat(day) if day else None for day in (happened, completed))
    assert published(PostMortem("a.md", date=date, completed=done)) == (["a.md"] if new else [])


@pytest.mark.parametrize(("most", "late"), [(4, 1), (5, 0)])
def test_late_is_counted_in_business_days(most: int, late: int) -> None:
    document = PostMortem("a.md", date=dt.date(2026, 11, 9), completed=dt.date(2026, 11, 16))
    found = incidents.late([document], WEEK, UTC, nowhere, most)
    assert len(found) == late
    assert all(line.note == "5 business days after the incident" for line in found)


def test_late_is_counted_from_the_end_of_the_incident_as_the_rule_does() -> None:
    end = dt.datetime(2026, 11, 13, 4, tzinfo=dt.UTC)
    document = PostMortem("a.md", date=dt.date(2026, 11, 2), end=end, completed=dt.date(2026, 11, 16))
    assert incidents.late([document], WEEK, UTC, nowhere, 1) == ()
    assert [line.note for line in incidents.late([document], WEEK, UTC, nowhere, 0)] == [
        "1 business days after the incident"
    ]


def test_a_post_mortem_with_nothing_but_template_text_has_no_action_item() -> None:
    day = dt.date(2026, 11, 16)
    empty = PostMortem("a.md", date=day, items=(ActionItem("[Action]", 3, placeholder=True),))
    full = PostMortem("b.md", date=day, items=(ITEM,))
    assert [line.path for line in incidents.without_items([empty, full], WEEK, UTC, nowhere)] == ["a.md"]


@pytest.mark.parametrize(
    ("label", "due"),
    [
        ("1 week", "2026-02-07"),
        ("1-week review", "2026-02-07"),
        ("after 3 months", "2026-04-30"),
        ("1 month", "2026-02-28"),
        ("6 months", "2026-07-31"),
        ("10 days", "2026-02-10"),
        ("some day", None),
    ],
)
def test_a_review_is_due_as_its_label_says_after_the_incident(label: str, due: str | None) -> None:
    document = PostMortem("a.md", date=dt.date(2026, 1, 31))
    day = incidents.review_day(Review(label, None, 9), document)
    assert (day.isoformat() if day else None) == due


def test_a_day_that_the_document_gives_goes_before_the_label_and_completion_before_the_incident() -> None:
    document = PostMortem("a.md", date=dt.date(2026, 1, 1), completed=dt.date(2026, 1, 11))
    given = Review("1 week", dt.date(2026, 3, 3), 9)
    assert incidents.review_day(given, document) == dt.date(2026, 3, 3)
    assert incidents.review_day(replace(given, due=None), document) == dt.date(2026, 1, 18)


# --- known but unfixed -----------------------------------------------------------------------------------------------

CAUSE = (Note("cause", "The spool partition filled because rotation stopped silently", 5),)
OLD = PostMortem("old.md", incident_id="INC-7", date=dt.date(2026, 1, 6), items=(ITEM,))
NEW = PostMortem("new.md", incident_id="INC-12", date=dt.date(2026, 11, 16))
SEEN = dt.datetime(2026, 1, 7, 9, tzinfo=dt.UTC)


def ledger(*documents: PostMortem, closed: str | None = None) -> Ledger:
    """The two documents and the item of the old one, closed on a day or open."""
    events: Sequence[Event] = ()
    if closed:
        at = dt.datetime.combine(dt.date.fromisoformat(closed), dt.time(12), dt.UTC)
        events = (Event(at, "01", Side.DOCUMENT, "status", "open", "done"),)
    item = replace(ITEM, status=Status.DONE if closed else Status.OPEN)
    tracked = TrackedItem("01", item, "old.md", first_seen=SEEN, events=tuple(events))
    world = World(WEEK.end, documents, (tracked,), has_state=True)
    return ledger_of(world, ReportSettings())


def known(made: Ledger) -> list[tuple[str, str, int, int]]:
    found = incidents.known_but_unfixed(made.documents, made.lives, made.line, WEEK, made.lens)
    return [(one.incident.path, one.why, len(one.lines), one.still_open) for one in found]


def test_an_incident_that_nothing_joins_was_not_known() -> None:
    assert known(ledger(OLD, NEW)) == []


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ({}, {"related": ("INC-7",)}, "related"),
        ({}, {"related": ("old",)}, "related"),
        ({"notes": CAUSE}, {"notes": CAUSE}, "cause"),
        ({"service": "Spool "}, {"service": "spool"}, "service"),
        ({"service": "spool", "notes": CAUSE}, {"service": "spool", "notes": CAUSE, "related": ("INC-7",)}, "related"),
    ],
)  # fmt: skip
def test_an_earlier_incident_with_open_items_is_told_once_with_the_strongest_reason(
    old: dict[str, object], new: dict[str, object], why: str
) -> None:
    made = ledger(replace(OLD, **old), replace(NEW, **new))  # type: ignore[arg-type]
    assert known(made) == [("new.md", why, 1, 1)]


@pytest.mark.parametrize(("closed", "told"), [("2026-11-10", 0), ("2026-11-18", 1)])
def test_what_counts_is_whether_the_item_was_open_when_the_incident_happened(closed: str, told: int) -> None:
    found = known(ledger(OLD, replace(NEW, related=("INC-7",)), closed=closed))
    assert found == [("new.md", "related", 1, 0)] * told


def test_an_incident_before_the_period_is_no_news() -> None:
    earlier = replace(NEW, related=("INC-7",), date=dt.date(2026, 11, 2))
    assert known(ledger(OLD, earlier)) == []
