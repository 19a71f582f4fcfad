"""`pmtrack-waivers.toml`: text to waivers, and a new entry as text. Pure; see `policies.waivers` for the form."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.waivers import Waiver
from tracker.errors import UserError
from tracker.patterns import pattern

_KEYS = ("code", "codes", "document", "item", "reason", "by", "until")
_ENTRY = pattern(r"^\s*\[\[\s*waivers\s*\]\]", re.MULTILINE)


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
    is_list = isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)
    if set(table) - {"waivers"} or not is_list:
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
    where = f"{source}:{line}"
    for code in _codes(entry, where):
        yield Waiver(
            code=code.upper(),
            source=source,
            line=line,
            document=_text(entry, "document", where) or "**",
            reason=_text(entry, "reason", where),
            until=_day(entry.get("until"), where),
            by=_text(entry, "by", where),
            item=_text(entry, "item", where),
        )


def _codes(entry: Mapping[str, Any], where: str) -> list[str]:
    more = entry.get("codes", [])
    if not isinstance(more, list):
        raise UserError(f"{where}: codes = {more!r} is no list", hint='Write codes = ["PM104"].')
    codes = [*([entry["code"]] if "code" in entry else []), *more]
    if not codes or not all(isinstance(code, str) and code for code in codes):
        raise UserError(f"{where}: a waiver names no rule", hint='Add code = "PM104".')
    return codes


def _text(entry: Mapping[str, Any], key: str, where: str) -> str | None:
    value = entry.get(key)
    if isinstance(value, list | dict):
        raise UserError(f"{where}: {key} = {value!r} is no text", hint="Write one entry for each.")
    return None if value is None else str(value)


def _day(value: object, where: str) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    if value is None or isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
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
