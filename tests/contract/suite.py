"""The contract that every adapter keeps, as tests.

How an adapter joins: write `tests/contract/test_<adapter>.py` with a class derived from `TrackerContract` whose `world`
fixture gives a `World`: the adapter's real client over a local server (or file, or the real `bd`), together with what a
person can do in that tracker behind pmtrack's back.

    class TestLocal(TrackerContract):
        @pytest.fixture
        def world(self, tmp_path: Path) -> World:
            return LocalWorld(tmp_path)

Abilities that a tracker or its test server lacks are not overridden: the default raises `Unsupported`, and the test that
needs it is skipped with that word. Everything else must pass; nothing here may be relaxed in a subclass.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence

import pytest

from tracker import block
from tracker.models import Issue, IssueRef, Person, Status
from tracker.remote import (
    Absent,
    Adopted,
    ChangeOutcome,
    Confirmed,
    CreateOutcome,
    Field,
    Found,
    Gone,
    IssueChange,
    NewIssue,
    ProbeQuery,
    Refused,
    Tracker,
    Unknown,
    Unreadable,
)

DUE = dt.date(2026, 12, 1)
CONTEXT = "**Incident:** INC-7 (SEV-1)\n**Owner:** Alice\n\n- from `docs/a.md`, line 3"


class Unsupported(Exception):
    """This world cannot do that; the test that asked is skipped."""


class World:
    """One tracker with people in it. Subclasses override what their tracker can do.

    `ref` arguments are the values that the adapter itself gave. Whatever a person does here goes past the adapter.
    """

    #: An owner as a document writes it, whom the tracker knows, and the account that `resolve` must find for it.
    known_person: tuple[str, str] | None = None
    #: A second account to assign to.
    other_account: str | None = None
    #: A name that several accounts match, None where the tracker does not search for people.
    ambiguous_person: str | None = None
    #: A name that nobody has, None where any text is an account.
    unknown_person: str | None = None
    people: Sequence[Person] = ()

    def tracker(self) -> Tracker:
        """A fresh adapter on this world, as a new run of pmtrack makes it."""
        raise NotImplementedError

    def writes(self) -> int:
        """How many writes have changed the tracker so far (or reached its server)."""
        raise NotImplementedError

    def count(self) -> int:
        """How many issues the tracker holds."""
        raise NotImplementedError

    def body(self, ref: IssueRef) -> str:
        """The issue's body (description) as stored, as Markdown or wiki text."""
        raise Unsupported("read the body")

    def edit_title(self, ref: IssueRef, title: str) -> None:
        """A person changes the title."""
        raise Unsupported("edit titles")

    def surround_body(self, ref: IssueRef, before: str, after: str) -> None:
        """A person writes text around pmtrack's block."""
        raise Unsupported("edit bodies")

    def put_body(self, ref: IssueRef, text: str) -> None:
        """The tracker or a person puts another text into the body."""
        raise Unsupported("edit bodies")

    def reformat_body(self, ref: IssueRef) -> None:
        """The tracker re-formats the body: CRLF, trimmed lines, other bullets, escapes."""
        raise Unsupported("re-format bodies")

    def set_status(self, ref: IssueRef, status: Status) -> None:
        """A person moves the issue."""
        raise Unsupported("change statuses")

    def assign(self, ref: IssueRef, account: str | None) -> None:
        """A person assigns the issue."""
        raise Unsupported("assign")

    def add_label(self, ref: IssueRef, label: str) -> None:
        """A person adds a label."""
        raise Unsupported("add labels")

    def delete(self, ref: IssueRef) -> None:
        """A person deletes the issue."""
        raise Unsupported("delete issues")

    def move(self, ref: IssueRef) -> str:
        """A person moves the issue elsewhere; gives its new key. Its id stays."""
        raise Unsupported("move issues")

    def make_unreadable(self, ref: IssueRef) -> None:
        """Reads of this issue fail from now on although it exists (permission, server error)."""
        raise Unsupported("make issues unreadable")

    def lose_next_answer(self) -> None:
        """The next create takes place, but its answer is lost."""
        raise Unsupported("lose answers")

    def refuse_next_write(self) -> None:
        """The next write is refused by the tracker (4xx)."""
        raise Unsupported("refuse writes")

    def forbid_closing(self, ref: IssueRef) -> None:
        """The issue has no transition to a closed status."""
        raise Unsupported("forbid closing")

    def drop_status(self, ref: IssueRef) -> str:
        """A person closes the issue as something not worth doing; gives the tracker's own word for it."""
        raise Unsupported("drop issues")


