"""One call is one request, and its outcome is one of four, whatever happens on the way."""

from __future__ import annotations

import json

import pytest

from tests.contract.suite import created, new_issue
from tests.servers.github import Fault, Kind
from tests.servers.github.world import GitHubWorld
from tracker.remote import (
    Absent,
    Adopted,
    Confirmed,
    Field,
    Found,
    IssueChange,
    NotSent,
    ProbeQuery,
    Refused,
    Unknown,
    Unproven,
    Unreadable,
)

AFTER = [Kind.DROP_AFTER, Kind.STATUS_AFTER, Kind.TRUNCATED, Kind.CUT, Kind.GARBAGE, Kind.EMPTY]
BEFORE = [Kind.DROP, Kind.HTML]


@pytest.mark.parametrize("kind", AFTER)
def test_a_create_whose_answer_is_lost_is_unknown_sent_once_and_found_again(
    world: GitHubWorld, kind: Kind
) -> None:
    tracker = world.tracker()
    watermark = tracker.watermark()
    world.server.faults.add(Fault(kind))
    new = new_issue()
    (only,) = tracker.create([new])
    assert isinstance(only.outcome, Unknown), only
    assert world.server.content_requests() == 1
    assert world.count() == 1
    (settled,) = world.tracker().probe([ProbeQuery(new.marker, watermark)])
    assert isinstance(settled, Adopted)


@pytest.mark.parametrize("kind", BEFORE)
def test_a_create_that_never_took_place_is_unknown_and_proved_absent(world: GitHubWorld, kind: Kind) -> None:
    tracker = world.tracker()
    watermark = tracker.watermark()
    world.server.faults.add(Fault(kind))
    new = new_issue()
    (only,) = tracker.create([new])
    assert isinstance(only.outcome, Unknown), only
    assert world.server.content_requests() == 1
    assert list(world.tracker().probe([ProbeQuery(new.marker, watermark)])) == [Absent(new.marker)]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("kind", [Kind.STATUS, Kind.STATUS_AFTER])
def test_a_server_error_is_unknown_whether_or_not_it_took_place(
    world: GitHubWorld, kind: Kind, status: int
) -> None:
    tracker = world.tracker()
    watermark = tracker.watermark()
    world.server.faults.add(Fault(kind, status=status, headers={"Retry-After": "1"}))
    new = new_issue()
    (only,) = tracker.create([new])
    assert isinstance(only.outcome, Unknown)
    assert world.server.content_requests() == 1
    (settled,) = world.tracker().probe([ProbeQuery(new.marker, watermark)])
    assert isinstance(settled, Adopted if kind is Kind.STATUS_AFTER else Absent)


def test_a_time_out_is_unknown(world: GitHubWorld) -> None:
    tracker = world.tracker(timeout_s=1)
    watermark = tracker.watermark()
    world.server.faults.add(Fault(Kind.HANG_AFTER))
    new = new_issue()
    (only,) = tracker.create([new])
    assert isinstance(only.outcome, Unknown)
    assert "in time" in only.outcome.reason
    (settled,) = world.tracker().probe([ProbeQuery(new.marker, watermark)])
    assert isinstance(settled, Adopted)


@pytest.mark.parametrize("status", [400, 403, 404, 410, 422])
def test_a_refusal_names_its_reason_and_is_sent_once(world: GitHubWorld, status: int) -> None:
    body = '{"message": "Validation Failed", "errors": [{"field": "title", "code": "invalid", "value": "x"}]}'
    world.server.faults.add(Fault(Kind.STATUS, status=status, body=body))
    (only,) = world.tracker().create([new_issue()])
    assert isinstance(only.outcome, Refused)
    assert "Validation Failed" in only.outcome.reason
    assert "title x invalid" in only.outcome.reason
    assert world.server.content_requests() == 1
    assert world.count() == 0


def test_a_server_that_is_not_there_is_not_sent(world: GitHubWorld) -> None:
    world.server.stop()
    (only,) = world.tracker().create([new_issue()])
    assert isinstance(only.outcome, NotSent)
    assert "refused" in only.outcome.reason


