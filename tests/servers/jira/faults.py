"""What can go wrong on the way: faults that the server plays for the next matching requests."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal[
    "drop-before",
    "drop-after",
    "half-done",
    "hang-after",
    "torn-tls",
    "truncate",
    "garbage",
    "answer",
    "html",
]
MAINTENANCE = (
    "<html><head><title>Site temporarily unavailable</title></head><body><h1>Maintenance</h1></body></html>"
)


@dataclass
class Fault:
    """One fault.

    Attributes:
        kind: `drop-before` closes the connection unread, `drop-after` does the work and closes, `half-done` does the first
            half of a bulk create and closes, `hang-after` does the work and never answers, `torn-tls` does the work and
            breaks the encryption, `truncate` sends half of the answer, `garbage` sends something else with status 200,
            `answer` sends `status`, `headers` and `body` instead of doing the work, `html` the same as a web page.
        method: Which verbs, as a regular expression.
        path: Which paths below `/rest/api/N/`, as a regular expression.
        times: For how many requests.
        committed: For `answer` and `html`: whether the work is done all the same.
        after: How many such requests pass before the first that is hit.
    """

    kind: Kind
    method: str = ".*"
    path: str = ".*"
    times: int = 1
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: str = '{"errorMessages":["Internal server error"],"errors":{}}'
    committed: bool = False
    after: int = 0

    def fits(self, method: str, path: str) -> bool:
        """Whether this request is hit."""
        if self.times <= 0 or not re.fullmatch(self.method, method) or not re.fullmatch(self.path, path):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1
        return True


def rate_limited(retry_after: str | None = "7", reason: str = "jira-burst-based", **where: Any) -> Fault:
    """429 of a kind: with seconds, with an HTTP date, or without any Retry-After (as the gateway does)."""
    headers = {"RateLimit-Reason": reason, "X-RateLimit-Remaining": "0"}
    if retry_after is not None:
        headers["Retry-After"] = retry_after
    body = '{"errorMessages":["Rate limit exceeded."],"errors":{}}'
    return Fault("answer", status=429, headers=headers, body=body, **where)


def captcha() -> Fault:
    """Too many failed log-ins: refused until a person has solved a captcha in the browser."""
    headers = {
        "X-Seraph-LoginReason": "AUTHENTICATION_DENIED",
        "X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=https://jira.example.org/login.jsp",
        "WWW-Authenticate": "OAuth realm=x",
    }
    return Fault("html", status=401, headers=headers, body="<html><body>Unauthorized (401)</body></html>")


def maintenance(retry_after: str | None = None) -> Fault:
    """503 with a web page, as during an upgrade."""
    headers = {"Retry-After": retry_after} if retry_after else {}
    return Fault("html", status=503, headers=headers, body=MAINTENANCE)
