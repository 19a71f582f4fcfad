"""Issues that cannot be found any more: told as what they are, and found out once, not in every run."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import pytest

from tests.contract.suite import confirmed, created, new_issue
from tests.jira import Bench
from tests.servers.jira import Fault
from tracker.remote import Field, Found, Gone, IssueChange, Refused, Unreadable

MANY = 10_000 if os.environ.get("PMTRACK_TEST_PROFILE") == "long" else 300
RUNS = 110 if MANY > 300 else 6  # until a round over all of them is over


@dataclass
class Reading:
    """What the engine asks of the adapter in each run: changes, and again what could not be read last time."""

    bench: Bench
    names: list[str]
    cursor: str | None = None
    hidden: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    versions: dict[str, str | None] = field(default_factory=dict)
    cost: int = 0

    def run(self, **later: float) -> list[str]:
        """The next run, so much later; the issues that are not as they were."""
        self.bench.clock.forward(**later)
        self.bench.server.forget()
        tracker = self.bench.tracker()
        told = tracker.changes(self.cursor, self.names)
        assert told.complete, told.reason
        self.cursor = told.cursor
        read = {*(each.ref.id for each in told.issues), *(each.id for each in told.gone)}
        again = list(tracker.fetch([name for name in sorted(self.hidden) if name not in read]))
        self.hidden = {each.id for each in (*told.unreadable, *again) if isinstance(each, Unreadable)}
        self.gone |= {each.id for each in (*told.gone, *again) if isinstance(each, Gone)}
        self.cost = len(self.bench.server.requests)
        now = {issue.ref.id: issue.version for issue in told.issues}
        fresh = [name for name, version in now.items() if self.versions.get(name) != version]
        self.versions |= now
        return fresh


def seeded(bench: Bench, count: int = 6) -> Reading:
    """Issues that were read once."""
    bench.server.checker = None if count > 100 else bench.server.checker
    for number in range(count):
        bench.site.add_issue("OPS", {"summary": f"Action {number}", "labels": ["pmtrack"]})
    reading = Reading(bench, [issue.id for issue in bench.site.living()])
    reading.run()
    return reading


def test_hidden_moved_and_deleted_issues_leave_a_quiet_run_at_three_requests(either: Bench) -> None:
    reading = seeded(either, MANY)
    hidden, gone = set(reading.names[1:300:99]), set(reading.names[2:300:99])
    for name in hidden:
        either.site.hide(name)
    for name in gone:
        either.site.delete(name)
    for name in reading.names[3:300:99]:
        either.site.move(name, "PAY")
    for _ in range(RUNS):
        reading.run(hours=12)
    either.clock.forward(days=1)
    for hours in (0, 1, 24, 24, 24 * 8, 24):
        assert reading.run(hours=hours) == []
        assert reading.cost <= 3
        # Cloud says the same of both, and one of the levels of this project may hide the others.
        wanted = hidden if either.site.deployment == "datacenter" else hidden | gone
        assert reading.hidden == wanted
    assert reading.gone == (gone if either.site.deployment == "datacenter" else set())


def test_a_deleted_issue_is_found_out_once(either: Bench) -> None:
    reading = seeded(either)
    either.site.delete(reading.names[0])
    reading.run(days=1)
    assert reading.gone == {reading.names[0]}
    for _ in range(4):
        reading.run(days=1)
        assert reading.cost <= 3
    assert reading.gone == {reading.names[0]}


def test_an_issue_that_comes_back_into_sight_is_read_by_the_next_run(either: Bench) -> None:
    reading = seeded(either)
    name = reading.names[0]
    either.site.hide(name)
    reading.run(days=1)
    assert reading.hidden == {name}
    either.site.issues[name].hidden = False  # a role was given: the issue itself was not touched
    reading.run(hours=1)
    assert reading.hidden == set()
    (back,) = either.tracker().fetch([name])
    assert isinstance(back, Found)


def test_a_part_of_the_round_in_which_all_are_hidden_does_not_hold_up_the_round(cloud: Bench) -> None:
    reading = seeded(cloud, 450)
    for name in reading.names[:300]:
        cloud.site.hide(name)
    cloud.site.issues[reading.names[-1]].deleted_at = cloud.clock.now()
    for _ in range(8):
        reading.run(days=1)
    assert reading.names[-1] in reading.hidden | reading.gone


def test_a_hidden_issue_does_not_spoil_a_run_in_which_everything_is_read(either: Bench) -> None:
    reading = seeded(either)
    either.site.hide(reading.names[0])
    told = either.tracker().changes(None, reading.names)
    assert told.complete
    assert [each.id for each in told.unreadable] == [reading.names[0]]
    assert len(told.issues) == len(reading.names) - 1


def test_losing_the_sight_of_a_whole_project_costs_a_bounded_number_of_reads(datacenter: Bench) -> None:
    reading = seeded(datacenter, 300)
    datacenter.site.projects["OPS"].permissions.discard("BROWSE_PROJECTS")
    datacenter.server.forget()
    results = list(datacenter.tracker().fetch(reading.names))
    assert all(isinstance(each, Unreadable) for each in results)
    assert len(datacenter.server.requests) <= 3 * 11
    datacenter.server.forget()
    assert len(list(datacenter.tracker().fetch(reading.names))) == 300
    assert len(datacenter.server.requests) == 1


def test_an_issue_of_an_archived_project_is_not_called_gone(cloud: Bench) -> None:
    reading = seeded(cloud)
    cloud.site.delete(reading.names[0])
    cloud.site.projects["OPS"].archived = True
    cloud.server.faults.append(
        Fault("answer", "GET", "mypermissions", status=200, body='{"permissions": {}}')
    )
    (told,) = cloud.tracker().fetch(reading.names[:1])
    assert told == Unreadable(reading.names[0], "project OPS is archived")


def test_a_missing_issue_is_not_called_gone_where_cloud_does_not_tell_of_levels(cloud: Bench) -> None:
    reading = seeded(cloud)
    cloud.site.projects["OPS"].permissions.discard("SET_ISSUE_SECURITY")
    cloud.site.hide(reading.names[0])
    reading.run(days=1)
    (told,) = cloud.tracker().fetch(reading.names[:1])
    assert isinstance(told, Unreadable)
    assert "without SET_ISSUE_SECURITY in OPS; grant it" in told.reason
    for _ in range(9):
        reading.run(days=1)
        assert reading.cost <= 3


def test_issues_of_an_archived_project_are_read_no_more_often_than_others(either: Bench) -> None:
    reading = seeded(either, 250)
    either.site.projects["OPS"].archived = True
    for _ in range(4):
        reading.run(days=1)
    for _ in range(6):
        assert reading.run(days=1) == []
        assert reading.cost <= 3
    either.site.projects["OPS"].archived = False
    either.site.delete(reading.names[-1])
    for _ in range(9):
        reading.run(days=1)
    assert reading.gone == {reading.names[-1]}


def test_a_project_that_could_not_be_examined_is_examined_again(cloud: Bench) -> None:
    reading = seeded(cloud)
    cloud.site.delete(reading.names[0])
    cloud.server.faults.append(Fault("answer", "GET", "mypermissions", status=500, times=5))
    (told,) = cloud.tracker().fetch(reading.names[:1])
    assert isinstance(told, Unreadable)
    assert "cannot be examined" in told.reason
    (told,) = cloud.tracker().fetch(reading.names[:1])
    assert isinstance(told, Gone)


@pytest.mark.parametrize("memory", ["", "{}", "[1]", '[[true,"deleted","yesterday",["1"]]]', "null"])
def test_what_was_kept_of_lost_issues_may_be_damaged(cloud: Bench, memory: str) -> None:
    reading = seeded(cloud)
    cloud.memory["lost"] = memory
    assert all(isinstance(each, Found) for each in cloud.tracker().fetch(reading.names))


# --- issues that rows name ------------------------------------------------------------------------------------------


def named(bench: Bench, keys: list[str]) -> dict[str, str]:
    """What becomes of keys in the next run, by the name of the result; forgets what was asked before."""
    bench.server.forget()
    return {key: type(each).__name__ for key, each in bench.tracker().lookup(keys).items()}


@pytest.mark.parametrize("count", [100, 101])
def test_issues_that_rows_name_are_read_a_hundred_at_once(either: Bench, count: int) -> None:
    either.server.checker = None
    keys = [either.site.add_issue("OPS", {"summary": str(number)}).key for number in range(count)]
    old = keys[0]
    either.site.move(old, "PAY")
    assert set(named(either, keys).values()) == {"Found"}
    reads = [each for each in either.server.requests if each.path.startswith(("issue/", "search"))]
    assert len(reads) == -(-count // 100) + 1, "and the one that has another key now"


def test_what_rows_name_and_nobody_finds_is_found_out_once_and_asked_for_in_one_request(
    either: Bench,
) -> None:
    hidden = either.site.add_issue("OPS", {"summary": "not for us"})
    either.site.hide(hidden.id)
    keys = [hidden.key, *(f"OPS-{number}" for number in range(2, 14))]
    lost = named(either, keys)
    assert lost.pop(hidden.key) == "Unreadable"
    assert set(lost.values()) == {"Gone" if either.site.deployment == "datacenter" else "Unreadable"}
    assert named(either, keys) == {**lost, hidden.key: "Unreadable"}
    assert len(either.server.requests) == 1
    hidden.hidden = False
    assert either.site.add_issue("OPS", {"summary": "made meanwhile"}).key == "OPS-2"
    found = named(either, keys)
    assert {key for key, result in found.items() if result == "Found"} == {hidden.key, "OPS-2"}
    assert len(either.server.requests) == 1


def test_more_lost_names_than_one_request_takes_are_asked_for_in_turn(cloud: Bench) -> None:
    keys = [f"OPS-{number}" for number in range(1, 151)]
    named(cloud, keys)
    asked = set[str]()
    for _ in range(2):
        cloud.clock.forward(hours=1)
        assert set(named(cloud, keys).values()) == {"Gone"}
        (only,) = cloud.server.requests
        asked.update(only.body["issueIdsOrKeys"])
    assert asked == set(keys)


def test_an_issue_of_another_project_is_called_gone_only_if_that_project_hides_nothing(cloud: Bench) -> None:
    there = cloud.site.add_issue("PAY", {"summary": "theirs"})
    cloud.site.hide(there.id)
    assert named(cloud, [there.key, "OPS-77"]) == {there.key: "Unreadable", "OPS-77": "Gone"}
    assert named(cloud, ["NONE-5"]) == {"NONE-5": "Unreadable"}


def test_a_name_that_spoils_the_search_is_read_alone(datacenter: Bench) -> None:
    key = datacenter.site.add_issue("OPS", {"summary": "there"}).key
    datacenter.server.faults.append(Fault("answer", "POST", "search", status=400))
    assert named(datacenter, [key, "NONE-5"]) == {key: "Found", "NONE-5": "Gone"}


# --- ids of a state that others write too ----------------------------------------------------------------------------

BAD = ["1) OR project = SECRET OR id in (1", "../myself", "²", "1,2", "", "OPS-1 OR 1=1"]


def test_nothing_but_ids_and_keys_reaches_a_query_or_an_address(either: Bench) -> None:
    reading = seeded(either, 2)
    either.server.forget()
    results = {each.id: each for each in either.tracker().fetch([*BAD, *reading.names])}
    assert all(isinstance(results[name], Unreadable) for name in BAD)
    assert all(isinstance(results[name], Found) for name in reading.names)
    told = either.tracker().changes(reading.cursor, [*BAD, *reading.names])
    assert told.complete
    sent = " ".join(f"{each.path} {each.body}" for each in either.server.requests)
    assert not any(name in sent for name in BAD if name)


@pytest.mark.parametrize("name", ["../serverInfo", "1) OR id in (2"])
def test_an_issue_without_a_true_id_is_not_written(either: Bench, name: str) -> None:
    (issue,) = created(either.tracker().create([new_issue()]))
    either.server.forget()
    ref = type(issue.ref)(name, issue.ref.key, issue.ref.url)
    changed = IssueChange(ref, issue.marker or "", {Field.TITLE: "Other"}, base=issue)
    (only,) = either.tracker().update([changed])
    assert isinstance(only.outcome, Refused)
    assert "neither an id nor a key" in only.outcome.reason
    assert either.server.requests == []


def test_an_update_of_an_issue_that_was_lost_and_came_back_goes_through(either: Bench) -> None:
    (issue,) = created(either.tracker().create([new_issue()]))
    either.site.hide(issue.ref.id)
    list(either.tracker().fetch([issue.ref.id]))
    either.site.issues[issue.ref.id].hidden = False
    change = IssueChange(issue.ref, issue.marker or "", {Field.CONTEXT: "new text"}, base=issue)
    assert confirmed(either.tracker().update([change])).issue.context == "new text"
