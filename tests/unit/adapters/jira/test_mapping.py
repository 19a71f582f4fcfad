"""Values of pmtrack as Jira's JSON and back; metadata, failures and references."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from adapters.jira import failures, mapping, metadata
from adapters.jira.client import Answer, Rejected
from adapters.jira.config import CANCELLED, JiraOptions
from adapters.jira.creating import read_bulk, remote_link
from adapters.jira.mapping import Dialect
from adapters.jira.metadata import FieldMeta, Screen
from adapters.jira.pull import Seen
from adapters.jira.references import key_in, number_of
from adapters.jira.updating import without
from tracker.models import Status
from tracker.remote import NewIssue

FIVE = ("Highest", "High", "Medium", "Low", "Lowest")
DIALECT = Dialect(True, "https://acme.atlassian.net", FIVE, CANCELLED)
OPTIONS = JiraOptions(url="https://acme.atlassian.net", project="OPS")


def status(name: str, category: str) -> dict[str, Any]:
    """A status as Jira tells it."""
    return {"name": name, "statusCategory": {"key": category}}


@pytest.mark.parametrize(
    ("name", "category", "resolution", "expected"),
    [
        ("Backlog", "new", None, Status.OPEN),
        ("Erledigt", "done", "Erledigt", Status.DONE),
        ("Closed", "done", "Won’t Do", Status.CANCELLED),
        ("Closed", "done", "DUPLICATE", Status.CANCELLED),
        ("Cancelled", "done", None, Status.CANCELLED),
        ("Doing", "indeterminate", None, Status.IN_PROGRESS),
        ("Something", "undefined", None, Status.OPEN),
    ],
)
def test_the_status_follows_the_category_and_the_resolution(
    name: str, category: str, resolution: str | None, expected: Status
) -> None:
    assert mapping.status_of(status(name, category), resolution, DIALECT) is expected


@pytest.mark.parametrize(
    ("order", "places"),
    [
        (FIVE, [0, 1, 2, 3, 4]),
        (("A", "B", "C"), [0, 0, 1, 2, 2]),
        (("A", "B", "C", "D", "E", "F", "G", "H", "I"), [0, 2, 4, 6, 8]),
        (("Only",), [0, 0, 0, 0, 0]),
    ],
)
def test_a_priority_has_its_place_in_the_order_of_the_site(order: tuple[str, ...], places: list[int]) -> None:
    assert [metadata.priority_for(level, order) for level in range(5)] == [order[place] for place in places]


def test_a_priority_that_nobody_knows_is_none() -> None:
    assert metadata.level_of("Blocker", FIVE) is None
    assert metadata.priority_for(2, ()) is None
    assert metadata.level_of("Lowest", FIVE) == 4


def test_a_screen_survives_being_remembered() -> None:
    screen = Screen("10002", {"priority": FieldMeta("priority", "Priority", allowed=FIVE, default="Medium")})
    assert Screen.load(screen.dump()) == screen
    assert Screen.load("no json") is None
    assert Screen.load('{"fields": 3}') is None


@pytest.mark.parametrize("key", ["issueTypes", "fields", "values", "results"])
def test_pages_of_both_deployments_are_read(key: str) -> None:
    assert metadata.values_in({key: [{"id": "1"}, "junk"], "total": 1}) == [{"id": "1"}]


def test_an_issue_type_is_found_by_name_in_any_language_or_id() -> None:
    types = [{"id": "1", "name": "Aufgabe", "untranslatedName": "Task"}]
    for wanted in ("task", "Aufgabe", "1"):
        assert metadata.issue_type_in(types, wanted) == types[0]
    assert metadata.issue_type_in(types, "Bug") is None


def test_only_what_the_screen_offers_is_sent() -> None:
    fields = {name: FieldMeta(name, name) for name in ("summary", "description")}
    new = NewIssue("k0000000cafe", "Title", "text", due=dt.date(2026, 12, 1), priority=1, labels=("a",))
    payload = mapping.new_payload(new, OPTIONS, Screen("10002", fields), DIALECT)
    assert set(payload.fields) == {"project", "issuetype", "summary", "description"}
    assert len(payload.warnings) == 3


@pytest.mark.parametrize(
    ("kind", "items", "value", "expected"),
    [
        ("string", None, "x", "x"),
        ("option", None, "x", {"value": "x"}),
        ("array", "option", ["x", "y"], [{"value": "x"}, {"value": "y"}]),
        ("array", "string", "x", ["x"]),
        ("user", None, "abc", {"accountId": "abc"}),
        ("component", None, "x", {"name": "x"}),
        ("option", None, {"id": "7"}, {"id": "7"}),
        ("number", None, 3, 3),
    ],
)
def test_configured_values_take_the_form_of_their_field(
    kind: str, items: str | None, value: object, expected: object
) -> None:
    assert mapping.wire(value, FieldMeta("f", "F", kind=kind, items=items), DIALECT) == expected


def test_bulk_answers_are_mapped_back_by_place() -> None:
    errors = [{"failedElementNumber": 1, "elementErrors": {"errors": {"summary": "empty"}}}]
    made = [{"id": "1", "key": "OPS-1"}, {"id": "2", "key": "OPS-2"}]
    issues, failed = read_bulk(Answer(201, {"issues": made, "errors": errors}), 3)
    assert issues == {0: made[0], 2: made[1]}
    assert failed[1].reason == "summary: empty"


@pytest.mark.parametrize(
    "data", [None, [], {"issues": []}, {"issues": [{"id": "1"}]}, {"issues": [{"id": "1", "key": "A-1"}] * 3}]
)
def test_a_bulk_answer_that_does_not_add_up_tells_nothing(data: object) -> None:
    assert read_bulk(Answer(201, data), 2) == (None, {})


def test_a_bulk_that_was_refused_as_a_whole_made_nothing() -> None:
    issues, failed = read_bulk(Rejected(403, "not allowed"), 2)
    assert issues == {}
    assert [failed[number].reason for number in (0, 1)] == ["not allowed"] * 2


def test_an_edit_without_refused_fields_keeps_the_rest() -> None:
    body = {"fields": {"summary": "a", "duedate": None}, "properties": []}
    assert without(body, ["duedate"]) == {"fields": {"summary": "a"}, "properties": []}
    assert without({"fields": {"duedate": None}}, ["duedate"]) is None
    assert without(body, ["priority"]) is None


def test_a_document_without_an_address_has_no_remote_link() -> None:
    assert remote_link(NewIssue("k0000000cafe", "Title", "docs/a.md, line 3")) is None


# --- references ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ref", "key"),
    [
        ("PAY-123", "PAY-123"),
        (" OPS-1 ", "OPS-1"),
        ("https://acme.atlassian.net/browse/OPS-7", "OPS-7"),
        ("https://acme.atlassian.net/browse/OPS-7?focusedId=1", "OPS-7"),
        ("https://acme.atlassian.net/jira/software/projects/OPS/boards/1?selectedIssue=OPS-9", "OPS-9"),
        ("https://other.atlassian.net/browse/OPS-7", None),
        ("https://acme.atlassian.net/wiki/page", None),
        ("ops-1", None),
        ("#45", None),
        ("bd-a1b2", None),
        ("P-0", None),
        ("https://[company].atlassian.net/browse/OPS-7", None),
    ],
)
def test_references_of_documents_are_told_apart(ref: str, key: str | None) -> None:
    assert key_in(ref, "https://acme.atlassian.net") == key


def test_a_site_below_a_path_owns_only_what_is_below_it() -> None:
    assert key_in("https://acme.example/jira/browse/OPS-1", "https://acme.example/jira") == "OPS-1"
    assert key_in("https://acme.example/wiki/OPS-1", "https://acme.example/jira") is None
    assert number_of("OPS-17") == 17
    assert number_of(None) == 0


# --- failures --------------------------------------------------------------------------------------------------------

NOW = dt.datetime(2026, 11, 21, 8, 0, tzinfo=dt.UTC)
DATE = "Sat, 21 Nov 2026 08:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "1800"}, 1800),
        ({"Retry-After": "Sat, 21 Nov 2026 08:01:30 GMT", "Date": DATE}, 90),
        ({"Retry-After": "Sat, 21 Nov 2026 08:01:30 GMT"}, 90),
        ({"Retry-After": "Sat, 21 Nov 2026 07:00:00 GMT", "Date": DATE}, 0),
        ({"X-RateLimit-Reset": "2026-11-21T08:02Z", "Date": DATE}, 120),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert failures.retry_after(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"errorMessages": ["a", "b"], "errors": {"duedate": "no"}}, "a; b; duedate: no"),
        ({"errorMessages": [], "errors": {}}, ""),
        ({"message": "Forbidden", "status-code": 403}, "Forbidden"),
        (["junk"], ""),
        (None, ""),
    ],
)
def test_error_objects_of_every_shape_are_put_into_words(body: object, text: str) -> None:
    assert failures.in_error(body) == text


# --- what was seen ---------------------------------------------------------------------------------------------------


def test_what_was_seen_is_remembered_and_forgotten_in_time() -> None:
    seen = Seen(read={7: int(NOW.timestamp() * 1000)}, made=[(10, 12, int(NOW.timestamp() * 1000))])
    again = Seen.load(seen.dump())
    assert again.covers(7, NOW, None)
    assert not again.covers(7, NOW + dt.timedelta(milliseconds=1), None)
    assert again.covers(11, NOW, NOW)
    assert not again.covers(11, NOW + dt.timedelta(seconds=1), NOW)
    assert not again.covers(13, NOW, NOW)
    again.prune(NOW + dt.timedelta(hours=1))
    assert again == Seen()
    assert Seen.load("{}") == Seen.load("junk") == Seen()
