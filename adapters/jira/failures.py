"""What an error answer or a broken connection means, in words for the person who must act. Pure."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from tracker.errors import (
    AdapterError,
    AuthError,
    BadResponseError,
    ConflictError,
    NotFoundError,
    RateLimitedError,
    UnreachableError,
)

if TYPE_CHECKING:
    import requests

LOGIN_HINT = (
    "Check the token, and for Jira Cloud the account's e-mail beside it (JIRA_EMAIL, or what `email_env` or `email` say); "
    "API tokens of Atlassian end after at most a year (https://id.atlassian.com)."
)

LONGEST_TOLD_S = 366 * 86_400.0
"""No answer is taken to ask for more: what is longer cannot be meant, and is no date any more."""


class NotLoggedInError(AuthError):
    """Nobody was let in, so that nothing follows about what was asked for."""


def of_answer(name: str, response: requests.Response, now: dt.datetime, url: str) -> AdapterError:
    """The error that an answer with a status of 300 or more stands for."""
    status, told = response.status_code, messages(response)
    where = f"{response.request.method} {_path(response)}: {status}"
    if status == 429:
        reason = response.headers.get("RateLimit-Reason")
        text = f"rate limit reached{f' ({reason})' if reason else ''}"
        return RateLimitedError(text, tracker=name, retry_after_s=retry_after(response.headers, now))
    if status in (401, 403):
        return _denied(name, response, told or where)
    if status >= 500:
        text = told or (f"Jira is not available ({status})" if status == 503 else where)
        return UnreachableError(text, tracker=name, hint="Run again later.")
    if status < 400:
        target = response.headers.get("Location", "elsewhere")
        hint = f"Check url = {url!r}; it must be Jira's own address."
        return BadResponseError(f"redirected to {target}", tracker=name, hint=hint)
    kinds: dict[int, type[AdapterError]] = {404: NotFoundError, 409: ConflictError}
    return kinds.get(status, BadResponseError)(told or where, tracker=name)


def _denied(name: str, response: requests.Response, told: str) -> AuthError:
    reason = response.headers.get("X-Authentication-Denied-Reason", "")
    if "CAPTCHA" in reason.upper():
        return NotLoggedInError(
            "Jira asks this account for a captcha after failed log-ins",
            tracker=name,
            hint="Log in once with a browser as this account and solve it, then run again.",
        )
    if response.status_code == 401:
        return NotLoggedInError(f"not logged in: {told}", tracker=name, hint=LOGIN_HINT)
    return AuthError(
        f"not allowed: {told}", tracker=name, hint="`pmtrack doctor` lists the missing permissions."
    )


def of_transport(name: str, text: str, error: Exception, url: str) -> AdapterError:
    """The error that a failed exchange stands for."""
    if is_untrusted(error):
        hint = "Set ca_bundle to the certificate authority of your company, if it has its own."
        return NotLoggedInError(f"the certificate of {url} is not trusted: {text}", tracker=name, hint=hint)
    return UnreachableError(
        f"no answer from {url}: {text}", tracker=name, hint="Check the network, run again."
    )


def unreadable(name: str, text: str) -> UnreachableError:
    """A broken answer to a read: worth another try."""
    return UnreachableError(
        text, tracker=name, hint="Check that url is Jira's own address, not a log-in page."
    )


def may_pass(problem: AdapterError) -> bool:
    """Whether a repeated read may succeed."""
    return isinstance(problem, (UnreachableError, ConflictError))


def is_untrusted(error: Exception) -> bool:
    """Whether the certificate was not accepted. Another failure of TLS may well come after the request was sent."""
    import ssl

    import requests

    if not isinstance(error, requests.exceptions.SSLError):
        return False
    return any(isinstance(each, ssl.SSLCertVerificationError) for each in _reasons(error))


def _reasons(error: BaseException) -> Iterator[BaseException]:
    """An exception and those that it was made of, as urllib3 and requests wrap them."""
    inner: object = error
    while isinstance(inner, BaseException):
        yield inner
        inner = getattr(inner, "reason", None) or next(iter(inner.args), None)


def was_not_sent(error: Exception) -> bool:
    """Whether the request provably never reached Jira: no name, no route, refused, no trusted certificate."""
    import requests
    from urllib3.exceptions import NameResolutionError, NewConnectionError, ProxyError

    if isinstance(error, requests.exceptions.ConnectTimeout) or is_untrusted(error):
        return True
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema)):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, (NewConnectionError, NameResolutionError, ProxyError))


def in_words(error: Exception) -> str:
    """The innermost reason of a transport error, without the object addresses that libraries print."""
    import requests

    if isinstance(error, requests.exceptions.ReadTimeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return "no connection in time"
    deepest: BaseException = error
    while deepest.__cause__ or deepest.__context__:
        deepest = deepest.__cause__ or deepest.__context__ or deepest
    return str(deepest).rpartition(">: ")[2] or type(deepest).__name__


def messages(response: requests.Response) -> str:
    """What Jira says, with the names of the fields; "" for a web page."""
    return in_error(json_in(response))


def json_in(response: requests.Response) -> Any:
    """The JSON of an answer, None for a web page."""
    try:
        return response.json()
    except ValueError:
        return None


def in_error(body: Any) -> str:
    """The messages of Jira's error object, `field: text` for those about a field."""
    if not isinstance(body, dict):
        return ""
    general = [str(each) for each in body.get("errorMessages") or []]
    fields = body.get("errors")
    named = [f"{key}: {text}" for key, text in fields.items()] if isinstance(fields, dict) else []
    single = [
        str(body[key]) for key in ("message", "errorMessage", "error") if isinstance(body.get(key), str)
    ]
    return "; ".join([*general, *named, *single])


def retry_after(headers: Any, now: dt.datetime) -> float | None:
    """Seconds to wait by Retry-After (seconds or an HTTP date) or X-RateLimit-Reset; None where neither says.

    Source: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
    """
    told = headers.get("Retry-After", "").strip()
    try:
        seconds = float(told)
    except ValueError:
        seconds = math.nan
    if math.isfinite(seconds):
        return min(max(0.0, seconds), LONGEST_TOLD_S)
    until = http_date(told) or _iso(headers.get("X-RateLimit-Reset"))
    if until is None:
        return None
    here = http_date(headers.get("Date")) or now
    return min(max(0.0, (until - here).total_seconds()), LONGEST_TOLD_S)


def http_date(text: str | None) -> dt.datetime | None:
    """An HTTP date as aware UTC, None where it is none."""
    try:
        at = parsedate_to_datetime(text or "")
    except (TypeError, ValueError):
        return None
    return at.astimezone(dt.UTC) if at.tzinfo else at.replace(tzinfo=dt.UTC)


def _iso(text: str | None) -> dt.datetime | None:
    try:
        at = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def _path(response: requests.Response) -> str:
    return (response.request.path_url or "").split("?")[0].partition("/rest/api/")[2].partition("/")[2] or "/"
