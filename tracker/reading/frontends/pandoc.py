"""AsciiDoc and MediaWiki to blocks by way of pandoc (an optional extra: its binary is large).

pandoc gives HTML, which the HTML walk reads; as pandoc tells no positions, each text is looked for in the source from the
place of the text before it, so lines are right wherever the text stands there as it is. pandoc runs sandboxed (it may open no
file and no connection), with a limit on memory and time.

pandoc 3.9 never ends on AsciiDoc in which a verbatim block (`----`, `....`, `++++`, three ticks) is opened and not closed. Where
such a line stands an odd number of times, one more is tried at the end first; Asciidoctor reads these files to their end too.
"""

from __future__ import annotations

import re
import subprocess

from tracker.reading.blocks import Block, Metadata
from tracker.reading.frontends import FrontEndError, html
from tracker.reading.source import Source

_MEMORY = "-M1g"
_TIMEOUT_S = 5.0
_S_PER_MB = 5.0
"""Seconds on top for each megabyte; pandoc reads one in about half a second."""
_VERBATIM = re.compile(rb"^(-{4,}|\.{4,}|\+{4,}|```)(?:[ \t]*|(?<=```)[\w+#-]*)\r?$", re.MULTILINE)
_MAX_BYTES = 20 * 1024 * 1024


def asciidoc(source: Source) -> list[Block]:
    """The blocks of an AsciiDoc document; its title block may state facts as attributes (":severity: SEV1")."""
    facts = _facts(source.data)
    head: list[Block] = [Metadata(source, 0, 0, facts)] if facts else []
    return [*head, *_read(source, "asciidoc")]


def _facts(data: bytes) -> dict[str, str]:
    """Attributes of the title block, and a revision line that is only a date."""
    facts: dict[str, str] = {}
    for line in data[:_MOST_HEAD].decode(errors="replace").lstrip().split("\n"):
        if not line.strip():
            break
        attribute = _ATTRIBUTE.match(line)
        if attribute:
            facts[attribute[1]] = attribute[2].strip()
        elif _REVISION.match(line):
            facts["date"] = line.strip()
    return facts


_ATTRIBUTE = re.compile(r":([\w-]+):\s+(\S.*)")
_REVISION = re.compile(r"\s*\d{4}-\d\d-\d\d\s*$")
_MOST_HEAD = 2000


def mediawiki(source: Source) -> list[Block]:
    """The blocks of a MediaWiki page."""
    return _read(source, "mediawiki", _TEMPLATE.sub(_shown, source.data))


def _shown(found: re.Match[bytes]) -> bytes:
    """What a template shows that only marks up a word ({{done}}, {{phab|T123}}), byte for byte of the same length."""
    start, end = found.span(1)
    at = found.start()
    if b"|" in found[0]:
        return b" " * (start - at) + found[1] + b" " * (found.end() - end)
    return (
        b" " * (start - at - 1) + b"(" + found[1] + b")" + b" " * (found.end() - end - 1)
    )  # a state of its own


_TEMPLATE = re.compile(
    rb"\{\{(?:(?:phab|tracked|bug|ticket|task|user|ping|u|status)\s*\|\s*)?([\w #.-]{1,40})\}\}",
    re.IGNORECASE,
)


def _read(source: Source, form: str, data: bytes | None = None) -> list[Block]:
    if len(source.data) > _MAX_BYTES:
        raise FrontEndError("too-large", f"more than {_MAX_BYTES} bytes of {form} are not read")
    data = source.data if data is None else data
    if form == "asciidoc" and (closing := _unclosed(data)):
        try:
            return html.converted(source, convert(data + closing, form))
        except FrontEndError:  # not what pandoc takes for the start of a block: as the file is, then
            pass
    return html.converted(source, convert(data, form))


def _unclosed(data: bytes) -> bytes:
    """The lines that close what is open at the end, the innermost block only: pandoc does not nest verbatim blocks."""
    opened = b""
    for match in _VERBATIM.finditer(data):
        if not opened:
            opened = match[1]
        elif match[1] == opened:
            opened = b""
    return b"\n" + opened + b"\n" if opened else b""


def convert(data: bytes, form: str) -> bytes:
    """The HTML of a document in one of pandoc's formats.

    Raises:
        FrontEndError: pandoc is not installed, could not read the document, or took too long.
    """
    try:
        import pypandoc
    except ImportError as error:
        raise FrontEndError("missing-extra", f"{form} needs pandoc: pip install 'pmtrack[{form}]'") from error
    command = [
        pypandoc.get_pandoc_path(),
        "+RTS",
        _MEMORY,
        "-RTS",
        "--sandbox",
        "-s",
        "-f",
        form,
        "-t",
        "html",
        "--wrap=none",
    ]
    limit_s = _TIMEOUT_S + _S_PER_MB * len(data) / 1e6
    try:
        done = subprocess.run(command, input=data, capture_output=True, check=False, timeout=limit_s)  # noqa: S603 - fixed words only
    except subprocess.TimeoutExpired as error:
        raise FrontEndError(
            "unreadable", f"pandoc did not finish this {form} within {limit_s:.0f} s"
        ) from error
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().split("\n")[0][:200]
        raise FrontEndError("unreadable", f"pandoc could not read this {form}: {reason}")
    return done.stdout
