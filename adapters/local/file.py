"""The JSONL file: read, replaced atomically, locked while it is changed. Lines that are not changed keep their bytes."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from adapters.local.mapping import Record, line_of
from tracker import files
from tracker.errors import BadResponseError, UnreachableError
from tracker.values import dataclass

_LINES_AT_ONCE = 1_000
_ISSUE = re.compile(
    rb'\{"_type":"issue","id":"([^"\\]+)"[,}]'
)  # how `line_of` and `bd export` begin an issue
_digest = partial(hashlib.blake2b, digest_size=16)


@dataclass(frozen=True, slots=True)
class Contents:
    """What the file held at one moment: the line of each issue by id, and a digest of the whole.

    Every line has been parsed once, to know that it is an issue; what it says is parsed again where it is asked for, which
    costs less than keeping fifty thousand records. `others` are lines that are not issues (`bd export` also writes memories and
    the like); they are kept.
    """

    lines: Mapping[str, bytes]
    others: tuple[bytes, ...]
    digest: str

    def record(self, key: str) -> Record | None:
        """The record of an id, None where there is none."""
        line = self.lines.get(key)
        return None if line is None else json.loads(line)

    def records(self) -> Iterator[Record]:
        """Every record, in the order of the file."""
        return map(json.loads, self.lines.values())


def _watched(lines: Iterable[bytes], digest: hashlib.blake2b) -> Iterator[bytes]:
    """The file in parts of a thousand lines, each added to the digest on its way: a large file never is in memory twice."""
    every = iter(lines)
    while some := b"".join(line + b"\n" for line in islice(every, _LINES_AT_ONCE)):
        digest.update(some)
        yield some


class IssueFile:
    """One file of issues. It and its folder are made by the first write."""

    def __init__(self, path: Path, tracker: str) -> None:
        self.path = path
        self._tracker = tracker
        self._contents: Contents | None = None
        self._sound: str | None = None
        self._written: tuple[str, str] | None = None
        self.accesses = 0

    def digest(self) -> str:
        """A digest of the file as it is now, without keeping or understanding it.

        Raises:
            UnreachableError: the file cannot be read.
        """
        with self._reading(), self.path.open("rb") as file:
            return hashlib.file_digest(file, _digest).hexdigest()
        return _digest().hexdigest()

    def trust(self, digest: str) -> None:
        """A file with this digest was parsed whole before: one change in it need not pay for reading all the others."""
        self._sound = digest

    def read(self) -> Contents:
        """The contents now; parsed again only if the bytes changed.

        Raises:
            UnreachableError: the file cannot be read.
            BadResponseError: a line is not JSON, or not an issue with an id.
        """
        if self._contents is None or self._contents.digest != self.digest():
            data = self._bytes()
            self._contents = self._parse(data, _digest(data).hexdigest())
        return self._contents

    def write(self, contents: Contents, records: Mapping[str, Record]) -> None:
        """Replace the file by `contents` with these records put in. Call it under `lock`.

        Raises:
            OSError: nothing was changed.
        """
        self.accesses += 1
        lines = {**contents.lines, **{key: line_of(record) for key, record in records.items()}}
        ordered = {key: lines[key] for key in sorted(lines)}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        digest = _digest()
        files.replace(self.path, _watched(chain(ordered.values(), contents.others), digest))
        self._contents = Contents(ordered, contents.others, digest.hexdigest())
        earlier = self._written
        before = earlier[0] if earlier is not None and earlier[1] == contents.digest else contents.digest
        self._written = before, self._contents.digest

    def written(self, digest: str | None) -> str | None:
        """The digest after our writes if the file had `digest` before the first and nobody wrote between them, else `digest`."""
        return self._written[1] if self._written is not None and self._written[0] == digest else digest

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Keeps other processes from changing the file; they wait. Reading needs no lock, for files are replaced whole.

        Raises:
            OSError: the lock file cannot be made.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path.with_name(self.path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """One read of the file; a file that is not there is an empty one."""
        self.accesses += 1
        try:
            yield
        except FileNotFoundError:
            return
        except OSError as error:
            raise UnreachableError(
                f"cannot read {self.path}: {error.strerror}",
                tracker=self._tracker,
                hint="Give this user access to the file, or set another `path` for the tracker.",
            ) from error

    def _bytes(self) -> bytes:
        with self._reading():
            return self.path.read_bytes()
        return b""

    def _parse(self, data: bytes, digest: str) -> Contents:
        lines: dict[str, bytes] = {}
        others: list[bytes] = []
        for number, line in enumerate(data.splitlines(), 1):
            if not line.strip():
                continue
            known = _ISSUE.match(line) if digest == self._sound else None
            key = known[1].decode() if known else self._key(line, number)
            if key is None:
                others.append(line)
            elif key in lines:
                raise self._broken(number, f"has the id {key} of a line above")
            else:
                lines[key] = line
        return Contents(lines, tuple(others), digest)

    def _key(self, line: bytes, number: int) -> str | None:
        """The id of the issue that the line is, None for something else."""
        record = self._record(line, number)
        return str(record["id"]) if record.get("_type", "issue") == "issue" else None

    def _record(self, line: bytes, number: int) -> Record:
        try:
            record: Any = json.loads(line)
        except ValueError as error:
            raise self._broken(number, "is not JSON") from error
        if not isinstance(record, dict):
            raise self._broken(number, "is not a JSON object")
        if record.get("_type", "issue") == "issue" and not isinstance(record.get("id"), str):
            raise self._broken(number, "has no id")
        return record

    def _broken(self, number: int, what: str) -> BadResponseError:
        return BadResponseError(
            f"{self.path}, line {number} {what}",
            tracker=self._tracker,
            hint="Correct or remove that line (the file is never written while it cannot be read).",
        )
