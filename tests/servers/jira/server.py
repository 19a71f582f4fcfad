"""The local Jira server over HTTP: in a thread of the test, or as a process (`python -m tests.servers.jira`)."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import re
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.servers.jira.faults import Fault
from tests.servers.jira.routes import Routes
from tests.servers.jira.site import Site

EMAIL, TOKEN = "bot@acme.example", "local-token-1f3a"
CLOUD_ID = "11223344-a1b2-3b33-c444-def123456789"
_PATH = re.compile(rf"(?:/ex/jira/{CLOUD_ID})?(?:/jira)?/rest/api/(2|3|latest)/(.*)")
_ACTIONS = ("set_status", "delete", "move", "hide", "rename_project", "change")
READS = ("search", "search/jql", "issue/bulkfetch")
"""Paths that are asked with POST and change nothing."""


@dataclass(frozen=True)
class Request:
    """A request as it arrived."""

    method: str
    path: str
    version: str
    params: dict[str, str]
    body: Any
    headers: dict[str, str]
    status: int

    @property
    def writes(self) -> bool:
        """Whether it asks for a change."""
        return self.method != "GET" and self.path not in READS

    @property
    def creates(self) -> bool:
        """Whether it asks for new issues."""
        return self.method == "POST" and self.path in ("issue", "issue/bulk")


class JiraServer:
    """A Jira server on a free port of the loopback.

    Attributes:
        site: Its state; tests change it as people would.
        faults: Played in order of arrival of matching requests.
        requests: Everything that came in.
        latency_s: Seconds before each answer.
        gate: Called with the path of each request before it is worked on; tests make requests wait for each other there.
        checker: Holds each exchange against the vendor's description; see `description.Checker`.
    """

    def __init__(self, site: Site | None = None, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.site = site or Site()
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self.latency_s = 0.0
        self.gate: Callable[[str], object] = lambda _path: None
        self.checker: Any = None
        self.lock = threading.RLock()
        self.closing = threading.Event()
        self._http = _Http(("127.0.0.1", port), _handler(self))
        if tls:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._http.server_address[1]}"
        self.routes = Routes(self.site, self.url)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def start(self) -> JiraServer:
        """Serve from now on."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop serving."""
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._http.hang_up()
        self._thread.join(5)

    @property
    def writes(self) -> list[Request]:
        """The requests that ask for a change."""
        return [request for request in self.requests if request.writes]

    @property
    def creates(self) -> list[Request]:
        """The requests that ask for new issues."""
        return [request for request in self.requests if request.creates]

    def forget(self) -> None:
        """Forget the requests so far."""
        self.requests.clear()

    def knows(self, authorization: str) -> bool:
        """Whether these are the credentials of the bot."""
        basic = base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()
        if self.site.deployment == "cloud":
            return authorization in (f"Basic {basic}", f"Bearer {TOKEN}")
        return authorization == f"Bearer {TOKEN}"


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.connections: list[socket.socket] = []

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection and remember it."""
        accepted, address = super().get_request()
        self.connections.append(accepted)
        return accepted, address

    def hang_up(self) -> None:
        """Close what clients keep open."""
        for connection in self.connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is part of the tests."""


def _handler(server: JiraServer) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        jira = server

    return Handler


