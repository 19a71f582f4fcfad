"""Issue references and statuses in the documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.sync.stage import ALERT, RUNBOOK, Stage, document, names, row
from tracker.errors import ExitCode
from tracker.sync import writeback


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def text(stage: Stage, name: str = "a.md") -> str:
    return (stage.root / "docs" / name).read_bytes().decode()


def test_the_tracker_cell_is_filled_and_nothing_else_changes(stage: Stage) -> None:
    before = document(row(ALERT, ticket=" " * 18), row(RUNBOOK))
    stage.write("a.md", before)
    report = stage.sync(write_back=True)
    assert names(report) == ["create", "create", "write-back", "write-back"]
    key, other = stage.issue(ALERT)["id"], stage.issue(RUNBOOK)["id"]
    lines = before.splitlines()
    expected = [
        line.replace("|                    |", f"| {key}    |") if ALERT in line else line for line in lines
    ]
    expected = [line[:-3] + f" {other} |" if RUNBOOK in line else line for line in expected]
    assert text(stage).splitlines() == expected
    assert stage.sync(write_back=True).actions == ()
    assert stage.sync().actions == ()


def test_a_status_from_the_tracker_is_written_in_the_words_of_the_document(stage: Stage) -> None:
    before = document(row(ALERT), row(RUNBOOK, status="✅ Shipped")).replace("\n", "\r\n")
    stage.write("a.md", "\ufeff" + before)
    stage.sync()
    stage.edit(ALERT, status="closed", closed_at="2026-11-21T10:00:00Z", close_reason="done")
    report = stage.sync(write_back=True)
    assert any(record.fields.get("status") == {"from": "open", "to": "done"} for record in report.actions)
    after = text(stage)
    assert after.startswith("\ufeff")
    assert after.count("\r\n") == before.count("\r\n")
    line = next(line for line in after.split("\r\n") if ALERT in line)
    assert "| Done |" in line or "| ✅ Shipped |" in line
    assert stage.sync(write_back=True).actions == ()


def test_what_another_row_says_beside_its_status_is_not_copied(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT), row(RUNBOOK, status="Done (2026-05-08, PR 12)")))
    stage.sync()
    close(stage, ALERT, "done")
    stage.sync(write_back=True)
    assert "| 2026-12-01 | Done |" in text(stage)
    assert text(stage).count("PR 12") == 1


def test_a_box_in_a_cell_is_ticked_as_that_of_another_row_is(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT, status="[ ]"), row(RUNBOOK, status="[x]")))
    stage.sync()
    close(stage, ALERT, "done")
    stage.sync(write_back=True)
    assert "| 2026-12-01 | [x] |" in text(stage)


def test_a_line_that_begins_with_inline_code_opens_no_code_block(stage: Stage) -> None:
    stage.write("a.md", f"# Outage\n\n```kubectl get pods``` was run.\n\n## Action Items\n\n- [ ] {ALERT}\n")
    assert names(stage.sync(write_back=True)) == ["create", "write-back"]


def test_a_task_is_ticked_and_its_issue_named_behind_it(stage: Stage) -> None:
    before = "# Outage\n\n**Incident ID:** INC-1\n\n## Action Items\n\n- [ ] Add an alert for queue depth - Owner: Bob, Due: 2026-12-04\n"
    stage.write("a.md", before)
    stage.sync()
    title = "Add an alert for queue depth"
    key = stage.issue(title)["id"]
    stage.edit(title, status="closed", closed_at="2026-11-21T10:00:00Z", close_reason="done")
    stage.sync(write_back=True)
    assert text(stage) == before.replace("[ ]", "[x]").replace("2026-12-04\n", f"2026-12-04, Ticket: {key}\n")
    assert stage.sync(write_back=True).actions == ()


def test_wont_do_is_not_done(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT)))
    stage.sync()
    stage.edit(ALERT, status="closed", closed_at="2026-11-21T10:00:00Z", close_reason="Won't do: superseded")
    stage.sync(write_back=True)
    assert "| Cancelled |" in text(stage)
    stage.sync()
    assert stage.issue(ALERT)["close_reason"] == "Won't do: superseded"


def test_a_code_block_is_never_touched(stage: Stage) -> None:
    before = document(row(ALERT)) + "\n```\n" + row(RUNBOOK) + "- [ ] Something in a block\n```\n"
    stage.write("a.md", before)
    stage.sync(write_back=True)
    block = before[before.index("```") :]
    assert text(stage).endswith(block)


def test_a_dry_run_tells_and_leaves_the_document(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT)))
    stage.sync()
    before = text(stage)
    report = stage.sync(write_back=True, dry_run=True)
    assert [(record.action, record.outcome) for record in report.actions] == [("write-back", "planned")]
    assert text(stage) == before


def test_a_dry_run_knows_the_rows_where_they_are_now(stage: Stage) -> None:
    stage.write("a.md", document(row(ALERT), row(RUNBOOK)))
    stage.sync()
    stage.write("a.md", document(row("Rotate the keys", ticket="pm-ddddeeeeffff"), row(ALERT)))
    report = stage.sync(write_back=True, dry_run=True)
    written = [(each.item, each.line) for each in report.actions if each.action == "write-back"]
    assert written == [(ALERT, 12)]


def test_a_document_changed_meanwhile_is_left_alone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    path = stage.write("a.md", document(row(ALERT)))
    stage.sync()

    def save(target: Path, before: bytes, after: bytes) -> str | None:
        path.write_text(document(row(ALERT), row("Written by a person just now")))
        return writeback.save(target, before, after)

    monkeypatch.setattr("tracker.sync.filling.save", save)
    report = stage.sync(write_back=True)
    assert [record.outcome for record in report.actions] == ["deferred"]
    assert report.exit_code is ExitCode.PARTIAL
    assert "Written by a person just now" in path.read_text()


LIST = "# Outage\n\n**Incident ID:** INC-1\n\n## Action Items\n\n"


def close(stage: Stage, title: str, reason: str) -> None:
    stage.edit(title, status="closed", closed_at="2026-11-21T10:00:00Z", close_reason=reason)


def test_a_box_is_not_ticked_for_what_was_not_done_and_that_is_told_once(stage: Stage) -> None:
    stage.write("a.md", f"{LIST}- [ ] {ALERT}\n- [ ] {RUNBOOK}\n")
    stage.sync(write_back=True)
    close(stage, ALERT, "Won't do: superseded")
    close(stage, RUNBOOK, "wont-do")
    report = stage.sync(write_back=True)
    assert text(stage).count("- [ ]") == 2
    (message,) = report.messages
    assert message == (
        f"not written back: {stage.root}/docs/a.md (lines 7, 8): a check box cannot say that the issue was closed "
        "without being done, so it stays unticked"
    )
    assert stage.sync(write_back=True).messages == ()


def test_a_list_entry_without_a_place_for_a_status_gets_its_reference_all_the_same(stage: Stage) -> None:
    stage.write("a.md", f"{LIST}- {ALERT} - Owner: Bob\n")
    stage.sync()
    close(stage, ALERT, "done")
    report = stage.sync(write_back=True)
    (record,) = report.actions
    assert list(record.fields) == ["refs"]
    assert text(stage) == f"{LIST}- {ALERT} - Owner: Bob, Ticket: {stage.issue(ALERT)['id']}\n"
    assert [message.rpartition(": ")[2] for message in report.messages] == [
        "the row has no place for the status done"
    ]


def test_rows_that_cannot_be_written_to_are_told_together(stage: Stage) -> None:
    for name in ("a.html", "b.html"):
        rows = f"<li>{ALERT} of {name} - Owner: Bob</li><li>{RUNBOOK} of {name} - Owner: Bob</li>"
        stage.write(name, f"<h1>Outage {name}</h1><h2>Action Items</h2><ul>{rows}</ul>")
    report = stage.sync(write_back=True)
    assert names(report) == ["create"] * 4
    (message,) = [each for each in report.messages if "not written back" in each]
    assert message.count(".html") == 2
    assert message.endswith("documents in html are not written to")
