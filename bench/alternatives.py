"""pmtrack against what people use instead: scripts that look up and create item by item, and the sync of `bd`.

The trackers are the local servers of the tests, each answer 100 ms late. A way that works item by item costs the same for each
item, so it is run on a part of the items and multiplied; pmtrack does all of them. No pacing on either side: GitHub's own
limit of 80 creates a minute would hide the difference.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.figure import Figure
from bench.volume import ITEMS, document
from tests.bd import copy_template, environment, find_bd, make_template
from tests.servers.jira import EMAIL, TOKEN

COUNT = 1000
PART = 40  # really run, of COUNT, by the ways that work item by item
LATENCY_MS = 100
REPOSITORY = "acme/incidents"
TITLES = [f"Alert on the queue depth of service {number:04}" for number in range(PART)]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a way of doing the work took."""

    requests: float
    seconds: float

    def times(self, factor: float) -> Cost:
        """The same for so many times the items."""
        return Cost(self.requests * factor, self.seconds * factor)


class Server:
    """A tracker as a process."""

    def __init__(self, kind: str, folder: Path) -> None:
        port_file = folder / f"{kind}.port"
        command = [sys.executable, "-m", f"tests.servers.{kind}", "--port-file", str(port_file)]
        self._kind = kind
        self._process = subprocess.Popen([*command, "--latency-ms", str(LATENCY_MS)])
        while not port_file.exists():
            if self._process.poll() is not None:
                raise RuntimeError(f"the local {kind} ended with {self._process.returncode}")
            time.sleep(0.05)
        self.url = port_file.read_text(encoding="utf-8")
        self._seen = 0

    def requests(self) -> int:
        """How many requests have come in since this was last asked."""
        jira = self._kind == "jira"
        path, order = ("/person/requests", []) if jira else ("/_control", {"do": "log"})
        asked = urllib.request.Request(self.url + path, json.dumps(order).encode(), method="POST")
        with urllib.request.urlopen(asked) as answer:
            told = len(json.load(answer))
        new = told - (0 if jira else self._seen)
        self._seen = told
        return new

    def cost(self, work: Callable[[], object]) -> Cost:
        """Requests and wall seconds of a piece of work."""
        self.requests()
        start = time.perf_counter()
        work()
        seconds = time.perf_counter() - start
        return Cost(self.requests(), seconds)

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait()


@contextmanager
def serving(kind: str, folder: Path) -> Iterator[Server]:
    """A fresh tracker for one way."""
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(kind, folder)
    try:
        yield server
    finally:
        server.stop()


# --- pmtrack ---------------------------------------------------------------------------------------------------------

CONFIGURATION = """default_tracker = "t"

[limits]
creates = 5000

[trackers.t]
"""
OPTIONS = {
    "jira": 'type = "jira"\nurl = "{url}"\nproject = "OPS"\ndeployment = "cloud"\n',
    "github": 'type = "github"\nrepository = "acme/incidents"\napi_url = "{url}"\nwrite_interval_s = 0\n'
    "content_per_minute = 0\ncontent_per_hour = 0\n",
}


