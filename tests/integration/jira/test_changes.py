"""What changed since the last run: correct although the index is late and clocks and time zones differ; and cheap."""

from __future__ import annotations

import datetime as dt
import math
import os

import pytest

from tests.contract.suite import confirmed, created, new_issue
from tests.jira import Bench
from tests.servers.jira import Fault, User
from tracker.models import Issue, Person
from tracker.remote import Changes, Field, Found, IssueChange

MANY, PAGE = 10_000 if os.environ.get("PMTRACK_TEST_PROFILE") == "long" else 300, 100


def seed(bench: Bench, count: int = 3) -> tuple[list[Issue], Changes]:
    """Issues of an earlier run and its cursor."""
    tracker = bench.tracker()
    issues = created(tracker.create([new_issue(f"Action {number}") for number in range(count)]))
    first = tracker.changes(None, [issue.ref.id for issue in issues])
    assert first.complete
    return issues, first


def many(bench: Bench, count: int) -> tuple[list[Issue], Changes]:
    """Like `seed` for a number that takes time to make and to hold against the vendor's description."""
    bench.server.checker = None
    for number in range(count):
        bench.site.add_issue("OPS", {"summary": f"Action {number}", "labels": ["pmtrack"]})
    tracker = bench.tracker()
    names = [issue.id for issue in bench.site.living()]
    issues = [each.issue for each in tracker.fetch(names) if isinstance(each, Found)]
    first = tracker.changes(None, names)
    assert len(issues) == count
    return issues, first


def pull(bench: Bench, cursor: str | None, issues: list[Issue]) -> Changes:
    """The changes that the next run sees."""
    told = bench.tracker().changes(cursor, [issue.ref.id for issue in issues])
    assert told.complete, told.reason
    return told


def test_nothing_changed_tells_nothing(either: Bench) -> None:
    issues, first = seed(either)
    assert pull(either, first.cursor, issues).issues == ()


def test_an_edit_that_the_index_learns_late_is_told_when_it_does(either: Bench) -> None:
    issues, first = seed(either)
    either.clock.forward(hours=5)
    first = pull(either, first.cursor, issues)
    either.site.index_lag_s = 300
    either.site.edit(issues[1].ref.id, summary="Edited, but the index does not know yet")
    either.clock.forward(seconds=60)
    second = pull(either, first.cursor, issues)
    assert second.issues == ()
    either.clock.forward(seconds=300)
    third = pull(either, second.cursor, issues)
    assert [issue.title for issue in third.issues] == ["Edited, but the index does not know yet"]
    either.clock.forward(seconds=60)
    assert pull(either, third.cursor, issues).issues == ()


def test_what_the_index_tells_late_is_read_as_it_is_now(cloud: Bench) -> None:
    issues, first = seed(cloud)
    cloud.clock.forward(hours=5)
    first = pull(cloud, first.cursor, issues)
    cloud.site.edit(issues[0].ref.id, summary="first")
    cloud.clock.forward(seconds=30)
    cloud.site.index_lag_s = 10
    cloud.site.edit(issues[0].ref.id, summary="second")
    (only,) = pull(cloud, first.cursor, issues).issues
    assert only.title == "second"


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kathmandu"])
def test_the_time_zone_of_the_account_has_no_part_in_it(either: Bench, zone: str) -> None:
    issues, first = seed(either)
    either.clock.forward(hours=30)
    first = pull(either, first.cursor, issues)
    either.site.time_zone = zone
    either.site.edit(issues[2].ref.id, summary="Edited elsewhere")
    either.clock.forward(minutes=1)
    assert [issue.title for issue in pull(either, first.cursor, issues).issues] == ["Edited elsewhere"]


@pytest.mark.parametrize("hours", [-26, -3, 3, 26])
def test_a_clock_that_is_hours_off_has_no_part_in_it(either: Bench, hours: int) -> None:
    either.site.now = lambda: either.clock.now() + dt.timedelta(hours=hours)
    issues, first = seed(either)
    either.clock.forward(hours=8)
    first = pull(either, first.cursor, issues)
    either.site.edit(issues[2].ref.id, summary="Edited in another time")
    either.clock.forward(hours=7)
    assert [issue.title for issue in pull(either, first.cursor, issues).issues] == ["Edited in another time"]


