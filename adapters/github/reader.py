"""Reading issues: by id, by reference, all of them. A hundred in one request where the service has GraphQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from adapters.github import queries, recurring
from adapters.github.answers import is_issue, reason_of
from adapters.github.references import place_of_key, split_id
from adapters.github.repository import Repository
from tracker.errors import AdapterError
from tracker.models import Issue
from tracker.remote import FetchResult, Found, Gone, Unreadable

_Value = TypeVar("_Value")

_LIST = {"state": "all", "per_page": 100, "sort": "created", "direction": "asc"}
# Without GraphQL, more single reads than this are slower than reading the list.
_SINGLES = 20
_STATUSES = (200, 403, 404, 410, 451)


class Hidden(Unreadable):
    """The service answered that it has no such issue for this token, which proves nothing."""

    __slots__ = ()


class Failed(Unreadable):
    """The request failed, with everything that was asked in it."""

    __slots__ = ()


def fetch(repository: Repository, ids: Sequence[str]) -> Iterator[FetchResult]:
    """See `tracker.remote.Tracker.fetch`."""
    known = [each for each in dict.fromkeys(ids) if split_id(each)]
    yield from (
        Unreadable(each, "not an id of this tracker") for each in dict.fromkeys(ids) if not split_id(each)
    )
    for chunk in _chunks(known, queries.BATCH):
        yield from _fetch_chunk(repository, chunk)


def _fetch_chunk(repository: Repository, ids: Sequence[str]) -> Iterator[FetchResult]:
    moved = {each: place for each, key in repository.moved().items() if (place := place_of_key(key))}
    away = {each: moved[each] for each in ids if each in moved}
    staying = [each for each in ids if each not in away]
    left = dict.fromkeys(ids)
    try:
        nodes = [(split_id(each) or (0, ""))[1] for each in staying]
        answers = recurring.ask(repository, nodes, list(away.values()))
        told = (
            _told_by(repository, staying, list(away), answers) if answers else _by_list(repository, staying)
        )
        for result in told:
            del left[result.id]
            yield result
    except AdapterError as error:
        yield from (Failed(each, error.message) for each in left)
        return
    yield from (_suspect(repository, each, asked=answers is not None) for each in left)


def _told_by(
    repository: Repository, staying: Sequence[str], away: Sequence[str], answers: recurring.Answers
) -> Iterator[FetchResult]:
    """What is certain; about the others REST must be asked."""
    for ids, nodes, failed in (
        (staying, answers.nodes, answers.failed_nodes),
        (away, answers.places, answers.failed_places),
    ):
        for index, (each, node) in enumerate(zip(ids, nodes, strict=False)):
            issue = repository.node(node, issue_id=each)
            if issue:
                if issue.ref.key.partition("#")[0].casefold() != repository.name.casefold():
                    repository.note_move(each, issue.ref.key)
                repository.lost.forget([each])
                yield Found(each, issue)
            elif index in failed:
                yield Unreadable(each, failed[index])


def _suspect(repository: Repository, issue_id: str, *, asked: bool) -> FetchResult:
    """What is not among the answers; what was found out about it before is believed as long as GraphQL has no such node."""
    known = repository.lost.known(issue_id)
    if known and asked:
        return (Gone if known.gone else Hidden)(issue_id, known.reason)
    return find_out(repository, issue_id)


def _by_list(repository: Repository, ids: Sequence[str]) -> Iterator[FetchResult]:
    """The same without GraphQL: one by one, or, for many, from the list of all issues."""
    if len(ids) <= _SINGLES:
        return
    wanted = {(split_id(each) or (0, ""))[0]: each for each in ids}
    for raw in listed(repository, _LIST):
        each = wanted.get(int(raw["number"]))
        if each is not None and raw.get("node_id") == (split_id(each) or (0, ""))[1]:
            del wanted[int(raw["number"])]
            yield Found(each, repository.issue(raw, issue_id=each))
        if not wanted:
            break


def listed(repository: Repository, params: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Issues of the list, pull requests left out.

    The key `pull_request` is looked for in the raw object: PyGithub would complete every plain issue with a request.

    Raises:
        AdapterError: a page could not be read.
    """
    for page in repository.client.pages(f"{repository.path}/issues", params):
        for raw in page:
            repository.highest = max(repository.highest, int(raw.get("number") or 0))
            if "pull_request" not in raw and is_issue(raw):
                yield raw


def find_out(repository: Repository, issue_id: str) -> FetchResult:
    """Read one issue by its number, and remember if it is lost: REST tells deleted (410) and transferred (301) apart."""
    result = _one(repository, issue_id)
    match result:
        case Gone(reason=reason):
            repository.note_lost(issue_id, reason, gone=True)
        case Hidden(reason=reason):
            repository.note_lost(issue_id, reason)
        case Found():
            repository.lost.forget([issue_id])
    return result


