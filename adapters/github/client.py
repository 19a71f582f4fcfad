"""Signed-in requests: one call is one request, counted; reads are repeated with back-off, writes never."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from adapters.github.answers import (
    Answer,
    Limit,
    Quota,
    Rights,
    hint_for,
    http_date,
    limit_of,
    next_page,
    quota_of,
    reason_of,
)
from adapters.github.budget import Budget
from adapters.github.config import GitHubOptions
from adapters.github.credentials import Installation, app_authentication, token
from adapters.github.transport import Lost, NotConnected, Redirected, Untrusted, connect, exchange
from tracker.errors import (
    AdapterError,
    AuthError,
    BadResponseError,
    NotFoundError,
    RateLimitedError,
    UnreachableError,
)
from tracker.remote import TrackerContext

if TYPE_CHECKING:
    from github import Github
    from github.Auth import Auth
    from github.Requester import Requester

_READ_TRIES = 4
_FIRST_PAUSE_S = 0.5
_MAX_REDIRECTS = 3


class Client:
    """Sends requests and counts them; knows nothing of issues.

    `send` may be called from several threads at once: each has a connection for itself, because a requester of PyGithub
    holds the request that is under way.

    Attributes:
        requests: How many so far.
        rights: Of the token, as far as the service has told.
        quota: Requests left, as far as the service has told.
        service_time: What the service's clock said in its last answer.
    """

    def __init__(self, tracker: str, options: GitHubOptions, context: TrackerContext, budget: Budget) -> None:
        self.requests = 0
        self.rights = Rights()
        self.quota: Quota | None = None
        self.service_time: dt.datetime | None = None
        self._tracker = tracker
        self._options = options
        self._context = context
        self._budget = budget
        self._auth: Auth | None = None
        self._idle: list[Github] = []
        self._lock = threading.RLock()
        self._installation: Installation | None = None

    def close(self) -> None:
        """Close the connections."""
        while self._idle:
            self._idle.pop().close()
        self._auth = None

    # --- one request ------------------------------------------------------------------------------------------------

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Exactly one request.

        Args:
            method: "GET", "POST", "PATCH", "PUT" or "DELETE".
            path: Below the API's address, with a slash in front.
            params: The query.
            body: Sent as JSON; None for none.
            headers: Further headers.

        Raises:
            NotConnected: it was not sent.
            Lost: nobody knows whether it was carried out.
            Redirected: it was not carried out; the resource lives elsewhere.
            AuthError: there is no token.
        """
        with self._connection() as requester:
            answer = exchange(
                requester, method, path, params=dict(params or {}), headers=dict(headers or {}), body=body
            )
        with self._lock:
            self.rights = self.rights.told(answer)
            self.quota = quota_of(answer) or self.quota
            self.service_time = http_date(answer.headers.get("date"))
        return answer

    def now(self) -> dt.datetime:
        """The time by the service's clock, by our own where it has not told."""
        return self.service_time or self._context.now()

    def graphql_path(self) -> str:
        """The absolute address of the GraphQL API."""
        from github.Requester import Requester

        # Asked of the class, for making a requester may need a request (an App's token).
        base = urlsplit(self._options.api_url)
        return f"{base.scheme}://{base.netloc}{Requester.get_graphql_prefix(base.path)}"

    # --- reads ------------------------------------------------------------------------------------------------------

    def read(
        self,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Iterable[int] = (200,),
    ) -> Answer:
        """A GET, repeated with back-off while the service is unwell, redirects followed with their query.

        Args:
            path: Below the API's address.
            params: The query.
            headers: Further headers.
            expect: The status codes that the caller understands.

        Raises:
            AdapterError: the read failed in the end; the class says how.
        """
        expected = frozenset(expect)
        for hop in range(_MAX_REDIRECTS + 1):
            try:
                answer = self._repeat("GET", path, params, headers, None)
            except Redirected as moved:
                path = self.local(moved.location)
                # GitHub's redirects name the resource by its id and drop the query.
                params = None if urlsplit(moved.location).query else params
                continue
            if answer.status not in expected:
                self.fail(answer)
            if answer.status == 200 and answer.json() is None:
                raise self._bad(f"the answer to GET {path} is not JSON")
            return Answer(answer.status, answer.headers, answer.text, path, moved=hop > 0)
        raise self._bad(f"GET {path} is redirected in a circle")

    def pages(self, path: str, params: Mapping[str, Any]) -> Iterator[list[dict[str, Any]]]:
        """The pages of a list, by following `rel="next"` only.

        Raises:
            AdapterError: a page could not be read; the pages before it are true.
        """
        yield from self.pages_from(self.read(path, params=params))

    def pages_from(self, answer: Answer) -> Iterator[list[dict[str, Any]]]:
        """The page that was read, and those that follow it; see `pages`."""
        while True:
            yield self.records(answer)
            following = next_page(answer.headers.get("link"))
            if following is None:
                return
            answer = self.read(self.local(following))

    def records(self, answer: Answer) -> list[dict[str, Any]]:
        """The objects of a list answer.

        Raises:
            BadResponseError: it is no list of objects.
        """
        data = answer.json()
        if not isinstance(data, list) or not all(isinstance(each, dict) for each in data):
            raise self._bad(f"the answer to GET {answer.path} is not a list")
        return data

    def graphql(
        self, query: str, variables: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """A GraphQL query (never a mutation): its data, which may be partial, and its errors.

        Raises:
            NotFoundError: the service has no GraphQL.
            AdapterError: the query failed as a whole.
        """
        body = {"query": query, "variables": dict(variables)}
        try:
            answer = self._repeat("POST", self.graphql_path(), None, None, body)
        except Redirected as moved:
            raise self._bad(f"GraphQL is redirected to {moved.location}") from moved
        if answer.status != 200:
            self.fail(answer)
        return self.graphql_data(answer)

    def graphql_data(self, answer: Answer) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Data and errors of a GraphQL answer.

        Raises:
            BadResponseError: it is none, or holds errors alone.
        """
        record = answer.record()
        data, errors = record.get("data"), record.get("errors")
        problems = [each for each in errors if isinstance(each, dict)] if isinstance(errors, list) else []
        if not isinstance(data, dict):
            if not problems:
                raise self._bad("the answer to a GraphQL query is not one")
            raise self._bad(f"GraphQL: {problems[0].get('message', 'unknown error')}")
        return data, problems

    # --- inside -----------------------------------------------------------------------------------------------------

    def _repeat(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None,
        headers: Mapping[str, str] | None,
        body: Any,
    ) -> Answer:
        """Send something that changes nothing until it is answered."""
        pause = _FIRST_PAUSE_S
        for left in reversed(range(_READ_TRIES)):
            self._budget.before_read()
            try:
                answer = self.send(method, path, params=params, body=body, headers=headers)
            except Untrusted as error:
                hint = "Set ca_bundle to the certificate authority of your company, if it has its own."
                raise AuthError(
                    f"the certificate of {self._options.api_url} is not trusted",
                    tracker=self._tracker,
                    hint=hint,
                ) from error
            except (NotConnected, Lost) as error:
                if not left:
                    raise self._unreachable(str(error)) from error
            else:
                limit = self._limit(answer)
                if limit and not (left and self._budget.wait_for(limit)):
                    self._limited(limit)
                if not limit and not (left and _is_unwell(answer)):
                    return answer
                pause = 0.0 if limit else pause
            self._context.sleep(pause)
            pause = max(pause, _FIRST_PAUSE_S) * 2
        raise AssertionError("unreachable: the last try returns or raises")

    def _limit(self, answer: Answer) -> Limit | None:
        limit = limit_of(answer, self._context.now())
        if limit is None and answer.status == 200 and '"RATE_LIMIT' in answer.text:
            # GraphQL says it with HTTP 200 and errors[].type.
            exhausted = Answer(403, {**answer.headers, "x-ratelimit-remaining": "0"}, "{}")
            limit = limit_of(exhausted, self._context.now()) if _graphql_limited(answer) else None
        if limit:
            self._budget.limited(limit)
        return limit

    def fail(self, answer: Answer) -> NoReturn:
        """Raise what an answer means that the caller cannot use."""
        kinds: dict[int, type[AdapterError]] = {
            401: AuthError,
            403: AuthError,
            404: NotFoundError,
            410: NotFoundError,
        }
        kind = UnreachableError if answer.status >= 500 else kinds.get(answer.status, BadResponseError)
        hint = hint_for(answer, self._options.repository)
        raise kind(reason_of(answer), tracker=self._tracker, hint=hint)

    def _limited(self, limit: Limit) -> NoReturn:
        raise RateLimitedError(
            f"GitHub asks to wait {limit.wait_s:.0f} s (rate limit)",
            tracker=self._tracker,
            hint="Run again later, or with --wait.",
            retry_after_s=limit.wait_s,
        )

    def _unreachable(self, reason: str) -> UnreachableError:
        hint = f"Check the network and api_url ({self._options.api_url})."
        return UnreachableError(reason, tracker=self._tracker, hint=hint)

    def _bad(self, reason: str) -> BadResponseError:
        hint = "Check api_url; a proxy or a login page may have answered instead of GitHub."
        return BadResponseError(reason, tracker=self._tracker, hint=hint)

    def local(self, url: str) -> str:
        """The path below the API's address of an absolute address that the service gave."""
        base, target = urlsplit(self._options.api_url), urlsplit(url)
        if target.hostname and (target.hostname, target.port) != (base.hostname, base.port):
            raise self._bad(f"a redirect leads to another host, {target.hostname}")
        path = target.path.removeprefix(base.path)
        return path + (f"?{target.query}" if target.query else "")

    @contextmanager
    def _connection(self) -> Iterator[Requester]:
        """A connection for one request, which is counted."""
        with self._lock:
            if self._installation and self._installation.is_due(self._context.now()):
                self.close()
            auth = self._auth = self._auth or self._signed_in()
            github = self._idle.pop() if self._idle else connect(self._options, self._context, auth)
            self.requests += 1
        try:
            yield github.requester
        finally:
            with self._lock:
                if auth is self._auth:
                    self._idle.append(github)
                else:
                    github.close()

    def _signed_in(self) -> Auth:
        from github import Auth

        if self._options.app is None:
            return Auth.Token(token(self._options, self._context, self._tracker))
        installation = self._installed()
        self._installation = installation
        self.rights = Rights(app=installation.permissions)
        return Auth.Token(installation.token)

    def _installed(self) -> Installation:
        """A new token for the App's installation.

        Raises:
            NotConnected: it could not be asked for now; what was to be sent with it was not sent.
            AuthError: GitHub refuses it.
        """
        app = self._options.app
        assert app is not None  # noqa: S101 - the caller has looked
        auth = app_authentication(app, self._context, self._tracker)
        path = f"/app/installations/{app.installation_id}/access_tokens"
        with closing(connect(self._options, self._context, auth)) as issuer:
            self.requests += 1
            try:
                answer = exchange(issuer.requester, "POST", path, params={}, headers={}, body=None)
            except (Lost, Redirected) as error:
                # Another token does no harm, so whatever was to follow counts as never sent.
                raise NotConnected(f"no installation token: {error}") from error
        return Installation.read(answer, self._context.now(), self._tracker)


def _is_unwell(answer: Answer) -> bool:
    return answer.status >= 500 or (answer.status == 200 and bool(answer.text) and answer.json() is None)


def _graphql_limited(answer: Answer) -> bool:
    errors = answer.record().get("errors")
    kinds = (
        {each.get("type") for each in errors if isinstance(each, dict)} if isinstance(errors, list) else set()
    )
    return bool(kinds & {"RATE_LIMIT", "RATE_LIMITED"})