def test_our_own_clock_may_jump(either: Bench) -> None:
    issues, first = seed(either)
    either.clock.forward(hours=8)
    first = pull(either, first.cursor, issues)
    either.site.edit(issues[0].ref.id, summary="Before the jump")
    server = either.clock.at
    either.site.now = lambda: server + dt.timedelta(minutes=5)
    either.clock.forward(hours=-20)
    assert [issue.title for issue in pull(either, first.cursor, issues).issues] == ["Before the jump"]


def test_an_issue_that_moved_to_another_project_is_told(either: Bench) -> None:
    issues, first = seed(either)
    either.clock.forward(hours=5)
    key = either.site.move(issues[1].ref.id, "PAY")
    (only,) = pull(either, first.cursor, issues).issues
    assert only.ref.key == key
    assert only.ref.id == issues[1].ref.id


def test_our_own_changes_are_not_told_as_somebody_elses(either: Bench) -> None:
    issues, first = seed(either)
    either.clock.forward(minutes=10)
    change = IssueChange(issues[0].ref, issues[0].marker or "", {Field.TITLE: "By pmtrack"}, base=issues[0])
    confirmed(either.tracker().update([change]))
    assert pull(either, first.cursor, issues).issues == ()
    either.site.edit(issues[0].ref.id, summary="By a person, right after")
    (only,) = pull(either, first.cursor, issues).issues
    assert only.title == "By a person, right after"


def test_an_edit_right_after_the_creation_is_told(either: Bench) -> None:
    tracker = either.tracker()
    before = tracker.changes(None, [])
    issues = created(tracker.create([new_issue("One"), new_issue("Two")]))
    either.site.edit(issues[1].ref.id, summary="Two, edited at once")
    assert [issue.title for issue in pull(either, before.cursor, issues).issues] == ["Two, edited at once"]


def test_issues_of_others_are_not_told(either: Bench) -> None:
    issues, first = seed(either)
    either.site.add_issue("OPS", {"summary": "not ours"})
    assert pull(either, first.cursor, issues).issues == ()


# --- budgets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 50, 51, 230])
def test_a_first_sync_needs_one_create_for_fifty(either: Bench, count: int) -> None:
    either.server.checker = None
    tracker = either.tracker()
    created(tracker.create([new_issue(f"Action {number}") for number in range(count)]))
    assert len(either.server.creates) == math.ceil(count / 50)
    assert tracker.requests <= math.ceil(count / 50) + 10


@pytest.mark.parametrize("count", [1, 100, 101, 230])
def test_reading_needs_one_request_for_a_hundred(either: Bench, count: int) -> None:
    issues, _ = many(either, count)
    tracker = either.tracker()
    either.server.forget()
    assert len(list(tracker.fetch([issue.ref.id for issue in issues]))) == count
    assert len(either.server.requests) == math.ceil(count / 100)


@pytest.mark.parametrize("page", [PAGE, 5000])
def test_a_run_in_which_nothing_changed_needs_three_requests_at_most(either: Bench, page: int) -> None:
    either.server.checker = None
    either.site.page_limit = page
    tracker = either.tracker()
    before = tracker.changes(None, [])
    issues = created(tracker.create([new_issue(f"Action {number}") for number in range(MANY)]))
    # At once, when the index tells every issue as new; an hour later; and the day after.
    for hours in (0, 1, 24):
        either.clock.forward(hours=hours)
        either.server.forget()
        told = pull(either, before.cursor, issues)
        assert all(issue.updated_at == issue.created_at for issue in told.issues)
        assert len(either.server.requests) <= 3
        before = told


def test_nobody_is_asked_twice_for_the_same_people(either: Bench) -> None:
    names = ["Alice Smith", "Nobody", "Sam Lee"]
    tracker = either.tracker()
    tracker.resolve(names, [])
    either.server.forget()
    assert tracker.resolve(names, [])["Nobody"].reason
    assert either.tracker().resolve(names[:1], [])["Alice Smith"].account
    assert either.server.requests == []
    either.clock.forward(hours=13)
    either.tracker().resolve(names, [])
    assert len(either.server.requests) == 3


