"""Creating issues in bulk: one request for up to 50, one outcome for each, nothing ever sent twice blindly."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from adapters.jira import failures, mapping, transitions
from adapters.jira.client import Answer, Client, Rejected
from adapters.jira.config import JiraOptions
from adapters.jira.groups import Groups
from adapters.jira.mapping import Dialect, Payload
from adapters.jira.metadata import Screen, described
from adapters.jira.people import People
from adapters.jira.preflight import Preflight
from adapters.jira.pull import Pull
from adapters.jira.reader import Reader
from adapters.jira.site import Site
from adapters.jira.transitions import Goal, Mover, Step
from adapters.pool import in_order
from tracker.errors import AdapterError, AuthError, RateLimitedError
from tracker.models import Issue, Status
from tracker.remote import (
    Confirmed,
    CreateOutcome,
    NewIssue,
    NotSent,
    Outcome,
    Refused,
    Unknown,
)
from tracker.values import dataclass

BATCH = 50
"""Most issues of one `issue/bulk`: https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/"""

# Without the security level an issue would be seen by people for whom it is not meant: it is never left out.
_OPTIONAL = frozenset({"assignee", "priority", "duedate", "reporter", "components", "parent"})
_LINK = re.compile(r"\[(?P<title>[^\]]+)\]\((?P<url>https?://[^\s)]+)\)")


@dataclass(frozen=True, slots=True)
class _Draft:
    new: NewIssue
    payload: Payload


class Creator:
    """Creates issues."""

    def __init__(
        self,
        client: Client,
        options: JiraOptions,
        site: Site,
        *,
        reader: Reader,
        pull: Pull,
        groups: Groups,
        people: People,
        preflight: Preflight,
    ) -> None:
        self._client = client
        self._options = options
        self._site = site
        self._reader = reader
        self._pull = pull
        self._groups = groups
        self._people = people
        self._preflight = preflight
        self._steps: dict[str, list[Step]] = {}
        self._ways: set[Status] = set()

    def create(self, batch: Sequence[NewIssue]) -> Iterator[CreateOutcome]:
        """See `tracker.remote.Tracker.create`."""
        stopped: Refused | NotSent | None
        try:
            # First: to who may not create the create screen tells no issue types, which would be the wrong reason.
            stopped = self._preflight.before_creating(batch)
            if stopped is None:
                screen, dialect = self._site.screen(), self._site.dialect
        except AdapterError as error:
            # Nothing was sent: permissions and the screen are read before the first create.
            stopped = _unbegun(error)
        if stopped is not None:
            yield from (CreateOutcome(new.marker, stopped) for new in batch)
            return
        drafts, refused = self._drafts(batch, screen, dialect)
        yield from refused
        again: list[_Draft] = []
        for start in range(0, len(drafts), BATCH):
            for draft, outcome, retry in self._send(drafts[start : start + BATCH], screen, dialect):
                if retry:
                    again.append(retry)
                else:
                    yield CreateOutcome(draft.new.marker, outcome)
        for start in range(0, len(again), BATCH):
            for draft, outcome, _ in self._send(again[start : start + BATCH], screen, dialect):
                yield CreateOutcome(draft.new.marker, outcome)

    def _drafts(
        self, batch: Sequence[NewIssue], screen: Screen, dialect: Dialect
    ) -> tuple[list[_Draft], list[CreateOutcome]]:
        unprotected = mapping.unprotected(self._options, screen)
        if unprotected:
            return [], [CreateOutcome(new.marker, Refused(unprotected)) for new in batch]
        parents = self._groups.parents(batch, dialect)
        drafts, refused = [], []
        told = self._preflight.warnings()
        for new in batch:
            parent = parents.get(new.group or "")
            if isinstance(parent, NotSent | Refused | Unknown):
                refused.append(
                    CreateOutcome(new.marker, NotSent(f"its parent could not be made: {parent.reason}"))
                )
                continue
            mentions = self._people.mentions(new.assignees, new.context, cloud=dialect.cloud)
            payload = mapping.new_payload(
                new, self._options, screen, dialect, parent=parent, mentions=mentions
            )
            missing = screen.missing(payload.fields)
            if missing:
                hint = "Name a value for each under `fields` of this tracker in the configuration."
                reason = f"{self._options.project} requires {'; '.join(map(described, missing))}"
                refused.append(CreateOutcome(new.marker, Refused(reason, hint)))
            else:
                drafts.append(_Draft(new, payload.with_warnings(told)))
                told = []
        return drafts, refused

    def _send(
        self, drafts: Sequence[_Draft], screen: Screen, dialect: Dialect
    ) -> Iterator[tuple[_Draft, Outcome, _Draft | None]]:
        body = {"issueUpdates": [draft.payload.body() for draft in drafts]}
        written = self._client.write("POST", "issue/bulk", body=body, api=dialect.style.api)
        if isinstance(written, NotSent | Unknown):
            yield from ((draft, written, None) for draft in drafts)
            return
        made, failed = read_bulk(written, len(drafts))
        if made is None:
            unknown = Unknown("Jira's answer does not say which issues it made")
            yield from ((draft, unknown, None) for draft in drafts)
            return
        self._pull.note_created([str(each["id"]) for each in made.values()])
        for number, failure in failed.items():
            draft = drafts[number]
            yield draft, Refused(failure.reason, failure.hint), _lighter(draft, failure)
        issues = [
            (draft, mapping.created_issue(draft.new, draft.payload, made[number], screen, dialect))
            for number, draft in enumerate(drafts)
            if number in made
        ]
        yield from ((draft, outcome, None) for draft, outcome in self._completed(issues, dialect))

    def _completed(
        self, issues: Sequence[tuple[_Draft, Issue]], dialect: Dialect
    ) -> Iterator[tuple[_Draft, Confirmed]]:
        """New issues with their status and link, several at once; the first of a status tells the others the way."""

        def work(each: tuple[_Draft, Issue]) -> tuple[_Draft, Confirmed]:
            return each[0], self._confirmed(*each, dialect)

        known = set(self._ways) | {Status.OPEN}
        ahead = next((n for n, (draft, _) in enumerate(issues) if draft.new.status not in known), None)
        if ahead is None:
            yield from in_order(work, issues, self._options.connections)
            return
        yield from in_order(work, issues[:ahead], self._options.connections)
        yield work(issues[ahead])
        self._ways.add(issues[ahead][0].new.status)
        yield from self._completed(issues[ahead + 1 :], dialect)

    def _confirmed(self, draft: _Draft, issue: Issue, dialect: Dialect) -> Confirmed:
        issue, warnings = self._in_status(draft.new, issue, dialect)
        warnings = [*draft.payload.warnings, *warnings]
        if self._options.remote_link:
            warnings += self._link(draft.new, issue)
        return Confirmed(issue, tuple(warnings))

    def _in_status(self, new: NewIssue, issue: Issue, dialect: Dialect) -> tuple[Issue, list[str]]:
        """The new issue in the status asked for, or as it is and why."""
        if new.status is Status.OPEN:
            return issue, []
        goal = Goal(new.status, transitions.resolution_for(new.status, None, self._options))
        mover = Mover(self._client, self._options, dialect, self._steps)
        try:
            moved = mover.move(issue.ref.id, transitions.NEW, goal)
            if moved.step is None:
                now = self._reader.issue(issue.ref.id) if moved.taken else issue
                return now, [f"not {new.status.value}: {moved.reason}"]
        except AdapterError as error:
            return issue, [f"not {new.status.value}: {error.message}"]
        name = str(moved.step.to.get("name"))
        resolution = goal.resolution if "resolution" in moved.step.fields else None
        return replace(issue, status=new.status, status_raw=name, resolution=resolution), []

    def _link(self, new: NewIssue, issue: Issue) -> list[str]:
        body = remote_link(new)
        if body is None:
            return []
        written = self._client.write("POST", f"issue/{issue.ref.id}/remotelink", body=body)
        return (
            []
            if isinstance(written, Answer)
            else [f"the link to the document was not made: {written.reason}"]
        )


def _unbegun(error: AdapterError) -> NotSent | Refused:
    if isinstance(error, AuthError):
        return Refused(error.message, error.hint)
    return NotSent(error.message, error.retry_after_s if isinstance(error, RateLimitedError) else None)


@dataclass(frozen=True, slots=True)
class _Failure:
    reason: str
    hint: str | None = None
    fields: tuple[str, ...] = ()


def read_bulk(
    written: Answer | Rejected, count: int
) -> tuple[dict[int, Mapping[str, Any]] | None, dict[int, _Failure]]:
    """Which of `count` issues were made (by their place) and why the others were not; None where it cannot be told.

    Jira lists what it made in the order sent, without what failed, and what failed by its place.
    """
    data = written.data if isinstance(written.data, dict) else {}
    failed = {
        int(each["failedElementNumber"]): _failure(each.get("elementErrors"))
        for each in data.get("errors") or []
        if isinstance(each, dict) and "failedElementNumber" in each
    }
    if isinstance(written, Rejected):
        whole = _Failure(written.reason, written.hint)
        return {}, {number: failed.get(number, whole) for number in range(count)}
    issues = [
        each for each in data.get("issues") or [] if isinstance(each, dict) and {"id", "key"} <= set(each)
    ]
    places = [number for number in range(count) if number not in failed]
    if len(issues) != len(places):
        return None, {}
    return dict(zip(places, issues, strict=True)), failed


def _failure(errors: Any) -> _Failure:
    fields = errors.get("errors") if isinstance(errors, dict) else None
    return _Failure(failures.in_error(errors) or "refused without a reason", None, tuple(fields or ()))


def _lighter(draft: _Draft, failure: _Failure) -> _Draft | None:
    """The draft without the optional fields that Jira did not take, None where nothing can be left out."""
    sent = set(draft.payload.fields)
    if not failure.fields or not set(failure.fields) <= _OPTIONAL & sent:
        return None
    return _Draft(draft.new, draft.payload.without(failure.fields, f"left out, Jira says: {failure.reason}"))


def remote_link(new: NewIssue) -> dict[str, Any] | None:
    """The link to the document; the same `globalId` updates it. None where the document has no address.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-remote-links/
    """
    match = _LINK.search(new.context)
    url = new.extra.get("document_url") or (match["url"] if match else None)
    if not url:
        return None
    title = match["title"] if match else url
    return {
        "globalId": f"pmtrack={new.marker}",
        "application": {"name": "pmtrack"},
        "relationship": "post-mortem",
        "object": {"url": url, "title": title[:255]},
    }
