"""What changed since the last run, in one request when nothing did.

All issues are read last updated first, so that a change of any of them shows on the first page. Our own clock is never
asked: the cursor holds the newest `updated_at` that the service has told, the versions of the issues on that first page,
and how many issues there were, which tells deleted and transferred ones.

A run's own writes would be news to the next run. `settle` reads them once more at the end of a run that wrote (one request
for each hundred), checks that they are as this run left them, and keeps a newer cursor in the memory of the tracker.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from adapters.github import queries, reader
from adapters.github.answers import is_issue
from adapters.github.references import split_id
from adapters.github.repository import Repository
from adapters.github.rereading import Rereading
from tracker.errors import AdapterError, NotFoundError
from tracker.models import Issue
from tracker.remote import Changes, FetchResult, Found, Gone, Unreadable
from tracker.values import dataclass

_SETTLED = "settled"
# Servers' clocks differ and a list may lag behind: changes this much older than the newest one are read again.
_OVERLAP = dt.timedelta(seconds=120)
# Longer than the whole seconds of `updated_at` and a small difference between two servers' clocks.
_TICK = dt.timedelta(seconds=2)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Cursor:
    """How the tracker stood.

    Attributes:
        newest: The newest `updated_at`.
        total: Number of issues, None where the service does not tell.
        highest: Highest issue number.
        top: Number and version of the issues on the first page, in order.
        etag: Of the first page, where it was read through REST.
        pending: Numbers of issues to be read again whatever the list says.
        closed: The second of `newest` was over when the page was read, so that nothing more can happen in it.
    """

    newest: dt.datetime
    total: int | None
    highest: int
    top: tuple[tuple[int, str], ...]
    etag: str | None = None
    pending: tuple[int, ...] = ()
    closed: bool = False

    def text(self) -> str:
        """As kept in the state."""
        return json.dumps(
            {
                "newest": self.newest.isoformat(),
                "total": self.total,
                "highest": self.highest,
                "top": [list(each) for each in self.top],
                "etag": self.etag,
                "pending": list(self.pending),
                "closed": self.closed,
            },
            separators=(",", ":"),
        )


def read_cursor(text: str | None) -> Cursor | None:
    """The cursor of a text; None for one that this version did not write."""
    try:
        data = json.loads(text or "")
        return Cursor(
            dt.datetime.fromisoformat(data["newest"]),
            data["total"],
            int(data["highest"]),
            tuple((int(number), str(version)) for number, version in data["top"]),
            data["etag"],
            tuple(int(number) for number in data["pending"]),
            bool(data["closed"]),
        )
    except (ValueError, KeyError, TypeError):
        return None


@dataclass(slots=True)
class _Page:
    issues: list[Issue]
    total: int | None = None
    after: str | None = None
    etag: str | None = None
    unchanged: bool = False
    read_at: dt.datetime | None = None


@dataclass(slots=True)
class Journal:
    """What this run has read and written, for `settle`: the latest known version of each issue, by number."""

    cursor: str | None = None
    since: dt.datetime = _EPOCH
    versions: dict[int, str] = field(default_factory=dict)
    wrote: bool = False

    def saw(self, issue: Issue) -> None:
        """An issue as it was read."""
        self.versions.setdefault(_number(issue), issue.version or "")

    def did(self, issue: Issue) -> None:
        """An issue as our own write left it."""
        self.versions[_number(issue)] = issue.version or ""
        self.wrote = True


def changes(
    repository: Repository, journal: Journal, text: str | None, ids: Iterable[str], rereading: Rereading
) -> Changes:
    """See `tracker.remote.Tracker.changes`."""
    wanted = tuple(dict.fromkeys(ids))
    cursor = _settled(repository.memory, text) or read_cursor(text)
    try:
        result = _since(repository, cursor, wanted, rereading) if cursor else _everything(repository, wanted)
    except AdapterError as error:
        return Changes((), text, complete=False, reason=error.message, hint=error.hint)
    journal.cursor = result.cursor
    told = read_cursor(result.cursor)
    journal.since = told.newest if told else _EPOCH
    journal.versions.update(told.top if told else ())
    for issue in result.issues:
        journal.saw(issue)
    return result


def settle(repository: Repository, journal: Journal) -> None:
    """Note a cursor that leaves out this run's own writes, if they are still as this run left them."""
    if not journal.wrote or journal.cursor is None:
        return
    first: _Page | None = None
    foreign = []
    try:
        for page in _pages(repository):
            first = first or page
            foreign += [
                number
                for issue in page.issues
                if journal.versions.get(number := _number(issue)) != issue.version
            ]
            if not page.issues or _updated(page.issues[-1]) < journal.since:
                break
    except AdapterError:
        return  # The next run reads a little more; nothing is lost.
    if first is not None:
        cursor = _cursor(repository, first, pending=foreign)
        repository.memory[_SETTLED] = json.dumps({"for": _digest(journal.cursor), "cursor": cursor.text()})


