"""Where the documents of a run come from."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Protocol

from tracker.errors import NoInputError
from tracker.models import PostMortem
from tracker.reading import documents
from tracker.reading.documents import DocumentFile
from tracker.reading.settings import make
from tracker.settings import Settings


class Source(Protocol):
    """The documents of a run.

    Attributes:
        files: Every document, as the walk saw it.
        roots: Files and folders that were asked for.
    """

    @property
    def files(self) -> Sequence[DocumentFile]:
        """Every document."""
        ...

    @property
    def roots(self) -> Sequence[str]:
        """What was asked for."""
        ...

    def covers(self, key: str, root: Path) -> bool:
        """Whether a document, as `key_of` names it, belongs to this run.

        One that does and is not among `files` is gone; the others belong to other runs and are left alone.
        """
        ...

    def read(self, files: Sequence[DocumentFile]) -> Iterator[PostMortem]:
        """These documents, in this order. One that cannot be read comes with an empty `sha256` and the reason."""
        ...


class Documents:
    """Documents on disk, found below paths."""

    def __init__(self, paths: Sequence[str], settings: Settings, *, allow_empty: bool = False) -> None:
        """Walk the paths.

        Raises:
            NoInputError: a path does not exist, or none holds a document (unless `allow_empty`).
            UserError: the `[reading]` table is wrong.
        """
        self._settings = make(settings.reading, settings.people)
        self.roots: Sequence[str] = tuple(paths)
        self.files: Sequence[DocumentFile] = ()
        try:
            self.files = documents.find(paths, exclude=self._settings.exclude)
        except NoInputError:
            if not allow_empty or not all(Path(path).exists() for path in paths):
                raise

    def covers(self, key: str, root: Path) -> bool:
        """See `Source.covers`: everything below what was asked for."""
        return any(is_below(key, key_of(each, root)) for each in self.roots)

    def read(self, files: Sequence[DocumentFile]) -> Iterator[PostMortem]:
        """See `Source.read`."""
        return documents.read_many(files, self._settings)


def key_of(path: str, root: Path) -> str:
    """How the state names a document: relative to the configuration's folder where it is below it, with "/"."""
    absolute = os.path.abspath(path)  # noqa: PTH100 - `resolve` would follow links, which are names of their own
    base = os.path.abspath(root)  # noqa: PTH100
    if absolute == base or absolute.startswith(base.rstrip(os.sep) + os.sep):
        absolute = os.path.relpath(absolute, base)
    return absolute.replace(os.sep, "/")


def by_key(files: Sequence[DocumentFile], root: Path) -> dict[str, DocumentFile]:
    """The files by their `key_of`, worked out once for each folder: that costs more than the walk itself otherwise."""
    folders: dict[str, str] = {}
    keyed = {}
    for file in files:
        folder, slash, name = file.path.rpartition("/")
        if folder not in folders:
            key = key_of(folder + slash, root) if slash else key_of(".", root)
            folders[folder] = "" if key == "." else f"{key.rstrip('/')}/"
        keyed[folders[folder] + name] = file
    return keyed


def is_below(key: str, root_key: str) -> bool:
    """Whether a document (or folder) stands in a folder or is that file; both as `key_of` gives them."""
    return root_key in (".", key) or key.startswith(root_key.rstrip("/") + "/")


def glob_matches(key: str, pattern: str) -> bool:
    """Whether a glob matches a path, by the rules of `glob.glob(recursive=True)`; the file need not exist any more."""
    return _parts_match(key.split("/"), pattern.split("/"))


def _parts_match(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    if not pattern:
        return not parts
    if pattern[0] == "**":
        return any(_parts_match(parts[skipped:], pattern[1:]) for skipped in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], pattern[0]) and _parts_match(parts[1:], pattern[1:])