_numbers = itertools.count(1)


def new_issue(
    title: str = "Add an alert for queue depth",
    *,
    context: str = CONTEXT,
    due: dt.date | None = None,
    priority: int | None = None,
) -> NewIssue:
    """An issue to create, with a marker of its own."""
    marker = f"k{next(_numbers):011d}"
    return NewIssue(marker, title, context, due=due, priority=priority, labels=("pmtrack",))


def created(outcomes: Iterator[CreateOutcome]) -> list[Issue]:
    """The issues of outcomes that must all be `Confirmed`."""
    issues = []
    for each in outcomes:
        assert isinstance(each.outcome, Confirmed), each
        issues.append(each.outcome.issue)
    return issues


def confirmed(outcomes: Iterator[ChangeOutcome]) -> Confirmed:
    """The one outcome, which must be `Confirmed`."""
    (only,) = outcomes
    assert isinstance(only.outcome, Confirmed), only
    return only.outcome


def read(tracker: Tracker, ref: IssueRef) -> Issue:
    """The issue as it is now."""
    (result,) = tracker.fetch([ref.id])
    assert isinstance(result, Found), result
    return result.issue


def read_all(tracker: Tracker, issues: Sequence[Issue]) -> list[Issue]:
    """The issues as they are now, in the same order, read at once."""
    found = {
        each.issue.ref.id: each.issue
        for each in tracker.fetch([issue.ref.id for issue in issues])
        if isinstance(each, Found)
    }
    return [found[issue.ref.id] for issue in issues]


