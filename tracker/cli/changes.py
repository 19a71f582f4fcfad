"""Which lines have changed since a git revision: `git diff`, read line by line."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tracker.errors import UserError

_HUNK = re.compile(r"^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")
_WHOLE = (1, 2**31 - 1)
_TIMEOUT_S = 60


def changed_lines(revision: str, paths: Sequence[str]) -> Mapping[str, list[tuple[int, int]]]:
    """Changed and added lines of each path since the revision (since its merge base, for a branch); untracked files whole.

    Raises:
        UserError: this is no git repository, or it has no such revision.
    """
    if revision.startswith("-") or not revision.strip():
        raise UserError(f"{revision!r} is no git revision", hint="Name a branch, a tag or a commit.")
    known = {os.path.realpath(path): path for path in paths}
    found: dict[str, list[tuple[int, int]]] = {}
    for folder in sorted({os.path.dirname(path) for path in known}):
        if folder not in {os.path.dirname(os.path.realpath(path)) for path in found}:
            for real, first, last in _changes(revision, Path(folder)):
                if real in known and (first, last) not in found.setdefault(known[real], []):
                    found[known[real]].append((first, last))
    return found


def _changes(revision: str, folder: Path) -> Iterator[tuple[str, int, int]]:
    top = _git(folder, "rev-parse", "--show-toplevel").rstrip("\n")
    base = _git(folder, "merge-base", "--end-of-options", revision, "HEAD").strip()
    options = ("--unified=0", "--no-color", "--no-ext-diff", "--no-renames", "--src-prefix=a/", "--dst-prefix=b/")
    path = ""
    for line in _git(folder, "-c", "core.quotePath=false", "diff", *options, base, "--", ".").splitlines():
        if line.startswith("+++ "):
            path = os.path.realpath(os.path.join(top, line[6:].rstrip("\t"))) if line.startswith("+++ b/") else ""
        elif path and (hunk := _HUNK.match(line)):
            first, count = int(hunk[1]), int(hunk[2] or 1)
            yield path, first, first + max(count, 1) - 1
    for name in _git(folder, "ls-files", "-z", "--others", "--exclude-standard").split("\0"):
        if name:
            yield os.path.realpath(folder / name), *_WHOLE


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 -- fixed command; the revision stands behind --end-of-options
            ["git", "-C", str(folder), *arguments],  # noqa: S607 -- git from the user's PATH, as everywhere
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UserError(f"git could not be run: {error}", hint="Install git, or leave --diff-base out.") from error
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["unknown error"])[0]
        raise UserError(f"--diff-base: git says: {reason}", hint="Fetch the revision first (in CI: fetch-depth: 0).")
    return done.stdout
