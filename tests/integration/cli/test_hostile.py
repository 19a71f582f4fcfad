"""Documents that try to command a tracker, and servers that nobody vouches for: what goes over the wire."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.certificates import certificate
from tests.conftest import Command
from tests.servers.github import GitHubServer, Store
from tests.servers.jira import EMAIL, JiraServer, Site
from tests.servers.jira import TOKEN as JIRA_TOKEN

TOKEN = "canary-90be11"
# A word that nothing else holds, in a text that would end a string, a variable, a list or a line of each query language.
WORD = "zebra41"
HOSTILE = f'now") OR project = {WORD} }} {WORD} {{ id }} mutation {{ {WORD} }} #'
DOCUMENT = """# Post-Mortem: Disk full {title}

**Date**: 2026-05-01
**Incident ID**: INC-7 {title}

## Action Items

| ID | Action | Owner | Due Date | Ticket |
|---|---|---|---|---|
| A1 | Add an alert {title} | {title} | 2026-06-01 | |
| A2 | Follow up | Ada | 2026-06-01 | {title} |
"""


def write(folder: Path, title: str, table: str) -> None:
    (folder / "a.md").write_text(DOCUMENT.format(title=title.replace("|", "/")), encoding="utf-8")
    (folder / "pmtrack.toml").write_text(f'documents = ["*.md"]\n{table}', encoding="utf-8")


def test_no_text_of_a_document_gets_into_a_graphql_query(tmp_path: Path, call: Command) -> None:
    store = Store()
    store.add_user("pm-bot", "Bot", token=TOKEN)
    store.add_repository("acme/incidents")
    server = GitHubServer(store).start()
    try:
        write(
            tmp_path, HOSTILE, f'[trackers.github]\nrepository = "acme/incidents"\napi_url = "{server.url}"\nwrite_interval_s = 0\n')  # fmt: skip
        for _ in range(2):
            call("sync", "--yes", env={"GITHUB_TOKEN": TOKEN})
        queries = [each.body["query"] for each in server.log if each.path.endswith("/graphql")]
        assert queries
        assert not [query for query in queries if WORD in query]
        repository = store.repository("acme/incidents")
        assert repository is not None
        assert [issue for issue in repository.issues.values() if WORD in issue.title]
    finally:
        server.stop()


@pytest.mark.parametrize("deployment", ["cloud", "datacenter"])
def test_no_text_of_a_document_gets_into_a_jql_query(deployment: str, tmp_path: Path, call: Command) -> None:
    server = JiraServer(Site(deployment)).start()  # type: ignore[arg-type]
    try:
        write(tmp_path, HOSTILE, f'[trackers.jira]\nurl = "{server.url}"\nproject = "OPS"\n')
        env = {"JIRA_TOKEN": JIRA_TOKEN} | ({"JIRA_EMAIL": EMAIL} if deployment == "cloud" else {})
        call("sync", "--yes", env=env)
        call("sync", "--yes", env=env)
        assert server.site.issues
        asked = [each for each in server.requests if "search" in each.path and "user" not in each.path]
        told = json.dumps([[each.path, each.params, each.body] for each in asked], default=str)
        assert asked
        assert WORD not in told
    finally:
        server.stop()


@pytest.fixture
def unvouched(tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    """The address of an HTTPS server whose certificate signs itself, and the paths that it was asked for."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.path)
            self.send_error(500)

        do_GET = do_PATCH = do_PUT = do_POST  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A handshake that the other side broke off is what these tests want."""

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate(tmp_path))
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"https://127.0.0.1:{server.server_address[1]}", seen
    server.shutdown()
    server.server_close()


TABLES = {
    "jira": '[trackers.jira]\nurl = "{url}"\nproject = "OPS"\ndeployment = "datacenter"\n',
    "github": '[trackers.github]\nrepository = "acme/incidents"\napi_url = "{url}"\nwrite_interval_s = 0\n',
}


@pytest.mark.parametrize("kind", TABLES)
def test_a_tracker_without_a_trusted_certificate_gets_no_request(
    kind: str, unvouched: tuple[str, list[str]], tmp_path: Path, call: Command
) -> None:
    url, seen = unvouched
    write(tmp_path, "", TABLES[kind].format(url=url))
    done = call("doctor", env={"JIRA_TOKEN": TOKEN, "GITHUB_TOKEN": TOKEN})
    assert done.returncode == 1
    assert "the certificate of" in done.stdout
    assert seen == []


def test_a_webhook_without_a_trusted_certificate_gets_no_report(
    unvouched: tuple[str, list[str]], tmp_path: Path, call: Command
) -> None:
    url, seen = unvouched
    write(tmp_path, "", '[trackers.local]\npath = "issues.jsonl"\n[notify.hook]\ntype = "webhook"\nurl_env = "THE_HOOK"\n')  # fmt: skip
    assert call("sync", "--yes").returncode == 0
    done = call("audit", "--notify", "hook", env={"THE_HOOK": f"{url}/{TOKEN}"})
    assert done.returncode != 0
    assert TOKEN not in done.stdout + done.stderr
    assert seen == []
