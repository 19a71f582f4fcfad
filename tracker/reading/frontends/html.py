"""HTML to blocks, through lxml: pages, Confluence (storage format and view export), Google Docs, Notion, and HTML in Markdown.

libxml2 keeps the line of each element; the bytes of a text are found again by looking for it from there on, so spans are exact
wherever the text stands in the source as it is (no entity inside). Nothing is fetched: the HTML parser knows no external
entities, and the network is off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree, html

from tracker.patterns import pattern
from tracker.reading.blocks import Block, Comment, Metadata
from tracker.reading.frontends import metadata
from tracker.reading.frontends.builder import Builder
from tracker.reading.source import Source

_BLOCKS = frozenset(
    ("p", "div", "section", "article", "blockquote", "dd", "dt", "dl", "figure", "main", "header", "aside", "form", "fieldset", "details",
     "address", "ac:rich-text-body", "ac:layout-cell", "ac:layout-section", "ac:task-body", "hr", "body", "thead", "tbody", "caption")
)  # fmt: skip
_MARKS = {"strong": "strong", "b": "strong", "em": "em", "i": "em", "del": "strike", "s": "strike", "strike": "strike", "code": "code", "tt": "code", "kbd": "code"}  # fmt: skip
_SKIPPED = frozenset(
    (
        "script",
        "style",
        "head",
        "noscript",
        "svg",
        "template",
        "ac:emoticon",
        "ac:placeholder",
        "colgroup",
        "iframe",
        "object",
        "footer",
        "nav",
    )
)
_FRONT_MATTER = pattern(rb"---\r?\n(.{0,20000}?\n)---[ \t]*\r?\n", re.DOTALL)
_SHOWN = pattern(rb"[^\r\n]")
_STATUS_ON = ("complete", "done", "true")
_NAMED = ("ac:structured-macro", "ac:parameter")

Element = Any


def blocks(source: Source) -> list[Block]:
    """The blocks of an HTML document, in order; pages of a site generator may begin with front matter."""
    matter = _FRONT_MATTER.match(source.data)
    if matter is None:
        return _Walk(source, 0).walk(source.data)
    facts = metadata.parse(matter[1].decode(errors="replace"))
    blank = _SHOWN.sub(b" ", matter[0])  # of the same length, so that every place stays where it is
    return [
        Metadata(source, 0, matter.end(), facts),
        *_Walk(source, 0).walk(blank + source.data[matter.end() :]),
    ]


def converted(source: Source, data: bytes) -> list[Block]:
    """The blocks of HTML that another program made from the source; places are those of the source."""
    return _Walk(source, 0, lines=False).walk(data)


def fragment(source: Source, start: int, end: int) -> list[Block]:
    """The blocks of a piece of HTML that stands in a Markdown document; comments are kept for their waivers."""
    piece = source.data[start:end]
    if piece.startswith(b"<!--") and piece.rstrip().endswith(b"-->") and piece.count(b"<!--") == 1:
        return [Comment(source, start, end, piece.strip()[4:-3].decode(errors="replace").strip())]
    return _Walk(source, start).walk(piece)


class _Walk:
    """One pass over the elements; tags that are no blocks and no marks are looked through."""

    def __init__(self, source: Source, base: int, *, lines: bool = True) -> None:
        self.source = source
        self.base = base
        self.first_line = source.line(base) - 1
        self.builder = Builder(source, base)
        self.skipping: Element | None = None
        self.lines = lines
        self.notes: Element | None = None
        self.since = 0

    def walk(self, data: bytes) -> list[Block]:
        root = _parsed(data)
        if root is None:
            return []
        for event, node in etree.iterwalk(root, events=("start", "end", "comment")):
            if event == "comment":
                self._comment(node)
            elif event == "start":
                self._start(node)
            else:
                self._end(node)
                if self.skipping is node:
                    self.skipping = None
                if self.notes is node:
                    self.notes = None
            if event != "start" and node.tail and self.skipping is None and node is not root:
                self.builder.text(node.tail)
        self.builder.finish()
        return self.builder.out

    def _comment(self, node: Element) -> None:
        if self.skipping is not None or not node.text:
            return
        if node.text.startswith(_CDATA):
            self._cdata(node)
            return
        raw = node.text.encode(errors="replace")
        found = self.source.data.find(raw, self.builder.cursor)
        at = found if found >= 0 else self.builder.cursor
        self.builder.out.append(Comment(self.source, at, at + len(raw), node.text.strip()))

    def _cdata(self, node: Element) -> None:
        """What Confluence's storage format shows of a link; the bodies of its other macros are code."""
        parent = node.getparent()
        if parent is not None and parent.tag == "ac:plain-text-link-body":
            self.builder.text(node.text[len(_CDATA) :].removesuffix("]]"))

    def _start(self, node: Element) -> None:
        if self.skipping is not None or not isinstance(node.tag, str):
            return
        tag = node.tag
        if tag in _SKIPPED:
            self.skipping = node
            return
        if self.lines and node.sourceline:
            self.builder.reach_line(node.sourceline + self.first_line)
        handle = _STARTS.get(tag)
        if handle:
            handle(self, node)
        elif tag in _BLOCKS:
            self.block(node)
        else:
            self._inline(node)
        if node.text and self.skipping is None:
            self.builder.text(node.text)

    def _end(self, node: Element) -> None:
        if self.skipping is not None or not isinstance(node.tag, str):
            return
        handle = _ENDS.get(node.tag)
        if handle:
            handle(self, node)
        elif node.tag in _BLOCKS:
            self.builder.flush()
        else:
            self.builder.close_marks(node)

    # -- blocks --------------------------------------------------------------------------------------------------------

    def block(self, node: Element) -> None:
        """A block opens; some carry facts about the incident in their attributes."""
        self.builder.flush()
        classes = node.get("class") or ""
        if node.get("role") == "doc-endnotes" or "footnotes" in classes.split():
            self.notes = node
        if "checkbox-on" in classes or "checkbox-off" in classes:
            self.builder.check("checkbox-on" in classes)
        times = {
            key.removeprefix("data-incident-").replace("-", "_"): value
            for key, value in node.items()
            if key.startswith("data-incident-")
        }
        if node.tag == "p" and classes in _FACTS:
            times = {classes: "".join(node.itertext())}
        if node.tag == "p" and "title" in classes.split():
            self.builder.heading = 1  # the title of a Google document
        if times:
            self.builder.out.append(Metadata(self.source, self.builder.cursor, self.builder.cursor, times))

    def heading(self, node: Element) -> None:
        """A heading opens."""
        self.builder.flush()
        self.builder.heading = int(node.tag[1])

    def summary(self, node: Element) -> None:
        """The label of a `<details>`."""
        self.builder.flush()
        self.builder.open_mark(node, "strong")

    def end_summary(self, node: Element) -> None:
        """The label closes."""
        self.builder.close_marks(node)
        self.builder.flush()

    def open_list(self, node: Element) -> None:
        """A list opens."""
        self.builder.start_list(ordered=node.tag == "ol")

    def item(self, node: Element) -> None:
        """An entry opens; Confluence and GitHub mark tasks by class."""
        if self.notes is not None and node.get("id"):
            self.builder.flush()
            self.since = len(self.builder.out)
        self.builder.start_entry()
        classes = (node.get("class") or "").split()
        if node.get("data-inline-task-id") is not None or "task-list-item" in classes:
            self.builder.check("checked" in classes)

    def end_item(self, node: Element) -> None:
        """An entry closes; those of the notes at the end of a page are its footnotes."""
        self.builder.end_entry()
        if self.notes is not None and node.get("id"):
            self.builder.take_footnote(node.get("id") or "", self.since)

    def cell(self, node: Element) -> None:
        """A cell opens; it may take several columns and rows."""
        self.builder.start_cell(_count(node.get("colspan")), _count(node.get("rowspan")))

    def task(self, node: Element) -> None:
        """A task of the Confluence storage format."""
        self.builder.start_entry()
        self.builder.check(False)
        status = (
            node.find("ac:task-status")
            if node.nsmap
            else next((child for child in node if child.tag == "ac:task-status"), None)
        )
        if status is not None and (status.text or "").strip() in _STATUS_ON:
            self.builder.check(True)

    def check_box(self, node: Element) -> None:
        """A check box."""
        if (node.get("type") or "").casefold() == "checkbox":
            self.builder.check(node.get("checked") is not None)

    # -- inline --------------------------------------------------------------------------------------------------------

    def _inline(self, node: Element) -> None:
        mark = _MARKS.get(node.tag)
        style = (node.get("style") or "").replace(" ", "").casefold()
        if mark:
            self.builder.open_mark(node, mark)
        elif "font-weight:700" in style or "font-weight:bold" in style:
            self.builder.open_mark(node, "strong")
        elif "line-through" in style or "to-do-children-checked" in (node.get("class") or ""):
            self.builder.open_mark(node, "strike" if style else "")

    def link(self, node: Element) -> None:
        """A link; to a footnote, back from one, or, in a task of Confluence, to whom it is assigned."""
        classes = (node.get("class") or "").split()
        if "footnote-ref" in classes or node.get("role") == "doc-noteref":
            self.builder.footnote((node.get("href") or "").partition("#")[2])
            self.skipping = node
            return
        if "footnote-back" in classes or node.get("role") == "doc-backlink":
            self.skipping = node
            return
        if "confluence-userlink" in classes and _in_task(node):
            self._states("owner", "".join(node.itertext()), node)
            return
        self.builder.open_mark(node, "link", _target(node.get("href") or ""))

    def moment(self, node: Element) -> None:
        """A date that only its attribute tells (Confluence storage format); in a task the day it is due."""
        if node.get("datetime") and _in_task(node):
            self._states("due", node.get("datetime") or "", node)
        elif node.get("datetime") and not (node.text or "").strip():
            self.builder.text(f", {node.get('datetime')} ")

    def _states(self, label: str, value: str, node: Element) -> None:
        """A field of a task, which its page shows without a label."""
        if value.strip():
            self.builder.text(f" ({label}: {value.strip()}) ", exact=False)
            self.skipping = node

    def user(self, node: Element) -> None:
        """A mentioned person (Confluence storage format)."""
        parent = node.getparent()
        if parent is not None and any(_is_body(sibling) for sibling in parent):
            return  # its name is shown
        name = node.get("ri:username") or node.get("ri:userkey") or node.get("ri:account-id")
        if name:
            self.builder.text(f" @{name} ")

    def parameter(self, node: Element) -> None:
        """Macros show their title (status) or key (jira); every other parameter is a setting."""
        if node.get("ac:name") not in ("title", "key"):
            self.skipping = node

    def line_break(self, _node: Element) -> None:
        """A line break that is shown."""
        self.builder.text("\n", exact=False, keep=True)

    def pre(self, node: Element) -> None:
        """Preformatted text and identifiers are left out."""
        self.builder.flush()
        self.skipping = node


