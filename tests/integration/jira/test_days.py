"""The whole engine on a Jira, day after day: what a run in which nothing changed costs, and that nothing is lost by it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.integration.sync.stage import Stage, document, row
from tests.jira import Bench
from tests.servers.jira import User
from tracker.settings import TrackerSettings

HOURS = (1, 23, 24, 72)


def staged(bench: Bench, root: Path) -> Stage:
    """Documents that are synced with the site, on one clock."""
    configured = {"default_tracker": "jira", "trackers": {"jira": TrackerSettings("jira", "jira")}}
    stage = Stage(root, trackers={"jira": bench.tracker}, extra=configured)
    bench.site.now = stage.clock
    bench.clock.at = stage.now
    return stage


def later(bench: Bench, stage: Stage, **span: float) -> None:
    """Let time pass for both, and forget what was asked before."""
    bench.clock.forward(**span)
    stage.now = bench.clock.at
    bench.server.forget()


def owned_by(names: Mapping[str, str]) -> str:
    """A document with an action for each owner."""
    return document(*(row(title, owner=owner) for title, owner in names.items()))


def test_no_day_costs_more_than_three_requests_and_a_deleted_issue_is_noticed(
    either: Bench, tmp_path: Path
) -> None:
    stage = staged(either, tmp_path)
    stage.write("a.md", owned_by(dict.fromkeys(("Add an alert", "Write a runbook"), "Alice Smith")))
    assert [record.outcome for record in stage.sync().actions] == ["done", "done"]
    for hours in HOURS:
        later(either, stage, hours=hours)
        assert stage.sync().actions == ()
        assert len(either.server.requests) <= 3
    lost = either.site.living()[0]
    either.site.delete(lost.id)
    later(either, stage, hours=25)
    (orphan,) = stage.sync().actions
    assert (orphan.action, orphan.issue) == ("orphan", lost.key)


def test_rows_that_name_lost_issues_and_links_to_hidden_ones_leave_a_quiet_run_at_three_requests(
    either: Bench, tmp_path: Path
) -> None:
    stage = staged(either, tmp_path)
    rows = [row(f"Add alert {number}") for number in range(4)]
    rows += [row(f"Write runbook {number}", ticket=f"OPS-{number + 5}") for number in range(6)]
    stage.write("a.md", document(*rows))
    stage.sync()
    either.site.hide(either.site.living()[0].id)
    later(either, stage, hours=25)
    stage.sync()
    for hours in (*HOURS, 24 * 8, 24, 1):
        later(either, stage, hours=hours)
        assert {record.action for record in stage.sync().actions} == {"skip"}
        assert len(either.server.requests) <= 3
    assert either.site.add_issue("OPS", {"summary": "made by a person"}).key == "OPS-5"
    either.site.living()[0].hidden = False
    found = set[str]()
    for _ in range(2):
        later(either, stage, hours=1)
        found |= {f"{record.action} {record.item}" for record in stage.sync().actions}
    assert "link Write runbook 0" in found


def test_owners_without_an_account_are_asked_for_when_their_document_changes_and_not_else(
    either: Bench, tmp_path: Path
) -> None:
    stage = staged(either, tmp_path)
    rows = {f"Add alert {number}": f"Person {number}" for number in range(6)}
    stage.write("a.md", owned_by(rows))
    stage.sync()
    for hours in HOURS:
        later(either, stage, hours=hours)
        assert stage.sync().actions == ()
        assert len(either.server.requests) <= 3
    either.site.add_user(User("carol", "Person 5", "carol@acme.example"))
    later(either, stage, hours=1)
    stage.write("a.md", owned_by(rows | {"Write a runbook": "Alice Smith"}))
    acted = {record.item: record.action for record in stage.sync().actions}
    assert acted == {"Write a runbook": "create", "Add alert 5": "update"}
    assert sum(issue.fields.get("assignee") == "carol" for issue in either.site.living()) == 1
