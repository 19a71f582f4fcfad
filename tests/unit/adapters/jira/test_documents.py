"""Markdown as nodes of an Atlassian document and back, and pmtrack's block among what people wrote."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.jira import adf, adf_reading, document, markup
from tests.servers.jira import documents
from tracker import block

Node = dict[str, Any]
MARKER = "7k3m9q2wxa4t"
TEXTS = [
    "**Incident:** INC-1183 (SEV-1), Orders lost, 2026-03-01\n**Owner:** Alice Smith\n**Due:** 2026-04-01",
    "**Document:** [pm.md, line 12](https://git.acme.example/pm.md#L12)",
    "see https://acme.example/a_b?c=d&e=*f* and `rm -rf *`, not _this_ or ~~that~~",
    "- one\n- two\n  - two and a half\n- three",
    "1. first\n2. second",
    "3. third\n4. fourth",
    "| a | b |\n|---|---|\n| 1 | `x` |",
    "| a | b |\n| --- | :-: |\n| 1 | **2** |",
    "# Title\n\ntext\n\n---\n\n> quoted\n> twice",
    "```python\nprint('**no markup**')\n\nx = 1\n```",
    "<!-- a comment --> & {panel} [~bob] h1. *stars* \\o/ ![p](https://x.example/i.png)",
    "-",
    "- # heading in an item\n- ```\n  code\n  ```",
    "> # heading in a quote",
    ">",
    "pmtrack:end\npmtrack:begin 7k3m9q2wxa4t",
]
PEOPLE: list[Node] = [
    {
        "type": "panel",
        "attrs": {"panelType": "warning", "localId": "a1"},
        "content": [
            {"type": "paragraph", "content": [{"type": "mention", "attrs": {"id": "5b1", "text": "@Bob"}}]}
        ],
    },
    {
        "type": "mediaSingle",
        "attrs": {"layout": "center", "width": 66.67},
        "content": [{"type": "media", "attrs": {"id": "f00", "type": "file", "collection": "c"}}],
    },
    {
        "type": "taskList",
        "attrs": {"localId": "t"},
        "content": [
            {
                "type": "taskItem",
                "attrs": {"localId": "t1", "state": "TODO"},
                "content": [{"type": "text", "text": "look at *this*", "marks": [{"type": "underline"}]}],
            }
        ],
    },
    {"type": "extension", "attrs": {"extensionType": "com.acme", "extensionKey": "chart"}},
]


@pytest.mark.parametrize("text", TEXTS)
def test_markdown_comes_back_as_it_was(text: str) -> None:
    nodes = adf.to_nodes(text)
    assert documents.problem(adf.document(nodes)) is None
    told = block.normalise(adf_reading.to_markdown(nodes))
    assert told == block.normalise(text.replace("<!--", "&lt;!--"))


@given(st.text(st.sampled_from("ab *_~`[]()<>#-+1.|\\:/@!{}&\n\u00e9pmtrack"), max_size=60))
def test_any_text_comes_back_and_makes_a_document_that_jira_takes(text: str) -> None:
    made = document.render(MARKER, text)
    assert documents.problem(made) is None
    marker, inside = document.find(made)
    assert marker == MARKER
    assert inside is not None
    assert document.context_of(inside) == block.normalise(text.replace("<!--", "&lt;!--"))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (TEXTS[3], ["bulletList"]),
        (TEXTS[5], ["orderedList"]),
        (TEXTS[7], ["table"]),
        (TEXTS[8], ["heading", "paragraph", "rule", "blockquote"]),
        (TEXTS[9], ["codeBlock"]),
    ],
)
def test_what_the_format_has_is_not_sent_as_plain_text(text: str, kinds: list[str]) -> None:
    assert [node["type"] for node in adf.to_nodes(text)] == kinds


def test_bare_addresses_become_links() -> None:
    (paragraph,) = adf.to_nodes("see https://acme.example/x.")
    assert paragraph["content"][1] == {
        "type": "text",
        "text": "https://acme.example/x",
        "marks": [{"type": "link", "attrs": {"href": "https://acme.example/x"}}],
    }


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x"])
def test_addresses_that_could_do_something_stay_text(address: str) -> None:
    assert "link" not in str(adf.to_nodes(f"[click]({address})"))


def test_only_the_owner_is_mentioned() -> None:
    (paragraph,) = adf.to_nodes("Ask @alice or @bob, mail x@alice, `@alice`", {"alice": "5b1"})
    mentions = [node for node in paragraph["content"] if node["type"] == "mention"]
    assert mentions == [{"type": "mention", "attrs": {"id": "5b1", "text": "@alice"}}]
    assert adf_reading.to_markdown([paragraph]) == "Ask @alice or @bob, mail x@alice, `@alice`"


def test_a_name_in_letters_that_only_look_alike_is_not_mentioned() -> None:
    # Patterns that ignore case take the Turkish dotless i for an i.
    (paragraph,) = adf.to_nodes("Ask @al\u0131", {"ali": "5b1"})
    assert {node["type"] for node in paragraph["content"]} == {"text"}
    assert adf_reading.to_markdown([paragraph]) == "Ask @al\u0131"
    assert markup.mention("Ask @al\u0131", {"ali": "ali"}) == "Ask @al\u0131"


# --- the block among what people wrote -------------------------------------------------------------------------------


@pytest.mark.parametrize("place", range(len(PEOPLE) + 1))
def test_every_node_of_people_is_written_back_as_it_was_read(place: int) -> None:
    before, after = PEOPLE[:place], PEOPLE[place:]
    whole = adf.document([*before, *document.block(MARKER, "old text"), *after])
    untouched = copy.deepcopy(whole)
    changed = document.replace(whole, MARKER, "**new** text")
    assert whole == untouched
    assert changed["content"][:place] == before
    assert changed["content"][len(changed["content"]) - len(after) :] == after
    marker, inside = document.find(changed)
    assert marker == MARKER
    assert inside is not None
    assert document.context_of(inside) == "**new** text"


def test_a_block_that_was_drawn_into_a_panel_is_changed_there() -> None:
    panel = {"type": "panel", "attrs": {"panelType": "info"}, "content": document.block(MARKER, "old")}
    changed = document.replace(adf.document([*PEOPLE, panel]), MARKER, "new")
    assert changed["content"][:-1] == PEOPLE
    assert changed["content"][-1]["type"] == "panel"
    marker, inside = document.find(changed)
    assert (marker, document.context_of(inside or [])) == (MARKER, "new")


def test_a_block_that_is_gone_is_put_behind_the_text() -> None:
    changed = document.replace(adf.document(PEOPLE), MARKER, "new")
    assert changed["content"][: len(PEOPLE)] == PEOPLE
    assert document.find(changed)[0] == MARKER


def test_an_empty_description_holds_the_block_alone() -> None:
    for empty in (None, adf.document([]), adf.document([{"type": "paragraph"}])):
        assert document.replace(empty, MARKER, "new") == document.render(MARKER, "new")


def test_words_beside_the_delimiters_stay() -> None:
    text = f"mine pmtrack:begin {MARKER}\nold\npmtrack:end and mine"
    whole = documents.of_text(text)
    changed = document.replace(whole, MARKER, "new")
    told = documents.text_of(changed)
    assert told == f"mine \npmtrack:begin {MARKER}\nnew\npmtrack:end\n and mine"


def test_a_block_without_its_end_is_no_block() -> None:
    whole = adf.document([*document.block(MARKER, "old")[:-1], *PEOPLE])
    assert document.find(whole) == (MARKER, None)
    assert document.replace(whole, MARKER, "new")["content"][: len(whole["content"])] == whole["content"]


def test_a_block_of_another_item_is_left_alone() -> None:
    other = document.block("0123456789ab", "theirs")
    changed = document.replace(adf.document([*other, *document.block(MARKER, "old")]), MARKER, "new")
    assert changed["content"][: len(other)] == other


def test_the_words_are_those_of_any_way_to_write_them() -> None:
    ours = adf.to_nodes("**In** https://acme.example/x @alice\n\n- a\n- b", {"alice": "5b1"})
    theirs = [
        adf.paragraph(
            adf.plain("In "),
            {"type": "inlineCard", "attrs": {"url": "https://acme.example/x"}},
            adf.plain(" "),
            {"type": "mention", "attrs": {"id": "5b1", "text": "@Alice Smith"}},
        ),
        adf.paragraph(adf.plain("- a")),
        adf.paragraph(adf.plain("- b")),
    ]
    assert adf_reading.words(ours) == adf_reading.words(theirs)
    assert adf_reading.words(ours) != adf_reading.words(theirs[:2])


def test_a_long_text_is_cut_at_a_line_end() -> None:
    text = "\n".join(f"line {number}" for number in range(3600))
    context, cut = document.fitting(MARKER, text, 32_767)
    assert cut
    assert len(documents.text_of(document.render(MARKER, context))) <= 32_767
    assert context.startswith("line 0\nline 1\n")
    assert document.fitting(MARKER, "short", 32_767) == ("short", False)
