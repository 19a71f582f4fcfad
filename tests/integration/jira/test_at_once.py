"""Several requests at once: results in order, one 429 for all, nothing sent twice."""

from __future__ import annotations

import threading

from tests.contract.suite import created, new_issue
from tests.jira import Bench
from tests.servers.jira import Fault, rate_limited
from tracker.models import Issue, Status
from tracker.remote import Confirmed, Field, Found, IssueChange, NotSent, Unknown


def issues_on(bench: Bench, count: int = 12) -> list[Issue]:
    return created(bench.tracker().create([new_issue(f"Action {number}") for number in range(count)]))


def closing(issues: list[Issue]) -> list[IssueChange]:
    return [
        IssueChange(each.ref, each.marker or "", {Field.STATUS: Status.DONE}, base=each) for each in issues
    ]


def meeting(bench: Bench, path: str, together: int) -> threading.Barrier:
    """Lets requests of a path pass only when so many of them are under way; breaks after 10 s."""
    barrier = threading.Barrier(together, timeout=10)
    bench.server.gate = lambda arrived: barrier.wait() if path in arrived else 0
    return barrier


def test_changes_are_carried_out_several_at_once_and_told_in_order(either: Bench) -> None:
    issues = issues_on(either)
    barrier = meeting(either, "/transitions", 4)
    outcomes = list(either.tracker().update(closing(issues)))
    assert not barrier.broken
    assert [each.id for each in outcomes] == [issue.ref.id for issue in issues]
    assert all(isinstance(each.outcome, Confirmed) for each in outcomes)
    posts = [each.path for each in either.server.writes if each.path.endswith("/transitions")]
    assert len(posts) == len(set(posts)) == len(issues)


def test_one_connection_sends_one_after_the_other(either: Bench) -> None:
    issues = issues_on(either, 3)
    either.server.forget()
    list(either.tracker(connections=1).update(closing(issues)))
    moved = [each.path.split("/")[1] for each in either.server.writes]
    assert moved == [issue.ref.id for issue in issues]


def test_batches_are_read_at_once_and_told_in_order(cloud: Bench) -> None:
    for number in range(350):
        cloud.site.add_issue("OPS", {"summary": f"Action {number}"})
    names = [issue.id for issue in cloud.site.living()]
    barrier = meeting(cloud, "bulkfetch", 4)
    results = list(cloud.tracker(deployment="cloud", priorities=["A", "B", "C", "D", "E"]).fetch(names))
    assert not barrier.broken
    assert [each.id for each in results if isinstance(each, Found)] == names


def test_a_429_of_one_stops_all_until_the_time_is_over(either: Bench) -> None:
    issues = issues_on(either)
    path = "issue/[0-9]+/transitions"
    either.server.faults.append(rate_limited("9", "jira-per-issue-on-write", method="POST", path=path))
    outcomes = list(either.tracker().update(closing(issues)))
    assert all(isinstance(each.outcome, Confirmed) for each in outcomes)
    assert 9.0 in either.clock.slept
    assert all(0 < seconds <= 9 for seconds in either.clock.slept)


def test_a_long_429_of_one_puts_off_the_rest_and_sends_no_more(either: Bench) -> None:
    issues = issues_on(either)
    tracker = either.tracker()
    list(tracker.fetch([issues[0].ref.id]))
    either.server.forget()
    either.server.faults.append(rate_limited("1800", method="PUT", path="issue/[0-9]+", times=99))
    renamed = [
        IssueChange(each.ref, each.marker or "", {Field.TITLE: f"new {each.title}"}, base=each)
        for each in issues
    ]
    outcomes = list(tracker.update(renamed))
    assert all(isinstance(each.outcome, NotSent) for each in outcomes)
    # Those that were on their way already, and nothing after them.
    assert 1 <= len(either.server.writes) <= 4
    assert {issue.fields["summary"] for issue in either.site.living()} == {each.title for each in issues}


def test_an_answer_that_one_loses_is_no_loss_for_the_others(either: Bench) -> None:
    issues = issues_on(either)
    either.server.faults.append(Fault("drop-after", "PUT", f"issue/{issues[5].ref.id}"))
    renamed = [IssueChange(each.ref, each.marker or "", {Field.TITLE: "new"}, base=each) for each in issues]
    outcomes = list(either.tracker().update(renamed))
    assert [number for number, each in enumerate(outcomes) if isinstance(each.outcome, Unknown)] == [5]
    assert sum(isinstance(each.outcome, Confirmed) for each in outcomes) == 11