def test_a_proxy_that_is_not_there_is_not_sent(world: GitHubWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    tracker = world.tracker()
    answer = tracker._creator._sender.send("POST", "/repos/acme/incidents/issues", {"title": "Action"})
    assert isinstance(answer, NotSent), answer
    assert "proxy" in answer.reason


def test_after_three_lost_answers_in_a_row_nothing_more_is_sent(world: GitHubWorld) -> None:
    world.server.faults.add(Fault(Kind.STATUS, times=99))
    outcomes = [each.outcome for each in world.tracker().create([new_issue(f"Action {n}") for n in range(6)])]
    assert [type(each) for each in outcomes] == [Unknown] * 3 + [NotSent] * 3
    assert world.server.content_requests() == 3


@pytest.mark.parametrize("kind", [Kind.DROP, Kind.STATUS, Kind.TRUNCATED, Kind.CUT, Kind.HTML])
def test_reads_are_repeated(world: GitHubWorld, kind: Kind) -> None:
    (issue,) = created(world.tracker().create([new_issue()]))
    world.server.faults.add(Fault(kind, path=r"/graphql$", times=2))
    (result,) = world.tracker().fetch([issue.ref.id])
    assert isinstance(result, Found)


def test_a_read_that_fails_for_good_proves_nothing(world: GitHubWorld) -> None:
    (issue,) = created(world.tracker().create([new_issue()]))
    world.server.faults.add(Fault(Kind.STATUS, method="*", path=r".*", times=999))
    tracker = world.tracker()
    assert all(isinstance(each, Unreadable) for each in tracker.fetch([issue.ref.id]))
    changes = tracker.changes(None, [issue.ref.id])
    assert not changes.complete
    assert changes.gone == ()
    (probed,) = tracker.probe([ProbeQuery("zzzzzzzzzzzz", "0")])
    assert isinstance(probed, Unproven)


def test_a_dropped_change_is_unknown_and_sent_once(world: GitHubWorld) -> None:
    tracker = world.tracker()
    (issue,) = created(tracker.create([new_issue()]))
    world.server.faults.add(Fault(Kind.DROP_AFTER, method="PATCH", path=r"/issues/1$"))
    change = IssueChange(issue.ref, issue.marker or "", {Field.TITLE: "Another"}, base=issue)
    (only,) = tracker.update([change])
    assert isinstance(only.outcome, Unknown)
    assert world.server.count("PATCH") == 1


def test_an_absence_is_believed_only_after_the_service_has_given_up_on_the_request(
    world: GitHubWorld,
) -> None:
    tracker = world.tracker(settle_s=10)
    watermark = tracker.watermark()
    new = new_issue()
    world.server.faults.add(Fault(Kind.DROP))
    assert isinstance(next(iter(tracker.create([new]))).outcome, Unknown)
    before = world.clock.time
    # The server carries the request out late, after the first look.
    original = world.clock.sleep

    def sleep(seconds: float) -> None:
        body = f"<!-- pmtrack:begin {new.marker} -->\n\n<!-- pmtrack:end -->"
        world.store.create(world.repository, "pm-bot", new.title, body)
        original(seconds)

    world.clock.sleep = sleep  # type: ignore[method-assign]
    (settled,) = world.tracker(settle_s=10).probe([ProbeQuery(new.marker, watermark)])
    assert isinstance(settled, Adopted)
    assert (world.clock.time - before).total_seconds() >= 9


def test_the_probe_looks_past_pull_requests_deleted_issues_and_discussions(world: GitHubWorld) -> None:
    for number in range(1, 9):
        world.store.create(world.repository, "bob", f"Other {number}", "", pull_request=number % 2 == 0)
    world.store.delete(world.repository, 3)
    world.store.convert(world.repository, 5)
    marker = "abcdefgh0123"
    world.store.create(
        world.repository, "pm-bot", "Ours", f"<!-- pmtrack:begin {marker} -->\nx\n<!-- pmtrack:end -->"
    )
    (settled,) = world.tracker().probe([ProbeQuery(marker, "1")])
    assert isinstance(settled, Adopted)
    assert settled.issue.ref.key.endswith("#9")


def test_the_probe_does_not_depend_on_the_list_being_up_to_date(world: GitHubWorld) -> None:
    marker = "abcdefgh0123"
    late = world.clock.time.replace(year=2030)
    body = f"<!-- pmtrack:begin {marker} -->\nx\n<!-- pmtrack:end -->"
    world.store.create(world.repository, "pm-bot", "Ours", body, visible_from=late)
    (settled,) = world.tracker().probe([ProbeQuery(marker, "0")])
    assert isinstance(settled, Adopted)


def test_a_copied_body_does_not_take_the_place_of_the_original(world: GitHubWorld) -> None:
    (issue,) = created(world.tracker().create([new_issue()]))
    world.store.create(world.repository, "bob", "A copy", world.body(issue.ref))
    (settled,) = world.tracker().probe([ProbeQuery(issue.marker or "", "0")])
    assert isinstance(settled, Adopted)
    assert settled.issue.ref.id == issue.ref.id


def test_graphql_that_answers_in_part_hides_only_what_it_names(world: GitHubWorld) -> None:
    issues = created(world.tracker().create([new_issue(f"Action {n}") for n in range(3)]))
    nodes = [each.ref.id.partition("/")[2] for each in issues]
    answer = world.server.answer("POST", "/graphql", {"authorization": "token a-token"}, _query(nodes))[
        0
    ].body
    answer["data"]["nodes"][1] = None
    answer["errors"] = [{"type": "FORBIDDEN", "path": ["nodes", 1], "message": "SAML enforcement"}]
    body = json.dumps(answer)
    world.server.faults.add(Fault(Kind.STATUS, path=r"/graphql$", status=200, body=body))
    results = {each.id: each for each in world.tracker().fetch([issue.ref.id for issue in issues])}
    kinds = [type(results[issue.ref.id]) for issue in issues]
    assert kinds == [Found, Unreadable, Found]


def test_one_issue_that_cannot_be_read_keeps_no_other_back_and_is_read_again(fast: GitHubWorld) -> None:
    issues = created(fast.tracker().create([new_issue(f"Action {n}") for n in range(103)]))
    ids = [issue.ref.id for issue in issues]
    answer = fast.server.answer("POST", "/graphql", {"authorization": "token a-token"}, _query([]))[0].body
    answer["data"]["nodes"] = [None, None, None]
    answer["errors"] = [{"type": "FORBIDDEN", "path": ["nodes", 1], "message": "SAML enforcement"}]
    fast.server.faults.add(Fault(Kind.STATUS, path=r"/graphql$", status=200, body=json.dumps(answer), skip=1))
    first = fast.tracker().changes(None, ids)
    assert first.complete
    assert [each.reason for each in first.unreadable] == ["SAML enforcement"]
    assert len(first.issues) == len(ids) - 1
    fast.clock.sleep(3600)
    second = fast.tracker().changes(first.cursor, ids)
    assert {each.id for each in first.unreadable} <= {issue.ref.id for issue in second.issues}
    assert fast.tracker().changes(second.cursor, ids).issues == ()


def _query(nodes: list[str]) -> bytes:
    from adapters.github.config import GitHubOptions
    from adapters.github.queries import together

    text = together(GitHubOptions(repository="acme/incidents"), nodes=True)
    return json.dumps({"query": text, "variables": {"ids": nodes}}).encode()


def test_a_confirmed_create_after_faults_is_still_confirmed(world: GitHubWorld) -> None:
    world.server.faults.add(Fault(Kind.STATUS, method="GET", path=r"/labels$", times=2))
    (only,) = world.tracker().create([new_issue()])
    assert isinstance(only.outcome, Confirmed)
    assert only.outcome.warnings == ()
