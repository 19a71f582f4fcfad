"""The arenas: the embedded tracker, and the local servers of the others."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bd import HOW, Beads, copy_template, find_bd, make_template
from tests.faults.arena import Arena
from tests.jira import people
from tests.servers.github.faults import Fault as GitHubFault
from tests.servers.github.faults import Kind
from tests.servers.github.world import GitHubWorld
from tests.servers.jira import EMAIL, TOKEN, JiraServer, Site
from tests.servers.jira.faults import Fault as JiraFault
from tests.servers.jira.faults import rate_limited
from tests.servers.jira.site import Deployment

SEARCH_LAG_S = 120.0  # an issue is not found by searching so long after it was made
TIMEOUT_S = 4  # long enough for a loaded machine, short enough to be waited for


class LocalArena(Arena):
    """The embedded tracker: a file."""

    name = "local"

    def __init__(self, folder: Path) -> None:
        self._file = folder / "issues.jsonl"

    def configuration(self) -> str:
        return f'type = "local"\npath = "{self._file}"'

    def titles(self) -> list[str]:
        lines = self._file.read_text(encoding="utf-8").splitlines() if self._file.exists() else []
        return [json.loads(line)["title"] for line in lines]

    def writes(self) -> object:
        return self._file.stat().st_mtime_ns if self._file.exists() else None


class GitHubArena(Arena):
    """A GitHub on the loopback."""

    name = "github"

    def __init__(self, folder: Path) -> None:
        self.world = GitHubWorld(folder)
        self.world.clock.time = dt.datetime.now(dt.UTC)
        self.world.store.lag_s = SEARCH_LAG_S

    def configuration(self) -> str:
        return (
            f'type = "github"\nrepository = "acme/incidents"\napi_url = "{self.world.server.url}"\n'
            f"write_interval_s = 0\ntimeout_s = {TIMEOUT_S}"
        )

    def environ(self) -> Mapping[str, str]:
        return {"GITHUB_TOKEN": "a-token"}

    def titles(self) -> list[str]:
        return [issue.title for issue in self.world.repository.issues.values()]

    def writes(self) -> object:
        return self.world.writes()

    def misbehave(self, how: str) -> None:
        self.world.server.faults.add(replace(_GITHUB_FAULTS[how]))

    def close(self) -> None:
        self.world.server.stop()


class JiraArena(Arena):
    """A Jira on the loopback, Cloud or Data Center."""

    def __init__(self, deployment: Deployment) -> None:
        self.name = f"jira-{deployment}"
        self.site = Site(deployment, lambda: dt.datetime.now(dt.UTC))
        self.site.index_lag_s = SEARCH_LAG_S
        people(self.site)
        self.server = JiraServer(self.site).start()

    def configuration(self) -> str:
        return (
            f'type = "jira"\nurl = "{self.server.url}"\nproject = "OPS"\ndeployment = "auto"\n'
            f"read_timeout_s = {TIMEOUT_S}"
        )

    def environ(self) -> Mapping[str, str]:
        email = {"JIRA_EMAIL": EMAIL} if self.site.deployment == "cloud" else {}
        return {"JIRA_TOKEN": TOKEN, **email}

    def titles(self) -> list[str]:
        return [str(issue.fields["summary"]) for issue in self.site.living()]

    def writes(self) -> object:
        return len(self.server.writes)

    def misbehave(self, how: str) -> None:
        self.server.faults.append(replace(_JIRA_FAULTS[how]))

    def close(self) -> None:
        self.server.stop()


# The real bd behind a script that spoils the answer of one import. What is written there is what bd itself says.
_SPOILED_BD = """#!/bin/sh
how=$(cat "{folder}/how" 2>/dev/null)
[ "$1" = import ] && [ -n "$how" ] || exec "{bd}" "$@"
rm "{folder}/how"
case "$how" in
  refused-connection|rate-limited)
    echo "Error: failed to open database: the database is locked by another dolt process" >&2; exit 1 ;;
  lost-answer) "{bd}" "$@" >/dev/null 2>&1; kill -KILL $$ ;;
  error-after-commit) "{bd}" "$@" >/dev/null 2>&1; echo "Error: commit: the disk is full" >&2; exit 1 ;;
  truncated) "{bd}" "$@" 2>/dev/null | head -c 20 ;;
  garbage) "{bd}" "$@" >/dev/null 2>&1; echo "<html>Bad gateway</html>" ;;
  half-done) head -n 2 | "{bd}" "$@" >/dev/null 2>&1; kill -KILL $$ ;;
  time-out) "{bd}" "$@" >/dev/null 2>&1; exec sleep 60 ;;
esac
"""


class BeadsArena(Arena):
    """A Beads database and the real `bd`."""

    name = "beads"

    def __init__(self, folder: Path) -> None:
        program = find_bd()
        if program is None:
            pytest.skip(HOW)
        self._folder = folder / "beads"
        self._folder.mkdir()
        copy_template(make_template(program), self._folder)
        self._beads = Beads(program, self._folder)
        self._script = self._folder / "bd-spoiled"
        self._script.write_text(_SPOILED_BD.format(bd=program, folder=self._folder), encoding="utf-8")
        self._script.chmod(0o755)

    def configuration(self) -> str:
        return (
            f'type = "beads"\nprogram = "{self._script}"\ndirectory = "{self._folder}"\n'
            f"timeout_s = {TIMEOUT_S * 5}"
        )

    def titles(self) -> list[str]:
        return [str(row["title"]) for row in self._beads.export().values()]

    def writes(self) -> object:
        return self._beads.run("vc", "status", "--json")

    def misbehave(self, how: str) -> None:
        (self._folder / "how").write_text(how, encoding="utf-8")


_CREATE = r"issue(/bulk)?"
_JIRA_FAULTS: Mapping[str, JiraFault] = {
    "refused-connection": JiraFault("drop-before", method="POST", path=_CREATE),
    "lost-answer": JiraFault("drop-after", method="POST", path=_CREATE),
    "error-after-commit": JiraFault("answer", method="POST", path=_CREATE, committed=True),
    "truncated": JiraFault("truncate", method="POST", path=_CREATE),
    "garbage": JiraFault("garbage", method="POST", path=_CREATE),
    "rate-limited": rate_limited(method="POST", path=_CREATE),
    "half-done": JiraFault("half-done", method="POST", path=_CREATE),
    "time-out": JiraFault("hang-after", method="POST", path=_CREATE),
}
_GITHUB_FAULTS: Mapping[str, GitHubFault] = {
    "refused-connection": GitHubFault(Kind.DROP),
    "lost-answer": GitHubFault(Kind.DROP_AFTER),
    "error-after-commit": GitHubFault(Kind.STATUS_AFTER, status=502),
    "truncated": GitHubFault(Kind.CUT),
    "garbage": GitHubFault(Kind.GARBAGE),
    "rate-limited": GitHubFault(Kind.STATUS, status=429, headers={"Retry-After": "1"}),
    "half-done": GitHubFault(Kind.DROP_AFTER, skip=2),
    "time-out": GitHubFault(Kind.HANG_AFTER),
}
FAULTS = tuple(_JIRA_FAULTS)

ARENAS: Mapping[str, Callable[[Path], Arena]] = {
    "local": LocalArena,
    "github": GitHubArena,
    "jira-cloud": lambda _folder: JiraArena("cloud"),
    "jira-datacenter": lambda _folder: JiraArena("datacenter"),
    "beads": BeadsArena,
}
