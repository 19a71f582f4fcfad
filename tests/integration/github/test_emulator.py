"""The adapter on a GitHub that nobody here wrote."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.github import open_tracker
from adapters.github.adapter import GitHubTracker
from tests import emulate
from tests.contract.suite import confirmed, created, new_issue, read
from tests.servers.github.world import Clock
from tracker.models import Person, Status
from tracker.remote import Adopted, Confirmed, Field, IssueChange, NewIssue, ProbeQuery, TrackerContext


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[emulate.Emulator]:
    command = emulate.find_emulator()
    if command is None:
        pytest.skip(emulate.HOW)
    with emulate.running(command, tmp_path_factory.mktemp("emulate")) as made:
        yield made


@pytest.fixture
def tracker(emulator: emulate.Emulator, tmp_path: Path) -> GitHubTracker:
    return opened(emulator, tmp_path, {})


def opened(emulator: emulate.Emulator, root: Path, memory: dict[str, str]) -> GitHubTracker:
    clock = Clock()
    context = TrackerContext(root, {"GITHUB_TOKEN": emulate.TOKEN}, clock.now, clock.sleep, memory)
    options = {"repository": emulate.REPOSITORY, "api_url": emulator.url, "write_interval_s": 0}
    return open_tracker("github", options, context)


def test_create_read_change_close_and_reopen(tracker: GitHubTracker) -> None:
    watermark = tracker.watermark()
    new = new_issue(priority=1)
    (issue,) = created(tracker.create([new]))
    assert read(tracker, issue.ref).context == issue.context
    assert set(issue.labels) == {"pmtrack", "priority: P1"}
    assert next(iter(tracker.probe([ProbeQuery(new.marker, watermark)]))) == Adopted(
        new.marker, read(tracker, issue.ref)
    )
    for status in (Status.DONE, Status.CANCELLED, Status.OPEN):
        change = IssueChange(issue.ref, new.marker, {Field.STATUS: status}, base=issue)
        assert confirmed(tracker.update([change])).issue.status is status
    title = IssueChange(issue.ref, new.marker, {Field.TITLE: "New", Field.CONTEXT: "other"}, base=issue)
    assert confirmed(tracker.update([title])).warnings == ()
    assert (read(tracker, issue.ref).title, read(tracker, issue.ref).context) == ("New", "other")


def test_what_a_person_changes_is_told_by_the_next_run(
    emulator: emulate.Emulator, tracker: GitHubTracker, tmp_path: Path
) -> None:
    issues = created(tracker.create([new_issue("One"), new_issue("Two")]))
    ids = [issue.ref.id for issue in issues]
    first = tracker.changes(None, ids)
    number = issues[1].ref.key.partition("#")[2]
    emulator.call(
        "PATCH", f"/repos/{emulate.REPOSITORY}/issues/{number}", {"title": "Two, edited", "state": "closed"}
    )
    second = opened(emulator, tmp_path, {}).changes(first.cursor, ids)
    told = {issue.ref.id: (issue.title, issue.status) for issue in second.issues}
    assert told[ids[1]] == ("Two, edited", Status.DONE)


def test_an_assignee_of_the_people_map_is_set_though_the_emulator_cannot_say_who_can_be(
    emulator: emulate.Emulator, tracker: GitHubTracker
) -> None:
    people = (Person("ann", ("Ann",), {"github": "acme"}), Person("left", ("Left",), {"github": "left-us"}))
    resolved = tracker.resolve(["Ann", "Left", "somebody"], people)
    assert [resolved[name].account for name in ("Ann", "Left", "somebody")] == ["acme", "left-us", None]
    new = NewIssue("k00000090001", "Assigned", assignees=("acme",))
    gone = NewIssue("k00000090002", "Not assigned", assignees=("left-us",))
    first, second = (each.outcome for each in tracker.create([new, gone]))
    assert isinstance(first, Confirmed)
    assert first.issue.assignees == ("acme",)
    assert isinstance(second, Confirmed)
    assert second.issue.assignees == ()
    assert "left-us" in second.warnings[0]
    assert [issue["title"] for issue in emulator.issues()].count("Not assigned") == 1


def test_the_preflight_finds_nothing_wrong(tracker: GitHubTracker) -> None:
    assert [each.message for each in tracker.check() if not each.ok] == []
