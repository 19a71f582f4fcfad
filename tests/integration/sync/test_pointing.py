"""Rows that name another issue than the one they have."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.local import LocalTracker
from tests.integration.sync.stage import ALERT, POOL, RUNBOOK, Stage, document, names, only, row
from tracker.errors import AuthError, ExitCode
from tracker.sync import settling


@pytest.fixture
def synced(tmp_path: Path) -> Stage:
    """A document with three items, synced once."""
    stage = Stage(tmp_path)
    stage.write("a.md", document(row(ALERT), row(RUNBOOK), row(POOL)))
    stage.sync()
    return stage


def other_issue(stage: Stage) -> str:
    key = "pm-aaaabbbbcccc"
    made = {"_type": "issue", "id": key, "title": "Made by a person", "status": "open", "priority": 2}
    stage.put([*stage.issues, made])
    return key


def test_a_row_that_a_person_pointed_at_another_issue_is_told_until_it_is_settled(synced: Stage) -> None:
    mine, other = synced.issue(ALERT)["id"], other_issue(synced)
    synced.write("a.md", document(row(ALERT, due="2027-01-01", ticket=other), row(RUNBOOK), row(POOL)))
    before = synced.issues
    for _ in range(2):
        report = synced.sync()
        record = only(report)
        assert (record.action, record.outcome, report.exit_code) == ("skip", "failed", ExitCode.PARTIAL)
        assert f"the row names {other}, but its issue is {mine}" in record.reason
        assert f"docs/a.md:11 {other}`" in record.reason
    assert synced.issues == before
    synced.write("a.md", document(row(ALERT, due="2027-01-01", ticket=mine), row(RUNBOOK), row(POOL)))
    assert names(synced.sync()) == ["update"]
    assert synced.sync().actions == ()


def test_a_row_goes_over_to_the_issue_that_a_person_named_once_it_is_linked(synced: Stage) -> None:
    other = other_issue(synced)
    synced.write("a.md", document(row(ALERT, ticket=other), row(RUNBOOK), row(POOL)))
    synced.sync()
    with synced.store() as store:
        settling.link(
            "docs/a.md",
            11,
            other,
            settings=synced.settings(),
            store=store,
            open_tracker=synced.open,
            now=synced.clock(),
        )
    synced.sync()
    assert "docs/a.md" in synced.issue("Made by a person")["description"]
    assert synced.issue(ALERT)["status"] == "open"
    assert synced.sync().actions == ()


def test_a_row_that_mentions_what_is_no_issue_keeps_its_own(synced: Stage) -> None:
    synced.write("a.md", document(row(ALERT, ticket="pm-ddddeeeeffff"), row(RUNBOOK), row(POOL)))
    report = synced.sync()
    assert report.actions == ()
    assert any("its issue stays" in message for message in report.messages)
    assert synced.sync().messages == ()


def test_a_row_that_names_an_issue_is_looked_up_once_its_tracker_can_be_asked_again(tmp_path: Path) -> None:
    def signed_out() -> LocalTracker:
        raise AuthError("no token", tracker="local")

    stage = Stage(tmp_path)
    stage.write("a.md", document(row(RUNBOOK)))
    stage.sync()
    stage.write("a.md", document(row(RUNBOOK), row(POOL, ticket=other_issue(stage))))
    stage.trackers["local"] = signed_out
    report = stage.sync()
    why = "the row names pm-aaaabbbbcccc, which could not be looked up (local: no token)"
    assert [(each.outcome, each.reason) for each in report.actions if each.item == POOL] == [
        ("deferred", why)
    ]
    del stage.trackers["local"]
    assert names(stage.sync())[0] == "link"
    assert stage.sync().actions == ()
