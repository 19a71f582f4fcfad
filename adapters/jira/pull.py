"""What changed since the last run, by one search.

The search index is late, by seconds to minutes on Cloud
(https://developer.atlassian.com/cloud/jira/platform/search-and-reconcile/), and may tell old values. So the search only
names issues with the time of their last change; it reaches back behind the last run by an overlap; what was told before
with the same time is skipped; and what is left is read by id. The bound of the query is a duration ("-125m"), which Jira
counts by its own clock: neither our clock nor anybody's time zone has a part in it.

pmtrack's own writes would be told again by the next run. Their ids and times are remembered as well.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import field, replace
from typing import Any

from adapters.jira.client import Client
from adapters.jira.config import JiraOptions
from adapters.jira.mapping import instant
from adapters.jira.reader import BATCH, Reader
from adapters.jira.references import is_id
from adapters.jira.site import Site
from adapters.verification import Verification
from tracker.errors import AdapterError
from tracker.models import Issue
from tracker.remote import Changes, FetchResult, Found, Gone, Unreadable
from tracker.values import dataclass

MEMORY = "seen"
PAGES_BEHIND = 2
"""Pages read of the overlap once everything newer than the last run is known; the round over all issues sees the rest."""

MOST_REQUESTS = 3
"""Requests of a run in which nothing changed; what the search leaves of them reads a part of all issues again."""
CLOUD_PAGE, DATACENTER_PAGE = 5000, 1000
_SECOND = dt.timedelta(seconds=1)
_Times = tuple[dt.datetime, dt.datetime | None]


@dataclass
class Seen:
    """What need not be read again.

    Attributes:
        read: Issue id -> time of the last change that was read, in milliseconds.
        made: Issues that pmtrack made: (first id, last id, until when, in milliseconds). They are known as long as their
            last change is their creation.
    """

    read: dict[int, int] = field(default_factory=dict)
    made: list[tuple[int, int, int]] = field(default_factory=list)

    def covers(self, issue_id: int, updated: dt.datetime, created: dt.datetime | None) -> bool:
        """Whether this state of the issue was read, or was made by pmtrack."""
        if self.read.get(issue_id) == _ms(updated):
            return True
        return created == updated and any(first <= issue_id <= last for first, last, _ in self.made)

    def latest(self) -> dt.datetime:
        """The newest time in it."""
        newest = max([*self.read.values(), *(until for _, _, until in self.made)], default=0)
        return dt.datetime.fromtimestamp(newest / 1000, dt.UTC)

    def prune(self, before: dt.datetime) -> None:
        """Forget what no search will tell again."""
        oldest = _ms(before)
        self.read = {issue_id: at for issue_id, at in self.read.items() if at >= oldest}
        self.made = [each for each in self.made if each[2] >= oldest]

    @staticmethod
    def load(text: str) -> Seen:
        """What `dump` wrote; nothing where the text is something else (then issues are merely read twice)."""
        try:
            data = json.loads(text)
            return Seen(
                {int(key): int(at) for key, at in data["read"].items()},
                [(a, b, c) for a, b, c in data["made"]],
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return Seen()

    def dump(self) -> str:
        """As text for the memory."""
        return json.dumps({"read": self.read, "made": self.made}, separators=(",", ":"))


class Pull:
    """Finds changes."""

    def __init__(
        self,
        client: Client,
        options: JiraOptions,
        site: Site,
        reader: Reader,
        memory: MutableMapping[str, str],
    ) -> None:
        self._client = client
        self._options = options
        self._site = site
        self._reader = reader
        self._memory = memory
        self._verification = Verification(memory, lambda each: int(each) if is_id(each) else None)
        self._overlap = dt.timedelta(minutes=options.search_overlap_minutes)

    def changes(self, cursor: str | None, ids: Iterable[str]) -> Changes:
        """See `tracker.remote.Tracker.changes`."""
        wanted = list(dict.fromkeys(ids))
        since = instant(cursor)
        before = self._client.requests
        try:
            if since is None:
                self._site.ask()
                self._verification.begin(self._client.server_now())
                return self._read(wanted, self._client.server_now(), None)
            told = self._told_since(since)
            at = self._client.server_now()
        except AdapterError as error:
            return Changes((), cursor, complete=False, reason=error.message, hint=error.hint)
        seen = Seen.load(self._memory.get(MEMORY, ""))
        asked = set(wanted)
        news = [each for each, times in told.items() if each in asked and not seen.covers(int(each), *times)]
        changes = self._read(news, at, cursor)
        used = self._client.requests - before
        return self._with_part(changes, wanted, set(news), MOST_REQUESTS - used)

    def _with_part(self, changes: Changes, wanted: Sequence[str], read: set[str], requests: int) -> Changes:
        """The changes, and what a part of the round over all issues shows beyond them."""
        if not changes.complete:
            return changes
        requests = self._reader.find_out_again(requests)
        if self._options.full_read == "daily":
            return changes
        now = self._client.server_now()
        part, stands = self._verification.part(wanted, now, requests * BATCH)
        results = list(self._reader.results([each for each in part if each not in read], sparing=True))
        hidden = tuple(each for each in results if isinstance(each, Unreadable))
        if results and not any(map(self._is_answered, results)):
            # Nothing could be read: the next run tries again.
            return replace(changes, unreadable=(*changes.unreadable, *hidden))
        if part:
            self._verification.done(stands)
        found = [each.issue for each in results if isinstance(each, Found)]
        self._remember(found, now)
        gone = tuple(each for each in results if isinstance(each, Gone))
        return replace(
            changes,
            issues=(*changes.issues, *found),
            gone=(*changes.gone, *gone),
            unreadable=(*changes.unreadable, *hidden),
        )

    def _is_answered(self, result: FetchResult) -> bool:
        """Whether Jira said something of the issue; not so where the read failed."""
        return not isinstance(result, Unreadable) or self._reader.is_lost(result.id)

    def note_created(self, ids: Sequence[str]) -> None:
        """Remember that pmtrack has just made these issues."""
        seen = Seen.load(self._memory.get(MEMORY, ""))
        until = _ms(self._client.server_now() + _SECOND)
        seen.made += [(first, last, until) for first, last in _ranges(sorted(int(each) for each in ids))]
        self._memory[MEMORY] = seen.dump()

    def note_read(self, issues: Sequence[Issue]) -> None:
        """Remember that these issues are known as they are now."""
        self._remember(issues, self._client.server_now())

    def _read(self, ids: Sequence[str], at: dt.datetime, cursor: str | None) -> Changes:
        results = list(self._reader.results(ids))
        hidden = tuple(each for each in results if isinstance(each, Unreadable))
        broken = next((each for each in hidden if not self._is_answered(each)), None)
        found = [each.issue for each in results if isinstance(each, Found)]
        gone = tuple(each for each in results if isinstance(each, Gone))
        self._remember(found, at)
        told = Changes(tuple(found), at.isoformat(), gone=gone, unreadable=hidden)
        if broken is not None:
            # Told as far as it was read; the old cursor brings the rest again.
            return replace(told, cursor=cursor, complete=False, reason=broken.reason)
        return told

    def _remember(self, issues: Sequence[Issue], at: dt.datetime) -> None:
        before = self._memory.get(MEMORY, "")
        seen = Seen.load(before)
        oldest = at - 2 * self._overlap
        for issue in issues:
            if issue.updated_at and issue.updated_at >= oldest:
                seen.read[int(issue.ref.id)] = _ms(issue.updated_at)
        seen.prune(oldest)
        if seen.dump() != before:
            self._memory[MEMORY] = seen.dump()

    # --- the search ---------------------------------------------------------------------------------------------------

    def _told_since(self, since: dt.datetime) -> dict[str, _Times]:
        """Ids and times of what the index says was changed since the overlap before `since`."""
        floor = since - self._overlap
        minutes = self._minutes_back_to(floor)
        told = self._told(minutes, since)
        needed = self._minutes_back_to(floor)
        # The first answer tells the site's clock; ask again if ours was so wrong that the query fell short.
        if needed > minutes + 1:
            told = self._told(needed, since)
        return {name: times for name, times in told.items() if times[0] >= floor}

    def _minutes_back_to(self, floor: dt.datetime) -> int:
        return max(1, math.ceil((self._client.server_now() - floor).total_seconds() / 60) + 1)

    def _told(self, minutes: int, since: dt.datetime) -> dict[str, _Times]:
        out: dict[str, _Times] = {}
        pages_behind = 0
        known_until = max(since, Seen.load(self._memory.get(MEMORY, "")).latest())
        jql = self.query(f"updated >= -{minutes}m") + " ORDER BY updated DESC"
        for page in self.pages(jql, ["updated", "created"]):
            times = {str(raw["id"]): times for raw in page if (times := _times(raw))}
            out = times | out
            if times and min(updated for updated, _ in times.values()) < known_until:
                pages_behind += 1
                if pages_behind >= PAGES_BEHIND:
                    break
        return out

    def query(self, condition: str) -> str:
        """Issues of the project, and those that carry pmtrack's label wherever they were moved to."""
        return f'(project = "{self._options.project}" OR labels = "{self._options.label}") AND {condition}'

    def pages(self, jql: str, fields: Sequence[str]) -> Iterator[list[Mapping[str, Any]]]:
        """The pages of a search as each deployment pages it.

        Raises:
            AdapterError: a page could not be read.
        """
        if self._site.is_cloud:
            yield from self._cloud_pages(jql, fields)
            return
        start = 0
        while True:
            body = {
                "jql": jql,
                "fields": list(fields),
                "startAt": start,
                "maxResults": DATACENTER_PAGE,
                "validateQuery": False,
            }
            answer = self._client.read("POST", "search", body=body)
            issues = list(answer.get("issues", []))
            yield issues
            start += len(issues)
            if not issues or start >= int(answer.get("total", 0)):
                return

    def _cloud_pages(self, jql: str, fields: Sequence[str]) -> Iterator[list[Mapping[str, Any]]]:
        body: dict[str, Any] = {"jql": jql, "fields": list(fields), "maxResults": CLOUD_PAGE}
        if "description" in fields:
            body["properties"] = ["pmtrack"]
        while True:
            answer = self._client.read("POST", "search/jql", body=body, api="3")
            yield list(answer.get("issues", []))
            token = answer.get("nextPageToken")
            if not token or answer.get("isLast"):
                return
            body["nextPageToken"] = token


def _times(raw: Mapping[str, Any]) -> _Times | None:
    fields = raw.get("fields") or {}
    updated = instant(fields.get("updated"))
    return (updated, instant(fields.get("created"))) if updated else None


def _ms(at: dt.datetime) -> int:
    return int(at.timestamp() * 1000)


def _ranges(ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = previous = None
    for each in ids:
        if start is None or previous is None:
            start = each
        elif each != previous + 1:
            yield start, previous
            start = each
        previous = each
    if start is not None and previous is not None:
        yield start, previous