class TrackerContract:
    """What holds for every tracker; see the module for how to join."""

    @pytest.fixture
    def world(self) -> World:
        """The world of the adapter under test."""
        raise NotImplementedError

    @pytest.fixture
    def tracker(self, world: World) -> Iterator[Tracker]:
        """A fresh adapter on the world."""
        made = world.tracker()
        yield made
        made.close()

    def change(self, issue: Issue, tracker: Tracker, **fields: object) -> Confirmed:
        """Change fields of an issue through the adapter."""
        named = {Field(name): value for name, value in fields.items()}
        return confirmed(tracker.update([IssueChange(issue.ref, issue.marker or "", named, base=issue)]))

    # --- the protocol -----------------------------------------------------------------------------------------------

    def test_it_is_a_tracker(self, tracker: Tracker) -> None:
        assert isinstance(tracker, Tracker)
        assert tracker.name
        assert tracker.capabilities.create_batch >= 1
        assert tracker.capabilities.fetch_batch >= 1
        assert Status.OPEN in tracker.capabilities.statuses
        assert Status.DONE in tracker.capabilities.statuses

    def test_making_it_sends_nothing(self, world: World) -> None:
        made = world.tracker()
        assert made.requests == 0
        made.close()

    def test_the_preflight_of_a_healthy_tracker_finds_no_error(self, tracker: Tracker) -> None:
        problems = tracker.check()
        assert [problem for problem in problems if not problem.ok and problem.severity == "error"] == []
        assert any(problem.ok for problem in problems)

    # --- create -----------------------------------------------------------------------------------------------------

    def test_a_created_issue_holds_what_was_asked_for(self, tracker: Tracker) -> None:
        new = new_issue(due=DUE, priority=1)
        (issue,) = created(tracker.create([new]))
        assert issue.marker == new.marker
        assert issue.title == new.title
        assert issue.status is Status.OPEN
        assert issue.context == block.normalise(CONTEXT)
        assert issue.due == (DUE if tracker.capabilities.due else None)
        assert issue.priority == 1 or not tracker.capabilities.priority
        assert "pmtrack" in issue.labels or not tracker.capabilities.labels
        assert issue.ref.id
        assert issue.ref.key

    def test_what_a_create_tells_is_what_a_read_tells(self, tracker: Tracker) -> None:
        (issue,) = created(tracker.create([new_issue(due=DUE, priority=1)]))
        again = read(tracker, issue.ref)
        assert (
            again.ref,
            again.title,
            again.status,
            again.marker,
            again.context,
            again.due,
            again.priority,
        ) == (
            issue.ref,
            issue.title,
            issue.status,
            issue.marker,
            issue.context,
            issue.due,
            issue.priority,
        )

    def test_a_batch_yields_one_outcome_for_each_issue(self, world: World, tracker: Tracker) -> None:
        before = world.count()
        batch = [
            new_issue(f"Action number {number}")
            for number in range(tracker.capabilities.create_batch % 60 + 3)
        ]
        outcomes = list(tracker.create(batch))
        assert {each.marker for each in outcomes} == {new.marker for new in batch}
        assert len(outcomes) == len(batch)
        assert world.count() == before + len(batch)
        titles = {
            each.marker: each.outcome.issue.title for each in outcomes if isinstance(each.outcome, Confirmed)
        }
        assert titles == {new.marker: new.title for new in batch}

    def test_an_empty_batch_sends_nothing(self, tracker: Tracker) -> None:
        assert list(tracker.create([])) == []
        assert list(tracker.update([])) == []
        assert list(tracker.fetch([])) == []
        assert tracker.requests == 0

    def test_two_issues_with_the_same_title_are_two_issues(self, tracker: Tracker) -> None:
        first, second = created(tracker.create([new_issue("Same"), new_issue("Same")]))
        assert first.ref.id != second.ref.id

    def test_a_repeated_create_leaves_the_issue_as_a_person_made_it(
        self, world: World, tracker: Tracker
    ) -> None:
        if not tracker.capabilities.chosen_ids:
            pytest.skip("the tracker chooses the ids, so the engine never repeats a create")
        new = new_issue()
        (issue,) = created(tracker.create([new]))
        world.edit_title(issue.ref, "Edited by a person")
        before = world.count()
        (again,) = created(world.tracker().create([new]))
        assert (again.ref, again.title) == (issue.ref, "Edited by a person")
        assert read(world.tracker(), issue.ref).title == "Edited by a person"
        assert world.count() == before

    @pytest.mark.parametrize(
        "title",
        [
            "Ünïcödé, 日本語 and 🚨 emoji",
            "`code`, *stars*, [brackets], <angle> & | pipe",
            "#1 -- \"quoted\" 'single' \\backslash\\ {braces} h1. !image!",
        ],
    )
    def test_a_title_comes_back_as_it_was_written(self, tracker: Tracker, title: str) -> None:
        (issue,) = created(tracker.create([new_issue(title)]))
        assert read(tracker, issue.ref).title == title

    @pytest.mark.parametrize(
        "context",
        [
            "",
            "one line",
            "a\nb\n\n\nc   \n",
            "* star bullet\n* second",
            "- text with <!-- comment --> and `code` and https://example.org/a_b?c=d&e=f",
            "**Owner:** Zoë \\* O'Brien | **Due:** 2026-12-01\n\n> quoted",
            "tabs\there, {braces}, [link](https://example.org), _under_score_, 1. one",
        ],
    )
    def test_a_context_that_comes_back_compares_equal(self, tracker: Tracker, context: str) -> None:
        (issue,) = created(tracker.create([new_issue(context=context)]))
        assert read(tracker, issue.ref).context == issue.context
        expected = block.find(block.render("k00000000000", context))[1]
        assert (issue.context or "") == expected

    # --- read -------------------------------------------------------------------------------------------------------

    def test_fetch_gives_one_result_for_each_id(self, tracker: Tracker) -> None:
        issues = created(tracker.create([new_issue(f"Action {number}") for number in range(5)]))
        results = list(tracker.fetch([issue.ref.id for issue in issues]))
        assert {result.id for result in results} == {issue.ref.id for issue in issues}
        assert all(isinstance(result, Found) for result in results)
        assert len(results) == 5

    def test_a_deleted_issue_is_gone(self, world: World, tracker: Tracker) -> None:
        kept, lost = created(tracker.create([new_issue("Kept"), new_issue("Lost")]))
        world.delete(lost.ref)
        results = {result.id: result for result in world.tracker().fetch([kept.ref.id, lost.ref.id])}
        assert isinstance(results[lost.ref.id], Gone)
        assert isinstance(results[kept.ref.id], Found)

    def test_an_issue_that_cannot_be_read_is_not_gone(self, world: World, tracker: Tracker) -> None:
        kept, hidden = created(tracker.create([new_issue("Kept"), new_issue("Hidden")]))
        world.make_unreadable(hidden.ref)
        results = {result.id: result for result in world.tracker().fetch([kept.ref.id, hidden.ref.id])}
        assert isinstance(results[hidden.ref.id], Unreadable)
        assert not isinstance(results[kept.ref.id], Gone)

    def test_a_moved_issue_is_followed_by_its_id(self, world: World, tracker: Tracker) -> None:
        (issue,) = created(tracker.create([new_issue()]))
        key = world.move(issue.ref)
        (result,) = world.tracker().fetch([issue.ref.id])
        assert isinstance(result, Found)
        assert result.id == issue.ref.id
        assert result.issue.ref.key == key

    def test_lookup_finds_an_issue_by_what_documents_call_it(self, tracker: Tracker) -> None:
        (issue,) = created(tracker.create([new_issue()]))
        refs = [issue.ref.key, *([issue.ref.url] if issue.ref.url else [])]
        found = tracker.lookup([*refs, "no such reference at all"])
        assert set(found) == set(refs)
        for result in found.values():
            assert isinstance(result, Found)
            assert result.issue.ref.id == issue.ref.id

    def test_it_owns_the_references_that_it_gives_out(self, tracker: Tracker) -> None:
        (issue,) = created(tracker.create([new_issue()]))
        sent = tracker.requests
        assert tracker.owns(issue.ref.key)
        assert issue.ref.url is None or tracker.owns(issue.ref.url)
        assert not tracker.owns("https://unrelated.example.org/wiki/page")
        assert tracker.requests == sent

    def test_a_scan_yields_every_issue_with_a_marker(self, tracker: Tracker) -> None:
        issues = created(tracker.create([new_issue(f"Action {number}") for number in range(4)]))
        scanned = {issue.marker: issue.ref.id for issue in tracker.scan()}
        assert {issue.marker: issue.ref.id for issue in issues}.items() <= scanned.items()

    def test_an_issue_keeps_its_version_until_it_changes(self, tracker: Tracker) -> None:
        (issue,) = created(tracker.create([new_issue()]))
        first, second = read(tracker, issue.ref), read(tracker, issue.ref)
        assert first == second

    # --- changes ----------------------------------------------------------------------------------------------------

    def test_changes_tell_what_a_person_edited_and_then_nothing(self, world: World, tracker: Tracker) -> None:
        if not tracker.capabilities.incremental:
            pytest.skip("the tracker has no incremental read")
        issues = created(tracker.create([new_issue(f"Action {number}") for number in range(3)]))
        ids = [issue.ref.id for issue in issues]
        first = tracker.changes(None, ids)
        assert first.complete
        assert {issue.ref.id for issue in first.issues} == set(ids)
        world.edit_title(issues[1].ref, "Edited by a person")
        second = world.tracker().changes(first.cursor, ids)
        assert second.complete
        assert {issue.ref.id: issue.title for issue in second.issues}[ids[1]] == "Edited by a person"

    # --- update -----------------------------------------------------------------------------------------------------

    def test_an_update_changes_the_named_fields_only(self, tracker: Tracker) -> None:
        (issue,) = created(tracker.create([new_issue(due=DUE, priority=1)]))
        after = self.change(issue, tracker, title="Another title").issue
        assert after.title == "Another title"
        now = read(tracker, issue.ref)
        assert (now.title, now.due, now.priority, now.status, now.context) == (
            "Another title",
            issue.due,
            issue.priority,
            issue.status,
            issue.context,
        )

    def test_a_due_date_is_set_and_cleared(self, tracker: Tracker) -> None:
        if not tracker.capabilities.due:
            pytest.skip("the tracker has no due date")
        (issue,) = created(tracker.create([new_issue()]))
        assert self.change(issue, tracker, due=DUE).issue.due == DUE
        assert read(tracker, issue.ref).due == DUE
        assert self.change(issue, tracker, due=None).issue.due is None
        assert read(tracker, issue.ref).due is None

    def test_a_priority_is_set(self, tracker: Tracker) -> None:
        if not tracker.capabilities.priority:
            pytest.skip("the tracker has no priority")
        (issue,) = created(tracker.create([new_issue(priority=3)]))
        self.change(issue, tracker, priority=0)
        assert read(tracker, issue.ref).priority == 0

    def test_an_issue_is_assigned(self, world: World, tracker: Tracker) -> None:
        if world.other_account is None:
            pytest.skip("this world has no second account")
        (issue,) = created(tracker.create([new_issue()]))
        self.change(issue, tracker, assignees=(world.other_account,))
        assert read(tracker, issue.ref).assignees == (world.other_account,)

    def test_labels_are_only_added(self, world: World, tracker: Tracker) -> None:
        if not tracker.capabilities.labels:
            pytest.skip("the tracker has no labels")
        (issue,) = created(tracker.create([new_issue()]))
        world.add_label(issue.ref, "by-a-person")
        self.change(read(tracker, issue.ref), tracker, labels=("by-pmtrack",))
        assert {"pmtrack", "by-a-person", "by-pmtrack"} <= set(read(tracker, issue.ref).labels)

    @pytest.mark.parametrize("closed", [Status.DONE, Status.CANCELLED])
    def test_an_issue_is_closed_and_opened_again(self, tracker: Tracker, closed: Status) -> None:
        if closed not in tracker.capabilities.statuses:
            pytest.skip(f"the tracker does not tell {closed} apart")
        (issue,) = created(tracker.create([new_issue()]))
        assert self.change(issue, tracker, status=closed).issue.status is closed
        shut = read(tracker, issue.ref)
        assert shut.status is closed
        assert self.change(shut, tracker, status=Status.OPEN).issue.status is Status.OPEN
        assert read(tracker, issue.ref).status is Status.OPEN

    def test_every_status_that_it_tells_apart_can_be_set(self, tracker: Tracker) -> None:
        statuses = sorted(tracker.capabilities.statuses)
        issues = created(tracker.create([new_issue(f"To be {status}") for status in statuses]))
        changes = [
            IssueChange(issue.ref, issue.marker or "", {Field.STATUS: status}, base=issue)
            for issue, status in zip(issues, statuses, strict=True)
        ]
        assert all(isinstance(each.outcome, Confirmed) for each in tracker.update(changes))
        assert [each.status for each in read_all(tracker, issues)] == statuses

    def test_an_impossible_status_change_is_refused_by_name(self, world: World, tracker: Tracker) -> None:
        (issue,) = created(tracker.create([new_issue()]))
        world.forbid_closing(issue.ref)
        change = IssueChange(issue.ref, issue.marker or "", {Field.STATUS: Status.DONE}, base=issue)
        (only,) = tracker.update([change])
        told = only.outcome.reason if isinstance(only.outcome, Refused) else ""
        assert told, only
        assert read(tracker, issue.ref).status is Status.OPEN

    def test_several_changes_yield_one_outcome_each(self, tracker: Tracker) -> None:
        issues = created(tracker.create([new_issue(f"Action {number}") for number in range(4)]))
        changes = [
            IssueChange(issue.ref, issue.marker or "", {Field.TITLE: f"New {number}"}, base=issue)
            for number, issue in enumerate(issues)
        ]
        outcomes = {each.id: each.outcome for each in tracker.update(changes)}
        assert set(outcomes) == {issue.ref.id for issue in issues}
        assert [each.title for each in read_all(tracker, issues)] == ["New 0", "New 1", "New 2", "New 3"]

    def test_text_around_the_block_is_kept_byte_for_byte(self, world: World, tracker: Tracker) -> None:
        (issue,) = created(tracker.create([new_issue()]))
        world.surround_body(
            issue.ref, "Written by a person:\n\n* with a star\n\n", "\n\nand *more* after it \\o/"
        )
        now = read(tracker, issue.ref)
        assert now.marker == issue.marker
        before = world.body(issue.ref)
        self.change(now, tracker, context="**Incident:** another")
        after = world.body(issue.ref)
        head, tail = before.partition("Written by a person")[0], before.rpartition("and *more* after it")[2]
        assert after.startswith(head + "Written by a person:")
        assert after.endswith("and *more* after it" + tail)
        assert "* with a star" in after
        assert read(tracker, issue.ref).context == "**Incident:** another"

    def test_a_re_formatted_body_is_no_change(self, world: World, tracker: Tracker) -> None:
        (issue,) = created(tracker.create([new_issue()]))
        world.reformat_body(issue.ref)
        now = read(world.tracker(), issue.ref)
        assert now.context == issue.context
        assert now.marker == issue.marker

    def test_an_update_of_a_deleted_issue_is_no_success(self, world: World, tracker: Tracker) -> None:
        (issue,) = created(tracker.create([new_issue()]))
        world.delete(issue.ref)
        (only,) = tracker.update([IssueChange(issue.ref, issue.marker or "", {Field.TITLE: "x"}, base=issue)])
        assert isinstance(only.outcome, Refused), only

    # --- people -----------------------------------------------------------------------------------------------------

    def test_what_a_person_does_is_seen(self, world: World, tracker: Tracker) -> None:
        (issue,) = created(tracker.create([new_issue()]))
        world.set_status(issue.ref, Status.DONE)
        now = read(world.tracker(), issue.ref)
        assert now.status is Status.DONE
        assert now.status_raw

    def test_dropped_is_not_done(self, world: World, tracker: Tracker) -> None:
        (issue,) = created(tracker.create([new_issue()]))
        word = world.drop_status(issue.ref)
        now = read(world.tracker(), issue.ref)
        assert now.status is Status.CANCELLED
        assert word in ((now.resolution or ""), (now.status_raw or ""))

    def test_a_known_person_is_resolved_to_one_account(self, world: World, tracker: Tracker) -> None:
        if world.known_person is None:
            pytest.skip("the tracker knows nobody")
        name, account = world.known_person
        assert tracker.resolve([name], world.people)[name].account == account

    def test_several_matches_are_not_guessed(self, world: World, tracker: Tracker) -> None:
        if world.ambiguous_person is None:
            pytest.skip("the tracker does not search for people")
        result = tracker.resolve([world.ambiguous_person], world.people)[world.ambiguous_person]
        assert result.account is None
        assert result.reason

    def test_nobody_is_nobody(self, world: World, tracker: Tracker) -> None:
        if world.unknown_person is None:
            pytest.skip("any text is an account here")
        result = tracker.resolve([world.unknown_person], world.people)[world.unknown_person]
        assert result.account is None
        assert result.reason

    # --- exactly once -----------------------------------------------------------------------------------------------

    def test_a_probe_adopts_what_exists_and_proves_what_does_not(
        self, world: World, tracker: Tracker
    ) -> None:
        watermark = tracker.watermark()
        (issue,) = created(tracker.create([new_issue()]))
        assert issue.marker is not None
        queries = [ProbeQuery(issue.marker, watermark), ProbeQuery("zzzzzzzzzzzz", watermark)]
        results = {result.marker: result for result in world.tracker().probe(queries)}
        adopted = results[issue.marker]
        assert isinstance(adopted, Adopted)
        assert adopted.issue.ref.id == issue.ref.id
        assert results["zzzzzzzzzzzz"] == Absent("zzzzzzzzzzzz")

    def test_a_lost_answer_is_unknown_and_the_probe_finds_the_issue(
        self, world: World, tracker: Tracker
    ) -> None:
        before, watermark = world.count(), tracker.watermark()
        new = new_issue()
        world.lose_next_answer()
        outcomes = list(tracker.create([new]))
        assert all(isinstance(each.outcome, Unknown) for each in outcomes), outcomes
        assert world.count() == before + 1, "a write whose answer was lost must not be repeated"
        (result,) = world.tracker().probe([ProbeQuery(new.marker, watermark)])
        assert isinstance(result, Adopted), result

    def test_a_refused_create_did_nothing(self, world: World, tracker: Tracker) -> None:
        before = world.count()
        world.refuse_next_write()
        (only,) = tracker.create([new_issue()])
        assert isinstance(only.outcome, Refused), only
        assert only.outcome.reason
        assert world.count() == before

    def test_reading_writes_nothing(self, world: World, tracker: Tracker) -> None:
        issues = created(tracker.create([new_issue("One"), new_issue("Two")]))
        before = world.writes()
        list(tracker.fetch([issue.ref.id for issue in issues]))
        tracker.lookup([issues[0].ref.key])
        list(tracker.scan())
        tracker.watermark()
        list(tracker.probe([ProbeQuery("zzzzzzzzzzzz", tracker.watermark())]))
        assert world.writes() == before

    def test_requests_are_counted(self, tracker: Tracker) -> None:
        created(tracker.create([new_issue()]))
        after_create = tracker.requests
        assert after_create > 0
        tracker.check()
        assert tracker.requests > after_create
