"""Entry points of other packages, looked up only where some package has any.

`importlib.metadata` costs a hook a quarter of its time (it imports the e-mail and archive modules and parses what every installed
package declares), and hardly anybody has a plug-in. So the files in which entry points stand are searched for the group's name first.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracker.errors import UserError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_FOLDERS = (".dist-info", ".egg-info")


def entry_points(group: str) -> Iterable[EntryPoint]:
    """The entry points of a group, as `importlib.metadata.entry_points` gives them."""
    if not declared(group, sys.path):
        return ()
    from importlib.metadata import entry_points as found

    return found(group=group)


def load(point: EntryPoint, kind: str) -> Any:
    """What an entry point names.

    Args:
        point: From `entry_points`.
        kind: What it is to a person, as "adapter".

    Raises:
        UserError: its module or the name in it is not there; names the package.
    """
    try:
        return point.load()
    except (ImportError, AttributeError) as error:
        package = point.dist.name if point.dist else point.module
        raise UserError(
            f"the {kind} {point.name!r} of the package {package} cannot be loaded: {error}",
            hint=f"Install {package} again, in a version that fits this pmtrack, or ask its author.",
        ) from error


def declared(group: str, path: Iterable[str]) -> bool:
    """Whether a package on the path may have entry points of a group; what is no folder (a zip file) may hold anything."""
    sought = f"[{group}]".encode()
    return any(_in_folder(folder or ".", sought) for folder in path)


def _in_folder(folder: str, sought: bytes) -> bool:
    try:
        with os.scandir(folder) as found:
            names = [entry.name for entry in found if entry.name.endswith(_FOLDERS)]
    except NotADirectoryError:
        return True
    except OSError:
        return False
    return any(_in_file(Path(folder, name, "entry_points.txt"), sought) for name in names)


def _in_file(path: Path, sought: bytes) -> bool:
    try:
        return sought in path.read_bytes()
    except OSError:
        return False
