"""What becomes of a create, a read and a change when the network or the service misbehaves."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from email.utils import format_datetime

import pytest

from adapters.jira.adapter import JiraTracker
from tests.contract.suite import created, new_issue
from tests.jira import Bench
from tests.servers.jira import Fault, captcha, maintenance, rate_limited
from tracker.errors import AdapterError, AuthError, RateLimitedError, UnreachableError
from tracker.remote import (
    Absent,
    Adopted,
    Confirmed,
    Field,
    Found,
    IssueChange,
    NotSent,
    ProbeQuery,
    Problem,
    Refused,
    Unknown,
    Unproven,
    Unreadable,
)

BULK = {"method": "POST", "path": "issue/bulk"}

LOST_AFTER = [
    Fault("drop-after", "POST", "issue/bulk"),
    Fault("hang-after", "POST", "issue/bulk"),
    Fault("truncate", "POST", "issue/bulk"),
    Fault("answer", "POST", "issue/bulk", status=500, committed=True),
    Fault("html", "POST", "issue/bulk", status=502, committed=True),
    Fault("html", "POST", "issue/bulk", status=200, body="<html>Log in</html>", committed=True),
]
LOST_BEFORE = [
    Fault("drop-before", "POST", "issue/bulk"),
    Fault("garbage", "POST", "issue/bulk"),
    Fault("answer", "POST", "issue/bulk", status=500),
    Fault("html", "POST", "issue/bulk", status=503),
    Fault("answer", "POST", "issue/bulk", status=201, body='{"issues":[],"errors":[]}'),
]


def again(fault: Fault) -> Fault:
    """A fresh copy: faults count down."""
    return Fault(**vars(fault))


def name(fault: Fault) -> str:
    return f"{fault.kind}-{fault.status}"


@pytest.mark.parametrize("fault", LOST_AFTER, ids=name)
def test_a_create_whose_answer_is_lost_is_unknown_sent_once_and_found_by_the_probe(
    either: Bench, fault: Fault
) -> None:
    tracker = either.tracker(read_timeout_s=0.3)
    watermark, new = tracker.watermark(), new_issue()
    either.server.faults.append(again(fault))
    (only,) = tracker.create([new])
    assert isinstance(only.outcome, Unknown), only
    assert len(either.server.creates) == 1
    (settled,) = either.tracker().probe([ProbeQuery(new.marker, watermark)])
    assert isinstance(settled, Adopted)
    assert settled.issue.marker == new.marker
    assert len(either.site.living()) == 1


@pytest.mark.parametrize("fault", LOST_BEFORE, ids=name)
def test_a_create_that_may_have_happened_but_did_not_is_proved_absent(either: Bench, fault: Fault) -> None:
    tracker = either.tracker(read_timeout_s=0.3)
    watermark, new = tracker.watermark(), new_issue()
    either.server.faults.append(again(fault))
    (only,) = tracker.create([new])
    assert isinstance(only.outcome, Unknown), only
    assert len(either.server.creates) == 1
    assert list(either.tracker().probe([ProbeQuery(new.marker, watermark)])) == [Absent(new.marker)]


def test_the_probe_does_not_trust_a_late_index(either: Bench) -> None:
    either.site.index_lag_s = 600
    tracker = either.tracker()
    watermark, new = tracker.watermark(), new_issue()
    either.server.faults.append(Fault("drop-after", "POST", "issue/bulk"))
    list(tracker.create([new]))
    (settled,) = either.tracker().probe([ProbeQuery(new.marker, watermark)])
    assert isinstance(settled, Adopted)


def test_a_probe_that_cannot_read_proves_nothing(either: Bench) -> None:
    tracker = either.tracker(read_retries=0)
    watermark = tracker.watermark()
    either.server.faults.append(Fault("answer", "POST|GET", "issue/.*", status=500, times=99))
    (settled,) = tracker.probe([ProbeQuery("zzzzzzzzzzzz", watermark)])
    assert isinstance(settled, Unproven)


@pytest.mark.parametrize("loss", ["logged out", "captcha", "browse"])
def test_a_probe_proves_nothing_to_who_is_not_let_in(either: Bench, loss: str) -> None:
    tracker = either.tracker()
    watermark, new = tracker.watermark(), new_issue()
    either.server.faults.append(Fault("drop-after", "POST", "issue/bulk"))
    list(tracker.create([new]))
    if loss == "browse":
        either.site.projects["OPS"].permissions.discard("BROWSE_PROJECTS")
    else:
        denied = Fault("answer", status=401) if loss == "logged out" else captcha()
        either.server.faults.append(replace(denied, method="POST|GET", path="issue/.*", times=99))
    (settled,) = either.tracker().probe([ProbeQuery(new.marker, watermark)])
    assert isinstance(settled, Unproven)


def test_a_probe_finds_several_among_what_people_made_meanwhile_and_across_deleted_keys(
    either: Bench,
) -> None:
    tracker = either.tracker()
    created(tracker.create([new_issue()]))
    watermark = tracker.watermark()
    for number in range(4):
        either.site.add_issue("OPS", {"summary": f"by a person {number}"})
    news = [new_issue(f"lost {number}") for number in range(3)]
    either.server.faults.append(Fault("drop-after", "POST", "issue/bulk"))
    list(tracker.create(news))
    either.site.delete("OPS-3")
    queries = [ProbeQuery(new.marker, watermark) for new in news]
    settled = list(either.tracker().probe(queries))
    assert {each.marker for each in settled if isinstance(each, Adopted)} == {new.marker for new in news}


# --- told to wait ----------------------------------------------------------------------------------------------------


def test_a_short_wait_is_kept_in_full_and_the_create_is_sent_once_more(either: Bench) -> None:
    either.server.faults.append(rate_limited("7", **BULK))
    (issue,) = created(either.tracker().create([new_issue()]))
    assert issue.ref.key == "OPS-1"
    assert 7.0 in either.clock.slept
    assert [each.status for each in either.server.creates] == [429, 201]


def test_a_long_wait_puts_the_creates_off_and_nothing_is_sent_meanwhile(either: Bench) -> None:
    tracker = either.tracker()
    either.server.faults.append(rate_limited("1800", "jira-quota-tenant-based", **BULK))
    (first,) = tracker.create([new_issue()])
    assert isinstance(first.outcome, NotSent)
    assert first.outcome.retry_after_s == 1800
    assert "jira-quota-tenant-based" in first.outcome.reason
    sent = tracker.requests
    (second,) = tracker.create([new_issue()])
    assert isinstance(second.outcome, NotSent)
    assert tracker.requests == sent
    assert either.clock.slept == []


def test_a_long_wait_is_kept_by_the_next_runs_too(either: Bench) -> None:
    either.server.faults.append(rate_limited("1800", **BULK))
    list(either.tracker().create([new_issue()]))
    either.clock.forward(minutes=20)
    either.server.forget()
    (early,) = either.tracker().create([new_issue()])
    assert isinstance(early.outcome, NotSent)
    assert 0 < (early.outcome.retry_after_s or 0) <= 600
    assert either.server.requests == []
    either.clock.forward(minutes=11)
    created(either.tracker().create([new_issue()]))


@pytest.mark.parametrize("kept", ["", "[1]", '["soon", "x"]', '["2031-01-01T00:00:00+00:00", "x"]', "{}"])
def test_a_wait_that_cannot_be_meant_is_not_kept(cloud: Bench, kept: str) -> None:
    cloud.memory["blocked"] = kept
    created(cloud.tracker().create([new_issue()]))


def test_a_person_who_asked_to_wait_waits_as_long_as_it_takes(either: Bench) -> None:
    either.server.faults.append(rate_limited("1800", **BULK))
    created(either.tracker(wait=True).create([new_issue()]))
    assert 1800.0 in either.clock.slept
    assert any("1800" in text for text in either.said)


@pytest.mark.parametrize(
    "reason",
    ["jira-burst-based", "jira-per-issue-on-write", "jira-quota-global-based", "jira-quota-tenant-based"],
)
def test_the_kind_of_a_429_is_shown(cloud: Bench, reason: str) -> None:
    tracker = cloud.tracker()
    tracker.check()
    cloud.server.faults.append(rate_limited("1800", reason, **BULK))
    (only,) = tracker.create([new_issue()])
    assert isinstance(only.outcome, NotSent)
    assert reason in only.outcome.reason
    assert only.outcome.retry_after_s == 1800


def test_a_date_to_wait_for_is_understood(either: Bench) -> None:
    tracker = either.tracker()
    tracker.watermark()
    later = either.clock.at.replace(microsecond=0)
    date = format_datetime(later + dt.timedelta(seconds=20), usegmt=True)
    either.server.faults.append(rate_limited(date, **BULK))
    created(tracker.create([new_issue()]))
    assert len(either.clock.slept) == 1
    assert 18 <= either.clock.slept[0] <= 20


def test_a_429_that_says_nothing_is_waited_for_with_growing_patience(either: Bench) -> None:
    fault = rate_limited(None, **BULK)
    fault.times = 2
    either.server.faults.append(fault)
    created(either.tracker().create([new_issue()]))
    assert either.clock.slept == [10.0, 20.0]


def test_a_read_that_is_told_to_wait_long_says_until_when(either: Bench) -> None:
    either.server.faults.append(rate_limited("900"))
    with pytest.raises(RateLimitedError) as caught:
        either.tracker(deployment=either.site.deployment).watermark()
    assert caught.value.retry_after_s == 900


# --- refused and unreachable -----------------------------------------------------------------------------------------


def test_a_server_that_is_not_there_received_nothing(either: Bench) -> None:
    tracker = either.tracker(read_retries=0)
    tracker.watermark()
    list(tracker.create([]))
    tracker.check()
    either.server.stop()
    (only,) = tracker.create([new_issue()])
    assert isinstance(only.outcome, NotSent), only


def test_a_captcha_is_named_and_nothing_is_retried(either: Bench) -> None:
    tracker = either.tracker()
    tracker.check()
    either.server.faults.append(captcha())
    either.server.forget()
    (only,) = tracker.create([new_issue()])
    assert isinstance(only.outcome, Refused)
    assert "captcha" in only.outcome.reason
    assert "browser" in (only.outcome.hint or "")
    assert len(either.server.requests) == 1


def test_a_wrong_token_is_said_without_showing_it(either: Bench) -> None:
    tracker = either.tracker(environ={**either.environ(), "JIRA_TOKEN": "wrong-secret-token"})
    with pytest.raises(AuthError) as caught:
        tracker.watermark()
    assert "wrong-secret" not in f"{caught.value} {caught.value.hint} {caught.value!r}"


def test_a_redirect_is_refused_and_its_target_told(either: Bench) -> None:
    tracker = either.tracker()
    tracker.check()
    headers = {"Location": "https://login.example.org/"}
    either.server.faults.append(Fault("html", "POST", "issue/bulk", status=302, headers=headers, body=""))
    (only,) = tracker.create([new_issue()])
    assert isinstance(only.outcome, Refused)
    assert "login.example.org" in only.outcome.reason
    assert either.site.living() == []


# --- reads -----------------------------------------------------------------------------------------------------------

PASSING = [
    Fault("drop-before"),
    Fault("drop-after"),
    Fault("hang-after"),
    Fault("truncate"),
    Fault("garbage"),
    Fault("answer", status=500),
    Fault("html", status=502),
    maintenance(),
    maintenance("5"),
    Fault("html", status=200, body="<html>Log in</html>"),
]


@pytest.mark.parametrize("fault", PASSING, ids=name)
def test_a_read_is_repeated_with_back_off(either: Bench, fault: Fault) -> None:
    (issue,) = created(either.tracker().create([new_issue()]))
    either.server.faults.append(again(fault))
    tracker = either.tracker(read_timeout_s=0.3)
    (result,) = tracker.fetch([issue.ref.id])
    assert isinstance(result, Found)
    assert sum(either.clock.slept) > 0


@pytest.mark.parametrize("fault", PASSING[3:], ids=name)
def test_a_read_that_keeps_failing_is_unreadable_and_not_gone(either: Bench, fault: Fault) -> None:
    (issue,) = created(either.tracker().create([new_issue()]))
    lasting = again(fault)
    lasting.times = 99
    either.server.faults.append(lasting)
    (result,) = either.tracker().fetch([issue.ref.id])
    assert isinstance(result, Unreadable), result
    assert result.reason


def test_changes_that_cannot_be_read_keep_the_cursor(either: Bench) -> None:
    tracker = either.tracker(read_retries=0)
    (issue,) = created(tracker.create([new_issue()]))
    first = tracker.changes(None, [issue.ref.id])
    either.server.faults.append(maintenance())
    told = tracker.changes(first.cursor, [issue.ref.id])
    assert not told.complete
    assert told.cursor == first.cursor
    assert "not available" in (told.reason or "")


OTHER_FORMS = ["null", "[]", "{}", '"ok"', '{"issues": null}', '{"issues": [{}]}', '{"permissions": []}']


@pytest.mark.parametrize("body", OTHER_FORMS)
def test_json_of_another_form_is_no_answer(either: Bench, body: str) -> None:
    tracker = either.tracker()
    first = tracker.changes(None, [])
    (issue,) = created(tracker.create([new_issue()]))

    def fresh() -> JiraTracker:
        either.server.faults[:] = [
            Fault("answer", "GET|POST", "(?!issue/bulk$).*", 99, status=200, body=body)
        ]
        either.memory.clear()
        return either.tracker(deployment=either.site.deployment, read_retries=0)

    told = fresh().changes(first.cursor, [issue.ref.id])
    assert (told.complete, told.cursor) == (False, first.cursor), "it does not mean that nothing changed"
    (read,) = fresh().fetch([issue.ref.id])
    assert isinstance(read, Unreadable)
    (settled,) = fresh().probe([ProbeQuery("k00000000009", issue.ref.key)])
    assert isinstance(settled, Unproven)
    with pytest.raises(AdapterError):
        fresh().watermark()
    (made,) = fresh().create([new_issue()])
    assert isinstance(made.outcome, NotSent)
    (found,) = fresh().resolve(["Alice Smith"], []).values()
    assert found.account is None
    assert not all(problem.ok for problem in _preflight(fresh()))


def _preflight(tracker: JiraTracker) -> list[Problem]:
    try:
        return list(tracker.check())
    except AdapterError as error:
        return [Problem(error.message)]


def test_maintenance_is_said_as_such(either: Bench) -> None:
    fault = maintenance()
    fault.times = 99
    either.server.faults.append(fault)
    with pytest.raises(UnreachableError, match="not available"):
        either.tracker().watermark()


# --- changes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["drop-after", "truncate", "hang-after"])
def test_a_change_whose_answer_is_lost_is_unknown(either: Bench, kind: str) -> None:
    tracker = either.tracker(read_timeout_s=0.3)
    (issue,) = created(tracker.create([new_issue()]))
    fault = Fault("answer", "PUT", "issue/.*", status=502, committed=True)
    if kind != "truncate":
        fault = Fault(kind, "PUT", "issue/.*")  # type: ignore[arg-type]
    either.server.faults.append(fault)
    (only,) = tracker.update([IssueChange(issue.ref, issue.marker or "", {Field.TITLE: "New"}, base=issue)])
    assert isinstance(only.outcome, Unknown)
    puts = [each for each in either.server.requests if each.method == "PUT"]
    assert len(puts) == 1


def test_half_a_bulk_answer_is_mapped_back_to_the_items(either: Bench) -> None:
    good, bad = new_issue("good"), new_issue("")
    outcomes = {
        each.marker: each.outcome for each in either.tracker().create([bad, good, new_issue("also good")])
    }
    assert isinstance(outcomes[good.marker], Confirmed)
    refused = outcomes[bad.marker]
    assert isinstance(refused, Refused)
    assert "summary" in refused.reason
    assert len(either.site.living()) == 2


def test_a_bulk_in_which_everything_is_wrong_names_each_reason(either: Bench) -> None:
    outcomes = [each.outcome for each in either.tracker().create([new_issue(""), new_issue(" ")])]
    assert all(isinstance(each, Refused) and "summary" in each.reason for each in outcomes)
