"""Where each field stands: the bytes of a span hold the field's text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tracker.models import ActionItem
from tracker.reading import read
from tracker.reading.source import Source

WORD = st.sampled_from(
    ["Add", "größer", "alert", "日本語", "retry", "`code`", "**bold**", "naïve", "🎯 aim", "x & y"]
)
TITLE = st.lists(WORD, min_size=2, max_size=6).map(" ".join)
OWNER = st.sampled_from(["Ann Lee", "@bob", "Zoë Ünal", "SRE team", ""])
DUE = st.sampled_from(["2026-01-02", "3 March 2026", "Q2 2026", "TBD", ""])
NEWLINE = st.sampled_from(["\n", "\r\n"])
START = st.sampled_from([b"", b"\xef\xbb\xbf"])


def inside(data: bytes, item: ActionItem, field: str) -> str:
    span = item.spans[field]
    return data[span.start : span.end].decode()


def check(data: bytes, item: ActionItem) -> None:
    title = inside(data, item, "title")
    at = 0
    for word in item.title.split():
        at = title.find(word, at) + len(word)
        assert at >= len(word), (word, title)
    for owner in item.owners:
        assert owner in inside(data, item, "owners")
    if item.due_raw:
        assert item.due_raw in " ".join(inside(data, item, "due").split())
    span = item.spans["item"]
    assert data[: span.start].count(b"\n") + 1 == span.line == item.line


@given(st.lists(st.tuples(TITLE, OWNER, DUE), min_size=1, max_size=4), NEWLINE, START)
def test_spans_of_table_rows_hold_the_text_of_their_fields(
    rows: list[tuple[str, str, str]], newline: str, start: bytes
) -> None:
    lines = ["# Ünïcode", "", "## Action Items", "", "| Action | Owner | Due |", "|---|---|---|"]
    lines += [f"| {title} | {owner} | {due} |" for title, owner, due in rows]
    data = start + newline.join(lines).encode() + newline.encode()
    found = read("a.md", data).items
    assert len(found) == len(rows)
    for item, (_, owner, due) in zip(found, rows, strict=True):
        check(data, item)
        assert inside(data, item, "owners").strip() == owner
        assert inside(data, item, "due").strip() == due


@given(st.lists(st.tuples(TITLE, OWNER, DUE, st.booleans()), min_size=1, max_size=4), NEWLINE, START)
def test_spans_of_task_entries_hold_the_text_of_their_fields(
    rows: list[tuple[str, str, str, bool]], newline: str, start: bytes
) -> None:
    lines = ["# Ünïcode", "", "## Action Items", ""]
    lines += [
        f"- [{'x' if done else ' '}] {title} - Owner: {owner}, Due: {due}" for title, owner, due, done in rows
    ]
    data = start + newline.join(lines).encode()
    found = read("a.md", data).items
    assert len(found) == len(rows)
    for item, (_, _, _, done) in zip(found, rows, strict=True):
        check(data, item)
        assert inside(data, item, "status") == ("x" if done else " ")


def test_an_empty_cell_has_the_span_into_which_may_be_written() -> None:
    data = b"## Action Items\n\n| Action | Owner | Ticket |\n|---|---|---|\n| do it | Ann ||\n| do more | Ann |\n"
    first, second = read("a.md", data).items
    span = first.spans["refs"]
    assert (data[span.start - 1 : span.end + 1], span.line) == (b"||", 5)
    assert "refs" not in second.spans, "the row has no such cell"


def test_spans_inside_a_fenced_template_are_those_of_the_whole_file() -> None:
    data = "# T\n\n```markdown\n## Action Items\n\n- [ ] päge the team - Owner: Ann\n```\n".encode()
    (item,) = read("a.md", data).items
    assert item.line == 6
    assert inside(data, item, "title") == "päge the team"
    assert inside(data, item, "owners") == "Ann"


def test_spans_behind_bytes_of_another_encoding_still_point_into_the_file() -> None:
    data = b"# Gr\xfc\xdfe\n\n## Action Items\n\n- [ ] gr\xf6\xdfer - Owner: Ann\n"
    (item,) = read("a.md", data).items
    span = item.spans["owners"]
    assert data[span.start : span.end] == b"Ann"


@given(st.lists(st.text("aé日🎯\n ", max_size=12), max_size=8), st.data())
def test_lines_and_columns_are_those_that_counting_characters_gives(
    parts: list[str], data: st.DataObject
) -> None:
    text = "".join(parts)
    source = Source(text.encode())
    places = st.integers(0, len(text))
    for first, last in data.draw(st.lists(st.tuples(places, places), max_size=6)):
        start, end = min(first, last), max(first, last)
        span = source.span(len(text[:start].encode()), len(text[:end].encode()))
        lines = text[:start].split("\n"), text[:end].split("\n")
        assert (span.line, span.column) == (len(lines[0]), len(lines[0][-1]) + 1)
        assert (span.end_line, span.end_column) == (len(lines[1]), len(lines[1][-1]) + 1)


def test_columns_on_a_line_of_many_steps_count_characters() -> None:
    text = "aé日🎯" * 3000
    source = Source(f"x\n{text}".encode())
    for column in (1, 1023, 4096, 4097, 9000, len(text)):
        at = 2 + len(text[: column - 1].encode())
        span = source.span(at, at + 1)
        assert (span.line, span.column) == (2, column)
