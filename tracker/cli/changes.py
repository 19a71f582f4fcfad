"""Which lines have changed since a git revision: `git diff`, read line by line."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tracker.errors import UserError
from tracker.sync.checkout import without_git_variables

_HUNK = re.compile(r"@@ -\d+(?:,(?P<before>\d+))? \+(?P<first>\d+)(?:,(?P<count>\d+))? @@")
_WHOLE = (1, 2**31 - 1)
_TIMEOUT_S = 60


def changed_lines(revision: str, paths: Sequence[str]) -> Mapping[str, list[tuple[int, int]]]:
    """Changed and added lines of each path since the revision (since its merge base, for a branch); untracked files whole.

    Raises:
        UserError: this is no git repository, or it has no such revision.
    """
    if revision.startswith("-") or not revision.strip():
        raise UserError(f"{revision!r} is no git revision", hint="Name a branch, a tag or a commit.")
    known = {Path(path).resolve(): path for path in paths}
    found: dict[str, list[tuple[int, int]]] = {}
    for top in _repositories(known):
        for real, first, last in _changes(revision, top):
            if real in known:
                found.setdefault(known[real], []).append((first, last))
    return found


def _repositories(files: Iterable[Path]) -> list[Path]:
    """The top folders of the repositories that hold the files."""
    tops: list[Path] = []
    for folder in sorted({file.parent for file in files}):
        if not any(folder.is_relative_to(top) for top in tops):
            tops.append(Path(_git(folder, "rev-parse", "--show-toplevel").rstrip("\n")).resolve())
    return tops


def _changes(revision: str, top: Path) -> Iterator[tuple[Path, int, int]]:
    base = _git(top, "merge-base", "--end-of-options", revision, "HEAD").strip()
    options = (
        "--unified=0",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--no-renames",
        "--src-prefix=a/",
        "--dst-prefix=b/",
    )
    path: Path | None = None
    inside = 0  # so many lines of a hunk are left, which may look like a head themselves
    for line in _git(top, "-c", "core.quotePath=false", "diff", *options, base, "--").split("\n"):
        if inside:
            inside -= line[:1] in ("+", "-")
        elif line.startswith("+++ "):
            path = (top / line[6:].rstrip("\t")).resolve() if line.startswith("+++ b/") else None
        elif hunk := _HUNK.match(line):
            first, count = int(hunk["first"]), int(hunk["count"] or 1)
            inside = int(hunk["before"] or 1) + count
            if path:
                yield path, first, first + max(count, 1) - 1
    for name in _git(top, "ls-files", "-z", "--others", "--exclude-standard").split("\0"):
        if name:
            yield (top / name).resolve(), *_WHOLE


def _git(folder: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 -- fixed command; the revision stands behind --end-of-options
            ["git", "-C", str(folder), *arguments],  # noqa: S607 -- git from the user's PATH, as everywhere
            env=without_git_variables(os.environ),
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UserError(
            f"git could not be run: {error}", hint="Install git, or leave --diff-base out."
        ) from error
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["unknown error"])[0]
        raise UserError(
            f"--diff-base: git says: {reason}", hint="Fetch the revision first (in CI: fetch-depth: 0)."
        )
    return done.stdout
