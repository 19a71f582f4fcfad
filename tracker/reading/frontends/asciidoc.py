"""AsciiDoc in the words that pandoc's reader knows.

pandoc 3.9 reads less of AsciiDoc than Asciidoctor: a title that is underlined is a paragraph to it, a verbatim block straight below
a line of text is a part of that text, and where a verbatim block (`----`, `....`, `++++`, three ticks) is opened and not closed it
never ends. So titles are written in one line, blocks are set apart from the text above them, and what is open at the end is closed.
The underline of a title is at most one sign longer or shorter than it
(https://docs.asciidoctor.org/asciidoc/latest/sections/titles-and-levels/, and Asciidoctor's SetextSectionLineRx).
"""

from __future__ import annotations

from tracker.patterns import pattern

_LEVELS = {b"=": b"=", b"-": b"==", b"~": b"===", b"^": b"====", b"+": b"====="}
_UNDERLINE = pattern(rb"=+|-+|~+|\^+|\++")
_VERBATIM = pattern(rb"(-{4,}|\.{4,}|\+{4,}|```)(?:(?<=```)[\w+#-]*)?")
_TABLE = pattern(rb"[|,:!]={3,}")
_NO_TEXT = pattern(
    rb"\[.*\]|\.[^\s.].*|\+|={1,6}\s.*|//.*|:[\w-]+:.*|.*::|(-{2}|={4,}|\*{4,}|_{4,}|-{4,}|\.{4,})"
)
"""Lines below which a block may stand without a blank line, and that are no title."""


def readable(data: bytes) -> tuple[bytes, bytes]:
    """An AsciiDoc text as pandoc can read it, and the lines that close what is open at its end.

    Lines move where a title was underlined or a block stood close to its text; the caller looks texts up in the source anyway.
    """
    text = _Text()
    for line in data.split(b"\n"):
        text.add(line)
    return b"\n".join(text.lines), b"\n" + text.opened + b"\n" if text.opened else b""


class _Text:
    """The lines so far, and which block is open; pandoc does not nest verbatim blocks."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.opened = b""
        self._table = b""

    def add(self, line: bytes) -> None:
        """Take the next line."""
        bare = line.rstrip()
        if self.opened or self._table:
            self.opened = b"" if bare == self.opened else self.opened
            self._table = b"" if bare == self._table else self._table
        elif _TABLE.fullmatch(bare):
            self._table = bare
        elif _UNDERLINE.fullmatch(bare) and self._is_title(bare):
            line = _LEVELS[bare[:1]] + b" " + self.lines.pop().lstrip() + b"\n"
        elif verbatim := _VERBATIM.fullmatch(bare):
            self.opened = verbatim[1]
            if self.lines and self._is_text(self.lines[-1]):
                self.lines.append(b"")
        self.lines.append(line)

    def _is_title(self, underline: bytes) -> bool:
        """Whether the last line is the only one of its paragraph, and as long as its underline."""
        if not self.lines or (len(self.lines) > 1 and self._is_text(self.lines[-2])):
            return False
        title = self.lines[-1].rstrip()
        length = len(title.decode(errors="replace"))
        return self._is_text(title) and _WORD.search(title) is not None and abs(length - len(underline)) < 2

    def _is_text(self, line: bytes) -> bool:
        return bool(line.strip()) and not _NO_TEXT.fullmatch(line.rstrip())


_WORD = pattern(rb"[\w\x80-\xff]")
