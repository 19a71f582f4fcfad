"""The metrics through the real state: the same truth after a round through SQLite, for any day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.integration.reports.recorded import record
from tests.unit.reports.simulation import DAYS, FIRST, LAST, PEOPLE, Simulation, simulate
from tracker.calendar import Calendar
from tracker.models import ActionItem, PostMortem
from tracker.reports import metrics
from tracker.reports.audit import audit_of
from tracker.reports.history import lives
from tracker.reports.ledger import earlier, ledger_of
from tracker.reports.periods import Period
from tracker.reports.report import report_of
from tracker.reports.review import review_of
from tracker.reports.settings import ReportSettings
from tracker.state.store import Store, open_store
from tracker.world import Event, Hindsight, Side

UTC = Calendar()
NOW = dt.datetime.combine(LAST, dt.time(23, 59), dt.UTC)


@pytest.fixture(scope="module")
def books() -> Simulation:
    return simulate(5)


@pytest.fixture(scope="module")
def store(books: Simulation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with record(books, tmp_path_factory.mktemp("state"), NOW) as made:
        yield made


@pytest.mark.parametrize("number", [0, 13, 40, 63, DAYS - 1])
def test_the_state_as_of_a_day_has_the_open_and_overdue_items_of_the_books(
    store: Store, books: Simulation, number: int
) -> None:
    day = FIRST + dt.timedelta(days=number)
    moment = min(NOW, UTC.end_of(day))
    ledger = ledger_of(store.world(moment, people=PEOPLE, as_of=moment), ReportSettings())
    assert {line.item_id for line in ledger.lines if line.is_open} == books.days[day].open
    assert {line.item_id for line in metrics.overdue(ledger.lines)} == books.days[day].overdue


def test_flows_and_slips_through_the_state_are_those_of_the_books(store: Store, books: Simulation) -> None:
    found = lives(store.world(NOW, people=PEOPLE))
    for first in range(0, DAYS, 14):
        start = FIRST + dt.timedelta(days=first)
        period = Period(UTC.start_of(start), UTC.end_of(start + dt.timedelta(days=13)))
        truth = books.happened(start, start + dt.timedelta(days=13))
        flow, slips = metrics.flow(found, period), metrics.slips(found, period)
        assert (flow.opened, flow.closed, flow.reopened, flow.removed) == tuple(
            truth[name] for name in ("opened", "closed", "reopened", "removed")
        )
        assert (slips.moves, slips.days) == (truth["slips"], truth["slip days"])


def test_a_document_that_disappears_does_not_close_its_work(
    store: Store, books: Simulation, tmp_path: Path
) -> None:
    with record(books, tmp_path, NOW) as other:
        with other.writing() as writer:
            writer.documents_removed([document.path for document in books.documents])
        before = metrics.flow(lives(store.world(NOW)), Period(UTC.start_of(FIRST), NOW))
        after = metrics.flow(lives(other.world(NOW)), Period(UTC.start_of(FIRST), NOW))
        assert after == before


def test_an_archive_that_was_imported_and_removed_is_no_new_work_of_the_day_of_the_import(
    tmp_path: Path,
) -> None:
    seen = NOW - dt.timedelta(days=10)
    with open_store("sqlite:///state.db", root=tmp_path, now=lambda: NOW) as store:
        item = ActionItem("Alert on a full disk", 3)
        with store.writing() as writer:
            writer.document(
                PostMortem("old.md", date=FIRST, items=(item,)),
                size=1,
                mtime_ns=1,
                doubtful=False,
                ambiguous={},
            )
            writer.item("01", "pmt-1", "old.md", 0, item)
            writer.events([Event(seen, "01", Side.DOCUMENT, "created", None, item.title)])
        with store.writing() as writer:
            writer.documents_removed(["old.md"])
        (life,) = lives(store.world(NOW))
    assert life.opened.date() == FIRST


@pytest.fixture
def changed(tmp_path: Path) -> Iterator[Store]:
    """A document read on the first day, another that is gone since the third, the first one read again on the fifth."""
    clock = [NOW]
    with open_store("sqlite:///state.db", root=tmp_path, now=lambda: clock[0]) as store:
        for day, path, severity in (
            (1, "a.md", "SEV3"),
            (1, "b.md", "SEV2"),
            (3, "b.md", None),
            (5, "a.md", "SEV1"),
        ):
            clock[0] = NOW - dt.timedelta(days=10 - day)
            with store.writing() as writer:
                if severity is None:
                    writer.documents_removed([path])
                else:
                    writer.document(
                        PostMortem(path, severity=severity, sha256=f"{day}"),
                        size=day,
                        mtime_ns=day,
                        doubtful=False,
                        ambiguous={},
                    )
        yield store


@pytest.mark.parametrize(
    ("day", "here", "removed"),
    [
        (0, {}, []),
        (2, {"a.md": "SEV3", "b.md": "SEV2"}, []),
        (4, {"a.md": "SEV3"}, ["b.md"]),
        (6, {"a.md": "SEV1"}, ["b.md"]),
    ],
)
def test_a_past_day_has_the_documents_of_that_day_with_the_headers_of_that_day(
    changed: Store, day: int, here: dict[str, str], removed: list[str]
) -> None:
    moment = NOW - dt.timedelta(days=10 - day)
    world = changed.world(moment, as_of=moment)
    assert {document.path: document.severity for document in world.documents} == here
    assert [document.path for document in world.removed_documents] == removed
    assert world.hindsight == Hindsight(NOW - dt.timedelta(days=9), 0)


def as_if_migrated(store: Store, day: int) -> None:
    """As a state that kept no former headers until a day, as a migration leaves it."""
    with store.engine.begin() as connection:
        connection.execute(text("DELETE FROM former_headers"))
        note = "INSERT INTO notes (key, value, written_at) VALUES ('headers', '', :at)"
        connection.execute(text(note), {"at": f"{NOW - dt.timedelta(days=10 - day):%Y-%m-%d %H:%M:%S}"})


@pytest.mark.parametrize(("day", "reread"), [(2, 1), (4, 1), (6, 0), (8, 0)])
def test_a_state_of_an_older_pmtrack_says_which_headers_it_did_not_keep(
    changed: Store, day: int, reread: int
) -> None:
    as_if_migrated(changed, 7)
    moment = NOW - dt.timedelta(days=10 - day)
    hindsight = changed.world(moment, as_of=moment).hindsight
    assert hindsight is not None
    assert hindsight.reread == reread


def test_the_present_has_no_hindsight_and_knows_what_is_gone(changed: Store) -> None:
    world = changed.world(NOW)
    assert world.hindsight is None
    assert [document.path for document in world.removed_documents] == ["b.md"]


@pytest.mark.parametrize(
    ("day", "told"),
    [(0, "nothing is known of it"), (2, "1 document was read again after that day"), (6, None)],
)
def test_a_report_about_a_past_day_says_what_it_cannot_know(
    changed: Store, day: int, told: str | None
) -> None:
    as_if_migrated(changed, 7)
    moment = NOW - dt.timedelta(days=10 - day)
    ledger = ledger_of(changed.world(moment, as_of=moment), ReportSettings())
    for values in (
        audit_of(ledger, earlier(ledger, moment)),
        review_of(ledger, Period(UTC.start_of(FIRST), moment)),
    ):
        lines = [cell.text for cell in report_of(values).page.freshness]
        assert len(lines) == (1 if told else 0)
        assert all(told in line for line in lines if told)
