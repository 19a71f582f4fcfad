"""The metrics through the real state: the same truth after a round through SQLite, for any day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.reports.recorded import record
from tests.unit.reports.simulation import DAYS, FIRST, LAST, PEOPLE, Simulation, simulate
from tracker.calendar import Calendar
from tracker.reports import metrics
from tracker.reports.history import lives
from tracker.reports.ledger import ledger_of
from tracker.reports.periods import Period
from tracker.reports.settings import ReportSettings
from tracker.state.store import Store

UTC = Calendar()
NOW = dt.datetime.combine(LAST, dt.time(23, 59), dt.UTC)


@pytest.fixture(scope="module")
def books() -> Simulation:
    return simulate(5)


@pytest.fixture(scope="module")
def store(books: Simulation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with record(books, tmp_path_factory.mktemp("state"), NOW) as made:
        yield made


@pytest.mark.parametrize("number", [0, 13, 40, 77, 100, DAYS - 1])
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
