"""pmtrack's block in a body, whoever wrote the rest of it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from adapters.jira import adf, description, markup
from tracker import block

MARKER = "7k3m9q2wxa4t"
BEGIN = f"<!-- pmtrack:begin {MARKER} -->"
END = "<!-- pmtrack:end -->"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (None, (None, None)),
        ("text", (None, None)),
        (f"a\r\n{BEGIN}\r\nb\r\n{END}\r\nc", (MARKER, "b")),
        (f"{BEGIN}{END}", (MARKER, "")),
        (f"{END} {BEGIN} a", (MARKER, None)),
        (f"{BEGIN} a {BEGIN.replace('7k', '8k')} b {END}", (MARKER, f"a {BEGIN.replace('7k', '8k')} b")),
    ],
)
def test_the_first_block_is_found_or_its_begin(
    body: str | None, found: tuple[str | None, str | None]
) -> None:
    assert block.find(body) == found


def test_only_the_block_of_the_marker_is_replaced() -> None:
    other = block.render("0123456789ab", "theirs")
    body = f"before\r\n{other}\r\n{block.render(MARKER, 'old')}\r\nafter"
    assert block.replace(body, MARKER, "new") == body.replace("old", "new")


# What a stranger may write into an issue, as long as a body may be; each took up to 23 seconds.
@pytest.mark.parametrize(
    ("read", "text"),
    [
        (block.find, f"{BEGIN}\n" * 1_700),
        (block.normalise, "<http://" * 8_000),
        (block.normalise, "[http://" * 8_000),
        (description.find, f"pmtrack:begin {MARKER}\n" * 1_200),
        (description.find, f"pmtrack:begin {MARKER}{' ' * 32_000}"),
        (markup.to_markdown, "_a " * 10_900),
        (markup.to_markdown, "{{a" * 10_900),
    ],
)
def test_a_text_that_is_made_to_take_long_does_not(read: Callable[[str], object], text: str) -> None:
    start = time.process_time()
    read(text)
    assert time.process_time() - start < 4, "it grows with the square of the length"


def test_quotes_in_quotes_without_end_are_sent_as_text() -> None:
    text = ">" * 3_000 + " a"
    assert markup.to_markdown(markup.to_wiki(text)) == text
    assert [node["type"] for node in adf.to_nodes(text)] == ["paragraph"]
