"""reStructuredText to blocks, through docutils (an optional extra).

File inclusion, raw HTML and configuration files are switched off; unknown directives and roles of Sphinx are read as what
stands in them. docutils' line numbers differ by kind of node, so texts are looked for in the source in order.
"""

from __future__ import annotations

from typing import Any

from tracker.patterns import pattern
from tracker.reading.blocks import Block, Comment, Metadata
from tracker.reading.frontends import FrontEndError
from tracker.reading.frontends.builder import Builder
from tracker.reading.source import Source

_MARKS = {"strong": "strong", "emphasis": "em", "literal": "code", "title_reference": "em"}
_SKIPPED = (
    "system_message",
    "substitution_definition",
    "raw",
    "target",
    "literal_block",
    "image",
    "figure",
    "math_block",
)
_SETTINGS = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "_disable_config": True,
    "report_level": 5,
    "halt_level": 6,
    "doctitle_xform": False,
    "docinfo_xform": False,
    "line_length_limit": 100_000,
    "input_encoding": "unicode",
    "warning_stream": False,
}


def blocks(source: Source) -> list[Block]:
    """The blocks of a reStructuredText document, in order."""
    try:
        from docutils.core import publish_doctree
        from docutils.utils import SystemMessage
    except ImportError as error:
        raise FrontEndError(
            "missing-extra", "reStructuredText needs docutils: install pmtrack with its extra `rst`"
        ) from error
    try:
        tree = publish_doctree(_tamed(source.text), settings_overrides=_SETTINGS)
        return _Walk(source).walk(tree)
    except (
        SystemMessage,
        RecursionError,
        ValueError,
        AttributeError,
        IndexError,
        KeyError,
        AssertionError,
        TypeError,
    ) as error:
        raise FrontEndError("unreadable", f"docutils could not read this file: {str(error)[:200]}") from error


_MARKUP = pattern(r"[`*|](?=[^\s`*|])|(?<=\w)_(?!\w)")
"""A sign that may open inline markup, or make the word before it a reference."""
_MOST_MARKUP = 1000


def _tamed(text: str) -> str:
    """The text without inline markup in paragraphs that have a thousand signs of it or more.

    docutils looks for the end of each mark up to the end of its paragraph: 40 kB of opening ticks took eight seconds.
    """
    if len(_MARKUP.findall(text)) < _MOST_MARKUP:
        return text
    parts = _BLANK_LINE.split(text)
    return "".join(
        _MARKUP.sub(" ", part) if len(_MARKUP.findall(part)) >= _MOST_MARKUP else part for part in parts
    )


_ROLE = pattern(r":(?P<name>[\w:+.-]{1,40}):`(?P<text>[^`<]{1,200}?)\s*(?:<[^`>]*>)?`$")
_ISSUE_ROLES = ("issue", "pr", "pull", "bug", "ticket", "gh")
_BLANK_LINE = pattern(r"(\n[ \t]*\r?\n)")


class _Walk:
    """Walks the document tree; `level` counts the open sections."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.builder = Builder(source)
        self.level = 0

    def walk(self, tree: Any) -> list[Block]:
        self._children(tree)
        self.builder.finish()
        return self.builder.out

    def _children(self, node: Any) -> None:
        for child in node.children:
            self._node(child)

    def _node(self, node: Any) -> None:
        kind = node.tagname
        if kind == "#text":
            self.builder.text(str(node))
        elif kind == "comment":
            at = max(0, self.builder.cursor)
            self.builder.out.append(Comment(self.source, at, at, str(node.astext()).strip()))
        elif kind not in _SKIPPED:
            handle = getattr(self, f"_{kind}", None)
            if handle:
                handle(node)
            elif kind in _MARKS or kind == "reference":
                self._mark(node, kind)
            else:
                self._children(node)

    def _mark(self, node: Any, kind: str) -> None:
        self.builder.open_mark(
            node, _MARKS.get(kind, "link"), node.get("refuri", "") if kind == "reference" else ""
        )
        self._children(node)
        self.builder.close_marks(node)

    def _section(self, node: Any) -> None:
        self.level += 1
        self._children(node)
        self.level -= 1

    def _problematic(self, node: Any) -> None:
        """A role that docutils does not know (":issue:`12`", ":ref:`alerts <a>`") shows what stands in it."""
        found = _ROLE.match(node.astext())
        if found:
            number = found["name"] in _ISSUE_ROLES and found["text"].isdecimal()
            self.builder.text(f" #{found['text']}" if number else f" {found['text']}", exact=not number)

    def _topic(self, node: Any) -> None:
        """A box; the table of contents repeats headings that stand further on."""
        if "contents" not in node["classes"]:
            self._children(node)

    def _footnote_reference(self, node: Any) -> None:
        self.builder.footnote(str(node.get("refid", "")))

    def _footnote(self, node: Any) -> None:
        self.builder.flush()
        since = len(self.builder.out)
        for child in node.children:
            if child.tagname != "label":
                self._node(child)
        for label in node["ids"]:
            self.builder.take_footnote(label, since)

    def _title(self, node: Any) -> None:
        self.builder.flush()
        self.builder.heading = max(1, self.level)
        self._children(node)
        self.builder.flush()

    def _paragraph(self, node: Any) -> None:
        self.builder.flush()
        self._children(node)
        self.builder.flush()

    def _bullet_list(self, node: Any) -> None:
        self.builder.start_list(ordered=node.tagname == "enumerated_list")
        self._children(node)
        self.builder.end_list()

    _enumerated_list = _bullet_list

    def _list_item(self, node: Any) -> None:
        self.builder.start_entry()
        self._children(node)
        self.builder.end_entry()

    def _field_list(self, node: Any) -> None:
        """Field lists (":Date: 2026-05-06") are what the document says of itself, or what an entry does that they stand in."""
        self.builder.flush()
        if node.parent.tagname == "list_item":
            for field in node.children:
                self.builder.text(": ".join(part.astext() for part in field.children), exact=False)
                self.builder.flush()
            return
        values = {
            field[0].astext().casefold(): field[1].astext() for field in node.children if len(field) > 1
        }
        self.builder.out.append(Metadata(self.source, self.builder.cursor, self.builder.cursor, values))

    def _term(self, node: Any) -> None:
        self.builder.flush()
        self.builder.open_mark(node, "strong")
        self._children(node)
        self.builder.close_marks(node)
        self.builder.flush()

    def _table(self, node: Any) -> None:
        self.builder.start_table()
        self._children(node)
        self.builder.end_table()

    def _row(self, node: Any) -> None:
        self.builder.start_row()
        for entry in node.children:
            self.builder.start_cell(1 + entry.get("morecols", 0), 1 + entry.get("morerows", 0))
            self._children(entry)
            self.builder.end_cell()
        self.builder.end_row()
