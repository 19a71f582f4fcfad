"""The retry policy that PyGithub is given: never repeat, and tell redirects instead of following them.

A `Retry` object is PyGithub's own extension point (its `GithubRetry` is one).
"""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from urllib3.util.retry import Retry

from adapters.github.transport import Redirected

if TYPE_CHECKING:
    from urllib3.connectionpool import ConnectionPool
    from urllib3.response import BaseHTTPResponse

_REDIRECTS = frozenset({301, 302, 307, 308})


class OneShot(Retry):
    """One call is one request.

    PyGithub takes a 307 for success and follows a 301 without its query, so both are reported before it sees them.
    """

    def __init__(self) -> None:
        super().__init__(total=0, read=False, respect_retry_after_header=False)

    def is_retry(self, method: str, status_code: int, has_retry_after: bool = False) -> bool:  # noqa: ARG002
        """Whether `increment` is to look at the answer: only at redirects."""
        return status_code in _REDIRECTS

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> OneShot:
        """Report a redirect; anything else fails at once."""
        if response is not None and response.status in _REDIRECTS:
            response.drain_conn()
            raise Redirected(response.status, response.headers.get("Location", ""))
        Retry(total=0, read=False).increment(method, url, response, error, _pool, _stacktrace)
        return self