def _one(repository: Repository, issue_id: str) -> FetchResult:
    number, node = split_id(issue_id) or (0, "")
    moved_to = repository.moved().get(issue_id)
    path = f"{repository.path}/issues/{number}"
    if moved_to:
        name, _, moved_number = moved_to.partition("#")
        path = f"/repos/{name}/issues/{moved_number}"
    try:
        answer = repository.client.read(path, expect=_STATUSES)
    except AdapterError as error:
        return Unreadable(issue_id, error.message)
    if answer.status == 410:
        return Gone(issue_id)
    if answer.status != 200:
        return _missing(repository, issue_id, number, reason_of(answer))
    raw = answer.record()
    if not is_issue(raw):
        return Unreadable(issue_id, "the answer is not an issue")
    if "pull_request" in raw:
        return Gone(issue_id, "a pull request has this number")
    return _found(repository, issue_id, node, raw, moved=answer.moved or bool(moved_to))


def _found(
    repository: Repository, issue_id: str, node: str, raw: Mapping[str, Any], *, moved: bool
) -> FetchResult:
    issue = repository.issue(raw, issue_id=issue_id)
    if issue.ref.key.partition("#")[0].casefold() != repository.name.casefold():
        repository.note_move(issue_id, issue.ref.key)
    elif raw.get("node_id") != node and not moved:
        return Gone(issue_id, f"{issue.ref.key} is another issue now")
    return Found(issue_id, issue)


def _missing(repository: Repository, issue_id: str, number: int, reason: str) -> FetchResult:
    """A 404 may be a lost permission, which proves nothing; a discussion of that number is a proof."""
    if repository.lost.known(issue_id) is None:
        try:
            result = repository.query(queries.DISCUSSION, {**repository.variables, "number": number})
        except AdapterError:
            return Unreadable(issue_id, reason)
        discussion = ((result[0].get("repository") or {}).get("discussion") or {}) if result else {}
        if discussion.get("url"):
            return Gone(issue_id, f"converted to the discussion {discussion['url']}")
    return Hidden(issue_id, reason)


def lookup(repository: Repository, refs: Sequence[str]) -> dict[str, FetchResult]:
    """See `tracker.remote.Tracker.lookup`. A number that is a pull request is left out: it names no issue."""
    numbers = {ref: number for ref in refs if (number := repository.number_in(ref)) is not None}
    results: dict[int, FetchResult | None] = {}
    for chunk in _chunks(sorted(set(numbers.values())), queries.BATCH):
        results |= _lookup_chunk(repository, chunk)
    return {ref: result for ref, number in numbers.items() if (result := results.get(number)) is not None}


def _lookup_chunk(repository: Repository, numbers: Sequence[int]) -> dict[int, FetchResult | None]:
    try:
        issues = repository.named(numbers)
    except AdapterError as error:
        return {number: Unreadable(str(number), error.message) for number in numbers}
    if issues is None:
        return {number: _lookup_one(repository, number) for number in numbers}
    return {
        number: _told(repository, issues[number]) if number in issues else _absent(repository, number)
        for number in numbers
    }


def _told(repository: Repository, raw: Mapping[str, Any] | None) -> FetchResult | None:
    issue = repository.issue(raw) if raw else None
    return Found(issue.ref.id, issue) if issue else None


def _absent(repository: Repository, number: int) -> FetchResult | None:
    """A number of which GraphQL knows nothing; what REST said of it before is believed for a week, then asked one by one."""
    lost, name = repository.lost, f"#{number}"
    known = lost.known(name)
    stale = next((each for each in lost.stale(repository.client.now()) if each.startswith("#")), None)
    if known and (name != stale or repository.client.requests >= queries.MOST_REQUESTS):
        return (Gone if known.gone else Hidden)(str(number), known.reason)
    return _lookup_one(repository, number)


def _lookup_one(repository: Repository, number: int) -> FetchResult | None:
    try:
        answer = repository.client.read(f"{repository.path}/issues/{number}", expect=_STATUSES)
    except AdapterError as error:
        return Unreadable(str(number), error.message)
    repository.lost.forget([f"#{number}"])
    if answer.status == 410:
        repository.note_lost(f"#{number}", Gone(str(number)).reason, gone=True)
        return Gone(str(number))
    if answer.status == 404:
        reason = f"{repository.name} has no such number, or the token may not see it"
        repository.note_lost(f"#{number}", reason)
        return Hidden(str(number), reason)
    raw = answer.record()
    if answer.status != 200 or not is_issue(raw):
        return Unreadable(str(number), reason_of(answer))
    if "pull_request" in raw:
        return None
    issue = repository.issue(raw)
    return Found(issue.ref.id, issue)


def scan(repository: Repository) -> Iterator[Issue]:
    """See `tracker.remote.Tracker.scan`.

    Raises:
        AdapterError: the list could not be read to its end.
    """
    for raw in listed(repository, _LIST):
        issue = repository.issue(raw)
        if issue.marker:
            yield issue


def _chunks(values: Sequence[_Value], size: int) -> Iterator[Sequence[_Value]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
