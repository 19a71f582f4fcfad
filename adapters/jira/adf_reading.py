"""Nodes of an Atlassian document to Markdown, and the words in them. Pure.

Exact for what `adf.to_nodes` makes; sensible for what people write, whose panels, pictures and tasks are told by their text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

GUARD = "\u200b"
"""Stands inside words of documents that look like the delimiters of pmtrack's block."""

Node = Mapping[str, Any]
_MARKS = {"strong": "**{}**", "em": "_{}_", "strike": "~~{}~~", "code": "`{}`"}


def to_markdown(nodes: Sequence[Node]) -> str:
    """The Markdown of block nodes."""
    return "\n\n".join(_block(node) for node in nodes).replace("<!--", "&lt;!--")


def text_of(node: Node) -> str:
    """What a reader sees of an inline node or of everything in a block, line breaks as such."""
    attrs = node.get("attrs") or {}
    kind = node.get("type")
    if kind == "text":
        return str(node.get("text") or "")
    if kind == "hardBreak":
        return "\n"
    if "content" in node:
        return "".join(text_of(each) for each in node["content"])
    return str(attrs.get("text") or attrs.get("url") or attrs.get("shortName") or "")


def words(nodes: Sequence[Node]) -> str:
    """The words of the nodes, without markup: equal for texts that differ only in how a Jira re-wrote them.

    Mentions are left out: a Jira shows them by the name that the account has at the moment.
    """
    return " ".join(re.findall(r"[^\W_]+", " ".join(_wordy(nodes)).replace(GUARD, "")))


def _wordy(nodes: Sequence[Node]) -> Iterator[str]:
    for node in nodes:
        inner = node.get("content") or ()
        if any(each.get("type") in ("text", "mention", "inlineCard", "hardBreak") for each in inner):
            yield "".join("" if each.get("type") == "mention" else text_of(each) for each in inner)
        elif inner:
            yield from _wordy(inner)


def _block(node: Node) -> str:
    inner = node.get("content") or ()
    made = _BLOCKS.get(str(node.get("type")))
    if made is not None:
        return made(inner, node.get("attrs") or {})
    return "\n\n".join(map(_block, inner)) or text_of(node)


def _heading(inner: Sequence[Node], attrs: Node) -> str:
    return "#" * int(attrs.get("level") or 1) + " " + _inline(inner)


def _code(inner: Sequence[Node], attrs: Node) -> str:
    return f"```{attrs.get('language') or ''}\n{_bare(''.join(map(text_of, inner)))}\n```"


def _quote(inner: Sequence[Node], _attrs: Node) -> str:
    return "\n".join(f"> {line}" for line in "\n\n".join(map(_block, inner)).split("\n"))


def _bullets(items: Sequence[Node], _attrs: Node) -> str:
    return _list(items, None)


def _numbers(items: Sequence[Node], attrs: Node) -> str:
    return _list(items, int(attrs.get("order", 1)))


def _list(items: Sequence[Node], first: int | None) -> str:
    out = []
    for number, item in enumerate(items):
        lead = "- " if first is None else f"{first + number}. "
        text = "\n".join(_block(each) for each in item.get("content") or ())
        out.append(lead + text.replace("\n", "\n" + " " * len(lead)))
    return "\n".join(out)


def _table(rows: Sequence[Node], _attrs: Node) -> str:
    out = []
    for number, row in enumerate(rows):
        cells = [" ".join(map(_block, cell.get("content") or ())) for cell in row.get("content") or ()]
        out.append("|" + "".join(f" {cell} |" for cell in cells))
        out += ["|" + "---|" * len(cells)] if number == 0 else []
    return "\n".join(out)


def _inline(nodes: Sequence[Node]) -> str:
    return "".join(_marked(node) for node in nodes)


def _marked(node: Node) -> str:
    text = _bare(text_of(node))
    marks = list(node.get("marks") or ())
    link = next((str(m["attrs"].get("href")) for m in marks if m.get("type") == "link"), None)
    for kind in ("code", "strike", "em", "strong"):
        if any(mark.get("type") == kind for mark in marks):
            text = _MARKS[kind].format(text)
    return f"[{text}]({link})" if link and link not in (text, f"mailto:{text}") else text


def _bare(text: str) -> str:
    return text.replace(GUARD, "")


def _rule(_inner: Sequence[Node], _attrs: Node) -> str:
    return "---"


def _paragraph(inner: Sequence[Node], _attrs: Node) -> str:
    return _inline(inner)


_BLOCKS: Mapping[str, Callable[[Sequence[Node], Node], str]] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "codeBlock": _code,
    "blockquote": _quote,
    "bulletList": _bullets,
    "orderedList": _numbers,
    "table": _table,
    "rule": _rule,
}
