"""Which line of which commit a document's row is, asked of the git checkout that holds it. Sends nothing over the network.

The rule:

* `link_base` is configured: addresses below it, and git is not asked.
* The document is, as it stands, in a commit that the remote has: the address at that commit, which stays right for ever.
* It is new, changed, or in a commit that was not pushed yet: the address at the remote's default branch, which is right
  as soon as the change has arrived there.
* There is no checkout, no remote, a remote whose addresses are not known, or git ignores the document: no address.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from tracker.settings import Settings
from tracker.sync.permalink import Host, Linker, Web, below, repository_of, web_of

_TIMEOUT_S = 20
# More folders than this are asked for as a whole: a command line is not endless.
_MOST_ROOTS = 200
# Where git would look instead of in the checkout, set for instance inside a hook.
_MISLEADING = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
)
# Nothing is fetched, asked, locked or run: a partial clone would fetch missing objects, a configured monitor would start.
_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
_SAFE = ("-c", "core.fsmonitor=false", "-c", "protocol.allow=never", "-c", "core.quotePath=false")


def linker_of(settings: Settings, roots: Sequence[str]) -> Linker:
    """What gives the addresses of lines of the documents of a run; git is asked when the first one is wanted.

    Args:
        settings: The configuration.
        roots: Files and folders that the run looks at.
    """
    return below(settings.link_base) if settings.link_base else Checkouts(settings, roots)


def repository_near(settings: Settings, path: str) -> Web | None:
    """The repository whose issues a document means with `#45`.

    It is that of `[reading] repository`, else that of the only GitHub tracker, else the git remote of the document's checkout.

    Args:
        settings: The configuration.
        path: The document.
    """
    if stated := settings.reading.get("repository"):
        return repository_of(str(stated))
    tables = [table.options for table in settings.trackers.values() if table.type == "github"]
    if len(tables) == 1 and tables[0].get("repository"):
        api = str(tables[0].get("api_url") or "https://github.com").replace(
            "://api.github.com", "://github.com"
        )
        host = str(tables[0].get("web_url") or api.removesuffix("/").removesuffix("/api/v3"))
        return Web(f"{host.rstrip('/')}/{tables[0]['repository']}", Host.GITHUB)
    place = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would follow links
    top = next((each for each in place.parents if (each / ".git").exists()), None)
    remote = _remote(top) if top else None
    return web_of(remote[1], _github_hosts(settings)) if remote else None


def completed(refs: Sequence[str], settings: Settings) -> tuple[str, ...]:
    """References of a row with `[reading] repository` put in where they name none; as shown where none is configured."""
    stated = settings.reading.get("repository")
    web = repository_of(str(stated)) if stated and any(ref[:1] in "#!" for ref in refs) else None
    return tuple((web.issue(ref) if web and ref[:1] in "#!" else None) or ref for ref in refs)


class Checkouts:
    """The checkouts that hold the documents, each asked once. A `Linker`."""

    def __init__(self, settings: Settings, roots: Sequence[str]) -> None:
        self._root = settings.root
        self._roots = [os.path.abspath(root) for root in roots]  # noqa: PTH100 - `resolve` would follow links
        self._github = _github_hosts(settings)
        self._known: dict[Path, Checkout | None] = {}
        self._tops: dict[Path, Path | None] = {}
        self._folders: dict[str, tuple[Checkout, str] | None] = {}
        self._last: tuple[str, tuple[Checkout, str] | None] = ("", None)

    def __call__(self, path: str, line: int) -> str | None:
        """The address of a line of a document, whose path is relative to the configuration's folder."""
        if path != self._last[0]:  # items come document by document
            self._last = path, self._place(path)
        place = self._last[1]
        return place[0].link(place[1], line) if place else None

    def _place(self, path: str) -> tuple[Checkout, str] | None:
        """The checkout of a document, and its path there."""
        folder, _, name = path.rpartition("/")
        if folder not in self._folders:
            self._folders[folder] = self._folder(folder)
        found = self._folders[folder]
        return (found[0], f"{found[1]}{name}") if found else None

    def _folder(self, folder: str) -> tuple[Checkout, str] | None:
        """The checkout of a folder, and what stands before the name of a file of it there."""
        place = Path(os.path.abspath(self._root / folder))  # noqa: PTH100
        top = self._top(place)
        if top is None:
            return None
        if top not in self._known:
            self._known[top] = read_checkout(top, self._roots, self._github)
        checkout, within = self._known[top], place.relative_to(top)
        return (checkout, f"{within.as_posix()}/" if within.parts else "") if checkout else None

    def _top(self, folder: Path) -> Path | None:
        if folder not in self._tops:
            above = (each for each in (folder, *folder.parents) if (each / ".git").exists())
            self._tops[folder] = next(above, None)
        return self._tops[folder]


