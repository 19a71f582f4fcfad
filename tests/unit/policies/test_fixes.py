"""Mechanical repairs change the bytes of a cell and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.calendar import Calendar
from policies.fixes import apply_edits, plan_edits
from policies.sla import Settings
from tracker.reading import read


def fixed(text: str, sla: Settings | None = None) -> str:
    data = text.encode()
    edits = plan_edits(read("a.md", data), data, sla or Settings(), Calendar())
    return apply_edits(data, edits).decode()


HEAD = "**Date:** 2026-05-06\n**Severity:** {severity}\n\n## Action items\n\n### {heading}\n\n"


def test_a_readable_date_becomes_iso() -> None:
    text = "**Date:** 2026-05-06\n\n## Action items\n\n| Action | Due |\n|---|---|\n| Alert on a disk | June 1, 2026  |\n"
    assert fixed(text) == text.replace("June 1, 2026", "2026-06-01")


def test_an_ambiguous_date_is_left_alone() -> None:
    text = "## Action items\n\n| Action | Due |\n|---|---|\n| Alert on a disk | 03/04/2026 |\n"
    assert fixed(text) == text


def test_missing_ids_go_on_from_those_above() -> None:
    text = "## Action items\n\n| ID | Action |\n|---|---|\n| P1 | Alert on a disk |\n| | Rotate logs |\n| P3 | Buy disks |\n|  | Test it |\n"
    told = fixed(text)
    assert "| P4 | Rotate logs |" in told
    assert "| P5 | Test it |" in told
    assert [item.local_id for item in read("a.md", told.encode()).items] == ["P1", "P4", "P3", "P5"]


def test_an_empty_due_cell_is_filled_from_the_horizon() -> None:
    text = HEAD.format(severity="SEV3", heading="Immediate (This Week)") + (
        "| Action | Owner | Due |\n|---|---|---|\n| Alert on a disk | Al | |\n| Rotate logs | Bo | TBD |\n"
    )
    told = fixed(text)
    assert "| Alert on a disk | Al | 2026-05-13 |" in told
    assert "| Rotate logs | Bo | 2026-05-13 |" in told


@pytest.mark.parametrize("blank", ["\u3000", "\u00a0", " \u00a0 "])
def test_a_cell_with_a_blank_of_several_bytes_is_filled_behind_it(blank: str) -> None:
    text = HEAD.format(severity="SEV3", heading="Immediate (This Week)") + (
        f"| ID | Action | Due |\n|---|---|---|\n|{blank}| Alert on a disk |{blank}TBD{blank}|\n"
    )
    told = fixed(text)
    assert f"|{blank}2026-05-13{blank}|" in told
    assert [(item.local_id, item.title) for item in read("a.md", told.encode()).items] == [
        ("A1", "Alert on a disk")
    ]


def test_the_time_limit_of_the_severity_fills_where_no_horizon_does() -> None:
    text = HEAD.format(severity="SEV1", heading="Prevention") + (
        "| Action | Due | Owner |\n|---|---|---|\n| Alert on a disk | | Al |\n"
    )
    assert "| Alert on a disk | 2026-05-21 | Al |" in fixed(text)


def test_what_says_why_there_is_no_date_is_left_alone() -> None:
    text = (
        HEAD.format(severity="SEV1", heading="This Week") + "| Action | Due |\n|---|---|\n| Alert | ASAP |\n"
    )
    assert fixed(text) == text


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encoding_and_line_ends_stay(newline: str) -> None:
    text = (
        "\ufeff## Action items\n\n| Action | Due |\n|---|---|\n| Größe prüfen ✅ | June 1, 2026 |\n".replace(
            "\n", newline
        )
    )
    assert fixed(text) == text.replace("June 1, 2026", "2026-06-01")


def test_templates_and_code_are_left_alone() -> None:
    text = "# Post-Mortem: [Incident Title]\n\n## Action items\n\n| ID | Action | Due |\n|---|---|---|\n| | [Action] | [Date] |\n"
    assert fixed(text) == text
    fence = (
        "## Action items\n\n```text\n| ID | Action | Due |\n|---|---|---|\n| | Alert | June 1, 2026 |\n```\n"
    )
    assert fixed(fence) == fence


def test_fixing_twice_changes_nothing_more() -> None:
    text = HEAD.format(severity="SEV1", heading="This Week") + (
        "| ID | Action | Due |\n|---|---|---|\n| | Alert on a disk | |\n| | Rotate logs | 1 June 2026 |\n"
    )
    once = fixed(text)
    assert once != text
    assert fixed(once) == once


@given(st.text(alphabet="|-[]# \nabI0126/:TBD月é", max_size=300))
def test_any_text_survives(text: str) -> None:
    source = "## Action items\n\n| ID | Action | Due |\n|---|---|---|\n" + text
    told = fixed(source)
    assert len(read("a.md", told.encode()).items) == len(read("a.md", source.encode()).items)
