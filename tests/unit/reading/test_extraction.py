"""What is an action item, and what an entry, a row, a heading or a paragraph says of it."""

from __future__ import annotations

import datetime as dt

import pytest

from tracker.models import ActionItem, ItemForm, PostMortem, Status
from tracker.reading import read


def parse(body: str, head: str = "# Outage\n\n**Date**: 2026-03-04\n\n## Action items\n\n") -> PostMortem:
    return read("a.md", (head + body).encode())


def one(body: str) -> ActionItem:
    (item,) = parse(body).items
    return item


@pytest.mark.parametrize(
    ("entry", "title", "owners", "due", "status", "refs"),
    [
        ("- [ ] Do it", "Do it", (), None, Status.OPEN, ()),
        ("- Do it - Owner: Ann Lee, Due: 2026-04-01", "Do it", ("Ann Lee",), "2026-04-01", None, ()),
        ("- Do it (owner: bob, due: 2 weeks)", "Do it", ("bob",), "2026-03-18", None, ()),
        ("- @alice: do it by Friday", "do it", ("alice",), "2026-03-06", None, ()),
        ("- Bob to update the runbook (due 3/15)", "update the runbook", ("Bob",), "2026-03-15", None, ()),
        ("- [ ] **[P0]** Do it — @carol — due 2026-03-10", "Do it", ("carol",), "2026-03-10", Status.OPEN, ()),
        ("- **Improve it** (@erin, 2026-04-01): page", "Improve it: page", ("erin",), "2026-04-01", None, ()),
        ("- [DONE] Revert it", "Revert it", (), None, Status.DONE, ()),
        ("- Won't do: rewrite it", "rewrite it", (), None, Status.CANCELLED, ()),
        ("- Tell them - DONE", "Tell them", (), None, Status.DONE, ()),
        ("- ~~Pay it~~", "Pay it", (), None, Status.DONE, ()),
        ("- ⏳ Rotate keys", "Rotate keys", (), None, Status.OPEN, ()),
        ("- Add canary (#77, in progress)", "Add canary", (), None, Status.IN_PROGRESS, ("#77",)),
        ("- PAY-1234: do it", "do it", (), None, None, ("PAY-1234",)),
        ("- Do it ([issue](https://github.com/a/b/issues/1))", "Do it", (), None, None, ("https://github.com/a/b/issues/1",)),
        ("- Made a [ticket](https://github.com/a/b/issues/1) to move it", "Made a ticket to move it", (), None, None, ("https://github.com/a/b/issues/1",)),
        ("- Do it bd://orb-5d21", "Do it", (), None, None, ("orb-5d21",)),
        ("- **Platform team**: raise quotas", "raise quotas", ("Platform team",), None, None, ()),
        ("- 対策を入れる。担当: 山田、期限: 2026-04-07", "対策を入れる。", ("山田",), "2026-04-07", None, ()),
    ],
)  # fmt: skip
def test_an_entry_is_taken_apart(  # noqa: PLR0917 - one argument per field
    entry: str,
    title: str,
    owners: tuple[str, ...],
    due: str | None,
    status: Status | None,
    refs: tuple[str, ...],
) -> None:
    item = one(entry)
    assert (item.title, item.owners, item.status, item.refs) == (title, owners, status, refs)
    assert (item.due.isoformat() if item.due else None) == due


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-04-07", "2026-04-07"),
        ("7.4.2026", "2026-04-07"),
        ("04/07/2026", "2026-04-07"),
        ("25/04/2026", "2026-04-25"),
        ("7 April", "2026-04-07"),
        ("April 7th, 2026", "2026-04-07"),
        ("Jan 10", "2027-01-10"),
        ("March 2027", "2027-03-31"),
        ("Q2 2026", "2026-06-30"),
        ("H1 2026", "2026-06-30"),
        ("2026-W12", "2026-03-20"),
        ("W53 2026", "2027-01-01"),
        ("W53 2025", None),
        ("KW 2", "2027-01-15"),
        ("06-15-2026", "2026-06-15"),
        ("06-05-2026", "2026-05-06"),
        ("end of April", "2026-04-30"),
        ("EOW", "2026-03-06"),
        ("EOM", "2026-03-31"),
        ("next quarter", "2026-06-30"),
        ("in 10 business days", "2026-03-18"),
        ("Ende Q2 2026", "2026-06-30"),
        ("15 mars 2026", "2026-03-15"),
        ("2026年4月7日", "2026-04-07"),
        ("ASAP", None),
        ("ongoing", None),
        ("31.02.2026", None),
        ("after each drill", None),
    ],
)
def test_due_dates_in_all_styles(text: str, day: str | None) -> None:
    item = parse(f"| Action | Owner | Due |\n|---|---|---|\n| do it | Ann | {text} |\n").items[0]
    assert item.due_raw == text
    assert (item.due.isoformat() if item.due else None) == day


