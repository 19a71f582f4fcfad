"""pmtrack's block inside a description of Jira Cloud, an Atlassian document.

The block is a paragraph `pmtrack:begin 7k3m9q2wxa4t`, the text, and a paragraph `pmtrack:end`. Only the nodes between the
two are ever made anew: every other node (panels, pictures, tasks, mentions, what an app put there) is written back as it
was read, which wiki markup could not do. People may draw both paragraphs into a panel or a quote, or write beside them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from adapters.jira import adf
from adapters.jira.adf_reading import text_of, to_markdown
from adapters.jira.description import CUT
from tracker.block import normalise

Node = dict[str, Any]
_BEGIN = re.compile(r"[ \t]*pmtrack:begin +(?P<marker>[0-9a-z]{8,32})[ \t]*")
_END = re.compile(r"[ \t]*pmtrack:end[ \t]*")
_DELIMITER = re.compile(r"(pmtrack:begin +[0-9a-z]{8,32}(?![0-9a-z])|pmtrack:end(?!\w))")
_GREY: Node = {"type": "textColor", "attrs": {"color": "#97a0af"}}
Found = tuple[str | None, list[Node] | None]


def block(marker: str, context: str, mentions: Mapping[str, str] = adf.NOBODY) -> list[Node]:
    """The nodes of the block."""
    begin = adf.paragraph(adf.plain(f"pmtrack:begin {marker}", _GREY))
    end = adf.paragraph(adf.plain("pmtrack:end", _GREY))
    return [begin, *adf.to_nodes(context, mentions), end]


def render(marker: str, context: str, mentions: Mapping[str, str] = adf.NOBODY) -> Node:
    """A whole new document with nothing but the block."""
    return adf.document(block(marker, context, mentions))


def find(document: Mapping[str, Any]) -> Found:
    """Marker and nodes of the first whole block, (marker, None) if only its begin is left, or (None, None)."""
    content = document.get("content") or []
    return _whole(content) or (_lone(content), None)


def context_of(nodes: Sequence[Node]) -> str:
    """The inside of a block as normalised Markdown."""
    return normalise(to_markdown(nodes))


def replace(
    document: Mapping[str, Any] | None,
    marker: str,
    context: str,
    mentions: Mapping[str, str] = adf.NOBODY,
) -> Node:
    """The document with the inside of the block made anew, every other node as it was; appended where there is none."""
    content = list((document or {}).get("content") or [])
    made = block(marker, context, mentions)
    changed = _spliced(content, marker, made)
    if changed is None:
        changed = made if not any(map(_holds_something, content)) else [*content, *made]
    return {**(document or {}), **adf.document(changed)}


def fitting(marker: str, context: str, room: int) -> tuple[str, bool]:
    """The context cut at a line end so that the text of its block takes at most `room` characters; whether it was cut."""
    if _length(block(marker, context)) <= room:
        return context, False
    kept = context[: room - len(marker) - len(CUT) - 40].rpartition("\n")[0]
    while kept and _length(block(marker, kept + CUT)) > room:
        kept = kept[: len(kept) * 9 // 10].rpartition("\n")[0]
    return kept + CUT, True


def length(document: Mapping[str, Any]) -> int:
    """Characters of the text of a document, a line for each block."""
    return _length(document.get("content") or [])


def _length(nodes: Sequence[Node]) -> int:
    return sum(len(text_of(node)) + 1 for node in nodes)


def _holds_something(node: Node) -> bool:
    return bool(text_of(node).strip()) or node.get("type") != "paragraph" or "content" in node


# --- finding the block -----------------------------------------------------------------------------------------------


def _spliced(content: list[Node], marker: str, made: list[Node]) -> list[Node] | None:
    """The content with the block at this level or further in replaced, None where it is not in it."""
    parts = _split(content)
    place = _place(parts, marker)
    if place:
        return [*parts[: place[0]], *made, *parts[place[1] + 1 :]]
    for number, node in enumerate(content):
        inner = _spliced(node["content"], marker, made) if isinstance(node.get("content"), list) else None
        if inner is not None:
            return [*content[:number], {**node, "content": inner}, *content[number + 1 :]]
    return None


def _whole(content: Sequence[Node]) -> tuple[str, list[Node]] | None:
    parts = _split(content)
    for node in parts:
        marker = _marker(node)
        place = _place(parts, marker) if marker else None
        if marker and place:
            return marker, parts[place[0] + 1 : place[1]]
    inner = (_whole(node["content"]) for node in content if isinstance(node.get("content"), list))
    return next((each for each in inner if each), None)


def _lone(content: Sequence[Node]) -> str | None:
    found = (_marker(node) for node in _split(content))
    here = next((each for each in found if each), None)
    inner = (_lone(node["content"]) for node in content if isinstance(node.get("content"), list))
    return here or next((each for each in inner if each), None)


def _place(parts: Sequence[Node], marker: str) -> tuple[int, int] | None:
    begins = [number for number, node in enumerate(parts) if _marker(node) == marker]
    for begin in begins:
        ends = (number for number in range(begin + 1, len(parts)) if _ends(parts[number]))
        end = next(ends, None)
        if end is not None:
            return begin, end
    return None


def _marker(node: Node) -> str | None:
    match = _BEGIN.fullmatch(text_of(node)) if node.get("type") == "paragraph" else None
    return match["marker"] if match else None


def _ends(node: Node) -> bool:
    return node.get("type") == "paragraph" and _END.fullmatch(text_of(node)) is not None


def _split(content: Sequence[Node]) -> list[Node]:
    """The nodes, with paragraphs that hold a delimiter among other text parted before and behind it.

    So stands what wiki markup made, and what somebody typed right behind a delimiter; other nodes stay the very objects.
    """
    return [part for node in content for part in (_parted(node) if _mixed(node) else [node])]


def _mixed(node: Node) -> bool:
    text = text_of(node) if node.get("type") == "paragraph" else ""
    return bool(_DELIMITER.search(text)) and not (_BEGIN.fullmatch(text) or _END.fullmatch(text))


def _parted(node: Node) -> list[Node]:
    parts: list[list[Node]] = [[]]
    for line in _lines_of(node["content"]):
        if _DELIMITER.fullmatch("".join(map(text_of, line)).strip()):
            parts += [line, []]
        else:
            parts[-1] += ([{"type": "hardBreak"}] if parts[-1] else []) + line
    return [{**node, "content": part} for part in parts if part]


def _lines_of(inline: Sequence[Node]) -> list[list[Node]]:
    lines: list[list[Node]] = [[]]
    for each in inline:
        if each.get("type") == "hardBreak":
            lines.append([])
            continue
        pieces = _DELIMITER.split(each["text"]) if each.get("type") == "text" else [""]
        if len(pieces) == 1:
            lines[-1].append(each)
            continue
        for piece in pieces:
            alone = _DELIMITER.fullmatch(piece)
            lines += [[]] if alone and lines[-1] else []
            lines[-1] += [{**each, "text": piece}] if piece else []
            lines += [[]] if alone else []
    return lines
