"""What an HTTP answer of GitHub means. Pure.

A write has four outcomes (`tracker.remote.Outcome`); this is where they are told apart.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Any

from tracker.values import dataclass

# Without Retry-After and without a reset: "wait for at least one minute before retrying".
# https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
DEFAULT_WAIT_S = 60.0

_LIMIT_WORDS = re.compile(r"rate limit|abuse detection|secondary limit|submitted too quickly", re.IGNORECASE)
_MAX_REASON = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer as it came; header names are in lower case.

    Attributes:
        path: The path that answered, which a redirect may have changed.
        moved: Whether a redirect led there.
    """

    status: int
    headers: Mapping[str, str]
    text: str
    path: str = ""
    moved: bool = False

    def json(self) -> Any:
        """The decoded body; None where it is no JSON at all."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    def record(self) -> dict[str, Any]:
        """The body as a JSON object; empty where it is something else."""
        data = self.json()
        return data if isinstance(data, dict) else {}


@dataclass(frozen=True, slots=True)
class Limit:
    """The service asks to wait.

    Attributes:
        wait_s: How long.
        everything: The whole quota is used up, reads included; else only writes are held back.
    """

    wait_s: float
    everything: bool


@dataclass(frozen=True, slots=True)
class Quota:
    """Requests left of the primary limit of the REST API.

    Attributes:
        resets_at: When it is full again, UTC.
    """

    left: int
    most: int
    resets_at: dt.datetime


def quota_of(answer: Answer) -> Quota | None:
    """What the headers of an answer say of the REST API's limit; None where they speak of another one or of none."""
    if answer.headers.get("x-ratelimit-resource", "core") != "core":
        return None
    try:
        left, most, reset = (
            int(answer.headers[f"x-ratelimit-{key}"]) for key in ("remaining", "limit", "reset")
        )
        return Quota(left, most, dt.datetime.fromtimestamp(reset, dt.UTC))
    except (KeyError, ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Rights:
    """What the token may do, as far as it is known without trying.

    Attributes:
        scopes: Of a classic token; None where the service names none, as for fine-grained ones.
        app: Permissions of a GitHub App's installation, None for other tokens.
    """

    scopes: frozenset[str] | None = None
    app: Mapping[str, str] | None = None

    def told(self, answer: Answer) -> Rights:
        """With what the headers of one more answer say."""
        if "x-oauth-scopes" not in answer.headers:
            return self
        named = {scope.strip() for scope in answer.headers["x-oauth-scopes"].split(",")} - {""}
        return replace(self, scopes=frozenset(named))


def limit_of(answer: Answer, now: dt.datetime) -> Limit | None:
    """The limit that this answer announces; None where it is something else.

    Primary limits have `x-ratelimit-remaining: 0`; secondary ones are 403 or 429, with or without `retry-after`.
    """
    if answer.status not in (403, 429):
        return None
    exhausted = answer.headers.get("x-ratelimit-remaining") == "0"
    asked = retry_after(answer.headers.get("retry-after"), now)
    worded = _LIMIT_WORDS.search(str(answer.record().get("message", "")))
    if answer.status == 403 and not (exhausted or asked is not None or worded):
        return None
    if asked is None:
        asked = _until_reset(answer.headers, now) if exhausted else DEFAULT_WAIT_S
    return Limit(asked, exhausted)


def retry_after(text: str | None, now: dt.datetime) -> float | None:
    """Seconds of a `Retry-After` header, which may be a number or a date."""
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    when = http_date(text)
    return max(0.0, (when - now).total_seconds()) if when else None


def http_date(text: str | None) -> dt.datetime | None:
    """The aware time of a `Date` header."""
    try:
        when = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=dt.UTC)


def _until_reset(headers: Mapping[str, str], now: dt.datetime) -> float:
    try:
        return max(1.0, float(headers["x-ratelimit-reset"]) - now.timestamp())
    except (KeyError, ValueError):
        return DEFAULT_WAIT_S


_CREDENTIAL = re.compile(
    r"(?i)(\b(?:token|bearer|basic)\s+)[\w.~+/=:-]{8,}|\b(?:gh[pousr]|github_pat)_\w{8,}"
)


def reason_of(answer: Answer) -> str:
    """What GitHub says is wrong, in one line: the message, and the fields and values that it names."""
    record = answer.record()
    message = str(record.get("message") or f"an answer that is no JSON ({_kind(answer)})")
    errors = record.get("errors")
    details = [_detail(error) for error in errors] if isinstance(errors, list) else []
    text = f"HTTP {answer.status}: {message}" + "".join(f"; {detail}" for detail in details)
    return without_credentials(" ".join(text.split()))[:_MAX_REASON]


def without_credentials(text: str) -> str:
    """The text without what looks like a credential: a proxy in between may quote the request's headers in its answer."""
    return _CREDENTIAL.sub(lambda found: f"{found[1] or ''}***", text)


def _detail(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    parts = [
        str(error[key])
        for key in ("resource", "field", "value", "code", "message")
        if error.get(key) is not None
    ]
    return " ".join(parts)


def _kind(answer: Answer) -> str:
    return answer.headers.get("content-type", "no content type").partition(";")[0]


def hint_for(answer: Answer, repository: str) -> str | None:
    """What the person should do about a refusal."""
    text = answer.text
    if answer.status == 401:
        return "The token is wrong, expired or revoked; make a new one."
    if "SAML" in text:
        return "Authorise the token for the organisation's single sign-on (GitHub: Settings, Tokens, Configure SSO)."
    if "archived" in text:
        return f"Un-archive {repository}, or set another repository."
    if answer.status == 410 and "disabled" in text:
        return f"Switch issues on in the settings of {repository}."
    if answer.status in (403, 404):
        needs = (
            f"the token needs access to {repository}: scope `repo`, or fine-grained `Issues: Read and write`."
        )
        # GitHub says "Not Found" of a repository that is misspelt and of one that the token may not see alike.
        return f"Check `repository`; {needs}" if answer.status == 404 else needs[0].upper() + needs[1:]
    return None


def is_issue(data: Any) -> bool:
    """Whether an answer has the shape of an issue: a 200 with HTML, or a redirect taken for success, has not."""
    return (
        isinstance(data, dict)
        and isinstance(data.get("number"), int)
        and isinstance(data.get("title"), str)
        and data.get("state") in ("open", "closed")
        # A milestone has all of the above.
        and isinstance(data.get("labels"), list)
    )


def next_page(link: str | None) -> str | None:
    """The address of the next page of a list. Lists are paged by cursor and say no `last`."""
    for part in (link or "").split(","):
        match = re.match(r'\s*<([^>]+)>\s*;.*\brel="next"', part)
        if match:
            return match[1]
    return None
