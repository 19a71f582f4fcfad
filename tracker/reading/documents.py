"""Finding documents and reading them: paths to `DocumentFile`, files to `PostMortem`.

`find` walks folders with `os.scandir` and never opens a file, so a run over unchanged documents costs little more than the
walk. `read` is pure on bytes. `read_many` reads in order, with bounded memory, on all cores where that pays.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from tracker import COLLECTOR
from tracker.errors import NoInputError
from tracker.models import Diagnostic, PostMortem, Severity
from tracker.reading import frontends
from tracker.reading.settings import ReadingSettings, make
from tracker.values import dataclass

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

SKIPPED_FOLDERS = frozenset(
    (".git", ".hg", ".svn", ".pmtrack", ".beads", "node_modules", ".venv", "venv", "__pycache__", ".tox")
)
"""Folders that never hold post-mortems; a path given by name is walked whatever it is called."""
LARGE = 8 * 1024 * 1024
"""From this many bytes on, reading on several processes pays for starting them (about half a second)."""
CHUNK = 32
MAX_BYTES = 256 * 1024 * 1024
"""Larger files are reported and not read; a post-mortem of 256 MB is a mistake."""


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """A file that a front end can read, as the walk saw it.

    Attributes:
        path: As given by the user and walked below, with "/" between folders.
        size: Bytes.
        mtime_ns: Last change, nanoseconds since the epoch.
        problem: Why the path cannot be read, "" if it can.
    """

    path: str
    size: int = 0
    mtime_ns: int = 0
    problem: str = ""


def find(paths: Sequence[str | Path], *, exclude: Sequence[str] = ()) -> list[DocumentFile]:
    """Every document below the paths, sorted within each folder; each file once, symbolic links followed without loops.

    Args:
        paths: Files (taken whatever their extension) and folders (documents with a known extension).
        exclude: Globs on the path or on any part of it.

    Raises:
        NoInputError: no path was given, a path does not exist, or none holds a document.
    """
    walk = _Finder(tuple(exclude))
    for path in paths:
        walk.root(os.fspath(path))
    if not walk.files:
        shown = ", ".join(os.fspath(path) for path in paths) or "(nothing given)"
        known = " ".join(sorted(frontends.EXTENSIONS))
        raise NoInputError(
            f"no documents in {shown}", hint=f"Give files, or folders that hold files with one of: {known}."
        )
    return walk.files


class _Finder:
    """One walk over several roots."""

    def __init__(self, exclude: tuple[str, ...]) -> None:
        self.exclude = exclude
        self.files: list[DocumentFile] = []
        self.base = ""
        self.folders: set[tuple[int, int]] = set()
        self.known: set[str] = set()

    def root(self, path: str) -> None:
        clean = path.rstrip("/") or "/"
        try:
            status = Path(clean).stat()
        except FileNotFoundError as error:
            raise NoInputError(f"{path} does not exist", hint="Check the path.") from error
        except OSError as error:
            self._add(DocumentFile(_shown(clean), problem=_reason(error)))
            return
        if not _is_folder(status):
            self._add(DocumentFile(_shown(clean), status.st_size, status.st_mtime_ns))
        elif self._enter(status):
            self.base = os.path.realpath(clean)
            self._folder(clean)

    def _inside(self, path: str) -> bool:
        """Whether a symbolic link stays in the folder that was given: links that lead out are not followed."""
        return (
            os.path.realpath(path).startswith(self.base.rstrip("/") + "/")
            or os.path.realpath(path) == self.base
        )

    def _enter(self, status: os.stat_result) -> bool:
        key = (status.st_dev, status.st_ino)
        if key in self.folders:
            return False
        self.folders.add(key)
        return True

    def _folder(self, root: str) -> None:
        waiting = [root]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(folder) as found:
                    entries = sorted(found, key=lambda entry: entry.name)
            except OSError as error:
                self._add(DocumentFile(_shown(folder), problem=_reason(error)))
                continue
            below = [inner for entry in entries if (inner := self._entry(entry, folder))]
            waiting += reversed(below)

    def _entry(self, entry: os.DirEntry[str], folder: str) -> str | None:
        """Note a file; give back a folder that is to be walked."""
        path = f"{folder}/{entry.name}" if folder != "/" else f"/{entry.name}"
        extension = frontends.format_of(entry.name)
        try:
            if entry.is_symlink() and not self._inside(path):
                return None
            if extension is None:
                return path if entry.is_dir() and self._walks(entry, path) else None
            if self.exclude and self._excluded(path):
                return None
            status = entry.stat()
        except OSError as error:
            if extension is not None:
                self._add(DocumentFile(_shown(path), problem=_reason(error)))
            return None
        if _is_folder(status):
            return path if self._walks(entry, path) else None
        self._add(DocumentFile(_shown(path), status.st_size, status.st_mtime_ns))
        return None

    def _walks(self, entry: os.DirEntry[str], path: str) -> bool:
        if entry.name in SKIPPED_FOLDERS or (self.exclude and self._excluded(path)):
            return False
        return self._enter(entry.stat())

    def _excluded(self, path: str) -> bool:
        return any(
            fnmatch(path, glob) or fnmatch(path, f"*/{glob}") or fnmatch(path.rpartition("/")[2], glob)
            for glob in self.exclude
        )

    def _add(self, file: DocumentFile) -> None:
        if not file.path.isascii():
            file = _named(file)
        if file.path not in self.known:
            self.known.add(file.path)
            self.files.append(file)


def _named(file: DocumentFile) -> DocumentFile:
    """The file under a path that can be shown and kept; one whose name is no text is a problem of its own."""
    try:
        file.path.encode()
    except UnicodeEncodeError:
        path = file.path.encode(errors="surrogateescape").decode(errors="backslashreplace")
        return DocumentFile(path, problem="the name is not UTF-8; rename it")
    return file


def _is_folder(status: os.stat_result) -> bool:
    return (status.st_mode & 0o170000) == 0o040000


def _shown(path: str) -> str:
    return path.replace(os.sep, "/") if os.sep != "/" else path


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def load(file: DocumentFile) -> bytes | Diagnostic:
    """The bytes of a file, or why they cannot be had."""
    if file.problem:
        return Diagnostic("unreadable", f"cannot be read: {file.problem}", severity=Severity.ERROR)
    if file.size > MAX_BYTES:
        return Diagnostic(
            "too-large", f"has {file.size} bytes, more than {MAX_BYTES}; not read", severity=Severity.ERROR
        )
    try:
        return Path(file.path).read_bytes()
    except OSError as error:
        return Diagnostic("unreadable", f"cannot be read: {_reason(error)}", severity=Severity.ERROR)


def read(path: str | Path | DocumentFile, data: bytes, settings: ReadingSettings | None = None) -> PostMortem:
    """What one document holds. Pure: the same bytes and settings give the same result; never raises for any bytes.

    Args:
        path: Chooses the front end by its extension, and is kept in the result.
        data: The whole file.
        settings: From `tracker.reading.settings.make`; the default knows all languages and nobody.
    """
    from tracker.reading.postmortem import build

    name = path.path if isinstance(path, DocumentFile) else _shown(os.fspath(path))
    return build(name, data, settings or make())


def read_file(file: DocumentFile, settings: ReadingSettings | None = None) -> PostMortem:
    """Load and read one file; one that cannot be loaded gives an empty result with the reason."""
    data = load(file)
    if isinstance(data, Diagnostic):
        return PostMortem(file.path, kind="other", diagnostics=(data,))
    return read(file, data, settings)


def read_many(files: Sequence[DocumentFile], settings: ReadingSettings | None = None) -> Iterator[PostMortem]:
    """The documents in the order of `files`; large sets on all cores, never more than a few chunks in memory."""
    settings = settings or make()
    workers = settings.workers or os.cpu_count() or 1
    if workers == 1 or sum(file.size for file in files) < LARGE:
        return (read_file(file, settings) for file in files)
    return _in_processes(files, settings, workers)


def _in_processes(
    files: Sequence[DocumentFile], settings: ReadingSettings, workers: int
) -> Iterator[PostMortem]:
    from collections import deque
    from concurrent.futures import Future, ProcessPoolExecutor

    chunks = (files[at : at + CHUNK] for at in range(0, len(files), CHUNK))
    waiting: deque[Future[list[PostMortem]]] = deque()
    with ProcessPoolExecutor(
        workers, mp_context=_context(), initializer=_start, initargs=(settings,)
    ) as pool:
        try:
            for chunk in chunks:
                waiting.append(pool.submit(_read_chunk, chunk))
                if len(waiting) > 2 * workers:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _context() -> BaseContext:
    """Fork server: safe with threads in the parent, and imports once."""
    import multiprocessing

    methods = multiprocessing.get_all_start_methods()
    return multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")


_settings: ReadingSettings | None = None


def _start(settings: ReadingSettings) -> None:
    gc.set_threshold(*COLLECTOR)
    global _settings  # noqa: PLW0603 - the settings of a worker process, set once when it starts
    _settings = settings


def _read_chunk(files: Iterable[DocumentFile]) -> list[PostMortem]:
    return [read_file(file, _settings) for file in files]
