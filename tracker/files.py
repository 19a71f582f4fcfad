"""Replacing a file so that a reader, a crash or a full disk never sees half of it."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path


def replace(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Put `data` in the place of `path`: a temporary file beside it, flushed to the disk, then renamed over it.

    Data in parts is written part by part, so that it never is in memory as a whole. A symbolic link is followed, so that the
    link stays; the mode of the old file is kept.

    Raises:
        OSError: nothing was changed (no space, no permission, no such folder).
    """
    from tracker import faults

    target = path.resolve()
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        _write(temporary, data)
        if target.exists():
            shutil.copymode(target, temporary)
        faults.reach("before-replace")
        temporary.replace(target)
    finally:  # whatever went wrong, also where the parts come from
        temporary.unlink(missing_ok=True)
    _flush_folder(target.parent)


def _write(path: Path, data: bytes | Iterable[bytes]) -> None:
    with path.open("xb") as file:
        file.writelines([data] if isinstance(data, bytes) else data)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    # The rename is only durable when the folder is; not every file system lets one open a folder (Windows).
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