class _Handler(BaseHTTPRequestHandler):
    jira: JiraServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_version = "AtlassianEdge"
    sys_version = ""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Quiet."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header tells the site's clock."""
        at = dt.datetime.fromtimestamp(timestamp, dt.UTC) if timestamp else self.jira.site.now()
        return format_datetime(at.astimezone(dt.UTC), usegmt=True)

    def handle_one_request(self) -> None:
        """Read one request and play it; a lost connection ends the thread quietly."""
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def do_GET(self) -> None:
        self._play("GET")

    def do_POST(self) -> None:
        self._play("POST")

    def do_PUT(self) -> None:
        self._play("PUT")

    def do_DELETE(self) -> None:
        self._play("DELETE")

    def _play(self, method: str) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        match = _PATH.fullmatch(url.path)
        if url.path.startswith("/person/"):
            self._person(url.path.removeprefix("/person/"), raw)
            return
        if self.jira.latency_s:
            self.jira.closing.wait(self.jira.latency_s)
        self.jira.gate(url.path)
        if match is None:
            self._send(404, {"Content-Type": "text/html"}, b"<html><body>Not found</body></html>")
            return
        version = "2" if match[1] == "latest" else match[1]
        with self.jira.lock:
            fault = next((each for each in self.jira.faults if each.fits(method, match[2])), None)
        arrived = (method, unquote(match[2]), version, dict(parse_qsl(url.query)), raw)
        if fault:
            self._fail(fault, arrived)
        else:
            status, body = self._work(*arrived)
            self._answer(status, body)

    def _person(self, action: str, raw: bytes) -> None:
        """What a person does, for tests that run the server as a process."""
        with self.jira.lock:
            told: Any = None
            if action == "requests":
                told = [[each.method, each.path, each.status] for each in self.jira.requests]
                self.jira.forget()
            elif action == "issues":
                told = {each.key: each.fields for each in self.jira.site.living()}
            elif action == "fault":
                self.jira.faults.append(Fault(**json.loads(raw)))
            elif action in _ACTIONS:
                told = getattr(self.jira.site, action)(*json.loads(raw))
            else:
                self._send(404, {}, b"")
                return
        self._answer(200, told)

    def _work(
        self, method: str, path: str, version: str, params: dict[str, str], raw: bytes
    ) -> tuple[int, Any]:
        with self.jira.lock:
            status, body = self._dispatch(method, path, version, params, raw)
            sent = json.loads(raw) if raw and status != 400 else _lenient(raw)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(method, path, version, params, sent, headers, status)
            self.jira.requests.append(request)
            if self.jira.checker:
                self.jira.checker.check(request, body)
        return status, body

    def _dispatch(
        self, method: str, path: str, version: str, params: dict[str, str], raw: bytes
    ) -> tuple[int, Any]:
        if not self.jira.knows(self.headers.get("Authorization", "")):
            text = "Client must be authenticated to access this resource."
            return 401, {"errorMessages": [text], "errors": {}}
        if version == "3" and self.jira.site.deployment == "datacenter":
            return 404, None
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            return 400, {
                "errorMessages": ["There was an error parsing JSON. Check that your request body is valid."]
            }
        return self.jira.routes.answer(method, version, path, params, body)

    def _fail(self, fault: Fault, arrived: tuple[str, str, str, dict[str, str], bytes]) -> None:
        if fault.kind in ("drop-after", "half-done", "hang-after", "torn-tls", "truncate") or fault.committed:
            status, body = self._work(*(_halved(arrived) if fault.kind == "half-done" else arrived))
        else:
            status, body = fault.status, None
            self._note(fault, arrived)
        if fault.kind.startswith("drop") or fault.kind == "half-done":
            self._hang_up()
        elif fault.kind == "hang-after":
            self.jira.closing.wait(30)
            self._hang_up()
        elif fault.kind == "torn-tls":
            os.write(self.connection.fileno(), b"what stands here is no record of TLS")
            self._hang_up()
        elif fault.kind == "truncate":
            self._truncate(status, body)
        elif fault.kind == "garbage":
            self._send(200, {"Content-Type": "application/json"}, b'{"issues": [{"id": 12,')
        else:
            kind = "text/html;charset=UTF-8" if fault.kind == "html" else "application/json;charset=UTF-8"
            self._send(fault.status, {"Content-Type": kind, **fault.headers}, fault.body.encode())

    def _note(self, fault: Fault, arrived: tuple[str, str, str, dict[str, str], bytes]) -> None:
        method, path, version, params, raw = arrived
        status = fault.status if fault.kind in ("answer", "html") else 0
        with self.jira.lock:
            self.jira.requests.append(Request(method, path, version, params, _lenient(raw), {}, status))

    def _hang_up(self) -> None:
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            self.close_connection = True

    def _truncate(self, status: int, body: Any) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw[: len(raw) // 2])
        self._hang_up()

    def _answer(self, status: int, body: Any) -> None:
        headers = {"Content-Type": "application/json;charset=UTF-8", "X-AREQUESTID": "local"}
        self._send(status, headers, b"" if body is None else json.dumps(body).encode())

    def _send(self, status: int, headers: dict[str, str], raw: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        if status != 204:
            self.wfile.write(raw)


def _halved(
    arrived: tuple[str, str, str, dict[str, str], bytes],
) -> tuple[str, str, str, dict[str, str], bytes]:
    """A bulk create with the first half of its issues."""
    body = json.loads(arrived[4])
    issues = body["issueUpdates"]
    return (*arrived[:4], json.dumps({**body, "issueUpdates": issues[: len(issues) // 2]}).encode())


def _lenient(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return None
