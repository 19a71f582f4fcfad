"""The names of an issue: pmtrack's id, the key for people, and what documents write. Pure.

An id is `NUMBER/NODE_ID` as the issue had them when it was linked. The node id reads a hundred issues in one request; the
number tells, when the node is gone, whether the issue was deleted or transferred (REST answers 410 or 301).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from tracker.values import dataclass

# No issue has a number of more than ten digits: see HIGHEST.
_ID = re.compile(r"(?P<number>\d{1,10})/(?P<node>\S+)\Z")
_NUMBER = re.compile(r"(?:#|GH-)(?P<number>\d{1,10})\Z", re.IGNORECASE)
_KEY = re.compile(r"(?P<repository>[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)#(?P<number>\d{1,10})\Z")
_PATH = re.compile(r"/(?P<repository>[^/]+/[^/]+)/(?P<kind>issues|pull)/(?P<number>\d{1,10})/?\Z")
HIGHEST = 2**31 - 1
"""The greatest `Int` of GraphQL: a query that names a greater one is refused as a whole (https://spec.graphql.org/October2021/#sec-Int)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an issue is: repository (`owner/name`) and number."""

    repository: str
    number: int

    @property
    def path(self) -> str:
        """The REST path of the issue."""
        return f"/repos/{self.repository}/issues/{self.number}"

    @property
    def key(self) -> str:
        """How people write it everywhere on GitHub: `owner/name#12`."""
        return f"{self.repository}#{self.number}"


def make_id(number: int, node: str) -> str:
    """The immutable id of an issue."""
    return f"{number}/{node}"


def split_id(issue_id: str) -> tuple[int, str] | None:
    """Number and node id; None for an id that this adapter did not make."""
    match = _ID.match(issue_id)
    return (int(match["number"]), match["node"]) if match else None


def number_of(issue_id: str) -> int | None:
    """The number in an id; None for an id that this adapter did not make."""
    parts = split_id(issue_id)
    return parts[0] if parts else None


def place_of_key(key: str) -> Place | None:
    """The place that a key names."""
    match = _KEY.match(key)
    return Place(match["repository"], int(match["number"])) if match else None


def number_in(ref: str, repository: str, hosts: frozenset[str]) -> int | None:
    """The number of the issue of this repository that a reference in a document names, None for any other text.

    A pull request's address names no issue: it is evidence for one. Nor does a number that no issue can have.

    Args:
        ref: `#45`, `GH-45`, `owner/name#45` or an address.
        repository: `owner/name`.
        hosts: Network locations (`host` or `host:port`) under which the service is known.
    """
    number = _named_number(ref.strip(), repository, hosts)
    return number if number is not None and number <= HIGHEST else None


def _named_number(text: str, repository: str, hosts: frozenset[str]) -> int | None:
    if match := _NUMBER.match(text):
        return int(match["number"])
    if match := _KEY.match(text):
        return int(match["number"]) if _same(match["repository"], repository) else None
    return _number_in_url(text, repository, hosts)


def _number_in_url(text: str, repository: str, hosts: frozenset[str]) -> int | None:
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or parts.netloc.lower() not in hosts:
        return None
    match = _PATH.match(parts.path)
    if not match or match["kind"] != "issues" or not _same(match["repository"], repository):
        return None
    return int(match["number"])


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
