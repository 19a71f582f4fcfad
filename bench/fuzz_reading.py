"""Fuzz the front ends: `python -m bench.fuzz_reading markdown 1000000 [--seed N] [--atheris]`.

Mutates small documents (whole lines, tokens of the format, bytes) and reads each result. What fails is any exception, a span
outside of the file, or an input that takes longer than `LIMIT_S`; the input is kept in the working directory. With
`--atheris` the same check runs under coverage guidance (pip install atheris), slower by far per input. AsciiDoc and MediaWiki
go through one pandoc process (bench/converter.py); every thousandth input also goes the way of the front end, with a process of
its own, and has to give the same document.
"""

from __future__ import annotations

import argparse
import io
import itertools
import random
import signal
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import FrameType

from bench.converter import Converter
from tracker.models import PostMortem
from tracker.reading import documents
from tracker.reading.frontends import pandoc
from tracker.reading.settings import ReadingSettings, make

LIMIT_S = 5
_PROGRESS = 10_000
_PANDOC = ("asciidoc", "mediawiki")
_COMPARE = 1_000
_FIRST_INPUTS = 300
"""Inputs that atheris starts from."""
EXTENSION = {
    "markdown": "md",
    "text": "txt",
    "html": "html",
    "rst": "rst",
    "org": "org",
    "docx": "docx",
    "asciidoc": "adoc",
    "mediawiki": "wiki",
}
_COMMON = (
    "Owner: Ann Lee", "Due: 2026-03-04", "31.02.2026", "@bob", "PAY-12", "#45", "https://github.com/a/b/issues/1", "(done)", "✅", "~~x~~",
    "Q2 2026", "EOW", "in 2 weeks", "P1", "[High]", "TBD", "[Name]", "…", "担当: 山田、期限: 2026-04-07", "\u202e", "\0", "\ufeff", "\r\n", "\t", "¶",
    "Action Items", "Timeline", "Lessons learned", "Immediate (This Week)", "Status: In Progress", "10:32", " - ", ": ", "|", "(", ")", "[", "]",
)  # fmt: skip
_TOKENS = {
    "markdown": ("# ", "## ", "- [ ] ", "- [x] ", "* ", "1. ", "  - ", "|---|---|", "| a | b |", "**", "`", "```\n", "> ", "<!-- pmtrack: ignore PM104 -->", "---\n", "<table>", "\\", "\n\n", "    ", "[^1]", "[a](b)", "![", "&amp;", "<br>", "[^1]: Owner: Bo\n"),
    "text": ("ACTION ITEMS\n", "\n\n", "    ", "• ", "[ ] ", "[x] ", "1. ", "━━━━━━\n", "------\n", "---  ----  ---\n", "Owner: Bo\n", "Action items:\n", "|---|---|\n", "# ", "¶\n", "a   b     c\n"),
    "html": ("<ul>", "<li>", "</li>", "<table>", "<tr>", "<td>", "</table>", "<h2>", "</h2>", "<p>", "<br>", "<b>", "<!--", "-->", "<![CDATA[", "&x;", "<ac:task>", "<input type=checkbox checked>", "<div class='", "'>", "<a href=", "<!DOCTYPE x [<!ENTITY y 'z'>]>"),
    "rst": ("====\n", "----\n", "* ", "#. ", ":Date: ", ".. note::\n", ".. include:: /etc/passwd\n", ".. raw:: html\n", "``", "`x`_", "|x|", "+---+---+\n", "| a | b |\n", "\n\n", "   "),
    "org": ("* ", "** TODO ", "** DONE ", "- [ ] ", "| a | b |\n", "|---+---|\n", "[#A]", "DEADLINE: <2026-05-20 Wed>", ":PROPERTIES:\n", ":END:\n", "[[a][b]]", "#+TITLE: x\n", "#+BEGIN_SRC\n"),
    "asciidoc": ("= ", "== ", "* ", "|===\n", "|a |b\n", "[cols=2]", "include::/etc/passwd[]", "----\n", "link:x[y]"),
    "mediawiki": ("== ", " ==", "* ", "# ", "{|\n", "|-\n", "|}\n", "! a !! b\n", "'''", "[[a|b]]", "{{x}}", "<ref>", "<nowiki>"),
}  # fmt: skip
_MORE_SEEDS = {
    "text": "SEARCH DOWN\n━━━━━━━━\nDate: 2026-05-06\n\nACTIONS\n\n  [ ] Do it\n      Owner: Ann\n\n  • Then\n      1. that - Bo\n\n    No.  Action    Due\n    ---  --------  ----------\n    1    Fix it    2026-05-06\n",
}  # fmt: skip
"""For what a format has a second way of reading."""
_SEEDS = {
    "markdown": "# T\n\n**Date**: 2026-05-06\n\n## Action Items\n\n| ID | Action | Owner | Due | Status |\n|--|--|--|--|--|\n| A1 | Do it | Ann | Q2 2026 | [ ] |\n\n- [ ] `Add x - Owner: Bo, Due: EOW`\n  - **Owner**: Cy\n\n### A2. Fix\n\nOwner: Ann\n\n```markdown\n## Action Items\n- [x] y\n```\n",
    "text": "POST-MORTEM: INC-1\n====\nTimeline¶\n- 10:00 x\nAction Items¶\n| Action | Owner |\n|---|---|\n| a | b |\n",
    "html": "<h1>T</h1><h2>Action Items</h2><ul><li><b>Do</b><br>why</li></ul><table><tr><th>Action</th><th>Owner</th></tr><tr><td>x</td><td>@a</td></tr></table>",
    "rst": "T\n=\n\n:Date: 2026-05-06\n\nAction items\n------------\n\n* a (owner: ann)\n\n=== ===\nAct Own\n=== ===\nx   y\n=== ===\n",
    "org": "#+TITLE: T\n* Action items\n** TODO [#A] x\n   DEADLINE: <2026-05-20 Wed>\n- [ ] y\n| Action | Owner |\n|--------+-------|\n| z | Bo |\n",
    "asciidoc": "= T\n\n== Action items\n\n* [x] a\n\n|===\n|Action |Owner\n\n|b |c\n|===\n",
    "mediawiki": "== Action items ==\n* a\n{|\n! Action !! Owner\n|-\n| b || c\n|}\n",
}  # fmt: skip