@pytest.mark.parametrize("today", ["2026-03-06", "2026-03-07", "2026-03-08"])
def test_business_days_count_from_friday_on_a_weekend(today: str) -> None:
    (item,) = parse(
        "- do it (due: 5 business days)", f"# Outage\n\n**Date**: {today}\n\n## Action items\n\n"
    ).items
    assert item.due == dt.date(2026, 3, 13)


def test_the_end_of_the_calendar_is_no_day_of_an_incident() -> None:
    head = "# Outage\n\n**Date**: 31.12.9999\n\n## Action items\n\n"
    found = parse("- do it (due: 3 days)\n- do that by tomorrow\n- write it (due: Q1)\n", head)
    assert (found.date, [item.due for item in found.items]) == (None, [None, None, None])


def test_a_relative_date_stays_unread_where_the_document_has_none() -> None:
    (item,) = parse("- do it (due: 2 weeks)", "# Outage\n\n## Action items\n\n").items
    assert (item.due, item.due_raw) == (None, "2 weeks")


def test_a_date_that_does_not_exist_and_one_that_could_be_two_days_are_told() -> None:
    rows = "| Action | Owner | Due |\n|---|---|---|\n| a | A | 31.02.2026 |\n| b | B | 03/04/2026 |\n"
    assert [(one.code, one.line) for one in parse(rows).diagnostics] == [
        ("invalid-date", 9),
        ("ambiguous-date", 10),
    ]


def test_the_order_of_day_and_month_can_be_configured_or_shown_by_another_date() -> None:
    rows = "## Action items\n\n| Action | Owner | Due |\n|---|---|---|\n| a | A | 03/04/2026 |\n"
    assert read("a.md", rows.encode(), {"date_order": "day-first"}).items[0].due == dt.date(2026, 4, 3)
    shown = rows + "| b | B | 25/12/2026 |\n"
    assert read("a.md", shown.encode()).items[0].due == dt.date(2026, 4, 3)


def test_ragged_rows_and_ids_used_twice_are_told() -> None:
    rows = "| ID | Action | Owner |\n|---|---|---|\n| A1 | a | A |\n| A1 | b |\n| A2 | c | C | d |\n"
    codes = [(one.code, one.line) for one in parse(rows).diagnostics]
    assert ("duplicate-id", 10) in codes
    assert {line for code, line in codes if code == "ragged-row"} == {10, 11}


def test_steps_of_the_response_are_no_items_whatever_their_columns() -> None:
    text = "# T\n\n## Timeline\n\n| Time | Action | Owner |\n|---|---|---|\n| 10:00 | restart | Ann |\n\n- [x] 10:05 restarted @bob\n"
    assert parse("", text).items == ()


def test_a_table_whose_columns_say_so_is_taken_under_any_heading() -> None:
    text = "# T\n\n## How do we avoid this\n\n| Problem | Solution | Owner | ETA |\n|---|---|---|---|\n| x | Add alerts | Ann | 1/20 |\n"
    assert [item.owners for item in parse("", text).items] == [("Ann",)]


def test_a_labelled_action_is_an_item_even_under_lessons() -> None:
    text = "# T\n\n## What went wrong\n\n- No alert\n  - **Action**: Add one\n- Slow\n"
    (item,) = parse("", text).items
    assert (item.title, item.form, item.line) == ("Add one", ItemForm.LABEL, 6)


def test_fields_in_sub_entries_belong_to_the_entry_above() -> None:
    item = one(
        "- [ ] **Drift**: Compare it\n  - **Owner**: Ann\n  - **Timeline**: 2026-05-01\n  - **Impact**: high\n"
    )
    assert (item.title, item.owners, item.due) == ("Drift: Compare it", ("Ann",), dt.date(2026, 5, 1))


def test_sub_entries_with_an_owner_or_box_of_their_own_are_items_and_others_explain() -> None:
    items = parse("- Raise limits\n  - per user\n  - [ ] per tenant\n").items
    assert [(item.title, item.description) for item in items] == [
        ("Raise limits", "per user\nper tenant"),
        ("per tenant", ""),
    ]


def test_a_heading_per_action_with_fields_below_is_one_item() -> None:
    items = parse(
        "### 1. Add limits\n\n- **Owner:** Ann\n- **Priority:** P1\n\nBecause.\n\n### AI-2: Write it\n\n**Owner:** @bob | **Due:** 2026-04-01\n"
    ).items
    assert [(item.title, item.owners, item.priority, item.local_id, item.form) for item in items] == [
        ("Add limits", ("Ann",), "P1", None, ItemForm.HEADING),
        ("Write it", ("bob",), None, "AI-2", ItemForm.HEADING),
    ]
    assert items[0].description == "Because."


