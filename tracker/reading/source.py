"""A document's bytes as text, with exact ways back: character and UTF-8 offsets to bytes of the file, lines and columns.

Pure. Bytes that are not UTF-8 are read as Windows-1252 one by one, so that the rest of the document stays right, and
every offset still points into the file as it is on disk.
"""

from __future__ import annotations

import codecs
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from tracker.models import Diagnostic, Severity, Span

if TYPE_CHECKING:
    from tracker.reading.blocks import Text

BOM = codecs.BOM_UTF8
_SNIFF = 8192
"""Bytes looked at to tell a binary file; the same idea and size as in git's buffer_is_binary."""


class Source:
    """The text of one document and where each piece of it stands in the file.

    Attributes:
        text: The decoded text without a byte order mark.
        data: `text` as UTF-8: what offsets of the Markdown parser refer to.
        diagnostics: What was wrong with the encoding.
        within: For a part of a document, the whole and the byte of it on which the part starts.
        raw: The file itself where the format is binary (DOCX).
        base: Lines before a part of a larger document.
        verbatim: Whether the bytes of a block hold its text as it is, so that a look at them may spare one at the text.
        exact: False where offsets cannot be given in bytes of the file (UTF-16).
        footnotes: The texts of each footnote, by its label.
    """

    __slots__ = (
        "_ascii",
        "_lines",
        "_shifts",
        "_sums",
        "base",
        "binary",
        "data",
        "diagnostics",
        "exact",
        "footnotes",
        "numbered",
        "raw",
        "text",
        "verbatim",
        "within",
    )

    def __init__(self, raw: bytes, *, binary: bool = False, within: tuple[Source, int] | None = None) -> None:
        self.raw = raw if binary else b""
        self.diagnostics: list[Diagnostic] = []
        self.binary = self.numbered = self.verbatim = False
        self.within = within
        self.base = within[0].line(within[1]) - 1 if within else 0
        self.exact: bool = within[0].exact if within else True
        self._lines: list[int] | None = None
        self._ascii: bool | None = None
        self._sums: list[int] | None = None
        self._shifts: list[tuple[int, int]] = []
        self.footnotes: dict[str, list[Text]] = {}
        if within or binary:
            self.data = b"" if binary else raw
            self.text = self.data.decode(errors="replace")
        else:
            self.text = self._decode(raw)
            self.data = raw if not self._shifts and self.exact and not self.binary else self.text.encode()

    def _decode(self, raw: bytes) -> str:
        if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return self._decode_utf16(raw)
        if b"\0" in raw[:_SNIFF]:
            self.binary = True
            self._report("binary", "the file is binary, not text; it was left alone", Severity.ERROR)
            return ""
        if raw.startswith(BOM):
            self._shifts.append((0, len(BOM)))
            raw = raw[len(BOM) :]
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return self._decode_mixed(raw)

    def _decode_utf16(self, raw: bytes) -> str:
        self.exact = False
        self._report("encoding", "the file is UTF-16; save it as UTF-8 so that it can be written back")
        return raw.decode("utf-16", errors="replace")

    def _decode_mixed(self, raw: bytes) -> str:
        out: list[str] = []
        at, written, first = 0, 0, -1
        shift = self._shifts[0][1] if self._shifts else 0
        while at < len(raw):
            # Step by step: each error holds a copy of all that was to be decoded.
            step = raw[at : at + _STEP]
            try:
                good, size = codecs.utf_8_decode(step, "strict", at + _STEP >= len(raw))
                out.append(good)
                written, at = written + size, at + size
            except UnicodeDecodeError as error:
                good = raw[at : at + error.start].decode()
                bad = at + error.start
                char = raw[bad : bad + 1].decode("cp1252", errors="replace")
                out += (good, char)
                written += error.start + len(char.encode())
                shift -= len(char.encode()) - 1
                self._shifts.append((written, shift))
                first = bad if first < 0 else first
                at = bad + 1
                if len(self._shifts) > _MOST_BAD_BYTES:
                    out.append(raw[at:].decode("cp1252", errors="replace"))
                    self.exact = False
                    break
        line = raw.count(b"\n", 0, first) + 1
        self._report(
            "encoding",
            "bytes that are not UTF-8 were read as Windows-1252; save the file as UTF-8",
            line=line,
        )
        return "".join(out)

    def _report(self, code: str, message: str, severity: Severity = Severity.WARNING, line: int = 1) -> None:
        self.diagnostics.append(Diagnostic(code, message, line=line, severity=severity))

    def number_blocks(self) -> None:
        """Count blocks instead of lines: byte `n` of `data` stands for block `n`."""
        self.numbered = True
        self.exact = False

    def part(self, start: int, end: int) -> Source:
        """The bytes `start` to `end` as a document of their own whose places still are those of the whole."""
        return Source(self.data[start:end], within=(self, start))

    def offset(self, at: int) -> int:
        """The byte of the file that belongs to byte `at` of `data`."""
        if self.within:
            return self.within[0].offset(self.within[1] + at)
        if not self._shifts:
            return at
        index = bisect_right(self._shifts, at, key=lambda shift: shift[0]) - 1
        return at + self._shifts[index][1] if index >= 0 else at

    def line(self, at: int) -> int:
        """The 1-based line of byte `at` of `data`."""
        if self.numbered:
            return at
        return bisect_right(self._starts(), at) + self.base

    def _starts(self) -> list[int]:
        if self._lines is None:
            starts = [0]
            find, at = self.data.find, 0
            while (at := find(b"\n", at) + 1) > 0:
                starts.append(at)
            self._lines = starts
        return self._lines

    def start_of(self, line: int) -> int:
        """The byte of `data` on which a line starts; lines outside of the text give its ends."""
        starts = self._starts()
        index = line - self.base - 1
        return starts[index] if 0 <= index < len(starts) else (0 if index < 0 else len(self.data))

    def span(self, start: int, end: int) -> Span:
        """The place of the bytes `start` to `end` of `data`, as bytes of the file, lines and columns."""
        if self.numbered:
            return Span(0, 0, start, 1, start, 1)
        line, column = self._position(start)
        end_line, end_column = self._position(end, at_least=start)
        if not self.exact:
            return Span(0, 0, line, column, end_line, end_column)
        return Span(self.offset(start), self.offset(end), line, column, end_line, end_column)

    def _position(self, at: int, *, at_least: int = 0) -> tuple[int, int]:
        """Line and column of byte `at`; the line is that of `at_least` where that stands further on."""
        starts = self._starts()
        index = bisect_right(starts, max(at, at_least)) - 1
        start = starts[index]
        if self._ascii is None:
            self._ascii = self.data.isascii()
        if self._ascii:
            column = max(0, min(at, len(self.data)) - start)
        elif at - start <= _STEP:
            column = len(self.data[start:at].translate(None, _WITHIN))
        else:
            column = self._characters(at) - self._characters(start)
        return index + 1 + self.base, column + 1

    def _characters(self, at: int) -> int:
        """Characters before byte `at`, from sums over steps: a line may have megabytes and thousands of items."""
        if self._sums is None:
            steps = range(0, len(self.data), _STEP)
            sizes = (len(self.data[step : step + _STEP].translate(None, _WITHIN)) for step in steps)
            self._sums = [0, *accumulate(sizes)]
        step = min(at // _STEP, len(self._sums) - 1)
        return self._sums[step] + len(self.data[step * _STEP : at].translate(None, _WITHIN))


_STEP = 4096
_WITHIN = bytes(range(0x80, 0xC0))
"""The bytes with which no character of UTF-8 starts."""
_MOST_BAD_BYTES = 20_000
"""Above this a file is not text with a few wrong bytes; the rest is read as one piece to stay linear."""