class Slow(Exception):
    """An input took longer than the limit."""


def word(document_xml: bytes) -> bytes:
    """A Word file with this body."""
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')  # fmt: skip
        archive.writestr("_rels/.rels", '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>')  # fmt: skip
        archive.writestr("word/document.xml", document_xml)
    return page.getvalue()


_WORD_TOKENS = ("<w:p>", "</w:p>", "<w:r><w:t>Action Items</w:t></w:r>", "<w:tbl>", "<w:tr>", "<w:tc>", "</w:tc>", "</w:tr>", "</w:tbl>", '<w:pPr><w:numPr><w:ilvl w:val="0"/></w:numPr></w:pPr>', "<w:sdt>", "<w:hyperlink>", "&x;", "<w:br/>")  # fmt: skip
_WORD_SEED = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>Action Items</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>Action</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Owner</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>'  # fmt: skip


class Mutator:
    """Makes inputs of one format from a seed number."""

    def __init__(self, form: str, seed: int) -> None:
        self.form = form
        self.random = random.Random(seed)
        self.tokens = _COMMON + (_WORD_TOKENS if form == "docx" else _TOKENS.get(form, _TOKENS["markdown"]))
        self.pool = [_WORD_SEED if form == "docx" else _SEEDS[form]]
        self.pool += [_MORE_SEEDS[form]] if form in _MORE_SEEDS else []

    def next(self) -> bytes:
        """The next input."""
        data = self.text()
        return word(data) if self.form == "docx" else data

    def text(self) -> bytes:
        """The next input; of a Word document what its file of paragraphs holds."""
        text = self.random.choice(self.pool)
        for _ in range(self.random.randint(1, 6)):
            text = self._changed(text)
        if len(text) < 3000 and self.random.random() < 0.01:
            self.pool = [*self.pool[-200:], text]
        data = text.encode(errors="surrogatepass")
        if self.random.random() < 0.1 and data:
            at = self.random.randrange(len(data))
            data = data[:at] + bytes([self.random.randrange(256)]) + data[at + 1 :]
        return data

    def _changed(self, text: str) -> str:
        choice = self.random.randrange(6)
        at = self.random.randrange(len(text) + 1)
        to = min(len(text), at + self.random.randint(0, 40))
        if choice < 3:
            return text[:at] + self.random.choice(self.tokens) + text[at:]
        if choice == 3:
            return text[:at] + text[to:]
        if choice == 4:
            return text[:at] + text[at:to] * self.random.randint(1, 4) + text[to:]
        lines = text.split("\n")
        self.random.shuffle(lines)
        return "\n".join(lines)


