"""How many requests a run takes, as the server counts them."""

from __future__ import annotations

import math

import pytest

from tests.contract.suite import confirmed, created, new_issue
from tests.servers.github.world import GitHubWorld
from tracker.models import Issue
from tracker.remote import Confirmed, Field, Found, Gone, IssueChange, NewIssue


def fill(world: GitHubWorld, count: int) -> list[str]:
    """Issues that exist already; gives their ids."""
    ids = []
    for number in range(count):
        issue = world.store.create(
            world.repository,
            "pm-bot",
            f"Action {number}",
            f"<!-- pmtrack:begin k{number:011d} -->\nx\n<!-- pmtrack:end -->",
        )
        ids.append(f"{issue.number}/{issue.node_id}")
    return ids


def during(world: GitHubWorld) -> int:
    """Requests so far."""
    return len(world.server.log)


@pytest.mark.parametrize("count", [1, 100, 101, 250, 1000])
def test_reading_n_issues_takes_a_request_for_each_hundred(fast: GitHubWorld, count: int) -> None:
    ids = fill(fast, count)
    tracker = fast.tracker()
    assert sum(isinstance(each, Found) for each in tracker.fetch(ids)) == count
    assert during(fast) == math.ceil(count / 100)
    assert tracker.requests == during(fast)


def test_a_run_in_which_nothing_changed_takes_one_request_for_ten_thousand_issues(fast: GitHubWorld) -> None:
    ids = fill(fast, 10_000)
    fast.clock.sleep(10)
    first = fast.tracker().changes(None, ids[:50])
    before = during(fast)
    second = fast.tracker().changes(first.cursor, ids)
    assert second.complete
    assert second.issues == ()
    assert during(fast) - before == 1


def test_every_issue_is_read_again_in_rounds_of_a_day_within_three_requests_a_run(fast: GitHubWorld) -> None:
    ids = []
    for _ in range(9):
        ids += fill(fast, 50)
        fast.clock.sleep(1_000)
    cursor = fast.tracker().changes(None, ids).cursor
    fast.clock.sleep(90_000)
    # As a list does that never tells of an edit: only reading by id can see it.
    fast.repository.issues[7].title = "Edited behind the list"
    fast.repository.issues[330].title = "Edited behind the list, too"
    told: list[str] = []
    used = []
    for _ in range(5):
        before = during(fast)
        changes = fast.tracker().changes(cursor, ids)
        cursor = changes.cursor
        told += [issue.title for issue in changes.issues if issue.title.startswith("Edited")]
        used.append(during(fast) - before)
    assert told == ["Edited behind the list", "Edited behind the list, too"]
    assert used == [3, 3, 2, 1, 1]


def test_who_wants_everything_read_once_a_day_says_so(fast: GitHubWorld) -> None:
    assert fast.tracker().capabilities.verifies
    assert not fast.tracker(full_read="daily").capabilities.verifies
    fast.server.has_graphql = False
    assert fast.tracker().changes(None, fill(fast, 3)).complete
    assert not fast.tracker().capabilities.verifies, "without GraphQL a part takes as many requests as issues"


def test_a_run_after_one_that_wrote_does_not_read_its_writes_again(fast: GitHubWorld) -> None:
    ids = fill(fast, 300)
    fast.clock.sleep(3600)
    run = fast.tracker()
    first = run.changes(None, ids)
    created(run.create([new_issue(f"New {n}") for n in range(150)]))
    changed = next(issue for issue in first.issues if issue.ref.id == ids[0])
    change = IssueChange(changed.ref, changed.marker or "", {Field.TITLE: "Changed by us"}, base=changed)
    confirmed(run.update([change]))
    fast.clock.sleep(5)
    run.close()
    before = during(fast)
    second = fast.tracker().changes(first.cursor, ids)
    assert second.complete
    assert second.issues == ()
    assert during(fast) - before == 1


def test_an_edit_by_a_person_during_the_run_is_told_by_the_next_one(fast: GitHubWorld) -> None:
    ids = fill(fast, 30)
    fast.clock.sleep(3600)
    run = fast.tracker()
    first = run.changes(None, ids)
    fast.store.edit(fast.repository, 7, title="By a person, before our writes")
    created(run.create([new_issue(f"New {n}") for n in range(5)]))
    issues = {issue.ref.id: issue for issue in first.issues}
    base = issues[ids[8]]
    fast.store.close(fast.repository, 9)
    confirmed(run.update([IssueChange(base.ref, base.marker or "", {Field.TITLE: "Ours"}, base=base)]))
    fast.store.edit(fast.repository, 11, title="By a person, after our writes, in the same second")
    run.close()
    second = fast.tracker().changes(first.cursor, ids)
    assert {issue.ref.id for issue in second.issues} >= {ids[6], ids[8], ids[10]}