# --- inside ----------------------------------------------------------------------------------------------------------


def _everything(repository: Repository, ids: Sequence[str]) -> Changes:
    """The first page is read before the issues, so that an edit in between is told again by the next run."""
    page = next(_pages(repository), _Page([]))
    on_page = {issue.ref.id: issue for issue in page.issues}
    known = [on_page[each] for each in ids if each in on_page]
    rest = [each for each in ids if each not in on_page]
    return _whole(repository, _cursor(repository, page), rest, None, known)


def _whole(
    repository: Repository,
    following: Cursor,
    ids: Sequence[str],
    old: Cursor | None,
    known: Sequence[Issue] = (),
) -> Changes:
    """All issues, read by id; where a request failed it is to be done again."""
    results = list(reader.fetch(repository, ids))
    failed = [each for each in results if isinstance(each, reader.Failed)]
    if failed:
        reason = f"{len(failed)} issues could not be read: {failed[0].reason}"
        told = Changes(tuple(known), old.text() if old else None, complete=False, reason=reason)
        return _with(told, [each for each in results if not isinstance(each, Unreadable)])
    told = Changes(tuple(known), replace(following, pending=_unanswered(results)).text())
    return _with(told, results)


def _since(repository: Repository, cursor: Cursor, ids: Sequence[str], rereading: Rereading) -> Changes:
    seen: dict[str, Issue] = {}
    first: _Page | None = None
    limit = cursor.newest - _OVERLAP
    for page in _pages(repository, cursor.etag):
        if first is None:
            first = page
            if _same(page, cursor):
                if not _crowded(page, cursor):
                    return _extra(cursor, {}, cursor, ids, rereading)
                limit = cursor.newest
        seen |= {issue.ref.id: issue for issue in page.issues if issue.ref.id not in seen}
        if not page.issues or _updated(page.issues[-1]) < limit:
            break
    following = _cursor(repository, first or _Page([]), old=cursor)
    if _lost(first, cursor, seen.values()):
        return _whole(repository, following, ids, cursor)
    return _extra(cursor, seen, following, ids, rereading)


def _extra(
    cursor: Cursor, seen: Mapping[str, Issue], following: Cursor, ids: Sequence[str], rereading: Rereading
) -> Changes:
    """Add what the list cannot tell; those that could not be read and must be are left to the next run."""
    results = list(rereading.read(ids, seen, cursor.pending))
    pending = [number for number in _unanswered(results) if number in cursor.pending]
    wanted = set(ids)
    told = tuple(issue for key, issue in seen.items() if key in wanted)
    return _with(Changes(told, replace(following, pending=tuple(pending)).text()), results)


def _unanswered(results: Iterable[FetchResult]) -> tuple[int, ...]:
    """Numbers of the issues about which nothing was learnt; that one is hidden is an answer."""
    return tuple(
        _id_number(each.id)
        for each in results
        if isinstance(each, Unreadable) and not isinstance(each, reader.Hidden)
    )


def _with(told: Changes, results: Sequence[FetchResult]) -> Changes:
    """Changes, with what reading issues by id has shown."""
    return replace(
        told,
        issues=(*told.issues, *(each.issue for each in results if isinstance(each, Found))),
        gone=(*told.gone, *(each for each in results if isinstance(each, Gone))),
        unreadable=(*told.unreadable, *(each for each in results if isinstance(each, Unreadable))),
    )


