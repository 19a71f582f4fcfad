"""Word documents to blocks, through python-docx (an optional extra).

A DOCX file is a ZIP of XML: the sizes that the archive states are checked before anything is unpacked and the parser resolves no
entities. There are no lines in Word; the number of the block stands for the line.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

from tracker.reading.blocks import Block
from tracker.reading.frontends import FrontEndError
from tracker.reading.frontends.builder import Builder
from tracker.reading.source import Source

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MAX_UNPACKED = 100 * 1024 * 1024
"""Bytes of all parts together; a post-mortem with more is a zip bomb."""
MAX_RATIO = 200
"""Unpacked to packed size of one part; text reaches about 20."""
_SMALL = 1024 * 1024


def blocks(source: Source) -> list[Block]:
    """The blocks of a Word document, in order."""
    try:
        from docx import Document
        from docx.opc.exceptions import OpcError
        from lxml.etree import LxmlError
    except ImportError as error:
        raise FrontEndError(
            "missing-extra", "Word documents need python-docx: install pmtrack with its extra `docx`"
        ) from error
    try:
        _check(source.raw)
        document = Document(io.BytesIO(source.raw))
        source.number_blocks()
        return _Walk(source, document).walk()
    except (
        OpcError,
        LxmlError,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        AttributeError,
        RuntimeError,
        OSError,
        EOFError,
        NotImplementedError,
        TypeError,
        IndexError,
        AssertionError,
    ) as error:
        raise FrontEndError(
            "unreadable", f"this is no Word document that can be read: {str(error)[:200]}"
        ) from error


def _check(raw: bytes) -> None:
    """Refuse archives that unpack to far more than they are."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        parts = archive.infolist()
        if len(parts) > 10_000 or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise FrontEndError(
                "too-large", f"the document unpacks to more than {MAX_UNPACKED} bytes; not read"
            )
        for part in parts:
            if part.file_size > _SMALL and part.file_size > MAX_RATIO * max(1, part.compress_size):
                raise FrontEndError(
                    "too-large",
                    f"the part {part.filename!r} is packed suspiciously well (zip bomb); not read",
                )


class _Walk:
    """Walks the body; each paragraph, entry and row counts as a line."""

    def __init__(self, source: Source, document: Any) -> None:
        self.document = document
        self.builder = Builder(source)
        self.styles = {style.style_id: (style.name or "") for style in document.styles}
        self.depth = 0

    def walk(self) -> list[Block]:
        for child in self.document.element.body.iterchildren():
            self._block(child)
        self._close_lists(0)
        self.builder.finish()
        return self.builder.out

    def _block(self, node: Any) -> None:
        if node.tag == _W + "p":
            self._paragraph(node)
        elif node.tag == _W + "tbl":
            self._close_lists(0)
            self._table(node)
        elif node.tag == _W + "sdt":
            for inner in node.iterfind(f"{_W}sdtContent/*"):
                self._block(inner)

    def _paragraph(self, node: Any) -> None:
        style = self._style(node)
        depth = self._list_depth(node, style)
        self._close_lists(depth)
        level = _heading_level(style)
        self.builder.next_line()
        if level:
            self.builder.heading = level
        while self.depth < depth:
            self.builder.start_list(ordered="number" in style.casefold())
            self.depth += 1
        if depth:
            self.builder.start_entry()
        self._runs(node)
        self.builder.end_entry() if depth else self.builder.flush()

    def _close_lists(self, depth: int) -> None:
        while self.depth > depth:
            self.builder.end_list()
            self.depth -= 1

    def _style(self, node: Any) -> str:
        found = node.find(f"{_W}pPr/{_W}pStyle")
        return self.styles.get(found.get(_W + "val"), "") if found is not None else ""

    @staticmethod
    def _list_depth(node: Any, style: str) -> int:
        number = node.find(f"{_W}pPr/{_W}numPr")
        if number is not None and not _heading_level(style):
            level = number.find(_W + "ilvl")
            return min(9, int(level.get(_W + "val") or 0) if level is not None else 0) + 1
        if style.casefold().startswith("list "):
            return int(style[-1]) if style[-1:].isdecimal() else 1
        return 0

    def _runs(self, node: Any) -> None:
        for child in node.iterchildren():
            if child.tag == _W + "r":
                self._run(child)
            elif child.tag == _W + "hyperlink":
                self.builder.open_mark(child, "link", self._target(child))
                self._runs(child)
                self.builder.close_marks(child)
            elif child.tag == _W + "sdt":
                box = child.find(f"{_W}sdtPr/{_W14}checkbox/{_W14}checked")
                if box is not None:
                    self.builder.check(box.get(_W14 + "val") in ("1", "true"))
                else:
                    for inner in child.iterfind(_W + "sdtContent"):
                        self._runs(inner)
            elif child.tag in (_W + "ins", _W + "smartTag"):
                self._runs(child)

    def _run(self, node: Any) -> None:
        mark = "strike" if _on(node, "strike") else "strong" if _on(node, "b") else ""
        self.builder.open_mark(node, mark)
        for child in node.iterchildren():
            if child.tag == _W + "t":
                self.builder.text(child.text or "", exact=False, keep=True)
            elif child.tag in (_W + "br", _W + "cr"):
                self.builder.text("\n", exact=False, keep=True)
            elif child.tag == _W + "tab":
                self.builder.text(" ", exact=False, keep=True)
        self.builder.close_marks(node)

    def _target(self, node: Any) -> str:
        relation = self.document.part.rels.get(node.get(_R + "id") or "")
        return str(relation.target_ref) if relation is not None and relation.is_external else ""

    def _table(self, node: Any) -> None:
        self.builder.start_table()
        for row in node.iterchildren(_W + "tr"):
            self.builder.next_line()
            self.builder.start_row()
            for cell in row.iterchildren(_W + "tc"):
                self.builder.start_cell(_grid_span(cell))
                for paragraph in cell.iterchildren(_W + "p"):
                    self._runs(paragraph)
                    self.builder.flush()
                self.builder.end_cell()
            self.builder.end_row()
        self.builder.end_table()


def _grid_span(cell: Any) -> int:
    """The columns that a cell takes; one over several rows has an empty cell in each of them."""
    found = cell.find(f"{_W}tcPr/{_W}gridSpan")
    return int(found.get(_W + "val") or 1) if found is not None else 1


def _heading_level(style: str) -> int:
    name = style.casefold()
    if name == "title":
        return 1
    return (
        int(name[-1])
        if name.startswith(("heading ", "überschrift ", "titre ")) and name[-1:].isdecimal()
        else 0
    )


def _on(node: Any, name: str) -> bool:
    found = node.find(f"{_W}rPr/{_W}{name}")
    return found is not None and found.get(_W + "val") not in ("0", "false", "none")
