"""Markdown to the nodes of an Atlassian document, which Jira Cloud stores descriptions in.

The Markdown is read by mistletoe; each block whose nodes do not give it back exactly (an odd table, a list with numbers of
its own) becomes plain text with its source characters instead, which reads well and always comes back.

Format: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.jira import markup
from adapters.jira.adf_reading import GUARD, to_markdown

Node = dict[str, Any]
_URL = re.compile(r"https?://[^\s<>\[\]{}|\\]*[^\s<>\[\]{}|\\.,;:!?)*_'\"]")
_DELIMITER = re.compile(r"pmtrack(?=:(?:begin|end))")
_MARKS = {"Strong": "strong", "Emphasis": "em", "Strikethrough": "strike"}
_LEADS = {"paragraph", "codeBlock"}
_HELD = _LEADS | {"bulletList", "orderedList"}
NOBODY: Mapping[str, str] = {}


def to_nodes(markdown: str, mentions: Mapping[str, str] = NOBODY) -> list[Node]:
    """Block nodes that read like the Markdown and that `to_markdown` turns back into it.

    Args:
        markdown: The text.
        mentions: Accounts by the names (without "@", lower case) that become mentions; nobody else is notified.
    """
    text = markdown.replace("\r\n", "\n").replace("\r", "\n").replace("&lt;!--", "<!--").strip("\n")
    nodes = [node for block in markup.blocks_of(text) for node in _block(block, mentions)]
    return nodes if markup.same(to_markdown(nodes), text) else _literal(text, mentions)


def document(content: list[Node]) -> Node:
    """A document of block nodes."""
    return {"version": 1, "type": "doc", "content": content}


def paragraph(*inline: Node) -> Node:
    """A paragraph of inline nodes."""
    return {"type": "paragraph", "content": list(inline)} if inline else {"type": "paragraph"}


def plain(text: str, *marks: Node) -> Node:
    """A text node; the text must not be empty."""
    return {"type": "text", "text": text, **({"marks": list(marks)} if marks else {})}


def _block(markdown: str, mentions: Mapping[str, str]) -> list[Node]:
    from mistletoe.block_token import Document

    try:
        nodes = _Writer(mentions).blocks(Document(markdown).children or ())
        exact = _fits(nodes) and markup.same(to_markdown(nodes), markdown)
    except RecursionError:  # quotes in quotes without end
        return _literal(markdown, mentions)
    return nodes if exact else _literal(markdown, mentions)


def _fits(nodes: Sequence[Node]) -> bool:
    """Whether lists and quotes hold only what the format lets them hold; Markdown allows more."""
    for node in nodes:
        inner = node.get("content", [])
        kinds = [each["type"] for each in inner]
        if node["type"] == "listItem" and not (kinds and kinds[0] in _LEADS):
            return False
        if node["type"] in ("listItem", "blockquote") and not (kinds and set(kinds) <= _HELD):
            return False
        if not _fits(inner):
            return False
    return True


def _literal(text: str, mentions: Mapping[str, str]) -> list[Node]:
    """Paragraphs that show the text as it is."""
    parts = re.split(r"\n[ \t]*\n", text.strip("\n"))
    return [paragraph(*_lines(part, mentions)) for part in parts if part.strip()]


def _lines(text: str, mentions: Mapping[str, str]) -> list[Node]:
    out: list[Node] = []
    for number, line in enumerate(text.split("\n")):
        out += [{"type": "hardBreak"}] if number else []
        out += inline(line, mentions)
    return out


def inline(text: str, mentions: Mapping[str, str], marks: Sequence[Node] = ()) -> list[Node]:
    """Text without markup as nodes: addresses become links, the people of `mentions` mentions."""
    names = sorted(mentions, key=len, reverse=True)
    people = "|".join(rf"@{re.escape(name)}(?!\w)" for name in names) or "(?!)"
    special = re.compile(rf"(?P<url>{_URL.pattern})|(?<![\w@/.])(?P<who>{people})", re.IGNORECASE)
    out: list[Node] = []
    at = 0
    for match in special.finditer(text):
        out += _text(text[at : match.start()], marks)
        out.append(_special(match, mentions, marks))
        at = match.end()
    return out + _text(text[at:], marks)


def _special(match: re.Match[str], mentions: Mapping[str, str], marks: Sequence[Node]) -> Node:
    if match["url"]:
        linked = any(mark["type"] == "link" for mark in marks)
        return plain(match[0], *marks, *([] if linked else [_link(match[0])]))
    # A pattern that ignores case takes more letters for the same than `casefold` does.
    account = mentions.get(match[0][1:].casefold())
    return (
        {"type": "mention", "attrs": {"id": account, "text": match[0]}}
        if account
        else plain(match[0], *marks)
    )


def _link(url: str) -> Node:
    return {"type": "link", "attrs": {"href": url}}


def _text(text: str, marks: Sequence[Node]) -> list[Node]:
    # The words that delimit pmtrack's block must not come out of a document.
    return [plain(_DELIMITER.sub("pmtrack" + GUARD, text), *marks)] if text else []


class _Writer:
    """Turns mistletoe's tokens into nodes, one method per kind; unknown kinds give nothing, so that the text is kept."""

    def __init__(self, mentions: Mapping[str, str]) -> None:
        self._mentions = mentions

    def blocks(self, tokens: Any) -> list[Node]:
        """The nodes of block tokens."""
        return [node for token in tokens for node in getattr(self, f"_{_kind(token)}", _nothing)(token)]

    def _heading(self, token: Any) -> list[Node]:
        return [{"type": "heading", "attrs": {"level": token.level}, "content": self._spans(token.children)}]

    def _paragraph(self, token: Any) -> list[Node]:
        return [paragraph(*self._spans(token.children))]

    def _quote(self, token: Any) -> list[Node]:
        return [{"type": "blockquote", "content": self.blocks(token.children)}]

    def _thematicbreak(self, token: Any) -> list[Node]:  # noqa: ARG002 - every kind is called alike
        return [{"type": "rule"}]

    def _codefence(self, token: Any) -> list[Node]:
        text = token.children[0].content.rstrip("\n")
        attrs = {"attrs": {"language": token.language}} if token.language else {}
        return [{"type": "codeBlock", **attrs, **({"content": _text(text, ())} if text else {})}]

    def _list(self, token: Any) -> list[Node]:
        items = [{"type": "listItem", "content": self.blocks(item.children)} for item in token.children]
        if token.start is None:
            return [{"type": "bulletList", "content": items}]
        return [{"type": "orderedList", "attrs": {"order": token.start}, "content": items}]

    def _table(self, token: Any) -> list[Node]:
        head = [self._row(token.header, "tableHeader")] if hasattr(token, "header") else []
        return [
            {"type": "table", "content": [*head, *(self._row(row, "tableCell") for row in token.children)]}
        ]

    def _row(self, row: Any, kind: str) -> Node:
        cells = [{"type": kind, "content": [paragraph(*self._spans(cell.children))]} for cell in row.children]
        return {"type": "tableRow", "content": cells}

    def _spans(self, tokens: Any, marks: tuple[Node, ...] = ()) -> list[Node]:
        return [node for token in tokens or () for node in self._span(token, marks)]

    def _span(self, token: Any, marks: tuple[Node, ...]) -> list[Node]:
        kind = type(token).__name__
        if kind in _MARKS:
            return self._spans(token.children, (*marks, {"type": _MARKS[kind]}))
        if kind == "InlineCode":
            # The code mark goes with no other but a link.
            links = [mark for mark in marks if mark["type"] == "link"]
            return _text(token.children[0].content, [*links, {"type": "code"}])
        if kind in ("Link", "AutoLink") and token.target.startswith(("http://", "https://", "mailto:")):
            return self._spans(token.children, (*marks, _link(token.target)))
        if kind == "LineBreak":
            return [{"type": "hardBreak"}]
        if kind == "RawText":
            return inline(token.content, self._mentions, marks)
        return self._spans(token.children, marks) if kind == "EscapeSequence" else []


def _kind(token: Any) -> str:
    return type(token).__name__.lower()


def _nothing(token: Any) -> list[Node]:  # noqa: ARG001 - stands for a method of the writer
    return []
