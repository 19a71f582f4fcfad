"""Several creates under way at once: each sent once, told in order, and one by one again as soon as something is wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest

from adapters.github.answers import Answer
from adapters.github.config import GitHubOptions
from adapters.github.sending import Sender, Write
from tests.contract.suite import new_issue
from tests.integration.github.test_app import keys, opened
from tests.servers.github import Fault, Kind
from tests.servers.github.rest import Request
from tests.servers.github.world import GitHubWorld
from tracker.remote import Adopted, Confirmed, NotSent, ProbeQuery, Refused, Unknown

AT_ONCE = 4
LIMIT = '{"message": "You have exceeded a secondary rate limit. Please wait a few minutes."}'


def meeting(world: GitHubWorld, number: int) -> None:
    """Let a create wait in the server until so many are there."""
    barrier = threading.Barrier(number, timeout=10)

    def before(request: Request) -> None:
        if request.method == "POST" and request.path.endswith("/issues") and request.body["title"]:
            barrier.wait()

    world.server.before = before


def test_creates_are_under_way_at_once_and_told_in_order(world: GitHubWorld) -> None:
    meeting(world, AT_ONCE)  # fewer would wait for each other in vain
    batch = [new_issue(f"Action {n}") for n in range(3 * AT_ONCE)]
    run = world.tracker(connections=AT_ONCE)
    outcomes = list(run.create(batch))
    assert [each.marker for each in outcomes] == [new.marker for new in batch]
    titles = [each.outcome.issue.title for each in outcomes if isinstance(each.outcome, Confirmed)]
    assert titles == [new.title for new in batch]
    assert world.server.content_requests() == world.count() == len(batch)
    assert run.requests == len(world.server.log)


@pytest.mark.parametrize(
    ("options", "at_once"),
    [
        ({}, 1),
        ({"write_interval_s": 0}, 1),
        ({"connections": 8}, 1),
        ({"write_interval_s": 0, "connections": 8}, 8),
        ({"api_url": "https://ghe.example/api/v3"}, 1),
        ({"api_url": "https://ghe.example/api/v3", "write_interval_s": 0}, 4),
    ],
)
def test_only_who_switches_the_pause_off_gets_several_at_once(
    options: dict[str, object], at_once: int
) -> None:
    made = GitHubOptions.model_validate({"repository": "acme/incidents", **options})
    assert made.creates_at_once == at_once


def test_with_a_pause_between_writes_they_go_one_by_one(fast: GitHubWorld) -> None:
    under_way: list[int] = []
    times: list[float] = []
    fast.server.before = lambda _request: times.append(fast.clock.now().timestamp())
    for each in fast.tracker(connections=AT_ONCE, write_interval_s=1).create(
        [new_issue(f"Action {n}") for n in range(5)]
    ):
        assert isinstance(each.outcome, Confirmed)
        under_way.append(fast.count())
    assert under_way == [1, 2, 3, 4, 5], "none is sent before the one ahead was told"
    assert all(later - earlier >= 1 for earlier, later in pairwise(sorted(times)[-5:]))


@pytest.mark.parametrize("kind", [Kind.DROP_AFTER, Kind.STATUS_AFTER, Kind.CUT, Kind.GARBAGE])
def test_lost_answers_of_creates_under_way_are_all_found_again(world: GitHubWorld, kind: Kind) -> None:
    tracker = world.tracker(connections=AT_ONCE)
    watermark = tracker.watermark()
    world.server.faults.add(Fault(kind, times=99))
    batch = [new_issue(f"Action {n}") for n in range(3 * AT_ONCE)]
    outcomes = [each.outcome for each in tracker.create(batch)]
    lost = sum(isinstance(each, Unknown) for each in outcomes)
    assert AT_ONCE <= lost <= AT_ONCE + 1
    assert all(isinstance(each, NotSent) for each in outcomes[lost:])
    assert world.server.content_requests() == world.count() == lost
    world.server.faults.clear()
    settled = list(world.tracker().probe([ProbeQuery(new.marker, watermark) for new in batch[:lost]]))
    assert all(isinstance(each, Adopted) for each in settled)


def test_one_lost_answer_among_many_holds_back_the_others_until_it_is_told(world: GitHubWorld) -> None:
    world.server.faults.add(Fault(Kind.DROP_AFTER, skip=AT_ONCE))
    batch = [new_issue(f"Action {n}") for n in range(5 * AT_ONCE)]
    outcomes = [each.outcome for each in world.tracker(connections=AT_ONCE).create(batch)]
    kinds = [type(each) for each in outcomes]
    assert kinds.count(Unknown) == 1
    assert kinds.count(Confirmed) == len(batch) - 1
    assert world.count() == world.server.content_requests() == len(batch)


def limited(world: GitHubWorld, seconds: int) -> None:
    """Let the next create meet a limit."""
    world.server.faults.add(Fault(Kind.STATUS, status=429, body=LIMIT, headers={"Retry-After": str(seconds)}))


def test_a_limit_that_several_meet_together_is_waited_for_once(world: GitHubWorld) -> None:
    tracker = world.tracker()
    sender = Sender(tracker._repository, tracker._budget)
    write = Write("POST", "/repos/acme/incidents/issues", {"title": "Action"}, content=True)
    for _ in range(2):
        limited(world, 20)
    before = world.clock.time
    met = [sender.exchange(write), sender.exchange(write)]
    answers = [sender.concluded(write, each) for each in met]
    assert [each.status for each in answers if isinstance(each, Answer)] == [201, 201]
    assert 20 <= (world.clock.time - before).total_seconds() < 21


def test_behind_a_limit_creates_go_one_by_one(world: GitHubWorld) -> None:
    limited(world, 1)
    there = []
    for each in world.tracker(connections=AT_ONCE).create([new_issue(f"Action {n}") for n in range(12)]):
        assert isinstance(each.outcome, Confirmed)
        there.append(world.count())
    assert there[2 * AT_ONCE :] == list(range(2 * AT_ONCE + 1, 13))


def test_the_limits_of_creates_are_kept_by_creates_under_way_at_once(fast: GitHubWorld) -> None:
    tracker = fast.tracker(connections=AT_ONCE, content_per_minute=10, max_wait_s=1)
    outcomes = [each.outcome for each in tracker.create([new_issue(f"Action {n}") for n in range(16)])]
    assert [type(each) for each in outcomes] == [Confirmed] * 10 + [NotSent] * 6
    assert fast.server.content_requests() == 10


def test_what_was_created_is_told_before_a_wait_for_a_limit(fast: GitHubWorld) -> None:
    told: list[int] = []
    sleep = fast.clock.sleep

    def wait(seconds: float) -> None:
        assert len(told) == fast.count(), "a run that is killed while it waits would have to look for these"
        sleep(seconds)

    fast.clock.sleep = wait  # type: ignore[method-assign]
    tracker = fast.tracker(connections=AT_ONCE, content_per_minute=6, wait=True)
    for number, _ in enumerate(tracker.create([new_issue(f"Action {n}") for n in range(15)])):
        told.append(number)
    assert len(told) == fast.count() == 15


def test_a_run_that_is_left_early_sends_nothing_more(fast: GitHubWorld) -> None:
    outcomes = fast.tracker(connections=AT_ONCE).create([new_issue(f"Action {n}") for n in range(50)])
    next(iter(outcomes))
    outcomes.close()  # type: ignore[attr-defined] # a generator
    assert fast.count() <= AT_ONCE


# --- a confirmed create stays confirmed ------------------------------------------------------------------------------


def after_creating(world: GitHubWorld, do: Callable[[], None]) -> None:
    """Do something as soon as the service has got the first issue of an item."""

    def before(request: Request) -> None:
        if request.path.endswith("/sub_issues"):
            return
        if request.method == "POST" and request.path.endswith("/issues") and request.body["title"] == "Item":
            do()

    world.server.before = before


def test_an_issue_that_stands_is_confirmed_although_the_token_cannot_be_renewed_behind_it(
    fast: GitHubWorld,
) -> None:
    fast.store.app_key = keys().public

    def end_of_the_installation() -> None:
        fast.clock.sleep(3500)
        fast.store.installation = 99

    after_creating(fast, end_of_the_installation)
    new = replace(new_issue("Item"), group="INC-1", group_title="Outage")
    (only,) = opened(fast, parent_issues=True).create([new])
    assert isinstance(only.outcome, Confirmed), "else the next run would create it again"
    assert "installation" in only.outcome.warnings[-1]
    (later,) = opened(fast, parent_issues=True).create([new_issue("Later")])
    assert isinstance(later.outcome, Refused)
