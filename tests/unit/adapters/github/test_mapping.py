"""Issues of GitHub to pmtrack's values and back."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.github import mapping
from adapters.github.config import GitHubOptions, LabelOptions
from tracker import block
from tracker.models import Status
from tracker.remote import NewIssue

OPTIONS = GitHubOptions(repository="acme/incidents", due_field="Due date")
MARKER = "k00000000001"
RAW = {
    "number": 7,
    "node_id": "I_7",
    "title": "Title",
    "body": f"Above\r\n<!-- pmtrack:begin {MARKER} -->\r\n* one\r\n<!-- pmtrack:end -->\r\nBelow",
    "state": "closed",
    "state_reason": "not_planned",
    "html_url": "https://github.com/acme/incidents/issues/7",
    "repository_url": "https://api.github.com/repos/acme/incidents",
    "labels": [{"name": "pmtrack"}, "priority: P1", {"name": "priority: P3"}],
    "assignees": [{"login": "bob"}],
    "issue_field_values": [
        {"issue_field_name": "Team", "value": "SRE"},
        {"issue_field_name": "due date", "value": "2026-12-01"},
    ],
    "created_at": "2026-11-01T10:00:00Z",
    "updated_at": "2026-11-02T10:00:00Z",
    "closed_at": "2026-11-02T10:00:00Z",
}


def test_an_issue_is_read_in_all_its_fields() -> None:
    issue = mapping.to_issue(RAW, OPTIONS)
    assert (issue.ref.id, issue.ref.key) == ("7/I_7", "acme/incidents#7")
    assert (issue.status, issue.status_raw, issue.resolution) == (Status.CANCELLED, "closed", "not_planned")
    assert (issue.marker, issue.context) == (MARKER, "- one")
    assert (issue.due, issue.priority) == (dt.date(2026, 12, 1), 1)
    assert (issue.labels, issue.assignees) == (("pmtrack", "priority: P1", "priority: P3"), ("bob",))
    assert issue.closed_at == dt.datetime(2026, 11, 2, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("state", "reason", "status"),
    [
        ("open", None, Status.OPEN),
        ("open", "reopened", Status.OPEN),
        ("closed", None, Status.DONE),
        ("closed", "completed", Status.DONE),
        ("closed", "not_planned", Status.CANCELLED),
        ("closed", "duplicate", Status.CANCELLED),
    ],
)
def test_a_state_and_its_reason_are_one_status(state: str, reason: str | None, status: Status) -> None:
    assert mapping.status_of({"state": state, "state_reason": reason}) is status


def test_equal_contents_have_equal_versions_whatever_the_line_ends() -> None:
    again = {**RAW, "body": str(RAW["body"]).replace("\r\n", "\n"), "labels": list(reversed(RAW["labels"]))}  # type: ignore[call-overload]
    assert mapping.version_of(again, OPTIONS) == mapping.version_of(RAW, OPTIONS)
    assert mapping.version_of({**RAW, "title": "Other"}, OPTIONS) != mapping.version_of(RAW, OPTIONS)


def test_graphql_and_rest_give_the_same_issue() -> None:
    node = {
        "__typename": "Issue",
        "number": 7,
        "id": "I_7",
        "fullDatabaseId": "99",
        "title": "Title",
        "body": RAW["body"],
        "state": "CLOSED",
        "stateReason": "NOT_PLANNED",
        "url": RAW["html_url"],
        "createdAt": RAW["created_at"],
        "updatedAt": RAW["updated_at"],
        "closedAt": RAW["closed_at"],
        "repository": {"nameWithOwner": "acme/incidents"},
        "labels": {"nodes": [{"name": "pmtrack"}, {"name": "priority: P1"}, {"name": "priority: P3"}]},
        "assignees": {"nodes": [{"login": "bob"}]},
        "issueFieldValues": {"nodes": [{}, {"value": "2026-12-01", "field": {"name": "Due date"}}]},
    }
    assert mapping.to_issue(mapping.from_graphql(node, OPTIONS), OPTIONS) == mapping.to_issue(RAW, OPTIONS)


def test_labels_come_from_templates_and_never_twice() -> None:
    new = NewIssue(
        MARKER, "x", priority=2, labels=("pmtrack", "pmtrack"), extra={"severity": "SEV1", "team": "A, B"}
    )
    options = LabelOptions(team="team: {value}", category="{value}")
    assert mapping.labels_for(new, options) == ("pmtrack", "priority: P2", "severity: SEV1", "team: A B")
    assert mapping.labels_for(new, LabelOptions(priority="", severity="")) == ("pmtrack",)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("ask @carol", "ask @\u200bcarol"),
        ("(@acme/sre)", "(@\u200bacme/sre)"),
        ("mail x@example.org", "mail x@example.org"),
        ("owner @Bob", "owner @Bob"),
        ("@ home", "@ home"),
        ("`@decorator`", "`@decorator`"),
    ],
)
def test_only_owners_are_notified(text: str, safe: str) -> None:
    assert mapping.defuse(text, ["bob"]) == safe
    assert mapping.undefuse(safe) == text


# Filtering the alphabet would build a table of all characters, which takes seconds.
@given(st.text(), st.text().map(lambda text: text.replace("\u200b", "")))
def test_a_body_keeps_the_text_around_the_block_and_gives_the_context_back(around: str, context: str) -> None:
    around = around.replace("pmtrack:", "")
    body, shortened = mapping.body_for(MARKER, context, (), around or None)
    assert not shortened
    assert body.startswith(around) or not around.strip()
    marker, inside = block.find(body)
    assert marker == MARKER
    if "pmtrack:" not in context:
        assert mapping.undefuse(inside or "") == (block.find(block.render(MARKER, context))[1] or "")


@given(st.integers(0, 200_000))
def test_a_body_is_never_longer_than_github_takes(length: int) -> None:
    context = ("<!-- x " * (length // 7 + 1))[:length]
    body, shortened = mapping.body_for(MARKER, context, ())
    assert len(body) <= mapping.BODY_LIMIT
    assert block.find(body)[0] == MARKER
    assert shortened == ("shortened by pmtrack" in body)


@given(st.text())
def test_a_title_is_one_line_within_the_limit(title: str) -> None:
    made = mapping.title_for(title)
    assert len(made) <= mapping.TITLE_LIMIT
    assert "\n" not in made


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("x" * 256, ()),
        ("x" * 257, ("the title was shortened to 256 characters",)),
        ("x" * 300, ("the title was shortened to 256 characters",)),
        ("blanks   that\n\n are  taken   together", ()),
    ],
)
def test_a_title_is_said_to_be_shortened_only_where_it_was(title: str, told: tuple[str, ...]) -> None:
    assert mapping.cut(title, mapping.title_for(title)) == told


def test_what_was_dropped_is_named() -> None:
    asked = {
        "labels": ["a", "PMTRACK"],
        "assignees": ["Bob", "eve"],
        "milestone": 3,
        "type": "Task",
        "title": "Other",
    }
    assert mapping.dropped(asked, RAW, OPTIONS) == (
        "GitHub did not take label 'a'",
        "GitHub did not take assignee 'eve'",
        "GitHub did not take the milestone",
        "GitHub did not take the issue type 'Task'",
        "GitHub did not take the title as written",
    )
