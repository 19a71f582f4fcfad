"""`pmtrack-waivers.toml`: text to waivers, and a new entry as text. Pure; see `policies.waivers` for the form."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.waivers import Waiver
from tracker.errors import UserError

_KEYS = ("code", "codes", "document", "item", "reason", "by", "until")
_ENTRY = re.compile(r"^\s*\[\[\s*waivers\s*\]\]", re.MULTILINE)


def parse_waivers(text: str, source: str) -> list[Waiver]:
    """The waivers of the file.

    Args:
        text: Its content.
        source: Its name, for messages.

    Raises:
        UserError: it is no TOML, or an entry has a wrong key or value. A missing reason or end date is no error here but a
            finding of the run (PM006).
    """
    import tomllib

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{source} is no valid TOML: {error}", hint="Correct the file.") from error
    entries = table.get("waivers", [])
    if set(table) - {"waivers"} or not isinstance(entries, list):
        raise UserError(f"{source}: only [[waivers]] entries may stand in it", hint="Correct the file.")
    lines = [text.count("\n", 0, match.end()) + 1 for match in _ENTRY.finditer(text)]
    lines += [1] * (len(entries) - len(lines))
    return [one for entry, line in zip(entries, lines, strict=False) for one in _read(entry, line, source)]


def _read(entry: Mapping[str, Any], line: int, source: str) -> Iterator[Waiver]:
    for key in entry:
        if key not in _KEYS:
            from difflib import get_close_matches

            near = get_close_matches(key, _KEYS, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(_KEYS)}."
            raise UserError(f"{source}:{line}: unknown key {key!r}", hint=hint)
    codes = entry.get("codes") or [entry.get("code")]
    if not all(isinstance(code, str) and code for code in codes):
        raise UserError(f"{source}:{line}: a waiver names no rule", hint='Add code = "PM104".')
    for code in codes:
        yield Waiver(
            code=code.upper(),
            source=source,
            line=line,
            document=str(entry.get("document", "**")),
            reason=_text(entry, "reason"),
            until=_day(entry.get("until"), f"{source}:{line}"),
            by=_text(entry, "by"),
            item=_text(entry, "item"),
        )


def _text(entry: Mapping[str, Any], key: str) -> str | None:
    value = entry.get(key)
    return None if value is None else str(value)


def _day(value: object, where: str) -> dt.date | None:
    if value is None or (isinstance(value, dt.date) and not isinstance(value, dt.datetime)):
        return value
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError as error:
        raise UserError(f"{where}: until = {value!r} is no day", hint="Write it as 2026-12-31.") from error


def format_waiver(waiver: Waiver) -> str:
    """The waiver as an entry of the file."""
    values = {
        "code": waiver.code,
        "document": waiver.document,
        "item": waiver.item,
        "reason": waiver.reason,
        "by": waiver.by,
    }
    lines = [f"{key} = {_quote(value)}" for key, value in values.items() if value]
    return "\n".join(["[[waivers]]", *lines, f"until = {waiver.until}", ""])


def _quote(text: str) -> str:
    """A TOML basic string; JSON's escapes are TOML's, once DEL is escaped too."""
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
