"""Waivers accept a finding for a reason until a day, and say when they are wrong."""

from __future__ import annotations

import datetime as dt

import pytest

from policies.waiver_file import format_waiver, parse_waivers
from policies.waivers import Waiver
from tests.unit.policies.worlds import codes, run
from tracker.errors import UserError
from tracker.findings import CheckResult

ABOVE = """# Postmortem: spool full

## Action items

<!-- pmtrack: ignore PM104 {options} -->
- [ ] Alert on a full disk (owner: Alice)
- [ ] Rotate the logs (owner: Bob)
"""


def check(options: str, text: str = ABOVE) -> CheckResult:
    return run({"a.md": text.format(options=options)})


def from_file(text: str) -> CheckResult:
    document = "## Action items\n\n| ID | Action | Owner |\n|---|---|---|\n| A1 | Alert on a disk | Al |\n| A2 | Rotate logs | Bo |\n"
    return run({"docs/a.md": document}, waivers=tuple(parse_waivers(text, "pmtrack-waivers.toml")))


def test_a_waiver_above_an_item_covers_that_item_only() -> None:
    result = check('until=2026-12-31 reason="vendor fixes it in Q4"')
    assert [(one.code, one.span.line) for one in result.findings] == [("PM104", 7)]
    assert [one.span.line for one in result.waived] == [6]
    assert result.waived[0].waived_by == "vendor fixes it in Q4 (until 2026-12-31; a.md:5)"


def test_a_waiver_on_the_line_of_a_row_covers_the_row() -> None:
    row = (
        "## Action items\n\n| Action | Owner | Due |\n|---|---|---|\n"
        '| Alert on a disk | Al | <!-- pmtrack: ignore PM104 until=2026-12-31 reason="waits" by=alice --> |\n'
    )
    result = run({"a.md": row})
    assert not result.findings
    assert "by alice" in (result.waived[0].waived_by or "")


def test_one_comment_may_name_several_rules() -> None:
    text = '## Action items\n\n<!-- pmtrack: ignore PM101 PM104 until=2026-12-31 reason="waits" -->\n- [ ] Alert on a disk\n'
    result = run({"a.md": text})
    assert not result.findings
    assert [one.code for one in result.waived] == ["PM101", "PM104"]


def test_a_waiver_for_the_whole_document_may_stand_anywhere_in_it() -> None:
    text = '# Postmortem: spool full\n\nText.\n\n<!-- pmtrack: ignore PM401 until=2027-01-31 reason="switched off" -->\n'
    assert not run({"a.md": text}, {"select": ["PM401"]}).findings


def test_a_waiver_holds_on_its_last_day_and_not_after() -> None:
    assert codes(check('until=2026-05-06 reason="waits"')) == ["PM003", "PM104"]
    result = check('until=2026-05-05 reason="waits"')
    assert codes(result) == ["PM002", "PM104", "PM104"]
    assert not result.waived


def test_a_waiver_that_ends_soon_is_announced() -> None:
    result = check('until=2026-05-10 reason="waits"')
    assert "ends in 4 days" in result.findings[0].message


def test_a_waiver_that_covers_nothing_is_reported() -> None:
    text = '## Action items\n\n<!-- pmtrack: ignore PM104 until=2026-12-31 reason="waits" -->\n- [ ] Alert (owner: A, due: 2026-06-01)\n'
    assert codes(run({"a.md": text})) == ["PM004"]


def test_a_waiver_of_a_rule_that_did_not_run_is_not_called_unused() -> None:
    text = '## Action items\n\n<!-- pmtrack: ignore PM502 until=2026-12-31 reason="waits" -->\n- [ ] Alert (owner: A, due: 2026-06-01)\n'
    assert not run({"a.md": text}).findings


@pytest.mark.parametrize(
    ("options", "lacks"),
    [
        ('reason="waits"', "end date"),
        ("until=2026-12-31", "reason"),
        ('until=soon reason="waits"', "end date"),
    ],
)
def test_a_waiver_without_reason_or_end_has_no_effect_and_is_an_error(options: str, lacks: str) -> None:
    result = check(options)
    assert codes(result) == ["PM006", "PM104", "PM104"]
    assert lacks in result.findings[0].message


def test_a_waiver_of_an_unknown_rule_is_an_error() -> None:
    text = ABOVE.replace("PM104", "PM999").format(options='until=2026-12-31 reason="waits"')
    assert "PM005" in codes(run({"a.md": text}))


def test_the_file_names_document_and_item() -> None:
    result = from_file(
        '[[waivers]]\ncode = "PM104"\ndocument = "docs/*.md"\nitem = "A1"\nreason = "waits"\nuntil = 2026-12-31\n'
    )
    assert [one.item for one in result.waived] == ["Alert on a disk"]
    assert [one.item for one in result.findings] == ["Rotate logs"]


def test_an_entry_without_an_item_covers_the_document() -> None:
    result = from_file(
        '[[waivers]]\ncode = "PM104"\ndocument = "docs/a.md"\nreason = "waits"\nuntil = 2026-12-31\n'
    )
    assert len(result.waived) == 2


def test_an_unused_entry_is_reported_at_its_line() -> None:
    result = from_file(
        '# ours\n\n[[waivers]]\ncode = "PM104"\ndocument = "other.md"\nreason = "waits"\nuntil = 2026-12-31\n'
    )
    unused = next(one for one in result.findings if one.code == "PM004")
    assert (unused.path, unused.span.line) == ("pmtrack-waivers.toml", 3)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[waivers]\n", "no valid TOML"),
        ('[[waivers]]\ncode = "PM104"\nresaon = "x"\n', "unknown key 'resaon'"),
        ('[[waivers]]\nreason = "x"\n', "names no rule"),
        ('[[waivers]]\ncode = "PM104"\nuntil = "soon"\n', "is no day"),
        ('[[waivers]]\ncode = "PM104"\nuntil = "2026-12-31 or so"\n', "is no day"),
        ('[[waivers]]\ncodes = "PM104"\n', "codes = 'PM104' is no list"),
        ('[[waivers]]\ncode = "PM104"\ndocument = ["a.md"]\n', "document = ['a.md'] is no text"),
        ('title = "x"\n', "only [[waivers]]"),
        ("waivers = [1]\n", "only [[waivers]]"),
    ],
)
def test_a_wrong_file_is_an_error_that_says_where(text: str, words: str) -> None:
    with pytest.raises(UserError) as error:
        parse_waivers(text, "pmtrack-waivers.toml")
    assert words in error.value.message


def test_an_entry_may_name_one_rule_and_several() -> None:
    text = '[[waivers]]\ncode = "PM104"\ncodes = ["pm101", "PM103"]\nuntil = 2026-12-31T10:00:00\n'
    told = [(one.code, one.until) for one in parse_waivers(text, "w.toml")]
    assert told == [(code, dt.date(2026, 12, 31)) for code in ("PM104", "PM101", "PM103")]


def test_what_is_written_is_read_back() -> None:
    waiver = Waiver(
        "PM104", "w.toml", 1, 'a "b"\\c.md', "waits\x7f\n", dt.date(2026, 12, 31), "Zoë", None, "A1"
    )
    assert parse_waivers(format_waiver(waiver), "w.toml") == [waiver]
