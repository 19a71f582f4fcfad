"""The commands of `bd` that pmtrack uses, each as one process for any number of beads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from pathlib import Path
from typing import Any

from adapters.beads import mapping
from adapters.beads.client import MINIMUM, Bd, too_old, version_in
from adapters.beads.mapping import Row
from tracker.errors import BadResponseError
from tracker.values import dataclass

_LIST = (
    "list", "--all", "--flat", "--limit", "0", "--include-infra", "--include-templates", "--include-gates",
)  # fmt: skip
LONGEST_ARGUMENT = 120_000
"""Characters of the ids that one `bd list` is asked for: Linux takes 128 KiB for one argument (MAX_ARG_STRLEN, execve(2))."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What `bd import` says it did.

    Attributes:
        taken: Ids that it made or changed.
        kept: Ids whose row in the database is newer and was left as it is.
        tied: Ids whose row in the database is of the same second and was left as it is.
    """

    taken: frozenset[str]
    kept: frozenset[str]
    tied: frozenset[str]


class Database:
    """One Beads database through `bd`; asks for the version and the prefix once."""

    def __init__(self, bd: Bd, memory: MutableMapping[str, str], prefix: str | None) -> None:
        self.bd = bd
        self._memory = memory
        self._prefix = prefix
        self._usable = False

    @property
    def known_prefix(self) -> str | None:
        """The prefix of the ids as far as it is known without asking `bd`."""
        return self._prefix or self._memory.get("prefix") or self._prefix_on_disk()

    def ensure_usable(self) -> None:
        """Check the version of `bd`; remembered for as long as the program's file is the same.

        Raises:
            UnreachableError: it is too old.
            NotFoundError: it is not installed.
        """
        if self._usable:
            return
        path = self.bd.program()
        stat = path.stat()
        stamp = f"{path}:{stat.st_size}:{stat.st_mtime_ns}"
        if self._memory.get("usable") != stamp:
            self.version()
            self._memory["usable"] = stamp
        self._usable = True

    def version(self) -> tuple[int, ...]:
        """The version of `bd`.

        Raises:
            UnreachableError: it is too old.
        """
        version = version_in(self.bd.json("version"))
        if version is None or version < MINIMUM:
            raise too_old(self.bd.tracker, version)
        return version

    def prefix(self) -> str:
        """The prefix of the ids, from the configuration or from `bd config`."""
        if self._prefix is None:
            self.ensure_usable()
            told = self.bd.json("config", "get", "issue_prefix")
            value = told.get("value") if isinstance(told, dict) else None
            self._prefix = str(value or self._prefix_on_disk() or "bd").rstrip("-")
            self._memory["prefix"] = self._prefix
        return self._prefix

    def where(self) -> str:
        """The `.beads` folder that `bd` uses."""
        self.ensure_usable()
        told = self.bd.json("where")
        return str(told.get("path", "?")) if isinstance(told, dict) else "?"

    def rows(self, ids: Sequence[str]) -> dict[str, Row]:
        """The rows of these ids, as far as they exist."""
        self.ensure_usable()
        found: dict[str, Row] = {}
        for part in parts_of(ids):
            found |= self._listed("--id", ",".join(part), items=len(part))
        return found

    def marked(self) -> dict[str, Row]:
        """The rows of all beads that carry a marker of pmtrack."""
        self.ensure_usable()
        return self._listed("--has-metadata-key", "pmtrack", items=1000)

    def everything(self) -> list[Row]:
        """Every issue with its comments, as `bd export` tells it; what is no issue is left out."""
        self.ensure_usable()
        try:
            rows = [json.loads(line) for line in self.bd.run("export", "--all", items=1000).out.splitlines()]
        except ValueError as error:
            raise BadResponseError(
                "bd export gave a line that is no JSON", tracker=self.bd.tracker
            ) from error
        return [row for row in rows if row.get("_type", "issue") == "issue"]

    def add(self, rows: Iterable[Mapping[str, Any]]) -> Imported:
        """`bd import`: new rows are made; of known ones see `mapping.rewritten`. One transaction for each 250 rows."""
        self.ensure_usable()
        lines = list(rows)
        told = self.bd.json("import", "-", stdin=mapping.jsonl(lines), items=len(lines))
        if not isinstance(told, dict):
            raise BadResponseError("bd import gave no object", tracker=self.bd.tracker)
        names = ("ids", "stale_skipped_ids", "tie_kept_local_ids")
        return Imported(*(frozenset(told.get(name) or ()) for name in names))

    def batch(self, lines: Sequence[str]) -> None:
        """`bd batch`: all lines in one transaction, or none."""
        self.ensure_usable()
        message = f"pmtrack: {len(lines)} changes"
        self.bd.json("batch", "--message", message, stdin="\n".join(lines) + "\n", items=len(lines))

    def set_due(self, ids: Sequence[str], day: str) -> None:
        """`bd update --due`: the one way to change a due date, for any number of beads with the same new date."""
        self.ensure_usable()
        self.bd.json("update", *ids, "--due", day, items=len(ids))

    def _listed(self, *arguments: str, items: int) -> dict[str, Row]:
        rows = self.bd.json(*_LIST, *arguments, items=items)
        if rows is None:
            return {}
        if not isinstance(rows, list) or not all(isinstance(row, dict) and "id" in row for row in rows):
            raise BadResponseError("bd list gave something else than issues", tracker=self.bd.tracker)
        return {str(row["id"]): row for row in rows}

    def _prefix_on_disk(self) -> str | None:
        # What `bd init --prefix` leaves behind, so that references can be told apart before the first process.
        folder = self.bd.place.database or _beads_above(self.bd.place.directory)
        try:
            name = json.loads((folder / "metadata.json").read_text(encoding="utf-8")).get("dolt_database")
        except (OSError, ValueError, AttributeError, TypeError):
            return None
        return name if isinstance(name, str) and name else None


def parts_of(ids: Iterable[str]) -> Iterator[list[str]]:
    """The ids in parts, each of which fits into one argument when commas join it."""
    part: list[str] = []
    length = 0
    for each in ids:
        if part and length + len(each) + 1 > LONGEST_ARGUMENT:
            yield part
            part, length = [], 0
        part.append(each)
        length += len(each) + 1
    if part:
        yield part


def _beads_above(directory: Path) -> Path:
    for folder in (directory.absolute(), *directory.absolute().parents):
        if (folder / ".beads").is_dir():
            return folder / ".beads"
    return directory / ".beads"
