"""The whole engine on a Jira, day after day: what a run in which nothing changed costs, and that nothing is lost by it."""

from __future__ import annotations

from pathlib import Path

from tests.integration.sync.stage import Stage
from tests.jira import Bench
from tracker.settings import TrackerSettings

DOCUMENT = """# Queue outage

**Incident ID:** INC-7
**Date:** 2026-05-06

## Action Items

| Action | Owner | Due |
|---|---|---|
| Add an alert for the queue depth | Alice Smith | 2026-12-04 |
| Write a runbook for broker failover | Alice Smith | 2026-12-05 |
"""


def test_no_day_costs_more_than_three_requests_and_a_deleted_issue_is_noticed(
    either: Bench, tmp_path: Path
) -> None:
    configured = {"default_tracker": "jira", "trackers": {"jira": TrackerSettings("jira", "jira")}}
    stage = Stage(tmp_path, trackers={"jira": either.tracker}, extra=configured)
    either.site.now = stage.clock
    either.clock.at = stage.now
    stage.write("a.md", DOCUMENT)
    assert [record.outcome for record in stage.sync().actions] == ["done", "done"]
    for hours in (1, 23, 24, 72):
        either.clock.forward(hours=hours)
        stage.now = either.clock.at
        either.server.forget()
        assert stage.sync().actions == ()
        assert len(either.server.requests) <= 3
    lost = either.site.living()[0]
    either.site.delete(lost.id)
    either.clock.forward(hours=25)
    stage.now = either.clock.at
    (orphan,) = stage.sync().actions
    assert (orphan.action, orphan.issue) == ("orphan", lost.key)
