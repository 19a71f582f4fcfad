"""One HTTP exchange through PyGithub's requester, with its own repeating switched off; four libraries' failures become three.

PyGithub's default retry repeats POSTs after a dropped connection or a 5xx answer (a second issue) and never repeats a
PATCH; it also follows a 301 without the query. So it gets a `Retry` that never repeats and reports redirects.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from adapters.github.answers import Answer
from adapters.github.config import GitHubOptions
from tracker.remote import TrackerContext

if TYPE_CHECKING:
    from github import Github
    from github.Auth import Auth
    from github.Requester import Requester


class NotConnected(Exception):
    """The request never left: no such host, connection refused, TLS failed."""


class Untrusted(NotConnected):
    """The server's certificate is not trusted; nothing was sent, and another try would not change that."""


class Lost(Exception):
    """The request may have arrived, its answer did not: dropped connection, time-out, half an answer."""


class Redirected(Exception):
    """The service says that the resource lives elsewhere; nothing was done."""

    def __init__(self, status: int, location: str) -> None:
        super().__init__(f"HTTP {status} to {location}")
        self.location = location


def connect(options: GitHubOptions, context: TrackerContext, auth: Auth) -> Github:
    """Make PyGithub's client; sends nothing yet."""
    from github import Github

    from adapters.github.retry import OneShot

    # PyGithub logs whole requests and answers at debug level; nothing of pmtrack reads that log.
    logging.getLogger("github.Requester").setLevel(logging.WARNING)
    return Github(
        auth=auth,
        base_url=options.api_url,
        timeout=options.timeout_s,
        user_agent="pmtrack",
        per_page=100,
        verify=str((context.root / options.ca_bundle).resolve()) if options.ca_bundle else True,
        retry=OneShot(),
        seconds_between_requests=None,
        seconds_between_writes=None,
        lazy=True,
        api_version=options.api_version or None,
    )


def exchange(
    requester: Requester,
    method: str,
    path: str,
    *,
    params: dict[str, Any],
    headers: dict[str, str],
    body: Any,
) -> Answer:
    """One request.

    Raises:
        NotConnected: it was not sent (`Untrusted`: because of the certificate).
        Lost: nobody knows whether it was carried out.
        Redirected: it was not carried out; the resource lives elsewhere.
    """
    from requests import ConnectTimeout, RequestException
    from requests.exceptions import SSLError
    from urllib3.exceptions import HTTPError

    try:
        status, received, text = requester.requestJson(method, path, params, headers, body)
    except ConnectTimeout as error:
        raise NotConnected(f"no connection: {_cause(error)}") from error
    except SSLError as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise Untrusted(_cause(error)) from error
        raise Lost(_cause(error)) from error
    except RequestException as error:
        kind = NotConnected if _before_sending(error) else Lost
        raise kind(_cause(error)) from error
    except (HTTPError, UnicodeDecodeError, OSError) as error:
        raise Lost(_cause(error)) from error
    return Answer(status, {key: str(value) for key, value in received.items()}, text, path)


def _before_sending(error: Exception) -> bool:
    """Whether the connection was never made, so that nothing can have arrived."""
    from urllib3.exceptions import (
        ConnectTimeoutError,
        MaxRetryError,
        NameResolutionError,
        NewConnectionError,
        ProxyError,
    )

    inner = error.args[0] if error.args else None
    cause = inner.reason if isinstance(inner, MaxRetryError) else inner
    # A proxy's error is told only where no connection to the proxy was made (urllib3, connectionpool.py, urlopen).
    return isinstance(cause, NewConnectionError | NameResolutionError | ConnectTimeoutError | ProxyError)


def _cause(error: BaseException) -> str:
    """The kind of failure, without addresses of objects and without what was sent."""
    inner = error.args[0] if error.args else None
    reason = getattr(inner, "reason", inner)
    name = type(reason).__name__ if isinstance(reason, BaseException) else type(error).__name__
    words = {
        "NewConnectionError": "the connection was refused",
        "NameResolutionError": "the host name is unknown",
        "ConnectTimeoutError": "the connection timed out",
        "ReadTimeoutError": "no answer in time",
        "ProxyError": "no connection to the proxy",
        "ProtocolError": "the connection was dropped",
        "SSLError": "no TLS connection with a trusted certificate",
    }
    return words.get(name, name)
