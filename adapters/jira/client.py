"""Transport to one Jira: sends requests, counts them, says what became of them. Knows nothing of issues.

The `jira` package gives the session (authentication, headers, certificates); its own repeating is switched off, because
it repeats POSTs (pycontribs/jira#1484: one dropped connection made four issues). Reads are repeated here; writes only
when Jira provably did nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any

from adapters.jira import failures, shapes
from adapters.jira.body import Api
from adapters.jira.config import JiraOptions
from adapters.jira.credentials import Credentials
from tracker import faults
from tracker.errors import AdapterError, BadResponseError, RateLimitedError
from tracker.remote import NotSent, TrackerContext, Unknown
from tracker.values import dataclass

if TYPE_CHECKING:
    import requests
    from jira import JIRA

Json = Mapping[str, Any]
FIRST_BACKOFF_S = 1.0
LONGEST_BACKOFF_S = 30.0
UNTOLD_WAIT_S = 10.0
"""Waited after a 429 that does not say how long; doubled each time (the gateway in front of Jira Cloud sends such)."""

BLOCKED = "blocked"
LONGEST_KEPT = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with a status below 300 and the JSON in it (None where there is no body)."""

    status: int
    data: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rejected:
    """Jira refused the write (4xx) and did nothing; `data` is its error object, None for a web page."""

    status: int
    reason: str
    hint: str | None = None
    data: Any = None


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    params: Mapping[str, str] | None
    body: Json | None
    api: Api


Written = Answer | Rejected | NotSent | Unknown


