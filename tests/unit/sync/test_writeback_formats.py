"""Writing into headings, lists and the text formats other than Markdown: not one byte outside the changed cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.models import ActionItem, PostMortem, Status
from tracker.reading import read
from tracker.sync.writeback import Wish, rewrite

KEY = "OPS-123456"
URL = f"https://acme.atlassian.net/browse/{KEY}"
THINGS = ("queue depth", "broker failover", "the größte shard", "日本 login", "checkout (EU)")
TITLES = st.tuples(st.sampled_from(("Add an alert for", "Write a runbook for")), st.sampled_from(THINGS)).map(
    " ".join
)
Rows = Sequence[tuple[str, str]]


def markdown_headings(rows: Rows) -> list[str]:
    lines = ["# Outage", "", "**Incident ID:** INC-1", "", "## Action Items", ""]
    for number, (title, owner) in enumerate(rows, 1):
        lines += [
            f"### {number}. {title}",
            "",
            f"**Owner:** {owner}",
            "**Due:** 2026-12-04",
            "",
            "Prose.",
            "",
        ]
    return lines


def entries(head: Sequence[str], bullet: str, rows: Rows) -> list[str]:
    return [
        *head,
        "",
        *(f"{bullet} {title} {number} - Owner: {owner}" for number, (title, owner) in enumerate(rows)),
        "",
        "Prose at the end.",
    ]


def org(rows: Rows) -> list[str]:
    head = ["#+TITLE: Outage", "#+DATE: 2026-05-06", "", "* Action Items"]
    return [*entries(head, "- [ ]", rows), "", "#+BEGIN_SRC", "- [ ] in a block", "#+END_SRC"]


def org_table(rows: Rows) -> list[str]:
    head = ["#+TITLE: Outage", "", "* Action Items", "", "| Action | Owner | Status | Ticket |"]
    head.append("|--------+-------+--------+--------|")
    return [
        *head,
        *(f"| {title} {number} | {owner} | Open |  |" for number, (title, owner) in enumerate(rows)),
    ]


def org_headings(rows: Rows) -> list[str]:
    lines = ["#+TITLE: Outage", "", "* Action Items"]
    for number, (title, owner) in enumerate(rows):
        lines += [f"** TODO {title} {number}", "   :PROPERTIES:", f"   :OWNER: {owner}", "   :END:"]
    return lines


def underlined(rows: Rows) -> list[str]:
    head = ["Outage", "======", "", "Prose - with a dash.", "", "Action Items", "------------"]
    return entries(head, "-", rows)


def asciidoc(rows: Rows) -> list[str]:
    return entries(["= Outage", "", "Prose.", "", "== Action Items"], "*", rows)


def mediawiki(rows: Rows) -> list[str]:
    return entries(["= Outage =", "", "Prose.", "", "== Action Items =="], "*", rows)


FORMS: Mapping[str, tuple[str, Callable[[Rows], list[str]]]] = {
    "Markdown headings": ("a.md", markdown_headings),
    "Org lists": ("a.org", org),
    "Org tables": ("a.org", org_table),
    "Org headings": ("a.org", org_headings),
    "reStructuredText": ("a.rst", underlined),
    "text": ("a.txt", underlined),
}
THROUGH_PANDOC: Mapping[str, tuple[str, Callable[[Rows], list[str]]]] = {
    "AsciiDoc": ("a.adoc", asciidoc),
    "MediaWiki": ("a.wiki", mediawiki),
}


def reader(path: str, data: bytes) -> PostMortem:
    return read(path, data, {})


def items(path: str, data: bytes) -> list[ActionItem]:
    return [item for item in reader(path, data).items if not item.placeholder]


ROWS = st.lists(st.tuples(TITLES, st.sampled_from(["Bob", "Zoë"])), min_size=1, max_size=4)


def check(path: str, before: bytes, wished: set[int], status: Status | None) -> None:
    """Only lines of wished rows differ, and only by the reference and the status."""
    known = items(path, before)
    wishes = [Wish(index, KEY, URL, status) for index in sorted(wished)]
    result = rewrite(path, before, wishes, reader)
    assert set(result.written) == wished, result.refused
    now = items(path, result.data)
    lines = {known[index].line - 1 for index in wished}
    old, new = before.split(b"\n"), result.data.split(b"\n")
    assert len(old) == len(new)
    for number, (one, other) in enumerate(zip(old, new, strict=True)):
        if number not in lines:
            assert one == other
            continue
        assert KEY.encode() in other
        assert bare(other) == bare(one)
    for index, (one_item, other_item) in enumerate(zip(known, now, strict=True)):
        assert one_item.title == other_item.title
        assert bool(other_item.refs) is (index in wished)


def bare(line: bytes) -> bytes:
    """A line without reference and status, and without the blanks of an empty cell."""
    shown = rb"(\[%s\]\([^)]*\)|%s)" % (KEY.encode(), KEY.encode())
    line = re.sub(rb"( \(%s\)|, Ticket: %s)" % (shown, shown), b"", line)
    line = re.sub(rb"\| +(%s)? *\|" % KEY.encode(), b"||", line)
    return re.sub(rb"(?<=\[)[ x](?=\])|\b(Open|Done|TODO|DONE)\b", b"?", line)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=12)
@given(rows=ROWS, newline=st.sampled_from(["\n", "\r\n"]), data=st.data())
def test_all_bytes_outside_the_wished_rows_stay(
    form: str, rows: Rows, newline: str, data: st.DataObject
) -> None:
    path, made = FORMS[form]
    before = newline.join([*made(rows), ""]).encode()
    count = len(items(path, before))
    assert count == len(rows)
    wished = data.draw(st.sets(st.integers(0, count - 1), min_size=1))
    check(path, before, wished, None)


@pytest.mark.parametrize("form", THROUGH_PANDOC)
def test_formats_read_through_pandoc_are_written_to_byte_exactly(form: str) -> None:
    path, made = THROUGH_PANDOC[form]
    before = "\n".join([*made([(f"Write a runbook for {each}", "Bob") for each in THINGS]), ""]).encode()
    check(path, before, {0, 2, 3}, None)


@pytest.mark.parametrize("form", ["Org tables", "Org headings", "Org lists"])
def test_a_status_is_written_in_the_signs_of_the_format(form: str) -> None:
    path, made = FORMS[form]
    before = "\n".join([*made([("Add an alert for queue depth", "Bob")] * 2), ""]).encode()
    result = rewrite(path, before, [Wish(1, status=Status.DONE)], reader)
    assert [item.status for item in items(path, result.data)] == [Status.OPEN, Status.DONE]
    assert bare(result.data) == bare(before)


def test_a_status_fits_into_a_column_as_it_is_drawn() -> None:
    border = "+----------------------------+--------+"
    lines = ["Outage", "======", "", "Action Items", "------------", "", border]
    lines += ["| Action                     | Status |", border.replace("-", "=")]
    lines += ["| Write a runbook for it     | Done   |", border, ""]
    before = "\n".join(lines).encode()
    (row,) = items("a.rst", before)
    assert row.status is Status.DONE
    result = rewrite("a.rst", before, [Wish(0, status=Status.BLOCKED)], reader)
    assert result.data == before.replace(b"Done   ", b"Blocked")
    result = rewrite("a.rst", before, [Wish(0, status=Status.CANCELLED)], reader)
    assert (result.written, result.data) == ((), before)  # too long: nothing is better than a broken table


@pytest.mark.parametrize("path", ["a.html", "a.docx"])
def test_formats_without_lines_of_their_own_are_left_alone(path: str) -> None:
    before = b"<h1>Outage</h1><h2>Action Items</h2><ul><li>Write a runbook - Owner: Bob</li></ul>"
    result = rewrite(path, before, [Wish(0, KEY, URL)], reader)
    assert (result.written, result.data) == ((), before)
