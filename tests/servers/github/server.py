"""The HTTP side: connections, authentication, limits, faults, latency, and a log of every request."""

from __future__ import annotations

import datetime as dt
import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.servers.github import graphql, rest
from tests.servers.github.contract import Contract
from tests.servers.github.faults import Fault, Faults, Kind
from tests.servers.github.rest import Request, Response
from tests.servers.github.store import Store

_HANG_S = 30.0


@dataclass
class Limits:
    """GitHub's limits; 0 switches one off.

    Attributes:
        content_per_minute: Creates a minute before the secondary limit answers.
        core: Requests left of the primary limit; None for plenty.
        status: Status of the secondary limit's answer, 403 or 429.
        retry_after: Its `Retry-After`, None to send none.
    """

    content_per_minute: int = 0
    core: int | None = None
    reset_in_s: int = 3600
    status: int = 403
    retry_after: str | None = "60"


@dataclass
class Logged:
    """One request as it arrived, and the status of its answer (0 for none)."""

    method: str
    path: str
    body: Any
    headers: dict[str, str]
    status: int = 0


class GitHubServer:
    """A GitHub on a loopback port.

    Args:
        store: What it holds.
        prefix: "" for the address form of api.github.com, "/api/v3" for that of GitHub Enterprise Server.
        contract: Checks requests and answers against GitHub's own description.
    """

    def __init__(self, store: Store, *, prefix: str = "", contract: Contract | None = None) -> None:
        self.store = store
        self.prefix = prefix
        self.contract = contract
        self.faults = Faults()
        self.limits = Limits()
        self.log: list[Logged] = []
        self.latency_s = 0.0
        self.has_graphql = True
        self.before: Callable[[Request], None] | None = None
        self.control: Callable[[dict[str, Any]], Any] | None = None
        self._creates: deque[float] = deque()
        self._stopped = threading.Event()
        self._http = _Http(("127.0.0.1", 0), _Handler, self)
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        """What `api_url` is set to."""
        return f"http://127.0.0.1:{self.port}{self.prefix}"

    def start(self) -> GitHubServer:
        self._thread.start()
        return self

    def stop(self) -> None:
        self._stopped.set()
        self._http.shutdown()
        self._http.server_close()

    def count(self, method: str, ending: str = "") -> int:
        """How many requests of this kind arrived."""
        return sum(1 for each in self.log if each.method == method and each.path.endswith(ending))

    def content_requests(self) -> int:
        """How many requests that create issues arrived; one without a title asks only for the permission."""
        return sum(
            1
            for each in self.log
            if each.method == "POST"
            and each.path.endswith("/issues")
            and not (isinstance(each.body, dict) and each.body.get("title") == "")
        )

    # --- one request ------------------------------------------------------------------------------------------------

    def answer(
        self, method: str, target: str, headers: dict[str, str], raw: bytes
    ) -> tuple[Response, Fault | None]:
        """The answer, and the fault that is to befall it."""
        parts = urlsplit(target)
        path = parts.path
        body = _decoded(raw)
        if path == "/_control" and self.control and isinstance(body, dict):
            return Response(200, self.control(body)), None
        logged = Logged(method, path, body, headers)
        self.log.append(logged)
        fault = self.faults.take(method, path)
        if fault and not fault.kind.commits:
            logged.status = fault.status if fault.kind is Kind.STATUS else 0
            return Response(fault.status), fault
        response = self._respond(
            method, path, dict(parse_qsl(parts.query, keep_blank_values=True)), headers, body
        )
        logged.status = response.status
        return response, fault

    def _respond(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: Any
    ) -> Response:
        if path.endswith("/access_tokens"):
            return self._installation(path, headers)
        token = headers.get("authorization", "").partition(" ")[2]
        login = self.store.tokens.get(token)
        ends = self.store.expires.get(token)
        if login is None or (ends and ends <= self.store.now()):
            return rest.problem(401, "Bad credentials")
        viewer, permissions = self.store.users[login.casefold()], self.store.permissions.get(token)
        local = path.removeprefix(self.prefix)
        response = self._signed_in(
            Request(method, local, query, headers, body, viewer, self.url, permissions)
        )
        if token in self.store.scopes:
            response.headers["X-OAuth-Scopes"] = self.store.scopes[token]
        return response

    def _signed_in(self, request: Request) -> Response:
        if self.before:
            self.before(request)
        if limited := self._limited(request):
            return limited
        if request.path in ("/graphql", "/api/graphql"):
            if not self.has_graphql:
                return rest.problem(404, "Not Found")
            with self.store.lock:
                told = graphql.execute(self.store, request.viewer, request.api, request.body)
            return Response(200, told, {"X-RateLimit-Resource": "graphql"})
        if request.path == "/rate_limit":
            return Response(200, _rate_limit(self.limits))
        response = rest.handle(self.store, request)
        if self.contract:
            self.contract.check(request, response)
        return response

    def _installation(self, path: str, headers: dict[str, str]) -> Response:
        """A token for a GitHub App, for an hour."""
        signed = headers.get("authorization", "").removeprefix("Bearer ")
        if signed.count(".") != 2 or not _signature_holds(signed, self.store.app_key):
            return rest.problem(401, "A JSON web token could not be decoded")
        if f"/installations/{self.store.installation}/" not in path:
            return rest.problem(404, "Not Found")
        token = f"ghs_{len(self.store.expires) + 1}"
        self.store.add_user("pmtrack[bot]")
        self.store.add_limited_token(token, "pmtrack[bot]", **self.store.app_permissions)
        self.store.expires[token] = self.store.now() + dt.timedelta(hours=1)
        body = {
            "token": token,
            "expires_at": f"{self.store.expires[token]:%Y-%m-%dT%H:%M:%SZ}",
            "permissions": self.store.app_permissions,
        }
        return Response(201, body)

    def _limited(self, request: Request) -> Response | None:
        limits = self.limits
        if limits.core is not None:
            if limits.core <= 0:
                return rest.problem(403, "API rate limit exceeded for user ID 1.")
            limits.core -= 1
        if limits.content_per_minute and request.method == "POST" and request.path.endswith("/issues"):
            now = self.store.now().timestamp()
            while self._creates and self._creates[0] <= now - 60:
                self._creates.popleft()
            if len(self._creates) >= limits.content_per_minute:
                response = rest.problem(
                    limits.status, "You have exceeded a secondary rate limit. Please wait a few minutes."
                )
                response.headers |= {"Retry-After": limits.retry_after} if limits.retry_after else {}
                return response
            self._creates.append(now)
        return None

    def rate_headers(self) -> dict[str, str]:
        """The headers that every answer carries."""
        left = 4999 if self.limits.core is None else max(0, self.limits.core)
        reset = int(self.store.now().timestamp()) + self.limits.reset_in_s
        return {
            "X-RateLimit-Limit": "5000",
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": str(reset),
            "X-RateLimit-Resource": "core",
            "X-GitHub-Media-Type": "github.v3; format=json",
            "Date": self.store.now().strftime("%a, %d %b %Y %H:%M:%S GMT"),
        }

    def hang(self) -> None:
        """Keep a client waiting until it gives up or the server stops."""
        self._stopped.wait(_HANG_S)

    def delay(self) -> None:
        """Latency, where a test or benchmark asks for it."""
        if self.latency_s:
            time.sleep(self.latency_s)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], server: GitHubServer
    ) -> None:
        super().__init__(address, handler)
        self.github = server

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up is no error of the server."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One packet for head and body: else each answer waits 40 ms for a delayed acknowledgement.
    wbufsize = 65_536
    disable_nagle_algorithm = True
    server: _Http

    def _serve(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {key.lower(): value for key, value in self.headers.items()}
        github = self.server.github
        github.delay()
        response, fault = github.answer(self.command, self.path, headers, raw)
        if fault is None:
            self._send(response.status, response.text().encode(), response.headers)
        else:
            self._fail(github, response, fault)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815

    def _fail(self, github: GitHubServer, response: Response, fault: Fault) -> None:
        text = response.text().encode()
        match fault.kind:
            case Kind.HANG | Kind.HANG_AFTER:
                github.hang()
                self._drop()
            case Kind.DROP | Kind.DROP_AFTER:
                self._drop()
            case Kind.STATUS | Kind.STATUS_AFTER:
                self._send(fault.status, fault.body.encode(), dict(fault.headers))
            case Kind.TRUNCATED:
                self._send(response.status, text[: len(text) // 2], response.headers)
            case Kind.CUT:
                self._send(response.status, text[: len(text) // 2], response.headers, length=len(text))
                self._drop()
            case Kind.HTML:
                self._send(200, b"<html><body>Sign in</body></html>", {"Content-Type": "text/html"})
            case Kind.GARBAGE:
                self._send(response.status, b"\xff\xfe\x00garbage\x80", {})
            case Kind.EMPTY:
                self._send(response.status, b"", {})

    def _send(self, status: int, body: bytes, headers: dict[str, str], length: int | None = None) -> None:
        self.send_response_only(status)
        sent = {
            "Content-Type": "application/json; charset=utf-8",
            **self.server.github.rate_headers(),
            **headers,
        }
        for key, value in sent.items():
            self.send_header(key, value)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if status not in (204, 304):
            self.wfile.write(body)

    def _drop(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: the log is `GitHubServer.log`."""


def _decoded(raw: bytes) -> Any:
    try:
        return json.loads(raw) if raw else None
    except ValueError:
        return None


def _signature_holds(signed: str, key: str | None) -> bool:
    import jwt

    try:
        return key is None or bool(jwt.decode(signed, key, algorithms=["RS256"]))
    except jwt.PyJWTError:
        return False


def _rate_limit(limits: Limits) -> dict[str, Any]:
    left = 4999 if limits.core is None else limits.core
    core = {"limit": 5000, "remaining": left, "reset": 0, "used": 5000 - left}
    return {"resources": {"core": core, "search": core, "graphql": core}, "rate": core}
