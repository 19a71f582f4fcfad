"""What a past day's report says of the documents is what they said on that day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tracker.models import ActionItem, Note, PostMortem, Review, Span, Status
from tracker.reports import incidents
from tracker.reports.ledger import Ledger, ledger_of
from tracker.reports.lines import nowhere
from tracker.reports.periods import Period
from tracker.reports.settings import ReportSettings
from tracker.state.store import Store, open_store
from tracker.state.tables import FormerHeader
from tracker.world import Event, Side

NOW = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
ITEM = ActionItem("Cap the pool", 20, status=Status.OPEN, spans={"title": Span(1, 2, 20)})
FIRST = PostMortem(
    "a.md",
    title="Checkout was slow",
    incident_id="INC-1",
    date=dt.date(2026, 10, 1),
    severity="SEV3",
    items=(ITEM,),
    notes=(Note("cause", "The pool was too small for the load", 5),),
    reviews=(Review("1 month", dt.date(2026, 11, 5), 30),),
    sha256="1",
)


class Archive:
    """A state whose clock is set by hand."""

    def __init__(self, store: Store, clock: list[dt.datetime]) -> None:
        self.store, self._clock = store, clock

    def read(self, days_ago: int, document: PostMortem, *, path_before: str | None = None) -> None:
        """The document as a sync reads it on a day; its items keep their identity from `path_before`."""
        self._clock[0] = NOW - dt.timedelta(days=days_ago)
        known = {one.item.title for one in self.store.items(paths=[path_before or document.path])}
        with self.store.writing() as writer:
            writer.document(document, size=1, mtime_ns=1, doubtful=False, ambiguous={})
            if path_before is not None:
                writer.documents_removed([path_before])
            for position, item in enumerate(document.items):
                item_id = f"0{item.title}"
                writer.item(item_id, item_id, document.path, position, item)
                if item.title not in known:
                    writer.events(
                        [Event(self._clock[0], item_id, Side.DOCUMENT, "created", None, item.title)]
                    )

    def drop(self, days_ago: int, item: ActionItem) -> None:
        """The row of an item is found gone on a day."""
        self._clock[0] = NOW - dt.timedelta(days=days_ago)
        with self.store.writing() as writer:
            writer.items_removed([f"0{item.title}"])
            writer.events([Event(self._clock[0], f"0{item.title}", Side.DOCUMENT, "removed", item.title)])

    def at(self, days_ago: int) -> Ledger:
        moment = NOW - dt.timedelta(days=days_ago)
        return ledger_of(self.store.world(moment, as_of=moment), ReportSettings())

    @property
    def kept(self) -> int:
        """How many former headers the state holds."""
        with self.store.reading() as connection:
            return connection.execute(select(func.count()).select_from(FormerHeader)).scalar_one()


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    clock = [NOW]
    with open_store("sqlite:///state.db", root=tmp_path, now=lambda: clock[0]) as store:
        made = Archive(store, clock)
        made.read(40, FIRST)
        yield made


def test_titles_severities_and_causes_are_those_of_the_day(archive: Archive) -> None:
    archive.read(20, replace(FIRST, title="Checkout was down", severity="SEV1", sha256="2"))
    archive.read(10, replace(FIRST, title="Checkout was down", severity="SEV2", notes=(), sha256="3"))
    told = {day: archive.at(day).documents[0] for day in (30, 20, 15, 10, 0)}
    assert [told[day].severity for day in (30, 20, 15, 10, 0)] == ["SEV3", "SEV1", "SEV1", "SEV2", "SEV2"]
    assert [told[day].title for day in (30, 15)] == ["Checkout was slow", "Checkout was down"]
    assert [len(told[day].notes) for day in (15, 0)] == [1, 0]
    assert [archive.at(day).open_lines[0].severity for day in (30, 15, 0)] == ["SEV3", "SEV1", "SEV2"]


def test_a_review_that_was_held_later_was_still_due_on_the_day(archive: Archive) -> None:
    archive.read(2, replace(FIRST, reviews=(replace(FIRST.reviews[0], done=True),), sha256="2"))
    then, now = archive.at(5), archive.at(0)
    assert [one.label for one in incidents.follow_ups(then.documents, then.lens, 14)] == ["1 month"]
    assert incidents.follow_ups(now.documents, now.lens, 14) == ()


def test_a_post_mortem_that_got_its_first_item_later_was_without_items_on_the_day(archive: Archive) -> None:
    other = replace(FIRST, path="b.md", completed=dt.date(2026, 11, 16), items=(), sha256="4")
    archive.read(4, other)
    archive.read(1, replace(other, items=(replace(ITEM, title="Rehearse the failover"),), sha256="5"))
    for day, expected in ((2, ["b.md"]), (0, [])):
        ledger = archive.at(day)
        period = Period(ledger.moment - dt.timedelta(days=7), ledger.moment)
        found = incidents.without_items(ledger.documents, period, ledger.calendar, nowhere)
        assert [one.path for one in found] == expected


def test_an_item_of_a_document_that_was_renamed_since_has_its_incident_and_counts_one_document(
    archive: Archive,
) -> None:
    archive.read(5, replace(FIRST, path="renamed.md"), path_before="a.md")
    for day, path in ((10, "a.md"), (0, "renamed.md")):
        ledger = archive.at(day)
        assert [one.path for one in ledger.documents] == [path]
        assert [(line.incident, line.severity) for line in ledger.open_lines] == [("INC-1", "SEV3")]


def test_an_item_whose_row_was_away_for_some_days_was_not_there_on_those(archive: Archive) -> None:
    archive.drop(20, ITEM)
    archive.read(10, replace(FIRST, sha256="2"))
    assert [len(archive.at(day).open_lines) for day in (30, 15, 5)] == [1, 0, 1]


def test_nothing_is_kept_of_a_document_in_which_only_items_and_line_numbers_changed(archive: Archive) -> None:
    moved = tuple(replace(note, line=9) for note in FIRST.notes)
    archive.read(3, replace(FIRST, items=(replace(ITEM, status=Status.DONE),), notes=moved, sha256="2"))
    assert archive.kept == 0
    archive.read(2, replace(FIRST, title="Read by a newer reader, the same text", sha256="2"))
    assert archive.kept == 0
    archive.read(1, replace(FIRST, severity="SEV1", sha256="3"))
    assert archive.kept == 1
