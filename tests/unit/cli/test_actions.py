"""How a plan and its summary read."""

from __future__ import annotations

from dataclasses import replace

from rich.cells import cell_len

from tracker.cli.actions import summary_lines
from tracker.cli.plan_lines import plan_lines
from tracker.errors import ExitCode
from tracker.sync.report import ActionRecord, SyncReport

WHY = "due: document changed 2026-12-01 → 2026-12-24, tracker changed 2026-12-01 → 2027-02-02; the document wins"
CONFLICT = ActionRecord(
    "conflict", "Add alerting for payment queue depth", "01", "docs/a.md", 10, "local", "pm-1", reason=WHY
)
SKIPPED = ActionRecord(
    "skip", "Rotate the keys", "02", "docs/a.md", 12, "local", reason="the row names X", outcome="failed"
)


def printed(width: int, *actions: ActionRecord) -> list[str]:
    return ["".join(text for text, _style in line).rstrip() for line in plan_lines(actions, width)]


def test_where_the_line_is_long_enough_the_reason_has_a_column() -> None:
    lines = printed(250, CONFLICT)
    assert lines[1].endswith("Why")
    assert lines[3].endswith(WHY)


def test_where_it_is_not_the_reason_stands_whole_under_its_row() -> None:
    lines = printed(80, CONFLICT, SKIPPED)
    assert "Why" not in lines[1]
    at = next(number for number, line in enumerate(lines) if line.startswith("conflict"))
    under = [line for line in lines[at + 1 :] if line.startswith(" " * 10) and line[10] != " "]
    assert " ".join(line.strip() for line in under[:2]) == WHY


def test_only_a_create_is_shown_as_a_new_issue() -> None:
    assert not any("new in local" in line for line in printed(120, SKIPPED))


def test_a_dry_run_does_not_claim_to_have_recorded_anything() -> None:
    report = SyncReport((SKIPPED,), exit_code=ExitCode.PARTIAL, documents=1, items=2)
    said = list(summary_lines(report, dry_run=True))
    assert said[-1] == "As things are, 1 would fail; see above why."
    assert "recorded" not in " ".join(said)
    assert "What was done is recorded" in list(summary_lines(report, dry_run=False))[-1]


def test_the_summary_names_what_could_not_be_looked_at() -> None:
    report = SyncReport(exit_code=ExitCode.PARTIAL, documents=3, items=2, unread=1, troubled=("jira",))
    (line,) = summary_lines(report, dry_run=False)
    assert line == (
        "Nothing was done: 2 action items in 3 documents; 1 document could not be read (see above); "
        "jira could not be used to the end (see above)."
    )


def test_columns_stay_aligned_whatever_the_titles_hold() -> None:
    wide = replace(SKIPPED, item="図を更新する " * 12, line=7)
    odd = replace(SKIPPED, item="Escape \x1b[2J and " + "a-very-long-word" * 9, line=8)
    lines = printed(110, SKIPPED, wide, odd)
    assert "\x1b" not in "".join(lines)
    assert max(cell_len(line) for line in lines) <= 110
    starts = {cell_len(line[: line.index("Item")]) for line in lines[1:2]}
    starts |= {cell_len(line) - cell_len(line.lstrip()) for line in lines if line.startswith(" " * 12)}
    assert len(starts) == 1, "what goes on in a further line stands under its own column"


def test_a_colour_says_how_much_attention_an_action_deserves() -> None:
    styles = [line[0][1] for line in plan_lines([CONFLICT], 200)]
    assert styles[:2] == ["bold", "bold"]
    assert styles[3] == "bold red"


def test_a_write_that_cannot_succeed_says_so_in_the_plan() -> None:
    record = ActionRecord(
        "create",
        "Add an alert",
        "1",
        "a.md",
        3,
        reason="new action item",
        outcome="failed",
        error="OPS requires 'Team'",
    )
    assert any("cannot be done: OPS requires 'Team'" in line for line in printed(200, record))


def test_what_many_items_wait_for_is_said_once() -> None:
    waiting = [
        replace(
            SKIPPED,
            document=f"docs/{number}.md",
            outcome="deferred",
            reason="far: no token",
            error="far: no token",
        )
        for number in range(4)
    ]
    lines = printed(100, CONFLICT, *waiting)
    assert lines[-1] == "skip      4 action items in 4 documents wait: far: no token"
    assert sum("far: no token" in line for line in lines) == 1
    assert any(line.startswith("conflict") for line in lines)
    assert printed(100, *waiting) == lines[-1:]
    assert sum("far: no token" in line for line in printed(100, *waiting[:3])) == 3


def test_a_create_needs_no_reason_under_its_row() -> None:
    new = replace(
        CONFLICT,
        action="create",
        issue=None,
        reason="new action item",
    )
    assert not any("new action item" in line for line in printed(70, new, CONFLICT))
    assert any(line.endswith("new action item") for line in printed(250, new, CONFLICT))


def test_what_is_to_be_looked_at_is_counted_beside_what_is_written() -> None:
    new = replace(CONFLICT, action="create", outcome="done")
    (line,) = summary_lines(SyncReport((new, CONFLICT), documents=1, items=2), dry_run=False)
    assert line == "1 created, 1 to look at (above). 2 action items in 1 document."
