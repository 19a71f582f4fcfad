"""AsciiDoc and MediaWiki to blocks by way of pandoc (an optional extra: its binary is large).

pandoc gives HTML, which the HTML walk reads; as pandoc tells no positions, each text is looked for in the source from the
place of the text before it, so lines are right wherever the text stands there as it is. pandoc runs sandboxed (it may open no
file and no connection), with a limit on memory and time.
"""

from __future__ import annotations

import re
import subprocess

from tracker.models import Diagnostic, Severity
from tracker.patterns import pattern
from tracker.reading.blocks import Block, Metadata
from tracker.reading.frontends import FrontEndError, html, markdown
from tracker.reading.frontends.asciidoc import readable
from tracker.reading.source import Source


class Unfinished(FrontEndError):
    """pandoc took too long."""


_MEMORY = "-M1g"
_TIMEOUT_S = 5.0
_S_PER_MB = 5.0
"""Seconds on top for each megabyte; pandoc reads one in about half a second."""
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
            facts[attribute[1]] = _unquoted(attribute[2].strip())
        elif _REVISION.match(line):
            facts["date"] = line.strip()
    return facts


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


_ATTRIBUTE = pattern(r":([\w-]+):\s+(\S.*)")
_REVISION = pattern(r"\s*\d{4}-\d\d-\d\d\s*$")
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


_TEMPLATE = pattern(
    rb"\{\{(?:(?:phab|tracked|bug|ticket|task|user|ping|u|status)\s*\|\s*)?([\w #.-]{1,40})\}\}",
    re.IGNORECASE,
)


def _read(source: Source, form: str, data: bytes | None = None) -> list[Block]:
    if len(source.data) > _MAX_BYTES:
        raise FrontEndError("too-large", f"more than {_MAX_BYTES} bytes of {form} are not read")
    if form == "asciidoc":
        return _asciidoc(source, _UNSHOWN.sub(_blank, source.data))
    return html.converted(source, convert(source.data if data is None else data, form))


def _asciidoc(source: Source, data: bytes) -> list[Block]:
    """The blocks of an AsciiDoc text; read as Markdown where pandoc gives it up, for the two are close."""
    trouble = ""
    text, closing = readable(data)
    for ending in dict.fromkeys((closing + _LAST, closing, b"")):
        try:
            return html.converted(source, convert(text + ending, "asciidoc"))
        except Unfinished as error:
            trouble = error.message
            break
        except FrontEndError as error:
            if error.code != "unreadable":
                raise
            trouble = error.message
    source.diagnostics.append(
        Diagnostic("roughly", f"read line by line, as {trouble}", severity=Severity.WARNING)
    )
    return markdown.blocks_of(source, _HEADINGS.sub(_as_markdown, data).decode(errors="replace"))


_LAST = b"\n\n'''\n"
"""A rule behind the last line: pandoc gives up a document that ends with an anchor, an attribute or a block's title."""
_HEADINGS = pattern(rb"^={1,6}(?=[ \t]+\S)", re.MULTILINE)


def _as_markdown(found: re.Match[bytes]) -> bytes:
    return b"#" * len(found[0])


def _blank(found: re.Match[bytes]) -> bytes:
    """As many blanks: pandoc gives up a whole document for an include in its sandbox, and for a comment as its last line."""
    return b" " * len(found[0])


_UNSHOWN = pattern(rb"^(?:include::|(?:ifdef|ifndef|ifeval|endif)::|//(?!/))[^\r\n]*", re.MULTILINE)


def convert(data: bytes, form: str) -> bytes:
    """The HTML of a document in one of pandoc's formats.

    Raises:
        FrontEndError: pandoc is not installed, could not read the document, or took too long.
    """
    try:
        import pypandoc

        pandoc = pypandoc.get_pandoc_path()
    except (ImportError, OSError) as error:  # an OSError where pypandoc came without its binary
        raise FrontEndError(
            "missing-extra", f"{form} needs pandoc: install pmtrack with its extra `{form}`"
        ) from error
    command = [
        pandoc,
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
        raise Unfinished("unreadable", f"pandoc did not finish this {form} within {limit_s:.0f} s") from error
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().split("\n")[0][:200]
        raise FrontEndError("unreadable", f"pandoc could not read this {form}: {reason}")
    return done.stdout