def test_somebody_who_may_be_assigned_now_is_found_by_the_next_run(either: Bench) -> None:
    carol = Person("carol", ("Carol",), {"jira": "carol"})
    assert either.tracker().resolve(["Carol"], [carol])["Carol"].account is None
    either.site.add_user(User("carol", "Carol Lind", "carol@acme.example"))
    assert either.tracker().resolve(["Carol"], [carol])["Carol"].account == "carol"


# --- reading everything again, a part in each run --------------------------------------------------------------------


def silently(bench: Bench, issue: Issue, **fields: object) -> None:
    """An edit that the index never learns."""
    stored = bench.site.issues[issue.ref.id]
    stored.fields.update(fields)
    stored.updated = bench.clock.now()


def days(bench: Bench, cursor: str | None, issues: list[Issue], runs: int) -> list[Changes]:
    """What runs tell that are a day apart, each within the budget."""
    out = []
    for _ in range(runs):
        bench.clock.forward(days=1)
        bench.server.forget()
        out.append(pull(bench, cursor, issues))
        assert len(bench.server.requests) <= 3
        cursor = out[-1].cursor
    return out


def test_a_deleted_issue_is_told_by_the_next_days_run(either: Bench) -> None:
    issues, first = seed(either)
    either.site.delete(issues[1].ref.id)
    either.clock.forward(days=1)
    told = pull(either, first.cursor, issues)
    assert [each.id for each in told.gone] == [issues[1].ref.id]


def test_an_edit_that_the_index_never_learns_is_found_in_a_round(cloud: Bench) -> None:
    issues, first = many(cloud, 450)
    silently(cloud, issues[-1], summary="Never told")
    told = days(cloud, first.cursor, issues, 5)
    found = [issue.title for each in told for issue in each.issues if issue.title == "Never told"]
    assert found


def test_a_round_reads_each_issue_once_and_the_next_begins_a_day_later(cloud: Bench) -> None:
    issues, first = many(cloud, 450)
    read: list[str] = []
    cursor = first.cursor
    cloud.clock.forward(days=1)
    for _ in range(6):
        cloud.clock.forward(hours=1)
        cloud.server.forget()
        cursor = pull(cloud, cursor, issues).cursor
        asked = [each for each in cloud.server.requests if each.path == "issue/bulkfetch"]
        read += [name for each in asked for name in each.body["issueIdsOrKeys"]]
        assert len(cloud.server.requests) <= 3
    assert sorted(read) == sorted(issue.ref.id for issue in issues)


def test_an_issue_that_was_hidden_is_not_readable_and_stops_nothing(either: Bench) -> None:
    issues, first = seed(either)
    either.clock.forward(hours=5)
    cursor = pull(either, first.cursor, issues).cursor
    either.site.hide(issues[0].ref.id)
    either.clock.forward(days=1)
    told = pull(either, cursor, issues)
    assert [each.id for each in told.unreadable] == [issues[0].ref.id]
    assert told.gone == ()
    assert told.cursor != cursor


def test_a_part_that_could_not_be_read_is_read_by_the_next_run(cloud: Bench) -> None:
    issues, first = seed(cloud)
    silently(cloud, issues[0], summary="Never told")
    cloud.clock.forward(days=1)
    cloud.server.faults.append(Fault("answer", "POST", "issue/bulkfetch", status=500, times=5))
    broken = pull(cloud, first.cursor, issues)
    assert len(broken.unreadable) == 3
    assert "Never told" in [issue.title for issue in pull(cloud, broken.cursor, issues).issues]


def test_everything_may_be_read_once_a_day_instead(either: Bench) -> None:
    assert either.tracker().capabilities.verifies
    tracker = either.tracker(full_read="daily")
    assert not tracker.capabilities.verifies
    issues, first = seed(either)
    either.clock.forward(days=1)
    either.server.forget()
    tracker.changes(first.cursor, [issue.ref.id for issue in issues])
    assert len(either.server.requests) == 1
