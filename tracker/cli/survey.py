"""What `pmtrack init` can see around it: documents, git remote, Beads, environment. Looks only, changes nothing."""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tracker.sync.permalink import Host, web_of
from tracker.values import dataclass

SUFFIXES = (".md", ".markdown", ".txt", ".rst", ".adoc", ".org", ".html", ".htm", ".docx", ".mediawiki")
# Folders and files that people call so hold post-mortems; others are only proposed when nothing else is found.
_TELLING = re.compile(r"post[-_ ]?mortem|incident|\brca\b|retrospective|pir\b|outage", re.IGNORECASE)
_SKIPPED = {"node_modules", "venv", "site-packages", "__pycache__", "dist", "build", "target", "vendor"}
# What the first lines of one say.
_OPENING = re.compile(rf"{_TELLING.pattern}|\bINC[-_ ]?\d", re.IGNORECASE)
_OPENING_BYTES = 2_000
# Reading is fast, but a home directory is large: the survey stops after so many files.
MOST_FILES = 20_000
_MOST_READ = 200


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was found.

    Attributes:
        globs: Proposed `documents`, with the number of files that each matches.
        items: Action items in the documents that were read (at most some hundred are).
        owners: Names of owners, most frequent first.
        repository: `owner/name` of the git remote if it is a GitHub one.
        api_url: Address of its API, None for that of github.com.
        beads: Whether `.beads` is here.
        variables: Names (never values) of the variables that concern a tracker.
        jira_url: Address of Jira from the environment.
    """

    globs: Mapping[str, int]
    items: int = 0
    owners: tuple[str, ...] = ()
    repository: str | None = None
    api_url: str | None = None
    beads: bool = False
    variables: frozenset[str] = frozenset()
    jira_url: str | None = None


def survey(folder: Path, environ: Mapping[str, str], named: Sequence[Path] = ()) -> Surroundings:
    """Look around in a folder.

    Args:
        folder: Where the configuration will be.
        environ: The environment.
        named: Folders below it that a person named as those of the post-mortems; without any, they are looked for.
    """
    telling = [path for one in named for path in _files(one)] if named else _telling(folder)
    items, owners = _read(folder, telling)
    repository, api_url = _remote(folder, environ)
    known = {"GITHUB_TOKEN", "GH_TOKEN", "JIRA_URL", "JIRA_EMAIL", "JIRA_TOKEN", "JIRA_API_TOKEN"}
    return Surroundings(
        globs=_globs(folder, telling),
        items=items,
        owners=owners,
        repository=repository,
        api_url=api_url,
        beads=(folder / ".beads").is_dir(),
        variables=frozenset(known & {name for name, value in environ.items() if value}),
        jira_url=environ.get("JIRA_URL") or environ.get("JIRA_SERVER"),
    )


def _telling(folder: Path) -> list[Path]:
    """The files whose names say that they are post-mortems; where no name does, those whose first lines do."""
    files = list(_files(folder))
    telling = [path for path in files if _TELLING.search(path.relative_to(folder).as_posix())]
    return telling or [path for path in files[:_MOST_READ] if _OPENING.search(_opening(path))]


def _files(folder: Path) -> Iterator[Path]:
    """Possible documents below a folder, symbolic links not followed."""
    seen = 0
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED and not name.startswith("."))
        for name in sorted(names):
            seen += 1
            if seen > MOST_FILES:
                return
            if name.lower().endswith(SUFFIXES):
                yield Path(root, name)


def _opening(path: Path) -> str:
    """The first lines of a file, "" where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(_OPENING_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def _globs(folder: Path, files: list[Path]) -> dict[str, int]:
    """One glob per folder and suffix: the topmost folder with a telling name, or the file's own folder."""
    counts: Counter[str] = Counter()
    for path in files:
        parts = path.relative_to(folder).parts
        depth = next((number for number, part in enumerate(parts[:-1], 1) if _TELLING.search(part)), None)
        if depth is None:
            counts["/".join((*parts[:-1], f"*{path.suffix}"))] += 1
        else:
            counts["/".join((*parts[:depth], "**", f"*{path.suffix}"))] += 1
    return dict(counts.most_common())


def _read(folder: Path, files: list[Path]) -> tuple[int, tuple[str, ...]]:
    """How many action items the first documents hold, and whom they name."""
    from tracker.reading import read

    items, owners = 0, Counter[str]()
    for path in files[:_MOST_READ]:
        try:
            document = read(path.relative_to(folder).as_posix(), path.read_bytes(), {})
        except OSError:
            continue
        items += len(document.action_items)
        owners.update(owner for item in document.action_items for owner in item.owners)
    return items, tuple(name for name, _ in owners.most_common())


def _remote(folder: Path, environ: Mapping[str, str]) -> tuple[str | None, str | None]:
    """`owner/name` and API address of the GitHub remote, from GitHub Actions' variables or from git."""
    if environ.get("GITHUB_REPOSITORY"):
        return environ["GITHUB_REPOSITORY"], environ.get("GITHUB_API_URL")
    try:
        done = subprocess.run(  # noqa: S603 -- fixed words and this folder
            ["git", "-C", str(folder), "remote", "get-url", "origin"],  # noqa: S607 -- the person's own git
            capture_output=True, text=True, timeout=10, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None, None
    return github_repository(done.stdout.strip())


def github_repository(url: str) -> tuple[str | None, str | None]:
    """`owner/name` and API address for a git URL of GitHub or GitHub Enterprise; (None, None) for any other host."""
    web = web_of(url)
    if web is None or web.host is not Host.GITHUB:
        return None, None
    scheme, _, rest = web.base.partition("://")
    host, _, repository = rest.partition("/")
    if host == "github.com":
        return repository, None
    # https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency/about-github-enterprise-cloud-with-data-residency
    return repository, f"{scheme}://api.{host}" if host.endswith(".ghe.com") else f"{scheme}://{host}/api/v3"
