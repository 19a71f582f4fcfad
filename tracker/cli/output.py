"""Everything that pmtrack prints goes through here: one place that neutralises what documents and trackers may contain.

Results go to standard output (`emit`, `print_table`, `print_json`), all the rest to standard error (`say`). Texts from documents
and trackers are untrusted: an escape sequence in a title must not move the cursor, set the window title or hide a line.
"""

from __future__ import annotations

import itertools
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TextIO, cast

from tracker.concealed import SHORTEST, without_secrets
from tracker.display import REORDERING, fit, neutralise

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

Line = Sequence[tuple[str, str]]
"""A line of the screen: stretches of text, each with its rich style."""

_SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSW|API_?KEY|WEBHOOK|CREDENTIAL|_PAT$|_DSN$", re.IGNORECASE)
_PIPE_WIDTH = 160
_PARTS_AT_ONCE = 1_000


def one_line(text: str) -> str:
    """The text on one line, neutralised, white space collapsed."""
    if (
        text.isascii() and text.isprintable() and "  " not in text
    ):  # nothing to do for nearly all of a large plan
        return text.strip()
    return " ".join(neutralise(text).split())


def wide(text: str) -> int:
    """Columns that a text without line breaks takes on a screen."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most so many columns, broken between words where that is possible."""
    if wide(text) <= width:
        return [text]
    from rich.text import Text

    return [line.plain.rstrip() for line in Text(text).wrap(console(), width, overflow="fold")]


def redact(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """The text without the values of environment variables that are named like secrets, and without the secrets in use.

    The last line of defence: no message is built with a secret on purpose, but an exception of a library may quote one.
    """
    for name in environ:
        if _is_secret(name) and len(value := environ[name]) >= SHORTEST and value in text:
            text = text.replace(value, f"[{name}]")
    return without_secrets(text)


@lru_cache(maxsize=1_024)
def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None


def say(text: str) -> None:
    """A line for the person on standard error."""
    _write(sys.stderr, neutralise(text))


def emit(text: str) -> None:
    """A line of the result on standard output."""
    _write(sys.stdout, neutralise(text))


def print_json(value: Any) -> None:
    """One JSON document on standard output; control characters are escaped by JSON itself."""
    import json

    _write(sys.stdout, json.dumps(value, indent=2, ensure_ascii=False, default=_plain).translate(_JSON_SAFE))


def print_json_line(value: Any) -> None:
    """One JSON document on a line of its own on standard output."""
    import json

    _write(sys.stdout, json.dumps(value, ensure_ascii=False, default=_plain).translate(_JSON_SAFE))


def print_csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], *, header: bool = True) -> None:
    """A CSV table, or more rows of one; further keys of a row are left out.

    A text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, CSV injection).
    """
    import csv
    import io

    page = io.StringIO()
    writer = csv.DictWriter(page, columns, extrasaction="ignore", lineterminator="\n")
    if header:
        writer.writeheader()
    writer.writerows({key: _harmless(value) for key, value in row.items()} for row in rows)
    if page.getvalue():
        emit(page.getvalue().rstrip("\n"))


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


_JSON_SAFE = {code: f"\\u{code:04x}" for code in [0x7F, *range(0x80, 0xA0), *REORDERING]}


def _plain(value: Any) -> Any:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, (tuple, set, frozenset)):
        return list(value)
    return str(value)


def emit_parts(parts: Iterable[str]) -> None:
    """A long result on standard output, some parts at a time; it ends its last line itself."""
    every = iter(parts)
    while some := "".join(itertools.islice(every, _PARTS_AT_ONCE)):
        _put(sys.stdout, neutralise(some))


def _write(stream: TextIO, text: str) -> None:
    _put(stream, f"{text}\n")


def _put(stream: TextIO, text: str) -> None:
    text = redact(text)
    try:
        stream.write(text)
    except UnicodeEncodeError:  # a terminal with a narrow encoding, as in a C locale
        encoding = stream.encoding or "ascii"
        stream.write(text.encode(encoding, "replace").decode(encoding))


def console(stream: TextIO | None = None) -> Console:
    """A rich console on the stream: colour on a terminal only, `NO_COLOR` honoured, wide enough when piped."""
    from rich.console import Console

    out = stream or sys.stdout
    terminal = out.isatty()
    width = None if terminal or "COLUMNS" in os.environ else _PIPE_WIDTH
    return Console(
        file=cast(TextIO, _Redacted(out)),
        width=width,
        highlight=False,
        markup=False,
        emoji=False,
        no_color=not terminal or None,
    )


class _Redacted:
    """A stream for rich, which writes by itself: without secrets, like all the rest."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(redact(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def cell(text: object, style: str = "") -> Text:
    """An untrusted value as the content of a table cell."""
    from rich.text import Text

    return Text(one_line("" if text is None else str(text)), style=style)


def print_table(
    columns: Sequence[str | Mapping[str, Any]],
    rows: Sequence[Sequence[object]],
    *,
    stream: TextIO | None = None,
    styles: Sequence[str] = (),
) -> None:
    """A table with a plain header line, as wide as its content and at most as wide as the terminal.

    Args:
        columns: Names, or mappings with `header` and the other arguments of `rich.table.Table.add_column`; those with
            `no_wrap` keep their width, the widest of the others give way first.
        rows: Values; `rich.text.Text` cells are taken as they are, everything else is neutralised.
        stream: Standard output where None.
        styles: One rich style per row, where given.
    """
    from rich.text import Text

    named = [{"header": column} if isinstance(column, str) else dict(column) for column in columns]
    cells = [[value if isinstance(value, Text) else cell(value) for value in row] for row in rows]
    natural = [
        max([len(column["header"]), *(row[number].cell_len for row in cells)])
        for number, column in enumerate(named)
    ]
    fixed = {number for number, column in enumerate(named) if column.get("no_wrap")}
    widths = fit(natural, console(stream).width, fixed)
    table = new_table([{**column, "width": width} for column, width in zip(named, widths, strict=True)])
    for number, row in enumerate(cells):
        table.add_row(*row, style=styles[number] if number < len(styles) else "")
    show(table, stream)


def show_lines(lines: Iterable[Line]) -> None:
    """Print styled lines on standard output; without styles and trailing blanks where it goes into a pipe or file."""
    screen = console()
    if not screen.is_terminal:
        emit_parts("".join(text for text, _style in line).rstrip() + "\n" for line in lines)
        return
    from rich.text import Text

    for line in lines:
        screen.print(Text.assemble(*line), soft_wrap=True)


def show(part: Table, stream: TextIO | None = None) -> None:
    """Print a table; without trailing blanks where it goes into a pipe or file."""
    screen = console(stream)
    if screen.is_terminal:
        screen.print(part)
        return
    with screen.capture() as capture:
        screen.print(part)
    _write(stream or sys.stdout, "\n".join(line.rstrip() for line in capture.get().splitlines()))


def new_table(columns: Sequence[str | Mapping[str, Any]]) -> Table:
    """An empty table in the style that all commands share."""
    from rich import box
    from rich.table import Table

    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold", show_edge=False
    )
    for column in columns:
        options = {"header": column} if isinstance(column, str) else dict(column)
        table.add_column(**{"overflow": "fold", **options})
    return table
