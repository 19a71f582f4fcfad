"""The configuration: `pmtrack.toml` or `[tool.pmtrack]` in `pyproject.toml`, then `PMTRACK_...` in the environment.

The file is looked up from the working directory upwards; an environment variable wins over the file. Without both the
embedded defaults of `tracker.settings` hold and pydantic is not imported. A file never holds a secret: keys that look like
one are refused with a word on where the secret belongs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tracker.errors import UserError
from tracker.patterns import pattern
from tracker.settings import Settings
from tracker.values import dataclass

FILE_NAME = "pmtrack.toml"
PREFIX = "PMTRACK_"
# Variables with the prefix that are not keys of the configuration.
NOT_KEYS = (
    "PMTRACK_CONFIG",
    "PMTRACK_FAULT",
    "PMTRACK_SHARED",
    "PMTRACK_KILL_RUNS",
    "PMTRACK_BD",
    "PMTRACK_DOLT",
    "PMTRACK_TEST_",
)
# A key that *is* a secret; `token_env`, `token_command` and the like only say where it is.
_SECRET_KEY = pattern(r"(^|_)(token|password|passwd|secret|api_?key|pat|webhook_url)$", re.IGNORECASE)
# Tokens as GitHub, Atlassian and Slack make them.
_TOKEN = pattern(r"gh[opusr]_|github_pat_|ATATT|xox[a-z]")


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A configuration file as found: the table of pmtrack in it, and its text to find lines again."""

    path: Path
    table: Mapping[str, Any]
    text: str


def load(directory: Path, environ: Mapping[str, str], file: Path | None = None) -> Settings:
    """The settings that hold in a directory.

    Args:
        directory: Where the look-up starts; also the root where there is no file.
        environ: The environment variables.
        file: A file named by the user; nothing is looked up then.

    Raises:
        UserError: the file cannot be read or a key is unknown or wrong; names the line and the nearest known key.
    """
    found = read(file) if file else find(directory)
    variables = overrides(environ)
    root = (found.path.parent if found else directory).resolve()
    if found is None and not variables:
        return Settings(root=root)
    from tracker.config_model import settings_from

    table = dict(found.table) if found else {}
    _refuse_secrets(table, found)
    merged = _merge(table, variables)
    settings = settings_from(merged, root, _Origin(found, variables).describe)
    return replace(settings, source=found.path if found else None)


def find(directory: Path) -> ConfigFile | None:
    """The nearest configuration upwards from a directory; `pmtrack.toml` before `pyproject.toml` in the same folder.

    Raises:
        UserError: a file is there and cannot be read.
    """
    for folder in (directory.resolve(), *directory.resolve().parents):
        if (folder / FILE_NAME).is_file():
            return read(folder / FILE_NAME)
        if (folder / "pyproject.toml").is_file():
            found = read(folder / "pyproject.toml")
            if found.table:
                return found
    return None


def read(path: Path) -> ConfigFile:
    """One configuration file.

    Raises:
        UserError: unreadable, not UTF-8, or not TOML; tomllib's message holds line and column.
    """
    import tomllib

    try:
        text = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text)
    except OSError as error:
        raise UserError(
            f"cannot read {path}: {error.strerror}", hint="Check the path and its permissions."
        ) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(
            f"{path} is not valid TOML: {error}", hint="Correct that line and run again."
        ) from error
    table = data.get("tool", {}).get("pmtrack", {}) if path.name == "pyproject.toml" else data
    return ConfigFile(path, table, text)


def overrides(environ: Mapping[str, str]) -> dict[str, Any]:
    """The keys that the environment sets: `PMTRACK_LIMITS__CREATES=5` is `limits.creates`.

    A value is read as TOML where it is some (`5`, `true`, `["a", "b"]`), as text otherwise.

    Raises:
        UserError: one variable sets a key as a whole and another one a key inside it.
    """
    table: dict[str, Any] = {}
    for name, value in sorted(environ.items()):
        if not name.startswith(PREFIX) or name.startswith(NOT_KEYS):
            continue
        *parents, key = name.removeprefix(PREFIX).lower().split("__")
        place = table
        for parent in parents:
            place = place.setdefault(parent, {})
            if not isinstance(place, dict):
                raise UserError(
                    f"{name} and a shorter variable of the environment set the same key",
                    hint=f"Unset one of them: {PREFIX}{parent.upper()} is a table, and its keys are set one by one.",
                )
        place[key] = _value(value)
    return table


def line_of(text: str, keys: tuple[str, ...]) -> int | None:
    """The 1-based line of a TOML text on which a key stands, None where it is not found.

    Good for tables as people write them (`[a.b]`, `key = ...`); numbers among the keys (elements of an array) are skipped.
    """
    names = [key for key in keys if not key.isdigit()]
    table, found = "", None
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?", line):
            table = header[1].replace('"', "").removeprefix("tool.pmtrack").removeprefix(".")
            if table == ".".join(names):
                found = found or number
        elif (pair := re.match(r'\s*"?([\w.-]+)"?\s*=', line)) and _dotted(table, pair[1]) == ".".join(names):
            return number
    return found


def _dotted(table: str, key: str) -> str:
    return f"{table}.{key}" if table else key


def _value(text: str) -> Any:
    import tomllib

    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _merge(table: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(table)
    for key, value in over.items():
        name = next((known for known in merged if known.lower() == key), key)
        below = merged.get(name)
        merged[name] = (
            _merge(below, value) if isinstance(value, dict) and isinstance(below, Mapping) else value
        )
    return merged


def _refuse_secrets(table: Mapping[str, Any], found: ConfigFile | None, above: tuple[str, ...] = ()) -> None:
    for key, value in table.items():
        keys = (*above, key)
        if isinstance(value, Mapping):
            _refuse_secrets(value, found, keys)
        elif isinstance(value, str) and _SECRET_KEY.search(key) and above[:1] in (("trackers",), ("notify",)):
            where = _Origin(found, {}).describe(keys)
            raise UserError(
                f"{where}: a secret does not belong into the configuration file",
                hint=f'Put it into an environment variable and name that: {key}_env = "...", '
                f"or use {key}_command or the system keyring.",
            )
        elif isinstance(value, str) and key.endswith("_env") and not _names_a_variable(value):
            raise UserError(
                f"{_Origin(found, {}).describe(keys)}: what stands there is not the name of an environment variable",
                hint=f'Write {key} = "NAME" and put the value into NAME. It is not repeated here, for it may be a secret; '
                "if it is one, it has been in a file: make a new one.",
            )


def _names_a_variable(text: str) -> bool:
    """Whether it is a name and does not look like the secret itself, which many people put there by mistake."""
    return re.fullmatch(r"[A-Za-z_]\w*", text, re.ASCII) is not None and not _TOKEN.match(text)


@dataclass(frozen=True, slots=True)
class _Origin:
    """Where a key comes from, for messages."""

    file: ConfigFile | None
    variables: Mapping[str, Any]

    def describe(self, keys: tuple[str, ...]) -> str:
        """`limits.creates (pmtrack.toml, line 7)` or `PMTRACK_LIMITS__CREATES`."""
        place: Any = self.variables
        for key in keys:
            place = place.get(key.lower()) if isinstance(place, Mapping) else None
        if place is not None:
            return PREFIX + "__".join(keys).upper()
        if self.file is None:
            return ".".join(keys)
        line = line_of(self.file.text, keys)
        return f"{'.'.join(keys)} ({self.file.path.name}{f', line {line}' if line else ''})"
