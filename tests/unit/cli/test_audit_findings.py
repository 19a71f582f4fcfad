"""Findings and waivers as the audit tells them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tracker.cli.findings import findings_of
from tracker.models import ActionItem, PostMortem, Status, Suppression
from tracker.reports.audit import Findings, audit_of
from tracker.reports.ledger import Ledger, earlier, ledger_of
from tracker.reports.settings import ReportSettings
from tracker.settings import Settings
from tracker.world import RunRecord, TrackedItem, World

NOW = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
ITEM = ActionItem("Cap the pool of connections", 20, status=Status.OPEN, owners=("Alice",))


def ledger(*suppressions: Suppression, runs: tuple[RunRecord, ...] = ()) -> Ledger:
    """One item without a due date below the comments of its document."""
    document = PostMortem(
        "a.md", title="Outage", date=dt.date(2026, 11, 19), items=(ITEM,), suppressions=suppressions
    )
    tracked = TrackedItem("01", ITEM, "a.md", first_seen=NOW)
    return ledger_of(World(NOW, (document,), (tracked,), runs=runs, has_state=True), ReportSettings())


def found(made: Ledger, folder: Path) -> Findings:
    return findings_of(made, Settings(folder))


@pytest.mark.parametrize(
    ("until", "state"),
    [("2026-11-19", "expired"), ("2026-11-20", "ending"), ("2026-12-04", "ending"), ("2026-12-05", "active")],
)
def test_a_waiver_is_active_ends_within_two_weeks_or_has_expired(
    tmp_path: Path, until: str, state: str
) -> None:
    made = found(ledger(Suppression(("PM104",), 19, until, "the vendor fixes it", "bob")), tmp_path)
    (waiver,) = made.waivers
    assert (waiver.state, waiver.by, waiver.reason) == (state, "bob", "the vendor fixes it")
    assert waiver.item == ITEM.title, "the item on whose line or above it it stands"
    waived = [one for one in made.findings if one.code == "PM104" and one.waived_by]
    assert len(waived) == (state != "expired")


def test_a_waiver_of_the_file_names_what_it_covers(tmp_path: Path) -> None:
    (tmp_path / "pmtrack-waivers.toml").write_text(
        '[[waivers]]\ncode = "PM104"\ndocument = "*.md"\nreason = "old"\nby = "bob"\nuntil = 2026-12-31\n',
        encoding="utf-8",
    )
    (waiver,) = found(ledger(), tmp_path).waivers
    assert (waiver.path, waiver.item, waiver.state) == ("*.md", None, "active")


def test_rules_that_lack_their_data_are_named(tmp_path: Path) -> None:
    made = found(ledger(), tmp_path)
    assert made.evaluated
    assert "PM303 lost-issue" in made.skipped, "no tracker was ever read"


def test_the_audit_tells_of_a_sync_that_has_not_finished_and_of_failed_actions(tmp_path: Path) -> None:
    from tracker.reports.report import render, report_of

    started = NOW - dt.timedelta(minutes=3)
    for run, told in (
        (RunRecord("01", "sync", started, None), "not finished when this report was made"),
        (RunRecord("01", "sync", started, NOW, 3, 2, 1, 5), "3 done, 2 failed, 1 put off"),
    ):
        made = ledger(runs=(run,))
        values = audit_of(made, earlier(made, NOW - dt.timedelta(days=1)), found(made, tmp_path))
        assert told in render(report_of(values), "markdown")
