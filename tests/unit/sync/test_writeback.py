"""Writing into a document changes the wished cells and not one byte besides."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from tracker.models import Status
from tracker.reading import read
from tracker.sync.writeback import Wish, rewrite

WORDS = st.text(st.sampled_from("abcdefghij klmnöü日"), min_size=3, max_size=20).map(
    lambda text: " ".join(text.split())
)
TITLES = WORDS.map(lambda text: f"Mend {text} now")
BLANKS = st.sampled_from(["", " ", "    ", " " * 20])
NEWLINES = st.sampled_from(["\n", "\r\n"])
KEY = "OPS-123456"


@st.composite
def documents(draw: st.DrawFn) -> tuple[bytes, int]:
    """A document with a table of some rows, in any style of padding and line end; and how many rows."""
    rows = draw(
        st.lists(
            st.tuples(TITLES, BLANKS, st.sampled_from(["Open", "🔴 Open", "Done"])), min_size=1, max_size=5
        )
    )
    lines = [
        "# Outage",
        "",
        draw(WORDS),
        "",
        "## Action Items",
        "",
        "| Action | Status | Ticket |",
        "|---|:---:|---|",
    ]
    lines += [
        f"| {number}: {title} | {status} |{blank}|" for number, (title, blank, status) in enumerate(rows)
    ]
    lines += ["", "```", "| Action | Ticket |", "|---|---|", "| in a block |  |", "```", "", draw(WORDS)]
    bom = draw(st.sampled_from(["", "\ufeff"]))
    return (bom + draw(NEWLINES).join(lines)).encode(), len(rows)


@given(documents(), st.data())
def test_all_bytes_outside_the_wished_cells_stay(made: tuple[bytes, int], data: st.DataObject) -> None:
    before, count = made
    wished = data.draw(st.sets(st.integers(0, count - 1), min_size=1))
    result = rewrite(
        "a.md",
        before,
        [Wish(index, KEY) for index in sorted(wished)],
        lambda path, text: read(path, text, {}),
    )
    assert set(result.written) == wished
    # Taking the key out again, with the blanks around it, gives the old document but for blanks in the same cells.
    old, new = before.split(b"\n"), result.data.split(b"\n")
    assert len(old) == len(new)
    first = next(number for number, line in enumerate(old) if b"| 0: " in line)
    for number, (one, other) in enumerate(zip(old, new, strict=True)):
        if number - first in wished:
            head, _, tail = one.rstrip(b"\r").removesuffix(b"|").rpartition(b"|")
            assert other.startswith(head + b"|")
            cell = other[len(head) + 1 :].rstrip(b"\r").removesuffix(b"|")
            assert cell.strip() == KEY.encode()
            assert len(cell) == max(len(tail), len(KEY) + 2)
        else:
            assert one == other


@given(documents(), st.sampled_from([Status.OPEN, Status.DONE]))
def test_a_status_changes_its_cell_only_and_is_read_back(made: tuple[bytes, int], status: Status) -> None:
    before, count = made
    result = rewrite(
        "a.md",
        before,
        [Wish(index, status=status) for index in range(count)],
        lambda path, text: read(path, text, {}),
    )
    rows = [item for item in read("a.md", result.data, {}).items if not item.placeholder]
    assert {item.status for item in rows} == {status}
    shape = re.compile(rb"\| [^|]*(Open|Done) \|")
    assert shape.sub(b"|", result.data) == shape.sub(b"|", before)


@given(documents())
def test_writing_twice_changes_nothing_more(made: tuple[bytes, int]) -> None:
    before, count = made
    wishes = [Wish(index, KEY, status=Status.DONE) for index in range(count)]
    once = rewrite("a.md", before, wishes, lambda path, text: read(path, text, {}))
    twice = rewrite("a.md", once.data, wishes, lambda path, text: read(path, text, {}))
    assert twice.data == once.data
    assert twice.written == ()
