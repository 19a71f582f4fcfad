"""Where people read a line of a document: its address at the host of the git remote. Pure.

The shapes are those of the hosts' own "copy permalink":

* GitHub, GitHub Enterprise Server: `OWNER/REPO/blob/COMMIT/PATH#L12`
* GitLab: `GROUP/.../REPO/-/blob/COMMIT/PATH#L12`
* Bitbucket Cloud: `WORKSPACE/REPO/src/COMMIT/PATH#lines-12`
* Bitbucket Data Center: `projects/KEY/repos/REPO/browse/PATH?at=COMMIT#12`
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from enum import StrEnum
from urllib.parse import quote, urlsplit

from tracker.values import dataclass

#: Gives the address of a line of a document (path relative to the configuration's folder), None where there is none.
Linker = Callable[[str, int], "str | None"]

# The host's own name for the newest commit of its default branch, for what is not there under a commit of its own yet.
_DEFAULT = "HEAD"
# `[user@]host:path`, but no Windows drive and no URL.
_SCP = re.compile(r"(?:[^@/:\s]+@)?(?P<host>[^@/:\s]{2,}):(?!//)(?P<path>[^\s]+)\Z")
_HOST = re.compile(r"[A-Za-z0-9.-]+(?::\d+)?\Z")
_NAME = re.compile(r"[\w.~-]+\Z")
_ALIASES = {
    "ssh.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "altssh.bitbucket.org": "bitbucket.org",
}
# Formats that the hosts show rendered, where a line can only be pointed at in the plain view.
_RENDERED = (".md", ".markdown", ".mdx", ".rst", ".org", ".adoc", ".asciidoc", ".textile", ".mediawiki")


_NUMBERED = re.compile(r"(?P<name>[\w.-]+(?:/[\w.-]+)+)?(?P<sign>[#!])(?P<number>\d+)")


class Host(StrEnum):
    """Whose addresses they are."""

    GITHUB = "github"
    GITLAB = "gitlab"
    BITBUCKET = "bitbucket"
    BITBUCKET_SERVER = "bitbucket-server"


@dataclass(frozen=True, slots=True)
class Web:
    """A repository as people see it in a browser: the address without a slash at its end."""

    base: str
    host: Host

    def link(self, commit: str | None, path: str, line: int) -> str:
        """The address of a line.

        Args:
            commit: The full hash, None for the newest of the default branch.
            path: In the repository, with "/".
            line: From 1.
        """
        ref, place = commit or _DEFAULT, quote(path)
        plain = "?plain=1" if path.lower().endswith(_RENDERED) else ""
        match self.host:
            case Host.GITHUB:
                return f"{self.base}/blob/{ref}/{place}{plain}#L{line}"
            case Host.GITLAB:
                return f"{self.base}/-/blob/{ref}/{place}{plain}#L{line}"
            case Host.BITBUCKET:
                return f"{self.base}/src/{ref}/{place}#lines-{line}"
            case Host.BITBUCKET_SERVER:
                at = f"?at={commit}" if commit else ""
                return f"{self.base}/browse/{place}{at}#{line}"

    def issue(self, ref: str) -> str | None:
        """The address of an issue or merge request of this repository that a document calls `#45`, `!45` or `owner/name#45`."""
        found = _NUMBERED.fullmatch(ref)
        if found is None:
            return None
        base = (
            f"{urlsplit(self.base).scheme}://{urlsplit(self.base).netloc}/{found['name']}"
            if found["name"]
            else self.base
        )
        match self.host:
            case Host.GITLAB:
                kind = "merge_requests" if found["sign"] == "!" else "issues"
                return f"{base}/-/{kind}/{found['number']}"
            case Host.BITBUCKET_SERVER:
                return None  # it has no issues
            case _:
                return f"{base}/issues/{found['number']}" if found["sign"] == "#" else None


def repository_of(text: str) -> Web | None:
    """The repository that a configuration names: `owner/name` on GitHub, or an address."""
    return web_of(text if "://" in text or ":" in text else f"https://github.com/{text}")


def web_of(remote: str, github_hosts: Collection[str] = ()) -> Web | None:
    """The repository of a git remote's URL; None for a local path, and for a host whose addresses are not known.

    User names and passwords in the URL are left out.

    Args:
        remote: As `git remote get-url` tells it.
        github_hosts: Hosts that are GitHub Enterprise Servers whatever they are called.
    """
    scheme, host, path = _parts(remote.strip())
    names = [each for each in path.removesuffix("/").removesuffix(".git").split("/") if each]
    if not _HOST.match(host) or len(names) < 2 or not all(_NAME.match(each) for each in names):
        return None
    kind = _kind(host, names, github_hosts)
    if kind is None or (kind is not Host.GITLAB and len(names) > 2 and names[0] != "scm"):
        return None
    root = f"{scheme}://{host}"
    if kind is Host.BITBUCKET_SERVER:
        project, name = names[-2:]
        owner = f"users/{project[1:]}" if project.startswith("~") else f"projects/{project.upper()}"
        return Web(f"{root}/{owner}/repos/{name}", kind)
    return Web(f"{root}/{'/'.join(names)}", kind)


def _parts(remote: str) -> tuple[str, str, str]:
    """Scheme of the web address, host, and path; empty where the remote has none."""
    if "://" not in remote:
        match = _SCP.match(remote)
        host = match["host"].lower() if match else ""
        return "https", _ALIASES.get(host, host), match["path"] if match else ""
    try:
        url = urlsplit(remote)
        host, port = (url.hostname or "").lower(), url.port
    except ValueError:
        return "https", "", ""
    if url.scheme in ("http", "https"):
        return url.scheme, f"{host}:{port}" if port else host, url.path
    # The port is that of SSH or of git's own protocol.
    served = url.scheme in ("ssh", "git", "git+ssh", "ssh+git")
    return "https", _ALIASES.get(host, host) if served else "", url.path


def _kind(host: str, names: list[str], github_hosts: Collection[str]) -> Host | None:
    name = host.partition(":")[0]
    if host in github_hosts or name in github_hosts or "github" in name or name.endswith(".ghe.com"):
        return Host.GITHUB
    if "gitlab" in name:
        return Host.GITLAB
    if name == "bitbucket.org":
        return Host.BITBUCKET
    if "bitbucket" in name or "stash" in name or names[0] == "scm":
        return Host.BITBUCKET_SERVER
    return None


def below(base: str) -> Linker:
    """Addresses below a configured one (`link_base`)."""
    return lambda path, line: f"{base.rstrip('/')}/{quote(path)}#L{line}"


def nowhere(path: str, line: int) -> str | None:  # noqa: ARG001 - a `Linker`
    """No addresses at all."""
    return None