def pmtrack_twice(kind: str, folder: Path) -> tuple[Cost, Cost]:
    """The first sync of all items, and the run in which nothing has changed."""
    with serving(kind, folder) as server:
        (folder / "docs").mkdir()
        for number in range(COUNT // ITEMS):
            (folder / "docs" / f"{number:04}.md").write_text(document(number), encoding="utf-8")
        (folder / "pmtrack.toml").write_text(CONFIGURATION + OPTIONS[kind].format(url=server.url))
        env = os.environ | {"JIRA_EMAIL": EMAIL, "JIRA_TOKEN": TOKEN, "GITHUB_TOKEN": "a-token"}
        command = [str(Path(sys.executable).with_name("pmtrack")), "sync", "docs", "--yes", "-q"]

        def sync() -> None:
            subprocess.run(command, cwd=folder, env=env, check=True, stdout=subprocess.DEVNULL)

        return server.cost(sync), server.cost(sync)


# --- scripts ---------------------------------------------------------------------------------------------------------


def jira_script(server: Server) -> None:
    """Search by summary, then create or update, as the documentation of the `jira` package shows it."""
    from jira import JIRA

    client = JIRA(server.url, basic_auth=(EMAIL, TOKEN), options={"rest_api_version": "2"})
    for title in TITLES:
        query = f'project = OPS AND summary ~ "\\"{title}\\""'
        found: Any = client.enhanced_search_issues(query, maxResults=5)
        same = [issue for issue in found if issue.fields.summary == title]
        if not same:
            fields = {"project": {"key": "OPS"}, "summary": title, "issuetype": {"name": "Task"}}
            client.create_issue(fields=fields)
        elif same[0].fields.description:
            same[0].update(description="")


def github_script(server: Server) -> None:
    """Search by title, then create or update, with PyGithub and without its own pauses."""
    from github import Auth, Github

    auth = Auth.Token("a-token")
    client = Github(
        auth=auth, base_url=server.url, seconds_between_requests=0, seconds_between_writes=0, lazy=False
    )
    repository = client.get_repo(REPOSITORY)
    for title in TITLES:
        found = client.search_issues(f'repo:{REPOSITORY} in:title "{title}"')
        same = [issue for issue in found if issue.title == title]
        if not same:
            repository.create_issue(title, body="text")
        elif same[0].body != "text":
            same[0].edit(body="text")


def gh_loop(server: Server) -> None:
    """What `gh issue list --search` and `gh issue create` do for each item: find the repository, search, create."""

    def ask(path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": "token a-token", "Content-Type": "application/json"}
        asked = urllib.request.Request(server.url + path, data, headers)
        with urllib.request.urlopen(asked) as answer:
            return json.load(answer)

    for title in TITLES:
        ask(f"/repos/{REPOSITORY}")
        query = quote(f'repo:{REPOSITORY} in:title "{title}"')
        if not ask(f"/search/issues?q={query}")["items"]:
            ask(f"/repos/{REPOSITORY}/issues", {"title": title, "body": "text"})


def script_twice(kind: str, folder: Path, script: Callable[[Server], None]) -> tuple[Cost, Cost]:
    """A script on an empty tracker, and again when everything is there; for all items."""
    with serving(kind, folder) as server:
        first = server.cost(lambda: script(server))
        again = server.cost(lambda: script(server))
    return first.times(COUNT / PART), again.times(COUNT / PART)


def bd_first(kind: str, folder: Path) -> Cost | None:
    """`bd jira sync --push` or `bd github sync --push-only` of the real `bd`; None where it is not installed."""
    program = find_bd()
    if program is None:
        return None
    with serving(kind, folder) as server:
        copy_template(make_template(program), folder)
        env = environment(
            JIRA_API_TOKEN=TOKEN, JIRA_USERNAME=EMAIL, GITHUB_TOKEN="a-token", GITHUB_REPOSITORY=REPOSITORY,
            GITHUB_API_URL=server.url,
        )  # fmt: skip

        def bd(*arguments: str, stdin: str | None = None) -> None:
            command = [str(program), *arguments]
            subprocess.run(
                command, cwd=folder, env=env, input=stdin, text=True, check=True, capture_output=True
            )

        bd("import", "-", stdin="".join(json.dumps({"title": title}) + "\n" for title in TITLES))
        bd("config", "set", "jira.url", server.url)
        bd("config", "set", "jira.project", "OPS")
        cost = server.cost(lambda: bd(kind, "sync", "--push" if kind == "jira" else "--push-only"))
    return cost.times(COUNT / PART)


# --- figures ---------------------------------------------------------------------------------------------------------


def ratios(
    subject: str, other: Cost, ours: Cost, *, requests: float | None, wall: float | None
) -> Iterator[Figure]:
    """Requests and wall time of another way, as multiples of pmtrack's."""
    told = f"pmtrack: {ours.requests:,.0f} requests, {ours.seconds:.1f} s"
    for label, factor, target in (
        (f"{other.requests:,.0f} requests", other.requests / ours.requests, requests),
        (f"{other.seconds:,.0f} s", other.seconds / ours.seconds, wall),
    ):
        yield Figure(f"{subject}: {label}", factor, target, yardstick=told, at_least=True)


def measure() -> Iterator[Figure]:
    """Jira, then GitHub: the first sync, then the run in which nothing has changed."""
    with tempfile.TemporaryDirectory(prefix="pmtrack-alternatives-") as name:
        root = Path(name)
        yield from _jira(root)
        yield from _github(root)


def _jira(root: Path) -> Iterator[Figure]:
    first, again = pmtrack_twice("jira", root / "jira-pmtrack")
    script, script_again = script_twice("jira", root / "jira-script", jira_script)
    label = f"Jira, {COUNT:,} new items"
    yield from ratios(f"{label}, script", script, first, requests=10, wall=10)
    bd = bd_first("jira", root / "jira-bd")
    if bd is not None:
        yield from ratios(f"{label}, `bd jira sync`", bd, first, requests=10, wall=10)
    yield from ratios("Jira, nothing changed, script", script_again, again, requests=50, wall=50)


def _github(root: Path) -> Iterator[Figure]:
    first, again = pmtrack_twice("github", root / "github-pmtrack")
    script, script_again = script_twice("github", root / "github-script", github_script)
    loop, loop_again = script_twice("github", root / "github-loop", gh_loop)
    label = f"GitHub, {COUNT:,} new items"
    yield from ratios(f"{label}, script", script, first, requests=None, wall=2)
    yield from ratios(f"{label}, gh-like loop", loop, first, requests=None, wall=2)
    bd = bd_first("github", root / "github-bd")
    if bd is not None:
        yield from ratios(f"{label}, `bd github sync`", bd, first, requests=None, wall=None)
    yield from ratios("GitHub, nothing changed, script", script_again, again, requests=50, wall=50)
    yield from ratios("GitHub, nothing changed, gh-like loop", loop_again, again, requests=50, wall=50)