@pytest.mark.parametrize("count", [1, 99, 260])
def test_creates_take_one_content_request_each_and_few_others(fast: GitHubWorld, count: int) -> None:
    run = fast.tracker()
    names = [f"user{n}" for n in range(30)]
    for name in names:
        fast.store.add_user(name)
    run.changes(None, [])
    run.resolve(names, ())
    run.watermark()
    batch = [
        NewIssue(
            f"k{n:011d}",
            f"Action {n}",
            "text",
            priority=n % 5,
            assignees=(names[n % 30],),
            labels=("pmtrack",),
            extra={"severity": f"SEV{n % 3}"},
        )
        for n in range(count)
    ]
    outcomes = [each.outcome for each in run.create(batch)]
    run.close()
    assert all(isinstance(each, Confirmed) for each in outcomes)
    assert fast.server.content_requests() == count
    assert during(fast) - count <= math.ceil(count / 100) + 10
    assert run.requests == during(fast)


def test_a_change_takes_one_request(fast: GitHubWorld) -> None:
    run = fast.tracker()
    run.changes(None, [])
    issues = created(run.create([new_issue(f"Action {n}") for n in range(10)]))
    before = during(fast)
    changes = [IssueChange(each.ref, each.marker or "", {Field.TITLE: "New"}, base=each) for each in issues]
    for each in run.update(changes):
        assert isinstance(each.outcome, Confirmed)
    assert during(fast) - before == 10


def test_a_deleted_issue_is_told_by_the_next_run_without_a_full_read_every_time(fast: GitHubWorld) -> None:
    ids = fill(fast, 250)
    fast.clock.sleep(3600)
    first = fast.tracker().changes(None, ids)
    fast.store.delete(fast.repository, 17)
    second = fast.tracker().changes(first.cursor, ids)
    assert [each.id for each in second.gone] == [ids[16]]
    assert isinstance(second.gone[0], Gone)
    before = during(fast)
    third = fast.tracker().changes(second.cursor, [each for each in ids if each != ids[16]])
    assert third.issues == ()
    assert during(fast) - before == 1


def test_pull_requests_and_their_activity_are_no_changes(fast: GitHubWorld) -> None:
    ids = fill(fast, 20)
    fast.clock.sleep(3600)
    first = fast.tracker().changes(None, ids)
    for number in range(200):
        fast.store.create(fast.repository, "bob", f"PR {number}", "", pull_request=True)
    before = during(fast)
    assert fast.tracker().changes(first.cursor, ids).issues == ()
    assert during(fast) - before == 1


def test_more_edits_than_one_page_holds_are_all_told(fast: GitHubWorld) -> None:
    ids = fill(fast, 400)
    fast.clock.sleep(3600)
    first = fast.tracker().changes(None, ids)
    fast.clock.sleep(60)
    for number in range(1, 251):
        fast.store.edit(fast.repository, number, title=f"Edited {number}")
    second = fast.tracker().changes(first.cursor, ids)
    assert {issue.title for issue in second.issues} >= {f"Edited {n}" for n in range(1, 251)}


def test_a_change_within_a_crowded_second_is_not_missed(fast: GitHubWorld) -> None:
    ids = fill(fast, 300)
    first = fast.tracker().changes(None, ids)
    fast.store.edit(fast.repository, 3, title="Same second, far down the list")
    second = fast.tracker().changes(first.cursor, ids)
    assert "Same second, far down the list" in {issue.title for issue in second.issues}


def test_clocks_that_differ_do_not_hide_a_change(fast: GitHubWorld) -> None:
    ids = fill(fast, 150)
    fast.clock.sleep(3600)
    fast.store.edit(fast.repository, 5, title="From a server whose clock is ahead")
    first = fast.tracker().changes(None, ids)
    fast.clock.sleep(-90)
    issue = fast.repository.issues[6]
    issue.title, issue.updated = "From a server whose clock is behind", fast.store.stamp()
    second = fast.tracker().changes(first.cursor, ids)
    assert "From a server whose clock is behind" in {each.title for each in second.issues}


def test_without_graphql_an_unchanged_list_is_a_304(fast: GitHubWorld) -> None:
    fast.server.has_graphql = False
    ids = fill(fast, 120)
    fast.clock.sleep(3600)
    first = fast.tracker().changes(None, ids)
    issues: list[Issue] = list(first.issues)
    assert len(issues) == 120
    before = during(fast)
    second = fast.tracker().changes(first.cursor, ids)
    assert second.complete
    assert second.issues == ()
    sent = fast.server.log[before:]
    assert [each.status for each in sent if each.method == "GET"] == [304]
    assert len(sent) <= 3
