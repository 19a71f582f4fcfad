"""The two directions between pmtrack's values and rows of `bd`, without `bd`."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.beads import mapping
from adapters.beads.database import LONGEST_ARGUMENT, parts_of
from tracker.interchange import day_of
from tracker.models import IssueRef, Status
from tracker.remote import Field, IssueChange, NewIssue

NOW = dt.datetime(2026, 11, 21, 8, 0, 0, 250_000, tzinfo=dt.UTC)
MARKER = "7k3m9q2wxa4t"


def row(**more: Any) -> mapping.Row:
    return mapping.to_row(NewIssue(MARKER, "Title", "context"), "acme", "task", NOW) | more


def change(**fields: Any) -> IssueChange:
    named = {Field(name): value for name, value in fields.items() if name != "resolution"}
    return IssueChange(IssueRef("acme-1", "acme-1"), MARKER, named, resolution=fields.get("resolution"))


def test_a_new_row_is_read_back_as_it_was_asked_for() -> None:
    new = NewIssue(
        MARKER,
        "Rotate the keys",
        "**Incident:** INC-7",
        Status.IN_PROGRESS,
        dt.date(2026, 12, 1),
        0,
        ("alice",),
        ("b", "a"),
    )
    issue = mapping.to_issue(mapping.to_row(new, "acme", "task", NOW))
    assert issue.ref == IssueRef("acme-7k3m9q2wxa4t", "acme-7k3m9q2wxa4t", "bd://acme-7k3m9q2wxa4t")
    assert (issue.title, issue.status, issue.due, issue.priority) == (new.title, new.status, new.due, 0)
    assert (issue.assignees, issue.labels, issue.marker) == (("alice",), ("a", "b"), MARKER)
    assert issue.context == "**Incident:** INC-7"
    assert issue.created_at == NOW.replace(microsecond=0)


@pytest.mark.parametrize(
    ("due_at", "day"),
    [
        ("2026-12-09T00:00:00Z", 9),  # typed in London, or by pmtrack
        ("2026-12-08T15:00:00Z", 9),  # the midnight of Tokyo
        ("2026-12-08T18:30:00Z", 9),  # of Delhi
        ("2026-12-09T05:00:00Z", 9),  # of New York
        ("2026-12-09T00:00:00+09:00", 9),
        ("2026-12-08T22:17:43Z", 8),  # "+6h": a time of its day
    ],
)
def test_a_due_time_is_the_day_that_a_person_typed(due_at: str, day: int) -> None:
    assert day_of(due_at) == dt.date(2026, 12, day)


@pytest.mark.parametrize(
    "text", [None, "", "soon", "2026-13-40", "9999-12-31T23:45:00Z", "0001-01-01T00:00:00+05:00"]
)
def test_an_unreadable_due_time_is_none(text: object) -> None:
    assert day_of(text) is None


@pytest.mark.parametrize(
    ("word", "reason", "status"),
    [
        ("open", None, Status.OPEN),
        ("in_progress", None, Status.IN_PROGRESS),
        ("hooked", None, Status.IN_PROGRESS),
        ("blocked", None, Status.BLOCKED),
        ("deferred", None, Status.DEFERRED),
        ("a-custom-one", None, Status.OPEN),
        ("closed", None, Status.DONE),
        ("closed", "Fixed by #12", Status.DONE),
        ("closed", "Won't do: superseded", Status.CANCELLED),
        ("closed", "won’t fix", Status.CANCELLED),
        ("closed", "Duplicate of acme-1", Status.CANCELLED),
        ("closed", "wont-do", Status.CANCELLED),
        ("closed", "Parked for good", Status.CANCELLED),
    ],
)
def test_a_status_and_its_reason_say_how_far_it_is(word: str, reason: str | None, status: Status) -> None:
    issue = mapping.to_issue(row(status=word, close_reason=reason), dropped=("parked",))
    assert issue.status is status
    assert issue.status_raw == word
    assert issue.resolution == (reason if word == "closed" else None)


@pytest.mark.parametrize("resolution", [None, "Shipped", "Duplicate of acme-1", "obsolete"])
@pytest.mark.parametrize("status", [Status.DONE, Status.CANCELLED])
def test_a_close_reason_reads_back_as_the_status_it_was_written_for(
    status: Status, resolution: str | None
) -> None:
    reason = mapping.reason_for(status, resolution)
    assert mapping.to_issue(row(status="closed", close_reason=reason)).status is status
    assert resolution is None or resolution in reason


def test_the_marker_outlives_an_edited_description() -> None:
    assert mapping.to_issue(row(description="somebody wrote over it")).marker == MARKER


def test_labels_alone_keep_the_time_of_the_row_so_that_an_import_changes_no_column() -> None:
    before = row(labels=["by-a-person", "pmtrack"])
    after = mapping.rewritten(before, change(labels=("pmtrack", "new")), NOW)
    assert after is not None
    assert after["labels"] == ["new"]
    assert after["updated_at"] == before["updated_at"]


def test_a_new_context_replaces_the_block_only_and_gets_the_stamp() -> None:
    before = row(description="before\n" + row()["description"] + "\nafter", notes="theirs", dependencies=[{}])
    stamp = NOW + dt.timedelta(seconds=5)
    after = mapping.rewritten(before, change(context="other"), stamp)
    assert after is not None
    assert after["description"] == before["description"].replace("context", "other")
    assert after["notes"] == "theirs"
    assert after["updated_at"] == "2026-11-21T08:00:05Z"
    assert "dependencies" not in after, "a dependency that a person removed meanwhile must not come back"


def test_a_change_without_difference_needs_no_import() -> None:
    assert mapping.rewritten(row(labels=["a"]), change(labels=("a",), context="context"), NOW) is None
    assert mapping.rewritten(row(), change(title="x"), NOW) is None


def test_the_lines_of_a_batch_name_each_changed_field() -> None:
    lines = mapping.batch_lines(
        row(id="acme-1"), change(title='a "b" \\ c\nd', priority=None, assignees=(), status=Status.BLOCKED)
    )
    assert lines == ['update acme-1 "title=a \\"b\\" \\\\ c d" "priority=2" "assignee=" "status=blocked"']


def test_a_closed_bead_gets_another_reason_by_opening_it_in_the_same_transaction() -> None:
    closed = row(id="acme-1", status="closed", close_reason="Done")
    assert mapping.batch_lines(closed, change(status=Status.CANCELLED)) == [
        'update acme-1 "status=open"',
        'close acme-1 "Won\'t do"',
    ]
    assert mapping.batch_lines(closed, change(status=Status.DONE)) == []


def _tokens(line: str) -> list[str]:
    """The tokenizer of `bd batch` (cmd/bd/batch.go, tokenizeBatchLine), for the property below."""
    tokens: list[str] = []
    current, quoted, has = "", False, False
    index = 0
    while index < len(line):
        char = line[index]
        if quoted and char == "\\" and line[index + 1 : index + 2] in ('"', "\\"):
            current, index = current + line[index + 1], index + 1
        elif char == '"':
            quoted, has = not quoted, True
        elif not quoted and char in " \t":
            tokens, current, has = ([*tokens, current] if has else tokens), "", False
        else:
            current, has = current + char, True
        index += 1
    assert not quoted
    return [*tokens, current] if has else tokens


@given(st.text(max_size=60))
def test_any_title_is_one_token_of_one_line(title: str) -> None:
    (line,) = mapping.batch_lines(row(id="acme-1"), change(title="x" + title))
    assert len(line.splitlines()) == 1
    assert _tokens(line) == ["update", "acme-1", "title=" + mapping.one_line("x" + title)]


@pytest.mark.parametrize(
    ("ref", "prefix", "ids"),
    [
        ("bd://acme-a1b2", "acme", ("acme-a1b2",)),
        ("acme-a1b2", "acme", ("acme-a1b2",)),
        ("`acme-a1b2`", "acme", ("acme-a1b2",)),
        ("acme-a1b2.3", "acme", ("acme-a1b2.3",)),
        ("bd-a1b2", "acme", ("bd-a1b2",)),
        ("bd-a1b2", None, ("bd-a1b2",)),
        ("pm-7k3m9q2wxa4t", "acme", ("pm-7k3m9q2wxa4t",)),
        ("bd://a1b2", "acme", ("acme-a1b2",)),
        ("bd://1023", None, ("1023",)),
        ("my-team-a1b2", "my_team", ("my-team-a1b2",)),
        ("bd://other-a1b2", "acme", ()),
        ("bd://other-a1b2", None, ("other-a1b2",)),
        ("acme-a1b2", None, ()),
        ("PAY-123", "acme", ()),
        ("#45", "acme", ()),
        ("https://example.org/acme-a1b2", "acme", ()),
        ("acme-a1b2; rm -rf", "acme", ()),
        ("--help", "acme", ()),
        ("", "acme", ()),
    ],
)
def test_a_reference_of_a_document_is_an_id_of_this_database_or_not_ours(
    ref: str, prefix: str | None, ids: tuple[str, ...]
) -> None:
    assert mapping.ids_in(ref, prefix) == ids


def test_ids_are_asked_for_in_parts_that_fit_into_one_argument() -> None:
    ids = [f"a-database-with-a-long-name-{number:06d}" for number in range(9000)]
    parts = list(parts_of(ids))
    assert [each for part in parts for each in part] == ids
    assert len(parts) == 3
    assert all(len(",".join(part)) <= LONGEST_ARGUMENT for part in parts)
    assert list(parts_of([])) == []


def test_the_epic_of_an_incident_has_one_id() -> None:
    assert mapping.epic_id("acme", "INC-7") == mapping.epic_id("acme", "INC-7")
    assert mapping.epic_id("acme", "INC-7") != mapping.epic_id("acme", "INC-8")
