"""Markdown as Jira's wiki markup, and back without a difference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.jira import description, markup
from tracker import block

MARKER = "k00000000000"


def test_what_reads_well_in_markdown_reads_well_in_jira() -> None:
    text = (
        "# Head\n\n**Owner:** Alice, _soon_, ~~never~~, `code {x}`\n\n- one\n- [two](https://example.org/a_b)\n"
        "  - deeper\n\n1. first\n2. second\n\n> quoted\n\n```python\nx = {1: '*'}\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |"
    )
    assert markup.to_wiki(text) == (
        "h1. Head\n\n*Owner:* Alice, _soon_, -never-, {{code \\{x\\}}}\n\n* one\n* [two|https://example.org/a_b]\n"
        "** deeper\n\n# first\n# second\n\nbq. quoted\n\n{code:python}\nx = {1: '*'}\n{code}\n\n||a||b||\n|1|2|"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{color:red}boo{color}", "\\{color:red\\}boo\\{color\\}"),
        ("[~admin] and !x.png!", "\\[\\~admin\\] and \\!x.png!"),
        ("h1. no heading", "h1&#46; no heading"),
        ("2026-12-01, snake_case, 5 * 3", "2026-12-01, snake_case, 5 * 3"),
        ("pmtrack:end", "pmtrack\\:end"),
        ("C:\\temp", "C:&#92;temp"),
    ],
)
def test_text_that_looks_like_markup_is_shown_as_text(text: str, shown: str) -> None:
    assert markup.to_wiki(text) == shown


def test_addresses_are_left_alone() -> None:
    text = "see https://example.org/a_b?c=d&e=f_g*h, please"
    assert markup.to_wiki(text) == text


_PIECES = st.sampled_from(
    [
        "**a**",
        "`c`",
        "[x](https://e.org)",
        "https://e.org/a_b",
        "- ",
        "1. ",
        "# ",
        "> ",
        "\n\n",
        "\n",
        "```\n",
        "---",
        "*",
        "_",
        "~~",
        "\\",
        "&amp;",
        "&#92;",
        "bq. ",
        "h2. ",
        "{code}",
        "pmtrack:end",
        " ",
        "<!--",
        "{color}",
    ]
)
_CHARACTERS = st.text(alphabet=list("ab1 *_-+^~{}[]|!\\?#():/.&;<>`\n\t\"'@=%$,h"), max_size=30)


@given(
    st.one_of(
        _CHARACTERS, st.text(max_size=20), st.lists(st.one_of(_PIECES, _CHARACTERS), max_size=8).map("".join)
    )
)
def test_any_text_comes_back_as_it_was_sent(text: str) -> None:
    expected = block.normalise(text.replace("<!--", "&lt;!--").strip("\r\n"))
    marker, inside = description.find(description.render(MARKER, text))
    assert marker == MARKER
    assert description.context_of(inside or "") == expected


@given(st.text(max_size=60), st.text(max_size=60), _CHARACTERS)
def test_text_around_the_block_is_never_touched(before: str, after: str, context: str) -> None:
    old = before + description.render(MARKER, "old") + after
    if "pmtrack:begin" in before:
        return
    assert description.replace(old, MARKER, context) == before + description.render(MARKER, context) + after


def test_a_block_is_found_with_other_line_ends_and_without_its_colours() -> None:
    text = description.render(MARKER, "**a**\n\n- b").replace("{color:#97a0af}", "").replace("{color}", "")
    marker, inside = description.find("before\r\n" + text.replace("\n", "\r\n") + "\r\nafter")
    assert marker == MARKER
    assert description.context_of(inside or "") == "**a**\n\n- b"


def test_words_are_what_another_spelling_of_the_markup_leaves() -> None:
    assert markup.words("*Owner:* Alice \\- {{x}}") == markup.words(
        "{color:#97a0af}*Owner:*{color} Alice - {{x}}"
    )
    assert markup.words("Owner Alice") != markup.words("Owner Bob")


def test_a_text_is_cut_at_a_line_so_that_it_fits() -> None:
    context = "\n".join(f"line {number}" for number in range(100))
    cut, was_cut = description.fitting(MARKER, context, room=400)
    assert was_cut
    assert len(description.render(MARKER, cut)) <= 400
    assert cut.startswith("line 0\nline 1\n")
    assert description.fitting(MARKER, "short") == ("short", False)
