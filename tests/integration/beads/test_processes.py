"""How many processes of `bd` a piece of work takes, and what they leave alone."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from adapters.beads import BeadsTracker, writing
from tests.bd import Beads, environment
from tracker.models import Issue, Status
from tracker.remote import Confirmed, Field, Found, IssueChange, NewIssue, NotSent

LARGE = 1000 if os.environ.get("PMTRACK_TEST_PROFILE") == "long" else 25


def items(count: int) -> list[NewIssue]:
    return [
        NewIssue(
            f"k{number:011d}", f"Action {number}", "context", due=dt.date(2026, 12, 1), labels=("pmtrack",)
        )
        for number in range(count)
    ]


def create(tracker: BeadsTracker, count: int) -> list[Issue]:
    outcomes = [each.outcome for each in tracker.create(items(count))]
    assert all(isinstance(outcome, Confirmed) for outcome in outcomes), outcomes
    return [outcome.issue for outcome in outcomes if isinstance(outcome, Confirmed)]


def processes(tracker: BeadsTracker, work: Callable[[], object]) -> int:
    before = tracker.requests
    work()
    return tracker.requests - before


def update(tracker: BeadsTracker, issues: list[Issue]) -> None:
    fields: dict[Field, Any] = {
        Field.TITLE: "Another title",
        Field.STATUS: Status.DONE,
        Field.PRIORITY: 0,
        Field.ASSIGNEES: ("bob",),
        Field.LABELS: ("new",),
        Field.CONTEXT: "another context",
    }
    changes = [IssueChange(issue.ref, issue.marker or "", fields, base=issue) for issue in issues]
    for each in tracker.update(changes):
        assert isinstance(each.outcome, Confirmed), each
        assert each.outcome.warnings == ()


@pytest.mark.timeout(600)
def test_the_number_of_processes_does_not_grow_with_the_number_of_issues(
    new_beads: Callable[[str], Beads],
) -> None:
    counts = []
    for count in (1, LARGE):
        tracker = new_beads(f"of-{count}").tracker()
        issues: list[Issue] = []
        created = processes(tracker, lambda: issues.extend(create(tracker, count)))  # noqa: B023
        read = processes(tracker, lambda: list(tracker.fetch([issue.ref.id for issue in issues])))  # noqa: B023
        updated = processes(tracker, lambda: update(tracker, issues))  # noqa: B023
        counts.append((created, read, updated))
    # create: the version (once for each bd), what is there, the import, the read of the result; update: the read, the
    # import, the batch, the read of the result, and one to be sure that nobody edits in the same second.
    assert counts[1][:2] == counts[0][:2] == (4, 1)
    assert max(counts[0][2], counts[1][2]) <= 5


def test_a_due_date_takes_one_process_for_each_different_day(beads: Beads) -> None:
    tracker = beads.tracker()
    issues = create(tracker, 6)
    days = [dt.date(2027, 1, 1), dt.date(2027, 1, 2), None]
    changes = [
        IssueChange(issue.ref, issue.marker or "", {Field.DUE: days[number % 3]}, base=issue)
        for number, issue in enumerate(issues)
    ]
    outcomes: list[Any] = []
    assert processes(tracker, lambda: outcomes.extend(tracker.update(changes))) == 2 + len(days)
    assert [each.outcome.issue.due for each in outcomes] == days * 2
    assert [each.outcome.warnings for each in outcomes] == [()] * 6


def test_more_different_due_dates_than_one_run_takes_wait_for_the_next(
    beads: Beads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MOST_DAYS", 2)
    tracker = beads.tracker()
    issues = create(tracker, 3)
    days = [dt.date(2027, 1, number) for number in (3, 1, 2)]
    changes = [
        IssueChange(issue.ref, issue.marker or "", {Field.DUE: day}, base=issue)
        for issue, day in zip(issues, days, strict=True)
    ]
    outcomes: list[Any] = []
    assert processes(tracker, lambda: outcomes.extend(tracker.update(changes))) == 2 + 2
    assert [type(each.outcome) for each in outcomes] == [NotSent, Confirmed, Confirmed]
    (again,) = tracker.update(changes[:1])
    assert isinstance(again.outcome, Confirmed)
    assert again.outcome.issue.due == days[0]


def test_an_update_leaves_every_field_that_it_does_not_name(beads: Beads) -> None:
    (issue,) = create(beads.tracker(), 1)
    id_ = issue.ref.id
    beads.run(
        "update", id_, "--design", "D", "--acceptance", "A", "--notes", "N", "--estimate", "60", "--type", "bug",
        "--set-metadata", "team=platform", "--defer", "2027-03-01", "--spec-id", "docs/a.md",
    )  # fmt: skip
    beads.run("comment", id_, "a comment")
    beads.run("dep", "add", id_, beads.run("create", "Other", "--silent").strip(), "--type", "related")
    before = beads.export()[id_]
    (only,) = beads.tracker().update(
        [IssueChange(issue.ref, issue.marker or "", {Field.CONTEXT: "new", Field.LABELS: ("x",)}, base=issue)]
    )
    assert isinstance(only.outcome, Confirmed), only
    after = beads.export()[id_]
    changed = {key for key in before | after if before.get(key) != after.get(key)}
    assert changed == {"description", "labels", "updated_at"}


def test_an_edit_between_our_read_and_our_write_is_not_overwritten(beads: Beads) -> None:
    tracker = beads.tracker()
    (issue,) = create(tracker, 1)
    real = tracker._database.add

    def meanwhile(rows: Any) -> Any:
        lines = list(rows)
        beads.run("update", issue.ref.id, "--title", "A person's title")
        return real(lines)

    tracker._database.add = meanwhile  # type: ignore[method-assign]
    change = IssueChange(issue.ref, issue.marker or "", {Field.CONTEXT: "new"}, base=issue)
    (only,) = tracker.update([change])
    assert beads.export()[issue.ref.id]["title"] == "A person's title"
    assert not isinstance(only.outcome, Confirmed) or only.outcome.issue.context == "new"


def test_nothing_of_the_users_git_is_touched_and_no_hook_runs(beads: Beads) -> None:
    git = ["git", "-C", str(beads.folder)]
    subprocess.run([*git, "init", "-q", "-b", "main"], check=True, env=environment())
    hook = beads.folder / ".beads" / "hooks" / "on_create"
    hook.parent.mkdir(exist_ok=True)
    for name in ("on_create", "on_update", "on_close"):
        hook.with_name(name).write_text("#!/bin/sh\ntouch hook-ran\n")
        hook.with_name(name).chmod(0o755)
    beads.run("config", "set", "export.auto", "true")
    beads.run("config", "set", "export.git-add", "true")
    subprocess.run([*git, "add", "-A"], check=True, env=environment(), capture_output=True)
    subprocess.run([*git, "commit", "-qm", "start", "--no-verify"], check=True, env=environment())
    tracker = beads.tracker()
    issues = create(tracker, 2)
    update(tracker, issues)
    status = subprocess.run(
        [*git, "diff", "--cached", "--name-only"], check=True, capture_output=True, text=True
    )
    log = subprocess.run([*git, "log", "--oneline"], check=True, capture_output=True, text=True)
    assert status.stdout == ""
    assert len(log.stdout.splitlines()) == 1
    assert not list(beads.folder.rglob("hook-ran"))


def test_the_beads_folder_is_found_upwards_as_bd_finds_it(beads: Beads) -> None:
    deep = beads.folder / "services" / "payments"
    deep.mkdir(parents=True)
    (issue,) = create(beads.tracker(directory="services/payments"), 1)
    assert issue.ref.id in beads.export()


def test_several_databases_are_kept_apart(new_beads: Callable[[str], Beads]) -> None:
    one, two = new_beads("one"), new_beads("two")
    tracker = one.tracker(database=str(two.folder / ".beads"), memory={})
    create(tracker, 1)
    assert (len(one.export()), len(two.export())) == (0, 1)


def test_the_prefix_is_asked_of_bd_when_it_is_not_configured(beads: Beads) -> None:
    (issue,) = create(beads.tracker(prefix=None), 1)
    assert issue.ref.id == "acme-k00000000000"


def test_every_field_of_a_new_issue_stands_in_the_bead(beads: Beads) -> None:
    new = NewIssue(
        "7k3m9q2wxa4t",
        "Rotate the keys",
        "**Incident:** INC-7",
        Status.BLOCKED,
        dt.date(2026, 12, 1),
        0,
        ("alice",),
        ("pmtrack", "security"),
        group="INC-7",
        group_title="Leaked signing key",
        extra={"category": "Prevent", "severity": "SEV-1"},
    )
    tracker = beads.tracker(types={"prevent": "bug"}, epics=True)
    (only,) = tracker.create([new])
    assert isinstance(only.outcome, Confirmed), only
    row = beads.export()["acme-7k3m9q2wxa4t"]
    assert row["status"] == "blocked"
    assert row["priority"] == 0
    assert row["issue_type"] == "bug"
    assert row["assignee"] == "alice"
    assert row["due_at"] == "2026-12-01T00:00:00Z"
    assert row["labels"] == ["pmtrack", "security"]
    assert row["external_ref"] == "pmtrack:7k3m9q2wxa4t"
    assert row["metadata"] == {
        "pmtrack": "7k3m9q2wxa4t",
        "pmtrack_group": "INC-7",
        "pmtrack_category": "Prevent",
        "pmtrack_severity": "SEV-1",
    }


def test_a_post_mortem_has_one_epic_and_related_incidents_are_linked(beads: Beads) -> None:
    tracker = beads.tracker(epics=True)

    def of(number: int, incident: str, **extra: str) -> NewIssue:
        marker = f"k{number:011d}"
        return NewIssue(marker, f"A{number}", group=incident, group_title=f"About {incident}", extra=extra)

    list(tracker.create([of(1, "INC-1"), of(2, "INC-1")]))
    list(tracker.create([of(3, "INC-2", related="INC-1 INC-404"), of(4, "INC-1")]))
    rows = beads.export()
    epics = {row["title"]: row for row in rows.values() if row["issue_type"] == "epic"}
    assert set(epics) == {"About INC-1", "About INC-2"}
    children = json_links(rows, "parent-child")
    first, second = epics["About INC-1"]["id"], epics["About INC-2"]["id"]
    assert children == {(f"acme-k{number:011d}", first if number != 3 else second) for number in (1, 2, 3, 4)}
    assert json_links(rows, "related") == {(second, first)}


def test_without_epics_new_beads_are_linked_with_what_a_related_incident_left_open(beads: Beads) -> None:
    tracker = beads.tracker()
    first = [NewIssue(f"k{n:011d}", f"A{n}", status=status, group="INC-1") for n, status in enumerate(Status)]
    list(tracker.create(first))
    list(tracker.create([NewIssue("kz0000000000", "B", group="INC-2", extra={"related": "INC-1"})]))
    rows = beads.export()
    still_open = {row["id"] for row in rows.values() if row["status"] != "closed" and row["title"] != "B"}
    assert len(still_open) == sum(not status.is_closed for status in Status)
    assert json_links(rows, "related") == {("acme-kz0000000000", id_) for id_ in still_open}


def json_links(rows: dict[str, dict[str, Any]], type_: str) -> set[tuple[str, str]]:
    return {
        (row["id"], link["depends_on_id"])
        for row in rows.values()
        for link in row.get("dependencies", ())
        if link["type"] == type_
    }


def test_one_refused_line_of_a_batch_does_not_stop_the_others(beads: Beads) -> None:
    tracker = beads.tracker()
    issues = create(tracker, 3)
    # An empty title is refused by `bd batch` itself.
    titles = ["New 0", " ", "New 2"]
    changes = [
        IssueChange(issue.ref, issue.marker or "", {Field.TITLE: title}, base=issue)
        for issue, title in zip(issues, titles, strict=True)
    ]
    kinds = [type(each.outcome).__name__ for each in tracker.update(changes)]
    assert kinds == ["Confirmed", "Refused", "Confirmed"]
    assert [row["title"] for row in beads.export().values()] == ["New 0", "Action 1", "New 2"]


def test_issues_found_by_what_documents_call_them(beads: Beads) -> None:
    beads.run("create", "By a person", "--id", "acme-a1b2", "--silent")
    found = beads.tracker().lookup(["bd://acme-a1b2", "acme-a1b2", "bd://a1b2", "PAY-1"])
    assert set(found) == {"bd://acme-a1b2", "acme-a1b2", "bd://a1b2"}
    for result in found.values():
        assert isinstance(result, Found)
        assert result.issue.title == "By a person"
