"""From the paths on the command line, or the globs of the configuration, to the documents of a run."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import NoInputError, UserError

if TYPE_CHECKING:
    from tracker.models import PostMortem
    from tracker.reading.documents import DocumentFile
    from tracker.settings import Settings
    from tracker.sync.source import Source


def document_source(paths: Sequence[str | Path], settings: Settings, *, allow_empty: bool = False) -> Source:
    """What is to be read.

    Args:
        paths: As given on the command line, relative to the working directory; empty for the configured documents.
        settings: Names the configured documents.
        allow_empty: No document at all is fine.

    Raises:
        UserError: neither paths nor configured documents.
        NoInputError: there are no documents.
    """
    from tracker.sync.source import Documents

    if paths:
        return Documents([os.fspath(path) for path in paths], settings, allow_empty=allow_empty)
    if not settings.documents:
        raise UserError(
            "no paths were given and no documents are configured",
            hint='Give files or folders, or set documents = ["docs/postmortems/**/*.md"] in pmtrack.toml.',
        )
    return ConfiguredDocuments(settings, allow_empty=allow_empty)


class ConfiguredDocuments:
    """The documents that the globs of the configuration match; keeps the contract of `tracker.sync.source.Source`."""

    def __init__(self, settings: Settings, *, allow_empty: bool = False) -> None:
        """Match the globs.

        Raises:
            NoInputError: they match nothing (unless `allow_empty`).
        """
        from tracker.reading.documents import find
        from tracker.reading.settings import make

        self._settings = make(settings.reading, settings.people)
        patterns = [os.path.join(glob.escape(str(settings.root)), pattern) for pattern in settings.documents]  # noqa: PTH118 -- globs
        self.roots: Sequence[str] = tuple(
            fixed_part(settings.root, pattern) for pattern in settings.documents
        )
        self._globs = settings.documents
        self.files: Sequence[DocumentFile] = ()
        found = [_shown(path) for pattern in patterns for path in _matches(pattern)]
        if found:
            self.files = find(found, exclude=self._settings.exclude)
        elif not allow_empty:
            _refuse_closed(self.roots)
            raise NoInputError(
                f"no file matches the configured documents: {', '.join(settings.documents)}",
                hint=f"Correct `documents` in {settings.source or 'the environment'}; globs start at {settings.root}. "
                "If they are all gone on purpose: `pmtrack sync --allow-empty`.",
            )

    def covers(self, key: str, root: Path) -> bool:
        """See `Source.covers`: what one of the globs matches; a folder may hold documents that were synced by name."""
        from tracker.sync.source import glob_matches, is_below, key_of

        for pattern in self._globs:
            named = key_of(os.path.join(root, pattern), root)  # noqa: PTH118 -- globs
            if glob_matches(key, named) if glob.has_magic(pattern) else is_below(key, named):
                return True
        return False

    def read(self, files: Sequence[DocumentFile]) -> Iterator[PostMortem]:
        """These documents, in this order."""
        from tracker.reading.documents import read_many

        return read_many(files, self._settings)


def _refuse_closed(roots: Sequence[str]) -> None:
    """A folder that may not be read looks empty to a glob, and must not be taken for one whose documents are gone.

    Raises:
        NoInputError: one of the folders is there and cannot be listed.
    """
    for root in roots:
        if os.path.isdir(root) and not os.access(root, os.R_OK | os.X_OK):  # noqa: PTH112 -- as globs see it
            raise NoInputError(
                f"{root} cannot be read: permission denied", hint="Check the folder's permissions."
            )


def fixed_part(root: Path, pattern: str) -> str:
    """The folder in front of a glob's first wildcard, or the path itself where it has none."""
    parts = Path(pattern).parts
    fixed = next((number for number, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return str(root.joinpath(*parts[:fixed]))


def _shown(path: str) -> str:
    """The path from the working directory where it is below it, since that is how the person would write it."""
    near = os.path.relpath(path)
    return path if near.startswith("..") else near


def _matches(pattern: str) -> Iterator[str]:
    """A path without wildcards is taken as it is; of what a glob matches, files of a known format."""
    from tracker.reading.frontends import format_of

    if not glob.has_magic(pattern):
        yield pattern
        return
    for path in sorted(glob.iglob(pattern, recursive=True)):  # noqa: PTH207 -- Path.glob knows no escaped root
        if format_of(os.path.basename(path)) is not None and not os.path.isdir(path):  # noqa: PTH119, PTH112
            yield path