def checked(form: str) -> Callable[[bytes], None]:
    """A function that reads an input and fails where the reader does."""
    name = f"fuzz.{EXTENSION[form]}"
    settings = make()
    read = _compared(name, settings) if form in _PANDOC else documents.read

    def check(data: bytes) -> None:
        found = read(name, data, settings)
        for item in found.items:
            for span in item.spans.values():
                if not 0 <= span.start <= span.end <= len(data):
                    raise AssertionError(f"span {span} outside of {len(data)} bytes")

    return check


def _compared(name: str, settings: ReadingSettings) -> Callable[[str, bytes, ReadingSettings], PostMortem]:
    """Reads through one pandoc process, and compares with the front end's own way now and then."""
    own, converter, count = pandoc.convert, Converter(), itertools.count(1)

    def read(path: str, data: bytes, _settings: ReadingSettings) -> PostMortem:
        pandoc.convert = converter.convert
        try:
            found = documents.read(path, data, settings)
        except Slow:
            converter.stop()
            raise
        finally:
            pandoc.convert = own
        if next(count) % _COMPARE == 0 and _said(documents.read(name, data, settings)) != _said(found):
            raise AssertionError("one pandoc process for all inputs gives another document than one for each")
        return found

    return read


def _said(document: PostMortem) -> tuple[PostMortem, list[str]]:
    """A document without the wording of its diagnostics: pandoc's own end of the text is a line further on."""
    return replace(document, diagnostics=()), [diagnostic.code for diagnostic in document.diagnostics]


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    raise Slow


def fuzz(form: str, count: int, seed: int) -> int:
    """Read `count` inputs; gives the number that failed."""
    check, mutator = checked(form), Mutator(form, seed)
    signal.signal(signal.SIGALRM, _too_slow)
    limit_s = 2 * LIMIT_S if form in _PANDOC else LIMIT_S  # pandoc itself is stopped after 5 s
    failed, longest, start = 0, 0.0, time.perf_counter()
    for number in range(1, count + 1):
        data = mutator.next()
        signal.alarm(limit_s)
        before = time.perf_counter()
        try:
            check(data)
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is a finding
            failed += 1
            Path(f"crash-{form}-{seed}-{number}").write_bytes(data)
            print(f"{form} input {number}: {type(error).__name__}: {error}", flush=True)
            if failed >= 20:
                break
        finally:
            signal.alarm(0)
        longest = max(longest, time.perf_counter() - before)
        if number % _PROGRESS == 0:
            print(f"{form}: {number} inputs so far, {failed} failed", flush=True)
    took = time.perf_counter() - start
    print(
        f"{form}: {number} inputs, {failed} failed, longest {longest * 1000:.0f} ms, {took:.0f} s, seed {seed}",
        flush=True,
    )
    return failed


def guided(form: str, count: int, seed: int) -> None:
    """The same under atheris, which starts from some of our own inputs and knows the format's tokens."""
    import atheris

    check, mutator = checked(form), Mutator(form, seed)
    folder = Path(tempfile.mkdtemp(prefix="pmtrack-atheris-"))
    (folder / "inputs").mkdir()
    for number in range(_FIRST_INPUTS):
        (folder / "inputs" / str(number)).write_bytes(mutator.text())
    tokens = (token.encode(errors="surrogatepass") for token in mutator.tokens)
    quoted = ("".join(f"\\x{byte:02x}" for byte in token) for token in tokens)
    (folder / "tokens").write_text("".join(f'"{token}"\n' for token in quoted), encoding="ascii")
    atheris.instrument_all()
    atheris.Setup(
        [
            *(sys.argv[0], f"-runs={count}", f"-seed={seed}", f"-timeout={2 * LIMIT_S}", "-max_len=4000"),
            *(f"-dict={folder / 'tokens'}", str(folder / "inputs")),
        ],
        (lambda data: check(word(data))) if form == "docx" else check,
    )
    atheris.Fuzz()


def main() -> int:
    """Parse the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("form", choices=sorted(EXTENSION))
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", action="store_true")
    options = parser.parse_args()
    if options.atheris:
        guided(options.form, options.count, options.seed)
        return 0
    return 1 if fuzz(options.form, options.count, options.seed) else 0


if __name__ == "__main__":
    sys.exit(main())
