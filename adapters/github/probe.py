"""Did a create of unknown outcome happen? Asked by number, upwards from the highest one known before it.

A search proves nothing: GitHub's index lags by seconds to minutes. Numbers are given out in order, so an issue that was
created after the watermark has a number above it, and reading every number up to a gap at the end proves absence.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from adapters.github import queries
from adapters.github.answers import is_issue, reason_of
from adapters.github.repository import Repository
from tracker.errors import AdapterError, BadResponseError
from tracker.models import Issue
from tracker.remote import Absent, Adopted, ProbeQuery, ProbeResult, Unproven

# Issues, pull requests and discussions share the numbers. A deleted issue is 410 and a discussion 404, neither is the
# end; this many numbers in a row about which nothing at all is known are.
_GAP = 3
_NEWEST = {"state": "all", "sort": "created", "direction": "desc", "per_page": 1}


def watermark(repository: Repository) -> str:
    """The highest number that is known to be taken; read from the service only where this run knows none.

    Raises:
        AdapterError: the list cannot be read.
    """
    if not repository.highest:
        answer = repository.client.read(f"{repository.path}/issues", params=_NEWEST)
        for raw in repository.client.records(answer):
            repository.highest = max(repository.highest, int(raw.get("number") or 0))
    return str(repository.highest)


def probe(
    repository: Repository,
    queries_: Sequence[ProbeQuery],
    settle: Callable[[], bool],
) -> Iterator[ProbeResult]:
    """See `tracker.remote.Tracker.probe`.

    Args:
        repository: Where to look.
        queries_: Markers and watermarks.
        settle: Waits until a write that is not there can no longer happen; whether that took time. See `Budget.settle`.
    """
    open_ = {query.marker: query for query in queries_}
    if not open_:
        return
    starts = [int(query.watermark or 0) for query in queries_ if (query.watermark or "").isdigit()]
    reason: str | None = None
    found: dict[str, Issue] = {}
    try:
        found = _markers(repository, min(starts, default=0), open_.keys())
        if len(found) < len(open_) and settle():
            found |= _markers(repository, min(starts, default=0), open_.keys() - found.keys())
    except AdapterError as error:
        reason = error.message
    for marker, query in open_.items():
        if marker in found:
            yield Adopted(marker, found[marker])
        elif reason:
            yield Unproven(marker, reason)
        elif not (query.watermark or "").isdigit():
            yield Unproven(marker, "no issue number was noted before the write")
        else:
            yield Absent(marker)


def _markers(repository: Repository, start: int, markers: Collection[str]) -> dict[str, Issue]:
    """Issues above `start` that carry one of the markers; the lowest number where a body was copied.

    Raises:
        AdapterError: a number could not be read, so that nothing follows from what was not found.
    """
    wanted = set(markers)
    found: dict[str, Issue] = {}
    for raw in above(repository, start):
        issue = repository.issue(raw)
        if issue.marker in wanted and issue.marker not in found:
            found[str(issue.marker)] = issue
            if len(found) == len(wanted):
                break
    return found


def above(repository: Repository, start: int) -> Iterator[dict[str, Any]]:
    """Every issue with a higher number in REST form, in order, up to the end.

    Raises:
        AdapterError: a number could not be read.
    """
    repository.highest = max(repository.highest, start)
    number = start + 1
    known = _newest_number(repository)
    while number <= known:
        chunk = range(number, min(number + queries.BATCH, known + 1))
        yield from _chunk(repository, chunk)
        number = chunk.stop
    # As many creates as were under way at once may have left no trace below one that did.
    missing, gap = 0, max(_GAP, repository.options.creates_at_once + 1)
    while missing < gap:
        raw, exists = _single(repository, number)
        missing = 0 if exists else missing + 1
        if raw:
            yield raw
        number += 1


def _newest_number(repository: Repository) -> int:
    answer = repository.client.read(f"{repository.path}/issues", params=_NEWEST)
    return max((int(raw.get("number") or 0) for raw in repository.client.records(answer)), default=0)


def _chunk(repository: Repository, numbers: range) -> Iterator[dict[str, Any]]:
    known = repository.by_number(numbers)
    for number in numbers:
        raw = known.get(number) if known is not None else None
        if known is None or number not in known:
            # Missing in GraphQL, or no GraphQL: only the direct read is believed.
            raw, _ = _single(repository, number)
        if raw:
            yield raw


def _single(repository: Repository, number: int) -> tuple[dict[str, Any] | None, bool]:
    """The issue, and whether the number is taken at all."""
    answer = repository.client.read(f"{repository.path}/issues/{number}", expect=(200, 404, 410))
    if answer.status == 404:
        return None, False
    if answer.status == 410:
        return None, True
    raw = answer.record()
    if not is_issue(raw):
        raise BadResponseError(f"number {number} could not be read: {reason_of(answer)}")
    return (None if "pull_request" in raw else raw), True