class Checkout:
    """A checkout with a remote.

    Args:
        web: Where the remote is seen.
        commit: The newest commit of this checkout that the remote has, None where it has none.
        there: Documents that stand in that commit as they stand here.
        known: Documents that git does not ignore.
    """

    def __init__(self, web: Web, commit: str | None, there: frozenset[str], known: frozenset[str]) -> None:
        self._web, self._commit = web, commit
        self._there, self._known_ = there, known

    def link(self, path: str, line: int) -> str | None:
        """The address of a line; the path is relative to the top of the checkout."""
        if path not in self._known_:
            return None
        return self._web.link(self._commit if path in self._there else None, path, line)


def read_checkout(top: Path, roots: Sequence[str], github_hosts: frozenset[str]) -> Checkout | None:
    """What git says of a checkout; None without a remote whose addresses are known, or without git."""
    remote = _remote(top)
    web = web_of(remote[1], github_hosts) if remote else None
    if remote is None or web is None:
        return None
    where = _pathspec(top, roots)
    commit = _pushed(top, remote[0])
    there: set[str] = set()
    if commit:
        changed = _names(top, "diff", "--name-only", "-z", "--no-ext-diff", "--no-renames", commit, *where)
        held = _names(top, "ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, *where)
        # Without a whole answer nothing is taken for pushed.
        there = held - changed if held is not None and changed is not None else set()
    known = _names(top, "ls-files", "-z", "--cached", "--others", "--exclude-standard", *where) or set()
    return Checkout(web, commit, frozenset(there), frozenset(known | there))


def _remote(top: Path) -> tuple[str, str] | None:
    """Name and URL of the remote: `origin`, or the only one."""
    text = _git(top, "remote", "-v") or ""
    lines = (line.split("\t") for line in text.splitlines() if line.endswith(" (fetch)"))
    urls = {name: url.removesuffix(" (fetch)") for name, url in lines}
    name = "origin" if "origin" in urls else next(iter(urls), None) if len(urls) == 1 else None
    return (name, urls[name]) if name else None


def _pushed(top: Path, remote: str) -> str | None:
    """The newest commit below HEAD that a branch of the remote holds, as far as this checkout has heard of them."""
    head = (_git(top, "rev-parse", "--verify", "--quiet", "HEAD^{commit}") or "").strip()
    if not head:
        return None
    if _git(top, "rev-list", "--max-count=1", head, "--not", f"--remotes={remote}") == "":
        return head
    for branch in ("@{upstream}", f"refs/remotes/{remote}/HEAD"):
        base = (_git(top, "merge-base", head, branch) or "").strip()
        if base:
            return base
    return None


def _pathspec(top: Path, roots: Sequence[str]) -> list[str]:
    inside = sorted({os.path.relpath(root, top).replace(os.sep, "/") for root in roots})
    inside = [each for each in inside if each != ".." and not each.startswith("../")]
    return ["--", *inside] if 0 < len(inside) <= _MOST_ROOTS and "." not in inside else []


def _names(top: Path, *arguments: str) -> set[str] | None:
    text = _git(top, *arguments)
    return None if text is None else {name for name in text.split("\0") if name}


def _git(top: Path, *arguments: str) -> str | None:
    """What a git command prints; None where it fails or there is no git."""
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands, no shell
            ["git", *_SAFE, "-C", str(top), *arguments],  # noqa: S607 - the person's own git
            env=without_git_variables(os.environ) | _QUIET,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def without_git_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without what a hook sets for the repository that called it: git looks where it is told to."""
    return {key: value for key, value in environ.items() if key not in _MISLEADING}


def _github_hosts(settings: Settings) -> frozenset[str]:
    """Hosts of the configured GitHub trackers: an Enterprise Server may be called anything."""
    return frozenset(_hosts(settings))


def _hosts(settings: Settings) -> Iterator[str]:
    for table in settings.trackers.values():
        for key in ("api_url", "web_url") if table.type == "github" else ():
            yield urlsplit(str(table.options.get(key) or "")).netloc.lower().removeprefix("api.")
