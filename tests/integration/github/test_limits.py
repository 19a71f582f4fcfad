"""GitHub's limits: kept by this side, met with patience when the service announces them, remembered by the next run."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.suite import created, new_issue
from tests.servers.github import Fault, Kind, Limits
from tests.servers.github.world import GitHubWorld
from tracker.errors import RateLimitedError
from tracker.remote import Confirmed, Field, Found, IssueChange, NotSent

SECONDARY = (
    '{"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}'
)


@pytest.mark.parametrize("status", [403, 429])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_short_limit_is_waited_for_and_the_write_sent_again(
    world: GitHubWorld, method: str, status: int
) -> None:
    tracker = world.tracker()
    (issue,) = created(tracker.create([new_issue()]))
    before = world.clock.time
    fault = Fault(
        Kind.STATUS,
        method=method,
        path=r"/issues(/1)?$",
        status=status,
        body=SECONDARY,
        headers={"Retry-After": "7"},
    )
    world.server.faults.add(fault)
    if method == "POST":
        created(tracker.create([new_issue("Another")]))
        assert world.count() == 2
    else:
        (only,) = tracker.update(
            [IssueChange(issue.ref, issue.marker or "", {Field.TITLE: "New"}, base=issue)]
        )
        assert isinstance(only.outcome, Confirmed)
    assert (world.clock.time - before).total_seconds() >= 7
    assert "GitHub asks to wait" in world.announced[0]


@pytest.mark.parametrize("status", [403, 429])
def test_a_long_limit_defers_the_rest_and_holds_back_the_next_run(world: GitHubWorld, status: int) -> None:
    world.server.faults.add(
        Fault(Kind.STATUS, status=status, body=SECONDARY, headers={"Retry-After": "1800"})
    )
    outcomes = [each.outcome for each in world.tracker().create([new_issue("One"), new_issue("Two")])]
    assert all(isinstance(each, NotSent) for each in outcomes)
    assert world.server.content_requests() == 1
    (held,) = world.tracker().create([new_issue()])
    assert isinstance(held.outcome, NotSent)
    assert held.outcome.retry_after_s is not None
    assert held.outcome.retry_after_s > 1700
    assert world.server.content_requests() == 1
    world.clock.sleep(1801)
    created(world.tracker().create([new_issue()]))


@pytest.mark.parametrize("status", [403, 429])
def test_a_limit_without_a_time_is_a_minute(world: GitHubWorld, status: int) -> None:
    world.server.faults.add(Fault(Kind.STATUS, status=status, body=SECONDARY))
    before = world.clock.time
    created(world.tracker().create([new_issue()]))
    assert (world.clock.time - before).total_seconds() >= 60


def test_a_retry_after_that_is_a_date_is_understood(world: GitHubWorld) -> None:
    headers = {"Retry-After": "Sat, 21 Nov 2026 08:00:20 GMT"}
    world.server.faults.add(Fault(Kind.STATUS, status=429, body=SECONDARY, headers=headers))
    created(world.tracker().create([new_issue()]))
    assert 20 <= (world.clock.time.minute * 60 + world.clock.time.second) < 30


def test_wait_waits_as_long_as_it_takes(world: GitHubWorld) -> None:
    world.server.faults.add(Fault(Kind.STATUS, status=403, body=SECONDARY, headers={"Retry-After": "1800"}))
    created(world.tracker(wait=True).create([new_issue()]))
    assert world.clock.time.minute == 30
    assert "08:30:00 UTC" in world.announced[-1]


def test_a_used_up_quota_stops_reads_until_its_reset(world: GitHubWorld) -> None:
    (issue,) = created(world.tracker().create([new_issue()]))
    world.server.limits = Limits(core=0, reset_in_s=600)
    with pytest.raises(RateLimitedError) as caught:
        world.tracker().watermark()
    assert caught.value.retry_after_s == pytest.approx(600, abs=2)
    world.server.limits = Limits()
    (result,) = world.tracker(wait=True).fetch([issue.ref.id])
    assert isinstance(result, Found)


def test_graphql_tells_its_limit_with_status_200(world: GitHubWorld) -> None:
    (issue,) = created(world.tracker().create([new_issue()]))
    body = '{"errors": [{"type": "RATE_LIMIT", "message": "API rate limit exceeded"}]}'
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(world.clock.time.timestamp()) + 30)}
    world.server.faults.add(Fault(Kind.STATUS, path=r"/graphql$", status=200, body=body, headers=headers))
    (result,) = world.tracker().fetch([issue.ref.id])
    assert isinstance(result, Found)
    assert world.clock.time.second >= 29


def test_the_documented_creates_a_minute_are_never_exceeded(fast: GitHubWorld) -> None:
    fast.server.limits = Limits(content_per_minute=80, retry_after=None)
    tracker = fast.tracker(wait=True, content_per_minute=80, content_per_hour=500)
    outcomes = [each.outcome for each in tracker.create([new_issue(f"Action {n}") for n in range(200)])]
    assert all(isinstance(each, Confirmed) for each in outcomes)
    assert fast.server.content_requests() == 200, "none was refused by the service"


def test_the_documented_creates_an_hour_hold_across_runs(fast: GitHubWorld) -> None:
    options: dict[str, Any] = {"content_per_minute": 0, "content_per_hour": 50, "max_wait_s": 1}
    first = [each.outcome for each in fast.tracker(**options).create([new_issue(f"A{n}") for n in range(40)])]
    assert all(isinstance(each, Confirmed) for each in first)
    fast.clock.sleep(600)
    second = [
        each.outcome for each in fast.tracker(**options).create([new_issue(f"B{n}") for n in range(20)])
    ]
    assert [type(each) for each in second] == [Confirmed] * 10 + [NotSent] * 10
    assert fast.server.content_requests() == 50
    fast.clock.sleep(3100)
    third = [each.outcome for each in fast.tracker(**options).create([new_issue(f"C{n}") for n in range(30)])]
    assert all(isinstance(each, Confirmed) for each in third)


def test_writes_are_a_second_apart(fast: GitHubWorld) -> None:
    tracker = fast.tracker(write_interval_s=1)
    start = fast.clock.time
    created(tracker.create([new_issue(f"Action {n}") for n in range(5)]))
    assert (fast.clock.time - start).total_seconds() >= 4
    created(fast.tracker(write_interval_s=1).create([new_issue()]))
    assert (fast.clock.time - start).total_seconds() >= 5


def test_a_clock_that_was_set_back_does_not_stop_a_run(fast: GitHubWorld) -> None:
    options: dict[str, Any] = {"write_interval_s": 1, "content_per_hour": 1}
    created(fast.tracker(**options).create([new_issue()]))
    fast.clock.sleep(-86_400)
    created(fast.tracker(**options).create([new_issue()]))
    assert fast.count() == 2