def _same(page: _Page, cursor: Cursor) -> bool:
    if page.unchanged:
        return True
    top = tuple((_number(issue), issue.version or "") for issue in page.issues)
    return top == cursor.top and page.total == cursor.total


def _crowded(page: _Page, cursor: Cursor) -> bool:
    """Whether one second fills the page, so that a change within that second may stand on the next one."""
    full = page.after is not None and bool(page.issues) and _updated(page.issues[-1]) == cursor.newest
    return full and not cursor.closed


def _lost(first: _Page | None, cursor: Cursor, seen: Collection[Issue]) -> bool:
    """Whether there are fewer issues than there must be: some were deleted, transferred or converted."""
    if first is None or first.total is None or cursor.total is None:
        return False
    new = sum(1 for issue in seen if _number(issue) > cursor.highest)
    return first.total < cursor.total + new


def _cursor(
    repository: Repository, page: _Page, *, old: Cursor | None = None, pending: Iterable[int] = ()
) -> Cursor:
    newest = max((_updated(issue) for issue in page.issues), default=old.newest if old else _EPOCH)
    top = tuple((_number(issue), issue.version or "") for issue in page.issues)
    highest = max(repository.highest, old.highest if old else 0)
    closed = page.read_at is not None and page.read_at - newest > _TICK
    return Cursor(newest, page.total, highest, top, page.etag, tuple(pending), closed)


def _pages(repository: Repository, etag: str | None = None) -> Iterator[_Page]:
    """All issues, last updated first."""
    after: str | None = None
    while True:
        query = queries.newest_first(repository.options)
        result = repository.query(query, {**repository.variables, "after": after})
        if result is None:
            yield from _pages_of_rest(repository, etag)
            return
        page = _page(repository, *result)
        page.read_at = repository.client.service_time
        yield page
        after = page.after
        if after is None:
            return


def _page(repository: Repository, data: Mapping[str, Any], errors: Sequence[Mapping[str, Any]]) -> _Page:
    node = data.get("repository")
    if not isinstance(node, dict):
        told = errors[0].get("message") if errors else "no such repository"
        raise NotFoundError(
            f"{repository.name}: {told}", hint="Check `repository` and the token's access to it."
        )
    if errors:
        raise AdapterError(f"GraphQL answered in part: {errors[0].get('message')}")
    repository.learn_node(node)
    listing = node.get("issues") or {}
    info = listing.get("pageInfo") or {}
    issues = [issue for each in listing.get("nodes") or () if (issue := repository.node(each))]
    return _Page(
        issues, listing.get("totalCount"), info.get("endCursor") if info.get("hasNextPage") else None
    )


def _pages_of_rest(repository: Repository, etag: str | None) -> Iterator[_Page]:
    """The same through REST, which has conditional requests but no count, and pull requests in between."""
    params = {"state": "all", "sort": "updated", "direction": "desc", "per_page": 100}
    path = f"{repository.path}/issues"
    headers = {"If-None-Match": etag} if etag else {}
    answer = repository.client.read(path, params=params, headers=headers, expect=(200, 304))
    if answer.status == 304:
        yield _Page([], etag=etag, unchanged=True)
        return
    read_at: dt.datetime | None = repository.client.service_time
    etag = answer.headers.get("etag")
    for raws in repository.client.pages_from(answer):
        issues = [repository.issue(raw) for raw in raws if "pull_request" not in raw and is_issue(raw)]
        # `after` only says that there is more.
        yield _Page(issues, after="more" if len(raws) == 100 else None, etag=etag, read_at=read_at)
        etag = None


def _settled(memory: Mapping[str, str], text: str | None) -> Cursor | None:
    try:
        data = json.loads(memory.get(_SETTLED, ""))
        return read_cursor(data["cursor"]) if text and data["for"] == _digest(text) else None
    except (ValueError, KeyError, TypeError):
        return None


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _number(issue: Issue) -> int:
    return _id_number(issue.ref.id)


def _id_number(issue_id: str) -> int:
    return (split_id(issue_id) or (0, ""))[0]


def _updated(issue: Issue) -> dt.datetime:
    return issue.updated_at or _EPOCH