class Client:
    """Requests to one Jira, from several threads; a 429 that one of them gets stops them all until Jira's time is over.

    Attributes:
        requests: How many went over the wire.
        skew_s: The site's own clock minus the Date headers of its answers, in seconds.
    """

    def __init__(
        self, name: str, options: JiraOptions, credentials: Credentials, context: TrackerContext
    ) -> None:
        self.name = name
        self.requests = 0
        self.skew_s = 0.0
        self._options = options
        self._credentials = credentials
        self._context = context
        self._jira: JIRA | None = None
        self._lock = threading.Lock()
        self._date: dt.datetime | None = None
        self._blocked_until, self._blocked_why = _kept(context)

    def read(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Json | None = None,
        api: Api = "2",
    ) -> Any:
        """The JSON of an answer; repeated with back-off where that may help.

        `api` is the version of the API; version 3, of Cloud only, tells long texts as documents.

        Raises:
            NotFoundError: 404.
            AuthError: 401, 403.
            RateLimitedError: told to wait longer than `longest_wait_s`.
            BadResponseError: 400, or an answer that is none.
            UnreachableError: no connection, time-out or server error, after the last try.
        """
        for attempt in range(self._options.read_retries + 1):
            problem = self._try_read(_Request(method, path, params, body, api))
            if isinstance(problem, Answer):
                return problem.data
            last = attempt == self._options.read_retries
            if last or not self._wait_for(problem, attempt):
                raise problem
        raise AssertionError("unreachable: the loop above returns or raises")

    def write(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Json | None = None,
        api: Api = "2",
    ) -> Written:
        """Send a write once; again only after a 429, which Jira answers before it does anything, and where nothing was sent."""
        for attempt in range(self._options.read_retries + 1):
            outcome = self._try_write(_Request(method, path, params, body, api))
            if not isinstance(outcome, NotSent) or attempt == self._options.read_retries:
                return outcome
            if not self._may_wait(outcome, attempt):
                return outcome
        return outcome

    def server_now(self) -> dt.datetime:
        """The site's clock, by the last answer; ours before the first."""
        return (self._date or self._context.now()) + dt.timedelta(seconds=self.skew_s)

    @property
    def has_answered(self) -> bool:
        """Whether any answer told the site's time."""
        return self._date is not None

    def close(self) -> None:
        """Close the connections."""
        if self._jira is not None:
            self._jira.close()  # type: ignore[no-untyped-call]
            self._jira = None

    # --- one try ----------------------------------------------------------------------------------------------------

    def _try_read(self, request: _Request) -> Answer | AdapterError:
        import requests

        blocked = self._still_blocked()
        if blocked is not None:
            return RateLimitedError(self._blocked_why, tracker=self.name, retry_after_s=blocked)
        try:
            response = self._send(request)
            if response.status_code < 300:
                return _fitting(request.path, _answer(response))
        except requests.RequestException as error:
            return failures.of_transport(self.name, self._scrub(error), error, self._options.url)
        except BadResponseError as error:
            return failures.unreadable(self.name, error.message)
        return self._refusal(response)

    def _try_write(self, request: _Request) -> Written:
        import requests

        blocked = self._still_blocked()
        if blocked is not None:
            return NotSent(self._blocked_why, blocked)
        faults.reach("while-sent")
        try:
            response = self._send(request)
            faults.reach("after-commit")
            if response.status_code < 300:
                return _answer(response)
        except requests.RequestException as error:
            text = f"{request.method} {request.path}: {self._scrub(error)}"
            return NotSent(text) if failures.was_not_sent(error) else Unknown(text)
        except BadResponseError as error:
            return Unknown(error.message)
        return self._refused(response)

    def _refused(self, response: requests.Response) -> Written:
        problem = self._refusal(response)
        if isinstance(problem, RateLimitedError):
            return NotSent(problem.message, problem.retry_after_s)
        if response.status_code >= 500:
            return Unknown(problem.message)
        reason = problem.message.removeprefix(f"{self.name}: ")
        return Rejected(response.status_code, reason, problem.hint, failures.json_in(response))

    def _send(self, request: _Request) -> requests.Response:
        import requests
        from jira import JIRAError

        with self._lock:
            session = self._session()
            self.requests += 1
        url = f"{self._options.api_url}/rest/api/{request.api}/{request.path}"
        try:
            # A redirected POST would become a GET: redirects are refused, with the address that was told.
            response: requests.Response = session._session.request(  # noqa: SLF001 - its methods repeat and guess
                request.method, url, params=request.params, json=request.body, allow_redirects=False
            )
        except JIRAError as error:
            if not isinstance(error.response, requests.Response):
                raise requests.RequestException(error.text) from None
            response = error.response
        self._note_date(response)
        return response

    def _session(self) -> JIRA:
        if self._jira is None:
            from jira import JIRA

            # At debug level the package logs headers and bodies.
            logging.getLogger("jira").setLevel(logging.ERROR)
            options = self._options
            proxies = {"http": options.proxy, "https": options.proxy} if options.proxy else None
            known = self._credentials
            self._jira = JIRA(
                options={
                    "server": options.api_url,
                    "verify": str(options.ca_bundle) if options.ca_bundle else True,
                    "client_cert": str(options.client_cert) if options.client_cert else None,
                    "headers": {"User-Agent": "pmtrack"},
                },
                basic_auth=(known.email or "", known.token) if known.is_basic else None,
                token_auth=None if known.is_basic else known.token,
                get_server_info=False,
                max_retries=0,
                timeout=(options.connect_timeout_s, options.read_timeout_s),
                proxies=proxies,
                logging=False,
            )
        return self._jira

    # --- waiting ----------------------------------------------------------------------------------------------------

    def _refusal(self, response: requests.Response) -> AdapterError:
        problem = failures.of_answer(self.name, response, self._context.now(), self._options.url)
        problem.args = tuple(self._credentials.scrub(str(each)) for each in problem.args)
        problem.message = self._credentials.scrub(problem.message)
        if isinstance(problem, RateLimitedError) and problem.retry_after_s is not None:
            self._block(problem.retry_after_s, problem.message.removeprefix(f"{self.name}: "))
        return problem

    def _block(self, seconds: float, why: str) -> None:
        until = self._context.now() + dt.timedelta(seconds=seconds)
        with self._lock:
            if self._blocked_until is None or until > self._blocked_until:
                self._blocked_until, self._blocked_why = until, why
                if seconds > self._options.longest_wait_s:
                    # The run ends before that time; the next ones send nothing until then either.
                    self._context.memory[BLOCKED] = json.dumps([until.isoformat(), why])

    def _still_blocked(self) -> float | None:
        if self._blocked_until is None:
            return None
        left = (self._blocked_until - self._context.now()).total_seconds()
        return left if left > 0 else None

    def _wait_for(self, problem: AdapterError, attempt: int) -> bool:
        if isinstance(problem, RateLimitedError):
            return self._may_wait(NotSent(problem.message, problem.retry_after_s), attempt)
        if not failures.may_pass(problem):
            return False
        self._context.sleep(min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2**attempt))
        return True

    def _may_wait(self, unsent: NotSent, attempt: int) -> bool:
        """Wait as long as Jira asks, in full, if that is within the limit or the person asked to wait."""
        told = unsent.retry_after_s
        seconds = UNTOLD_WAIT_S * 2**attempt if told is None else told
        if seconds > self._options.longest_wait_s and not self._context.wait:
            return False
        reason = unsent.reason.removeprefix(f"{self.name}: ")
        self._context.announce(f"{self.name}: {reason}; trying again in {seconds:.0f} s")
        self._context.sleep(seconds)
        return True

    def _note_date(self, response: requests.Response) -> None:
        told = failures.http_date(response.headers.get("Date"))
        if told is not None:
            self._date = told

    def _scrub(self, error: Exception) -> str:
        return self._credentials.scrub(failures.in_words(error))


def _kept(context: TrackerContext) -> tuple[dt.datetime | None, str]:
    """Until when Jira told an earlier run to wait, and why; at most a day counts."""
    try:
        told, why = json.loads(context.memory.get(BLOCKED, "null"))
        until = dt.datetime.fromisoformat(told)
        left = until - context.now()
    except (ValueError, TypeError):
        return None, ""
    return (until, str(why)) if dt.timedelta() < left <= LONGEST_KEPT else (None, "")


def _fitting(path: str, answer: Answer) -> Answer:
    """The answer to a read.

    Raises:
        BadResponseError: it is JSON, and not what Jira tells there.
    """
    if not shapes.fits(path, answer.data):
        raise BadResponseError(f"the answer to {path.partition('/')[0]} is not what a Jira tells")
    return answer


def _answer(response: requests.Response) -> Answer:
    """The answer with its JSON.

    Raises:
        BadResponseError: there is a body, and it is not JSON: a log-in page, a proxy's page, half an answer.
    """
    headers = dict(response.headers)
    if response.status_code == 204 or not response.content:
        return Answer(response.status_code, None, headers)
    try:
        return Answer(response.status_code, response.json(), headers)
    except ValueError as error:
        kind = response.headers.get("Content-Type", "no type")
        raise BadResponseError(f"the answer is not JSON ({kind}, {len(response.content)} bytes)") from error