def _parsed(data: bytes) -> Element | None:
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=False)
    try:
        return html.document_fromstring(data, parser=parser, ensure_head_body=False)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _target(url: str) -> str:
    """The real target of a link; Google Docs leads every link through a page of its own."""
    if url.startswith("https://www.google.com/url?q="):
        from urllib.parse import parse_qs, urlsplit

        return parse_qs(urlsplit(url).query).get("q", [url])[0]
    return url


def _count(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < _DIGITS else 1


_DIGITS = 6


def _in_task(node: Element) -> bool:
    """Whether an element stands in a task of a page that Confluence exported."""
    entry = next(node.iterancestors("li"), None)
    return entry is not None and entry.get("data-inline-task-id") is not None


def _is_body(node: Element) -> bool:
    """Whether an element is the text that a link of Confluence's storage format shows."""
    return isinstance(node.tag, str) and node.tag.endswith("link-body")


_CDATA = "[CDATA["
_FACTS = ("author", "date")
"""Classes of the paragraphs in which pandoc puts the title block of AsciiDoc."""
_Handler = Callable[[_Walk, Element], None]
_STARTS: Mapping[str, _Handler] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _Walk.heading),
    "summary": _Walk.summary,
    "ul": _Walk.open_list,
    "ol": _Walk.open_list,
    "ac:task-list": _Walk.open_list,
    "li": _Walk.item,
    "ac:task": _Walk.task,
    "ac:task-status": _Walk.pre,
    "ac:task-id": _Walk.pre,
    "ac:task-uuid": _Walk.pre,
    "ac:parameter": _Walk.parameter,
    "ri:user": _Walk.user,
    "input": _Walk.check_box,
    "table": lambda walk, _node: walk.builder.start_table(),
    "tr": lambda walk, _node: walk.builder.start_row(),
    "td": _Walk.cell,
    "th": _Walk.cell,
    "a": _Walk.link,
    "time": _Walk.moment,
    "br": _Walk.line_break,
    "pre": _Walk.pre,
}
_ENDS: Mapping[str, _Handler] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), lambda walk, _node: walk.builder.flush()),
    "summary": _Walk.end_summary,
    "ul": lambda walk, _node: walk.builder.end_list(),
    "ol": lambda walk, _node: walk.builder.end_list(),
    "ac:task-list": lambda walk, _node: walk.builder.end_list(),
    "li": _Walk.end_item,
    "ac:task": lambda walk, _node: walk.builder.end_entry(),
    "table": lambda walk, _node: walk.builder.end_table(),
    "tr": lambda walk, _node: walk.builder.end_row(),
    "td": lambda walk, _node: walk.builder.end_cell(),
    "th": lambda walk, _node: walk.builder.end_cell(),
}
