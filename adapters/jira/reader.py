"""Reading issues by id or key, in batches, and telling "gone" from "not for us"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from adapters.jira import mapping, sight
from adapters.jira.body import Api, Style
from adapters.jira.client import Client
from adapters.jira.config import JiraOptions
from adapters.jira.failures import NotLoggedInError
from adapters.jira.lost import Finding, Lost
from adapters.jira.references import is_id, is_name
from adapters.jira.site import Site
from adapters.pool import in_order
from tracker.errors import AdapterError, AuthError, NotFoundError
from tracker.models import Issue
from tracker.remote import FetchResult, Found, Gone, Unreadable

BATCH = 100
"""Most issues that `issue/bulkfetch` returns: its description, and the same for searches by id on Data Center."""

FEW = 10
"""Single reads for one batch that may be refused before the rest of it counts as refused too."""

Raw = Mapping[str, Any]
_Read = tuple[dict[str, Raw], dict[str, AdapterError]]


class Reader:
    """Reads issues."""

    def __init__(
        self, client: Client, options: JiraOptions, site: Site, *, lost: Lost, unindexed: Lost
    ) -> None:
        self._client = client
        self._options = options
        self._site = site
        self._lost = lost
        self._unindexed = unindexed
        self._asks_again = True
        self._finding: Finding | AdapterError | None = None

    def fetched(self, names: Sequence[str]) -> Iterator[FetchResult]:
        """Like `results`, with at most one request for all that were lost before: the others are told from memory."""
        again = set(self._lost.hidden()[:BATCH] if self._asks_again else ())
        kept = [name for name in names if self._lost.known(name) and name not in again]
        yield from (self._missing(name, None) for name in kept)
        yield from self.results([name for name in names if name not in set(kept)])

    def results(self, names: Sequence[str], *, sparing: bool = False) -> Iterator[FetchResult]:
        """One result per id or key; `id` of each is the name that was asked for.

        `sparing` leaves out what each would cost a request again and cannot have changed: archived issues of Data Center.
        """
        good = [name for name in names if is_name(name)]
        yield from (Unreadable(name, no_name(name)) for name in names if not is_name(name))
        parts = [list(dict.fromkeys(good[start : start + BATCH])) for start in range(0, len(good), BATCH)]
        work = partial(self._read, sparing=sparing)
        for part, read in zip(parts, in_order(work, parts, self._options.connections), strict=True):
            spared = {name for name in part if sparing and self._unindexed.known(name)}
            yield from (
                each for each in self._told(part, read) if isinstance(each, Found) or each.id not in spared
            )
        self._lost.keep()
        self._unindexed.keep()

    def is_lost(self, name: str) -> bool:
        """Whether it is known why this issue cannot be read; that no other read failed with it."""
        return self._lost.known(name) is not None or not is_name(name)

    def find_out_again(self, requests: int) -> int:
        """Find out again what is a week old about lost issues, for at most so many requests; gives how many are left.

        One of them is kept back for whoever asks for the hidden ones in the same run.
        """
        stale = self._lost.stale(self._client.server_now())
        if stale and self._site.is_cloud and requests >= sight.REQUESTS:
            requests -= sight.REQUESTS
            finding = self._of_project()
            if isinstance(finding, Finding):
                self._lost.note(stale, finding)
        elif not self._site.is_cloud and requests > 1 and (one := self._oldest(stale)):
            requests -= 1
            self._look_alone(one)
        self._lost.keep()
        self._unindexed.keep()
        if not self._lost.hidden():
            return requests
        self._asks_again = requests > 0
        return max(0, requests - 1)

    def _oldest(self, stale: Sequence[str]) -> str | None:
        """The one issue of Data Center that is most worth a read of its own; what is deleted there is deleted."""
        hidden = set(self._lost.hidden())
        worth = [name for name in stale if name in hidden]
        return next(iter([*worth, *self._unindexed.stale(self._client.server_now())]), None)

    def _note_unindexed(self, names: Sequence[str]) -> None:
        self._unindexed.note(names, Finding(gone=False, reason="archived", at=self._client.server_now()))

    def _look_alone(self, name: str) -> None:
        try:
            self.single(name)
            if self._unindexed.known(name):
                self._note_unindexed([name])
        except NotLoggedInError:
            return
        except (NotFoundError, AuthError) as error:
            self._unindexed.forget([name])
            self._lost.forget([name])
            self._missing(name, error)
        except AdapterError:
            return  # tried again by the next run

    def _read(self, part: Sequence[str], *, sparing: bool) -> _Read | AdapterError:
        try:
            return self.raws(part, sparing=sparing)
        except AdapterError as error:
            return error

    def _told(self, part: Sequence[str], read: _Read | AdapterError) -> Iterator[FetchResult]:
        try:
            dialect = self._site.dialect
        except AdapterError as error:
            read = error
        if isinstance(read, AdapterError):
            yield from (Unreadable(name, read.message) for name in part)
            return
        found, errors = read
        self._lost.forget(found)
        for name in part:
            if name in found:
                yield Found(name, mapping.to_issue(found[name], dialect))
            else:
                yield self._missing(name, errors.get(name))

    def raws(
        self, names: Sequence[str], entity_property: str = mapping.PROPERTY, *, sparing: bool = False
    ) -> tuple[dict[str, Raw], dict[str, AdapterError]]:
        """The JSON of at most BATCH issues by the names asked for, and why the others could not be read.

        Strongly consistent on Cloud; on Data Center a search by id, and single reads of what it lacks.

        Raises:
            AdapterError: the batch could not be read at all.
        """
        if self._site.is_cloud:
            return self._fetched(names, entity_property)
        issues = self._searched([name for name in names if is_id(name)])
        self._unindexed.forget(issues)
        lacking = [name for name in names if name not in issues]
        if not sparing:
            return issues, self._alone(lacking, issues)
        fresh = [each for each in lacking if not self._unindexed.known(each) and not self._lost.known(each)]
        errors = self._alone(fresh[:FEW], issues)
        if all(name in issues for name in fresh[:FEW]):
            # The first few could be read, so these are archived, not lost.
            self._note_unindexed(fresh)
            return issues, errors
        return issues, errors | self._alone(fresh[FEW:], issues)

    def _alone(self, names: Sequence[str], found: dict[str, Raw]) -> dict[str, AdapterError]:
        """Put single reads of what a batch lacked into `found`; errors of the others. Lost ones are not asked again."""
        errors: dict[str, AdapterError] = {}
        refused: list[AuthError] = []
        for name in names:
            if self._lost.known(name):
                continue
            if len(refused) >= FEW:
                errors[name] = refused[-1]
                continue
            try:
                found[name] = self.single(name)
            except NotFoundError as error:
                errors[name] = error
            except NotLoggedInError:
                raise
            except AuthError as error:
                errors[name] = error
                refused.append(error)
        return errors

    def single(self, name: str, entity_property: str = mapping.PROPERTY) -> Raw:
        """The JSON of one issue by id or key, strongly consistent.

        Raises:
            AdapterError: it is not there, not for us, or could not be read.
        """
        params = {"fields": ",".join(mapping.READ_FIELDS), "properties": entity_property}
        raw = self._client.read("GET", f"issue/{name}", params=params, api=self._api)
        return raw if isinstance(raw, dict) else {}

    def issue(self, name: str) -> Issue:
        """One issue by id or key.

        Raises:
            AdapterError: it is not there, not for us, or could not be read.
        """
        return mapping.to_issue(self.single(name), self._site.dialect)

    @property
    def _api(self) -> Api:
        return Style(self._site.is_cloud).api

    def _fetched(
        self, names: Sequence[str], entity_property: str
    ) -> tuple[dict[str, Raw], dict[str, AdapterError]]:
        body = {
            "issueIdsOrKeys": list(names),
            "fields": list(mapping.READ_FIELDS),
            "properties": [entity_property],
        }
        answer = self._client.read("POST", "issue/bulkfetch", body=body, api=self._api)
        issues = [each for each in answer.get("issues", []) if isinstance(each, dict)]
        errors: dict[str, AdapterError] = {
            str(each.get("id")): NotFoundError(str(each.get("errorMessage") or "not found"))
            for each in answer.get("issueErrors") or []
        }
        found: dict[str, Raw] = {
            name: raw for raw in issues for name in (str(raw["id"]), str(raw["key"])) if name in names
        }
        # A key that moved is told under its new key: what is left over on both sides belongs together.
        left = [name for name in names if name not in found and name not in errors]
        keys = [name for name in left if not is_id(name)]
        silent = [name for name in left if is_id(name)][:FEW]
        return found, errors | self._alone([*keys, *silent], found)

    def _searched(self, ids: Sequence[str]) -> dict[str, Raw]:
        """Issues by id through the search; an administrator may have set its pages smaller than a batch."""
        found: dict[str, Raw] = {}
        while len(found) < len(ids):
            body = {
                "jql": f"id in ({', '.join(ids)}) ORDER BY key",
                "fields": list(mapping.READ_FIELDS),
                "startAt": len(found),
                "maxResults": len(ids),
                "validateQuery": False,
            }
            answer = self._client.read("POST", "search", body=body)
            page = {str(each["id"]): each for each in answer.get("issues", [])}
            found |= page
            if not page or len(found) >= int(answer.get("total", 0)):
                break
        return found

    def _missing(self, name: str, error: AdapterError | None) -> FetchResult:
        known = self._lost.known(name)
        if known is None:
            if error is None:
                return Unreadable(name, "Jira's answer does not mention it")
            found_out = self._found_out(error)
            if isinstance(found_out, AdapterError):
                return Unreadable(name, found_out.message)
            known = found_out
            if is_id(name):
                self._lost.note([name], known)
        return Gone(name, known.reason) if known.gone else Unreadable(name, known.reason)

    def _found_out(self, error: AdapterError) -> Finding | AdapterError:
        if not isinstance(error, NotFoundError):
            return Finding(gone=False, reason=error.message, at=self._client.server_now())
        if not self._site.is_cloud:
            return Finding(gone=True, reason="deleted", at=self._client.server_now())
        # Cloud says the same of a deleted issue and of one that this account may not see.
        return self._of_project()

    def _of_project(self) -> Finding | AdapterError:
        """What a missing issue of Cloud means, asked once a run."""
        if self._finding is None:
            try:
                self._finding = sight.finding(self._client, self._options.project)
            except AdapterError as error:
                self._finding = error
        return self._finding


def no_name(name: str) -> str:
    """Why something that should be the id or key of an issue is not even asked for."""
    return f"{name[:40]!r} in the state is neither an id nor a key of a Jira issue"