def test_lines_with_only_a_name_own_the_entries_below_them() -> None:
    items = parse("**Alex/Jamie**\n- one\n- two\n\n**JG**\n- three (with JP)\n").items
    assert [item.owners for item in items] == [("Alex", "Jamie"), ("Alex", "Jamie"), ("JG", "JP")]


def test_people_whom_the_document_names_are_known_as_owners() -> None:
    text = "# T\n\n**Participants**: Ann Lee, Bo Chen\n\n## Action items\n\n- Bo: write docs\n- Check it (Ann)\n- Drop it (Kafka)\n"
    assert [item.owners for item in parse("", text).items] == [("Bo",), ("Ann",), ()]


def test_template_text_is_a_placeholder() -> None:
    items = parse("- [ ] `[Action 1 - Owner: Name, Due: Date]`\n- [ ] \n- real\n").items
    assert [item.placeholder for item in items] == [True, True, False]


def test_what_a_heading_says_of_all_its_entries_holds_for_each() -> None:
    items = parse("### Immediate (completed)\n\n- a thing\n\n### Prevention actions\n\n- b thing\n").items
    assert [(item.status, item.category) for item in items] == [
        (Status.DONE, None),
        (None, "Prevention actions"),
    ]


def test_a_team_teaches_its_own_words_by_configuration() -> None:
    text = b"# T\n\n## Was wir schulden\n\n| Baustelle | K\xc3\xbcmmerer | Stand |\n|---|---|---|\n| Zaun | Ann | abgehakt |\n"
    own = {
        "headings": {"action": ["Was wir schulden"]},
        "columns": {"action": ["Baustelle"], "owner": ["Kümmerer"]},
        "status": {"done": ["abgehakt"]},
    }
    (item,) = read("a.md", text, own).items
    assert (item.title, item.owners, item.status) == ("Zaun", ("Ann",), Status.DONE)


def test_waivers_timeline_gaps_and_reviews_are_read_for_the_rules() -> None:
    text = """# T

**Date**: 2026-03-04

## Timeline

- 10:02 it broke

## Why

- **Detection Gap**: no alert

## Action items

<!-- pmtrack: ignore PM104 until=2026-12-31 reason="vendor" -->
- do it

## Follow-up

**Next Review**: 2026-04-02
"""
    found = parse("", text)
    assert found.timeline[0].at == dt.datetime(2026, 3, 4, 10, 2)  # noqa: DTZ001 - as shown
    assert [(note.kind, note.text) for note in found.notes] == [("detection-gap", "no alert")]
    assert [(review.due, review.line) for review in found.reviews] == [(dt.date(2026, 4, 2), 20)]
    assert [(one.codes, one.until, one.reason, one.line) for one in found.suppressions] == [
        (("PM104",), "2026-12-31", "vendor", 15)
    ]


def test_a_waiver_may_name_rules_of_other_packages() -> None:
    (found,) = parse(
        '<!-- pmtrack: ignore PM104 acme001 until=2026-12-31 reason="vendor" -->\n- do it\n'
    ).suppressions
    assert found.codes == ("PM104", "ACME001")


def test_a_timeline_goes_on_after_midnight_and_from_the_day_that_was_stated_last() -> None:
    text = (
        "# T\n\n**Date**: 2026-03-04\n\n## Timeline\n\n- 23:50 it broke\n- 00:10 paged\n- 00:05 noted late\n"
    )
    text += "- 2026-03-07 10:00 again\n- 10:30 fixed\n- Mar 9 09:00 reviewed\n"
    assert [f"{entry.at:%d %H:%M}" for entry in parse("", text).timeline if entry.at] == [
        "04 23:50",
        "05 00:10",
        "05 00:05",
        "07 10:00",
        "07 10:30",
        "09 09:00",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "- " + "word " * 200_000,
        "- " + "(a: b) [x] " * 20_000,
        "- x " + "(" * 200_000,
        "- " + "Owner: x, " * 20_000,
        "> " * 5_000 + "x",
        "\n".join("  " * depth + "- x" for depth in range(300)),
        "|" + "a|" * 20_000 + "\n|" + "-|" * 20_000 + "\n|" + "b|" * 20_000,
        "<div>" * 20_000,
        "- " + "@bob " * 50_000,
    ],
)  # fmt: skip
def test_hostile_shapes_are_read_without_trouble(text: str) -> None:
    assert parse(text).title == "Outage"
