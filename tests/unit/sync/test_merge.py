"""The three-way merge of one item, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from tracker.models import Status
from tracker.remote import Capabilities, Field
from tracker.settings import MergeSettings
from tracker.sync.merge import Merged, merge

AGREED: dict[Field, Any] = {
    Field.TITLE: "Add an alert",
    Field.STATUS: "open",
    Field.DUE: "2026-12-01",
    Field.PRIORITY: 1,
    Field.ASSIGNEES: ["alice"],
    Field.LABELS: ["pmtrack"],
    Field.CONTEXT: "**Owner:** alice",
}
BASE = {name: (value, value) for name, value in AGREED.items()}


def merged(
    document: dict[Field, Any] | None = None,
    tracker: dict[Field, Any] | None = None,
    *,
    base: Any = BASE,
    capabilities: Capabilities | None = None,
    winners: MergeSettings | None = None,
    accounts: tuple[str, ...] | None = None,
) -> Merged:
    return merge(
        {**AGREED, **(document or {})},
        {**AGREED, **(tracker or {})},
        base,
        capabilities=capabilities or Capabilities(),
        winners=winners or MergeSettings(),
        accounts=accounts,
    )


def test_nothing_changed_is_nothing_to_do() -> None:
    result = merged()
    assert (result.changes, result.conflicts, result.base) == ((), (), BASE)


@pytest.mark.parametrize(
    ("name", "value"), [(Field.TITLE, "New"), (Field.DUE, None), (Field.PRIORITY, 0), (Field.STATUS, "done")]
)
def test_a_change_of_the_document_alone_is_pushed(name: Field, value: Any) -> None:
    (change,) = merged({name: value}).changes
    assert (change.field, change.before, change.after) == (name, AGREED[name], value)
    assert "tracker unchanged" in change.reason


@pytest.mark.parametrize(
    ("name", "value"), [(Field.TITLE, "New"), (Field.DUE, None), (Field.PRIORITY, 0), (Field.STATUS, "done")]
)
def test_a_change_of_the_tracker_alone_is_noted_and_never_pushed_back(name: Field, value: Any) -> None:
    result = merged(tracker={name: value})
    assert result.changes == ()
    assert result.base[name] == (AGREED[name], value)
    assert merged(tracker={name: value}, base=result.base).changes == ()


def test_the_same_change_on_both_sides_is_agreement() -> None:
    result = merged({Field.DUE: "2027-01-01"}, {Field.DUE: "2027-01-01"})
    assert (result.changes, result.conflicts) == ((), ())
    assert result.base[Field.DUE] == ("2027-01-01", "2027-01-01")


@pytest.mark.parametrize(("winner", "pushed"), [("document", True), ("tracker", False), ("manual", False)])
def test_a_conflict_goes_to_the_configured_winner_and_keeps_both_values(winner: Any, pushed: bool) -> None:
    result = merged({Field.DUE: "2027-01-01"}, {Field.DUE: "2027-02-02"}, winners=MergeSettings(due=winner))
    (conflict,) = result.conflicts
    assert (conflict.document, conflict.tracker, conflict.base) == ("2027-01-01", "2027-02-02", "2026-12-01")
    assert bool(result.changes) is pushed
    assert (result.base[Field.DUE] == BASE[Field.DUE]) is (winner == "manual")


def test_what_a_person_closed_is_not_opened_even_if_the_document_wins() -> None:
    winners = MergeSettings(status="document")
    result = merged({Field.STATUS: "in_progress"}, {Field.STATUS: "done"}, winners=winners)
    assert result.changes == ()
    assert len(result.conflicts) == 1


def test_a_document_changed_back_to_open_opens_the_issue() -> None:
    base = {**BASE, Field.STATUS: ("done", "done")}
    (change,) = merged({Field.STATUS: "open"}, {Field.STATUS: "done"}, base=base).changes
    assert change.after == "open"


def test_wont_do_in_the_tracker_does_not_become_done() -> None:
    base = {**BASE, Field.STATUS: ("open", "cancelled")}
    assert merged({Field.STATUS: "done"}, {Field.STATUS: "cancelled"}, base=base).changes == ()


def test_a_status_that_the_tracker_lacks_is_compared_as_its_nearest() -> None:
    capabilities = Capabilities(statuses=frozenset({Status.OPEN, Status.DONE}))
    assert merged({Field.STATUS: "blocked"}, capabilities=capabilities).changes == ()


def test_a_person_who_was_not_found_clears_no_assignee() -> None:
    result = merged({Field.ASSIGNEES: ["nobody knows"]}, accounts=None)
    assert result.changes == ()
    assert result.base[Field.ASSIGNEES] == BASE[Field.ASSIGNEES]


def test_an_owner_taken_out_of_the_document_is_taken_out_of_the_tracker() -> None:
    (change,) = merged({Field.ASSIGNEES: []}, accounts=("alice",)).changes
    assert change.after == []
    assert change.reason == "assignees: document changed alice → nothing, tracker unchanged"


def test_an_emptied_owner_takes_away_nobody_whom_the_document_had_not_named() -> None:
    base = {**BASE, Field.ASSIGNEES: (["alice"], ["bob"])}  # a person had given the issue to bob
    result = merged({Field.ASSIGNEES: []}, {Field.ASSIGNEES: ["bob"]}, base=base, accounts=("alice",))
    assert (result.changes, result.conflicts) == ((), ())
    assert result.base[Field.ASSIGNEES] == ([], ["bob"])


def test_an_emptied_owner_whose_account_is_not_known_takes_away_nobody() -> None:
    assert merged({Field.ASSIGNEES: []}, accounts=None).changes == ()


def test_a_new_owner_is_assigned_by_account() -> None:
    (change,) = merged({Field.ASSIGNEES: ["bob"]}, accounts=("account-of-bob",)).changes
    assert change.after == ["account-of-bob"]


def test_labels_are_added_once_and_never_removed() -> None:
    (change,) = merged({Field.LABELS: ["pmtrack", "new"]}, {Field.LABELS: ["theirs"]}).changes
    assert change.after == ["new"]


def test_an_issue_that_was_just_linked_keeps_its_title_and_gets_what_it_lacks() -> None:
    result = merged(tracker={Field.TITLE: "Theirs", Field.DUE: None, Field.CONTEXT: None}, base=None)
    assert {change.field for change in result.changes} == {Field.DUE, Field.CONTEXT}
    assert result.base[Field.TITLE] == ("Add an alert", "Theirs")


def test_the_highest_priority_is_one_that_an_issue_just_linked_may_lack_or_contradict() -> None:
    lacking = merged({Field.PRIORITY: 0}, {Field.PRIORITY: None}, base=None)
    assert [(change.field, change.after) for change in lacking.changes] == [(Field.PRIORITY, 0)]
    (conflict,) = merged({Field.PRIORITY: 0}, base=None).conflicts
    assert (conflict.field, conflict.document, conflict.tracker) == (Field.PRIORITY, 0, 1)


def test_a_line_number_alone_is_no_change_of_the_context() -> None:
    base = {**BASE, Field.CONTEXT: ("**Document:** a.md, line 3", "**Document:** a.md, line 3")}
    after = merged(
        {Field.CONTEXT: "**Document:** a.md, line 9"},
        {Field.CONTEXT: "**Document:** a.md, line 3"},
        base=base,
    )
    assert after.changes == ()
