"""Searching: queries against the index, people by their names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.servers.jira import jql
from tests.servers.jira.model import Json, Stored
from tests.servers.jira.site import Site

Params = dict[str, str]


class HttpError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, *messages: str, errors: dict[str, str] | None = None) -> None:
        super().__init__(status, messages)
        self.status = status
        self.body = {"errorMessages": list(messages), "errors": errors or {}}


def matching(site: Site, text: str, *, strict: bool, bounded: bool) -> list[Stored]:
    """The issues that the index tells for a query and the bot may see, in order.

    Raises:
        HttpError: the query is wrong, or restricts nothing where it must.
    """
    names = jql.Names(
        set(site.projects),
        {name for issue in site.living() for name in (issue.key, issue.id)},
        {key: status.category for key, status in site.statuses.items()},
        {key: status.name for key, status in site.statuses.items()},
        site.now(),
        site.time_zone,
        strict,
    )
    try:
        query = jql.parse(text, names)
    except jql.JqlError as error:
        raise HttpError(400, str(error)) from error
    if bounded and not query.bounded:
        raise HttpError(
            400,
            "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
        )
    told = [each for each in site.indexed() if site.may_see(each) and not site.is_archived(each)]
    seen = [each for each in told if query.matches(each)]
    return _sorted(seen, query.order)


def from_query(params: Params) -> Json:
    """The same search as asked for by GET."""
    lists: Json = {name: params[name].split(",") for name in ("fields", "properties") if name in params}
    flag = {"validateQuery": params["validateQuery"].lower() == "true"} if "validateQuery" in params else {}
    return {**params, **lists, **flag}


def matches(display: str, email: str, account: str, text: str, cloud: bool) -> bool:
    """Whether a user is found by a prefix of a name."""
    names = [display, email] if cloud else [display, email, account]
    prefixes = [name.casefold() for name in names if name] + display.casefold().split()
    return any(name.startswith(text) for name in prefixes)


def _sorted(issues: list[Stored], order: list[tuple[str, bool]]) -> list[Stored]:
    out = sorted(issues, key=lambda issue: int(issue.id), reverse=not order)
    keys: dict[str, Callable[[Stored], Any]] = {
        "updated": lambda issue: issue.updated,
        "created": lambda issue: issue.created,
        "id": lambda issue: int(issue.id),
        "key": lambda issue: (issue.project, int(issue.key.rpartition("-")[2])),
        "issuekey": lambda issue: (issue.project, int(issue.key.rpartition("-")[2])),
    }
    for name, descending in reversed(order):
        out = sorted(out, key=keys[name], reverse=descending)
    return out
