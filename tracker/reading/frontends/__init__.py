"""One front end per format: bytes to blocks, found by an explicit table and imported when first used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import cast

from tracker.reading.blocks import Block
from tracker.reading.source import Source

FrontEnd = Callable[[Source], list[Block]]

FORMATS: Mapping[str, str] = {
    "asciidoc": "tracker.reading.frontends.pandoc:asciidoc",
    "docx": "tracker.reading.frontends.docx:blocks",
    "markdown": "tracker.reading.frontends.markdown:blocks",
    "mediawiki": "tracker.reading.frontends.pandoc:mediawiki",
    "org": "tracker.reading.frontends.org:blocks",
    "rst": "tracker.reading.frontends.rst:blocks",
    "html": "tracker.reading.frontends.html:blocks",
    "text": "tracker.reading.frontends.text:blocks",
}
"""Format -> where its function stands."""

BINARY = frozenset(("docx",))
"""Formats whose files are no text."""

EXTENSIONS: Mapping[str, str] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdown": "markdown",
    ".mkd": "markdown",
    ".mdx": "markdown",
    ".rst": "rst",
    ".rest": "rst",
    ".adoc": "asciidoc",
    ".asciidoc": "asciidoc",
    ".asc": "asciidoc",
    ".mediawiki": "mediawiki",
    ".wiki": "mediawiki",
    ".org": "org",
    ".docx": "docx",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "text",
    ".text": "text",
}
"""File name extension (casefolded) -> format."""


class FrontEndError(Exception):
    """A front end cannot read this document; becomes a diagnostic of it and never leaves `tracker.reading`.

    Args:
        code: `missing-extra`, `unreadable` or `too-large`.
        message: What is wrong and what to do.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def format_of(path: str) -> str | None:
    """The format that a file name promises, None where no front end reads it."""
    dot = path.rfind(".")
    return EXTENSIONS.get(path[dot:].casefold()) if dot > path.rfind("/") else None


def load(name: str) -> FrontEnd:
    """The front end of a format."""
    module, _, attribute = FORMATS[name].partition(":")
    return cast(FrontEnd, getattr(import_module(module), attribute))
