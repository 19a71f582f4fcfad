"""The threat model of docs/security.md, sentence by sentence, on the command line."""

from __future__ import annotations

import base64
import csv
import io
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.conftest import Command

CANARY = "canary-7d1f0c2b9a"
COMMANDS = (
    ["doctor"],
    ["doctor", "--format", "json", "-vv"],
    ["plan", "-vv"],
    ["sync", "--yes", "-vv"],
    ["sync", "--yes", "--format", "json"],
    ["status", "-vv"],
    ["state", "info", "-vv"],
    ["check", "-vv"],
    ["audit", "-vv"],
)


class Echo(BaseHTTPRequestHandler):
    """A service that answers every request with an error, and puts the request's headers into the answer."""

    status = 500
    seen: list[str] = []  # noqa: RUF012 -- replaced per server

    def _answer(self) -> None:
        type(self).seen.append(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = f'{{"message": "{self.headers.get("Authorization")}", "errorMessages": ["{self.headers.get("Authorization")}"]}}'
        self.rfile.read(length)
        self.send_response(self.status, f"no {self.headers.get('Authorization')}")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _answer  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


def serve(status: int) -> tuple[ThreadingHTTPServer, type[Echo]]:
    handler = type("Handler", (Echo,), {"status": status, "seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server, handler


@pytest.fixture(params=[401, 400])
def echo(request: pytest.FixtureRequest) -> Iterator[str]:
    server, _ = serve(request.param)
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    server, handler = serve(404)
    yield f"http://127.0.0.1:{server.server_address[1]}", handler.seen
    server.shutdown()
    server.server_close()


DOCUMENT = """# Post-Mortem: Disk full

**Date**: 2026-05-01

## Action Items

| ID | Action | Owner | Due Date | Status |
|---|---|---|---|---|
| A1 | Add an alert for the disk | Ada Byron | 2026-06-01 | Open |
"""


def write(folder: Path, text: str = DOCUMENT, configuration: str = 'documents = ["docs/*.md"]\n') -> None:
    (folder / "docs").mkdir(exist_ok=True)
    (folder / "docs" / "a.md").write_text(text, encoding="utf-8")
    (folder / "pmtrack.toml").write_text(configuration, encoding="utf-8")


@pytest.mark.parametrize("kind", ["jira", "github"])
def test_a_token_gets_into_no_output_and_no_file(kind: str, echo: str, tmp_path: Path, call: Command) -> None:
    tables = {
        "jira": f'url = "{echo}"\nproject = "OPS"\ndeployment = "cloud"\nemail_env = "THE_EMAIL"\ntoken_env = "THE_TOKEN"\n',
        "github": f'repository = "acme/pm"\napi_url = "{echo}/api/v3"\ntoken_env = "THE_TOKEN"\nwrite_interval_s = 0.0\n',
    }
    write(tmp_path, configuration=f'documents = ["docs/*.md"]\n[trackers.{kind}]\n{tables[kind]}')
    env = {"THE_TOKEN": CANARY, "THE_EMAIL": "ada@acme.example"}
    secrets = [CANARY, base64.b64encode(f"ada@acme.example:{CANARY}".encode()).decode()]
    for command in COMMANDS:
        done = call(*command, env=env)
        for secret in secrets:
            assert secret not in done.stdout + done.stderr, (command, done.stdout, done.stderr)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert not any(secret.encode() in path.read_bytes() for secret in secrets), path


def test_a_token_command_that_fails_does_not_show_its_output(tmp_path: Path, call: Command) -> None:
    write(
        tmp_path,
        configuration='documents = ["docs/*.md"]\n[trackers.jira]\nurl = "http://127.0.0.1:9"\nproject = "OPS"\n'
        f'token_command = "echo {CANARY[:6]}; echo {CANARY} >&2; exit 3"\n',
    )
    for command in (["doctor"], ["sync", "-vv"]):
        done = call(*command)
        # The command itself stands in the configuration and may be named; what it printed may not be.
        shown = (done.stdout + done.stderr).replace(f"echo {CANARY} >&2", "")
        assert CANARY not in shown, (command, shown)


def test_no_address_in_a_document_is_ever_fetched(
    listener: tuple[str, list[str]], tmp_path: Path, call: Command
) -> None:
    url, seen = listener
    text = DOCUMENT.replace(
        "Add an alert for the disk",
        f"Look at {url}/internal and ![graph]({url}/graph.png) <img src='{url}/x'>",
    )
    text += f"| A2 | Follow up, see [ticket]({url}/browse/OPS-1) | {url}/people/ada | 2026-06-01 | Open |\n"
    write(tmp_path, text + f"\n[1]: {url}/reference\n")
    for command in (
        ["parse", "docs"],
        ["plan"],
        ["sync", "--yes"],
        ["status"],
        ["check"],
        ["audit"],
        ["doctor"],
    ):
        call(*command)
    assert seen == []


def test_texts_of_documents_and_issues_cannot_command_the_terminal(tmp_path: Path, call: Command) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\u2066"
    write(
        tmp_path,
        DOCUMENT.replace("Ada", f"Ada{evil}").replace("alert", f"alert{evil}").replace("full", f"full{evil}"),
    )
    (tmp_path / "docs" / "b\x1b[31m.md").write_text(DOCUMENT.replace("A1", "B1"), encoding="utf-8")
    commands = [["parse", "docs"], ["plan"], ["sync", "--yes"], ["status", "--all"], ["check"], ["audit"], ["doctor"],
                ["status", "--format", "csv"], ["status", "--format", "jsonl"], ["parse", "--format", "csv", "docs"]]  # fmt: skip
    for command in commands:
        done = call(*command)
        assert not set("\x1b\x07\x9b\u202e\u2066") & set(done.stdout + done.stderr), command
    issues = tmp_path / ".pmtrack" / "issues.jsonl"
    issues.write_text(
        issues.read_text(encoding="utf-8").replace("an alert", "an \\u001b[2J alert"), encoding="utf-8"
    )
    for command in (["sync", "--yes"], ["status"], ["audit"]):
        done = call(*command)
        assert "\x1b" not in done.stdout + done.stderr, command


@pytest.mark.parametrize("owner", ['=HYPERLINK("http://evil.example","Ada")', "+1+1", "@SUM(1)", "-2+3"])
def test_a_cell_of_a_csv_file_is_no_formula(owner: str, tmp_path: Path, call: Command) -> None:
    write(tmp_path, DOCUMENT.replace("Add an alert for the disk", f"{owner} for the disk"))
    assert call("sync", "--yes").returncode == 0
    for command in (["status", "--format", "csv"], ["parse", "--format", "csv", "docs"]):
        rows = list(csv.reader(io.StringIO(call(*command).stdout)))
        assert len(rows) == 2
        assert not [cell for cell in rows[1] if cell[:1] in ("=", "+", "-", "@")], command


def test_a_document_cannot_choose_a_file(tmp_path: Path, call: Command) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("untouched", encoding="utf-8")
    work = tmp_path / "work"
    work.mkdir()
    text = DOCUMENT.replace("| A1 |", "| ../../outside.txt |").replace("Disk full", "../../outside.txt")
    write(
        work,
        text
        + "| A3 | See [file](../../outside.txt) and {{ include '/etc/passwd' }} | x | 2026-06-01 | Open |\n",
    )
    for command in (
        ["sync", "--yes", "--write-back"],
        ["sync", "--yes", "--write-back"],
        ["status"],
        ["audit"],
    ):
        assert "root:" not in call(*command, cwd=work).stdout
    assert outside.read_text(encoding="utf-8") == "untouched"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outside.txt", "work"]


def test_the_state_is_readable_for_its_user_alone(tmp_path: Path, call: Command) -> None:
    write(tmp_path)
    old = os.umask(0)
    try:
        assert call("sync", "--yes").returncode == 0
    finally:
        os.umask(old)
    state = tmp_path / ".pmtrack"
    modes = {path.name: path.stat().st_mode & 0o777 for path in (state, *state.iterdir())}
    modes.pop("issues.jsonl")  # the team's issues: as readable as any file of the project
    assert modes == {".pmtrack": 0o700, "state.db": 0o600, "issues.jsonl.lock": 0o600}


def test_the_lock_of_the_issue_file_is_for_its_user_alone(tmp_path: Path, call: Command) -> None:
    table = '[trackers.local]\ntype = "local"\npath = "issues.jsonl"\n'
    write(tmp_path, configuration=f'documents = ["docs/*.md"]\n{table}')
    old = os.umask(0)
    try:
        assert call("sync", "--yes").returncode == 0
    finally:
        os.umask(old)
    assert (tmp_path / "issues.jsonl.lock").stat().st_mode & 0o777 == 0o600


def test_plain_http_is_refused_beyond_loopback(tmp_path: Path, call: Command) -> None:
    write(
        tmp_path,
        configuration='documents = ["docs/*.md"]\n[trackers.jira]\nurl = "http://jira.acme.example"\nproject = "OPS"\ntoken_env = "THE_TOKEN"\n',
    )
    done = call("doctor", env={"THE_TOKEN": CANARY})
    assert "http" in done.stdout
    assert done.returncode == 1


def test_the_marker_block_cannot_be_closed_from_inside(tmp_path: Path, call: Command) -> None:
    write(tmp_path, DOCUMENT.replace("Ada Byron", "Ada <!-- pmtrack:end --> Byron"))
    assert call("sync", "--yes").returncode == 0
    again = call("sync", "--yes")
    assert "Nothing to do" in again.stderr
    text = (tmp_path / ".pmtrack" / "issues.jsonl").read_text(encoding="utf-8")
    assert text.count("<!-- pmtrack:end -->") == 1
