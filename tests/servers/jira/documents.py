"""Atlassian documents as the local Cloud stores them: checked by the format's rules, told as text in version 2.

Rules: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ and the page of each node; kinds of nodes
that pmtrack does not write itself are allowed wherever people may put them.
"""

from __future__ import annotations

from typing import Any

from tests.servers.jira.model import Json

_TEXTS = {"paragraph", "heading"}
_INLINE = {"text", "hardBreak", "mention", "emoji", "inlineCard", "date", "status", "mediaInline"}
_LISTS = {"bulletList", "orderedList"}
_BLOCKS = (
    _TEXTS
    | _LISTS
    | {"blockquote", "codeBlock", "panel", "rule", "table", "taskList", "mediaSingle", "expand", "extension"}
)
_INSIDE: dict[str, set[str]] = {
    "doc": _BLOCKS,
    "paragraph": _INLINE,
    "heading": _INLINE,
    "codeBlock": {"text"},
    "blockquote": {"paragraph", "codeBlock", "mediaSingle", "extension"} | _LISTS,
    "bulletList": {"listItem"},
    "orderedList": {"listItem"},
    "listItem": {"paragraph", "codeBlock", "mediaSingle"} | _LISTS,
    "table": {"tableRow"},
    "tableRow": {"tableCell", "tableHeader"},
    "tableCell": _BLOCKS - {"table"},
    "tableHeader": _BLOCKS - {"table"},
    "panel": _TEXTS | _LISTS | {"codeBlock", "rule", "taskList", "mediaSingle"},
    "expand": _BLOCKS - {"expand"},
    "taskList": {"taskItem", "taskList"},
    "taskItem": _INLINE,
    "mediaSingle": {"media", "caption"},
}
_FILLED = {"bulletList", "orderedList", "listItem", "table", "tableRow", "tableCell", "blockquote", "panel"}
_NEEDED = {"heading": ("level",), "mention": ("id",), "panel": ("panelType",), "inlineCard": ("url",)}
_MARKS = {"strong", "em", "strike", "code", "link", "textColor", "underline", "subsup", "backgroundColor"}
_WITH_CODE = {"code", "link"}


def problem(value: Any) -> str | None:
    """What is wrong with a document, None where it may be stored."""
    if not isinstance(value, dict) or value.get("type") != "doc" or value.get("version") != 1:
        return "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
    return _problem(value)


def _problem(node: Json) -> str | None:
    if node.get("type") == "text":
        return _text_problem(node)
    inner = (_problem(child) for child in node.get("content", []))
    return _shape_problem(node) or next((found for found in inner if found), None)


def _shape_problem(node: Json) -> str | None:
    kind, content = str(node.get("type")), node.get("content", [])
    kinds = [str(child.get("type")) for child in content]
    missing = [name for name in _NEEDED.get(kind, ()) if name not in (node.get("attrs") or {})]
    wrong = [each for each in kinds if each not in _INSIDE.get(kind, set())]
    if kind in _FILLED and not content:
        return f"{kind} is empty"
    if missing or wrong:
        return f"{kind} lacks {missing}, may not hold {wrong}"
    if kind == "listItem" and kinds[0] not in ("paragraph", "codeBlock", "mediaSingle"):
        return f"{kinds[0]} may not begin a listItem"
    if kind == "codeBlock" and any(child.get("marks") for child in content):
        return "marks in a codeBlock"
    return None


def _text_problem(node: Json) -> str | None:
    marks = [mark.get("type") for mark in node.get("marks", [])]
    if not isinstance(node.get("text"), str) or not node["text"]:
        return "text is empty"
    if not set(marks) <= _MARKS or len(set(marks)) != len(marks):
        return f"marks {marks}"
    if "code" in marks and not set(marks) <= _WITH_CODE:
        return "the code mark goes with no other but a link"
    return None


def text_of(node: Json) -> str:
    """The text of a document, a line for each block: what version 2 makes of it, without the markup."""
    kind, content = node.get("type"), node.get("content", [])
    if kind == "text":
        return str(node["text"])
    if kind == "hardBreak":
        return "\n"
    if kind in _TEXTS or kind in ("codeBlock", "taskItem"):
        return "".join(map(text_of, content))
    attrs = node.get("attrs") or {}
    return "\n".join(map(text_of, content)) if content else str(attrs.get("text") or attrs.get("url") or "")


def of_text(text: str) -> Json:
    """The document that version 3 tells of a text written through version 2: blank lines part paragraphs."""
    blocks = [_paragraph(part) for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    return {"version": 1, "type": "doc", "content": blocks}


def _paragraph(text: str) -> Json:
    inline: list[Json] = []
    for number, line in enumerate(text.strip("\n").split("\n")):
        inline += [{"type": "hardBreak"}] if number else []
        inline += [{"type": "text", "text": line}] if line else []
    return {"type": "paragraph", "content": inline}
