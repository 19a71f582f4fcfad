"""Reading issues by id or key, in batches, and telling "gone" from "not for us"."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from adapters.jira import mapping, visibility
from adapters.jira.body import Api, Style
from adapters.jira.client import Client
from adapters.jira.config import JiraOptions
from adapters.jira.failures import NotLoggedInError
from adapters.jira.references import is_id, is_name
from adapters.jira.site import Site
from adapters.lost import MEMORY, NAMED, UNINDEXED, Absence, LostIssues
from adapters.pool import in_order
from tracker.errors import AdapterError, AuthError, BadResponseError, NotFoundError
from tracker.models import Issue
from tracker.remote import FetchResult, Found, Gone, Unreadable

BATCH = 100
"""Most issues that `issue/bulkfetch` returns: its description, and the same for searches by id on Data Center."""

FEW = 10
"""Single reads for one batch that may be refused before the rest of it counts as refused too."""

TURN = "asked again"
"""In the memory: which of the lost ones the last run asked for again."""

Raw = Mapping[str, Any]
_Read = tuple[dict[str, Raw], dict[str, AdapterError]]


class Reader:
    """Reads issues."""

    def __init__(
        self,
        client: Client,
        options: JiraOptions,
        site: Site,
        *,
        memory: MutableMapping[str, str],
    ) -> None:
        self._client = client
        self._options = options
        self._site = site
        self._memory = memory
        self._lost, self._named, self._unindexed = (
            LostIssues(memory),
            LostIssues(memory, NAMED),
            LostIssues(memory, UNINDEXED),
        )
        self._asks_again = {MEMORY, NAMED}
        self._absences: dict[str, Absence | AdapterError] = {}

    def fetched(self, names: Sequence[str]) -> Iterator[FetchResult]:
        """Like `results`, with at most one request for all that were lost before: the others are told from memory."""
        again = set(self._lost.hidden()[:BATCH] if MEMORY in self._asks_again else ())
        kept = {name: None for name in names if self._lost.known(name) and name not in again}
        yield from (self._missing(name, None) for name in kept)
        yield from self.results([name for name in names if name not in kept])

    def looked_up(self, keys: Sequence[str]) -> Iterator[FetchResult]:
        """Like `results`, for keys that rows name: at most one request for all that an earlier run could not find."""
        unwanted = set(self._named.stale(self._client.server_now())).difference(keys)
        self._named.forget(unwanted)
        lost = {key: None for key in keys if self._named.known(key)}
        yield from self.results([key for key in keys if key not in lost])
        again = self._longest_ago(list(lost)) if NAMED in self._asks_again else []
        found = self._present(again)
        self._named.forget(found)
        self._named.keep()
        for key in lost:
            yield (
                Found(key, mapping.to_issue(found[key], self._site.dialect))
                if key in found
                else self._missing(key, None)
            )

    def _longest_ago(self, keys: Sequence[str]) -> list[str]:
        """As many as one request takes, in turn."""
        if len(keys) <= BATCH:
            return list(keys)
        absences = {key: absence for key in keys if (absence := self._named.known(key))}
        chosen = sorted(absences, key=lambda key: absences[key].at)[:BATCH]
        for key in chosen:
            self._named.note([key], replace(absences[key], at=self._client.server_now()))
        return chosen

    def _present(self, keys: Sequence[str]) -> dict[str, Raw]:
        """Those of at most BATCH keys that one request finds; none where it fails, the next run asks again."""
        try:
            if keys and self._site.is_cloud:
                return self._bulk(keys, mapping.PROPERTY)[0]
            return self._searched(keys)
        except AdapterError:
            return {}

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
        for each in (self._lost, self._named, self._unindexed):
            each.keep()

    def forget(self) -> None:
        """Find out anew what became of issues that rows name."""
        self._memory.pop(NAMED, None)
        self._named = LostIssues(self._memory, NAMED)

    def is_lost(self, name: str) -> bool:
        """Whether it is known why this issue cannot be read; that no other read failed with it."""
        return self._lost.known(name) is not None or not is_name(name)

    def find_out_again(self, requests: int) -> int:
        """Find out again what is a week old about lost issues, for at most so many requests; gives how many are left.

        One of them is kept back for whoever asks in the same run for the hidden ones, or for those that rows name, in turn.
        """
        stale = self._lost.stale(self._client.server_now())
        if stale and self._site.is_cloud and requests >= visibility.REQUESTS:
            requests -= visibility.REQUESTS
            absence = self._of_project(self._options.project)
            if isinstance(absence, Absence):
                self._lost.note(stale, absence)
        elif not self._site.is_cloud and requests > 1 and (one := self._oldest(stale)):
            requests -= 1
            self._look_alone(one)
        self._lost.keep()
        self._unindexed.keep()
        self._asks_again = self._turn() if requests > 0 else set()
        return max(0, requests - len(self._asks_again))

    def _turn(self) -> set[str]:
        """Which of the lost ones are asked for again in this run: one kind, so that something is left for the others."""
        waiting = [key for key, lost in ((MEMORY, self._lost.hidden()), (NAMED, self._named)) if lost]
        if len(waiting) > 1:
            waiting = [NAMED if self._memory.get(TURN) == MEMORY else MEMORY]
            self._memory[TURN] = waiting[0]
        return set(waiting)

    def _oldest(self, stale: Sequence[str]) -> str | None:
        """The one issue of Data Center that is most worth a read of its own; what is deleted there is deleted."""
        hidden = set(self._lost.hidden())
        worth = [name for name in stale if name in hidden]
        return next(iter([*worth, *self._unindexed.stale(self._client.server_now())]), None)

    def _note_unindexed(self, names: Sequence[str]) -> None:
        self._unindexed.note(names, Absence(gone=False, reason="archived", at=self._client.server_now()))

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
        try:
            issues = self._searched(names)
        except BadResponseError:
            if all(map(is_id, names)):
                raise
            issues = {}  # a document names what is no key to this Jira: each is read alone
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
        found, errors = self._bulk(names, entity_property)
        # A key that moved is told under its new key: what is left over on both sides belongs together.
        left = [name for name in names if name not in found and name not in errors]
        keys = [name for name in left if not is_id(name)]
        silent = [name for name in left if is_id(name)][:FEW]
        return found, errors | self._alone([*keys, *silent], found)

    def _bulk(
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
        return _by_name(issues, names), errors

    def _searched(self, names: Sequence[str]) -> dict[str, Raw]:
        """Issues by id or key through the search; an administrator may have set its pages smaller than a batch.

        `id` is another name of `issuekey`, which takes both: https://confluence.atlassian.com/jirasoftwareserver/advanced-searching-fields-reference-939938743.html
        """
        found: dict[str, Raw] = {}
        listed = ", ".join(name if is_id(name) else f'"{name}"' for name in names)
        while len(found) < len(names):
            body = {
                "jql": f"id in ({listed}) ORDER BY key",
                "fields": list(mapping.READ_FIELDS),
                "startAt": len(found),
                "maxResults": len(names),
                "validateQuery": False,
            }
            answer = self._client.read("POST", "search", body=body)
            page = {str(each["id"]): each for each in answer.get("issues", [])}
            found |= page
            if not page or len(found) >= int(answer.get("total", 0)):
                break
        return _by_name(list(found.values()), names)

    def _missing(self, name: str, error: AdapterError | None) -> FetchResult:
        store = self._lost if is_id(name) else self._named
        known = store.known(name)
        if known is None:
            if error is None:
                return Unreadable(name, "Jira's answer does not mention it")
            found_out = self._found_out(name, error)
            if isinstance(found_out, AdapterError):
                return Unreadable(name, found_out.message)
            known = found_out
            store.note([name], known)
        return Gone(name, known.reason) if known.gone else Unreadable(name, known.reason)

    def _found_out(self, name: str, error: AdapterError) -> Absence | AdapterError:
        if not isinstance(error, NotFoundError):
            return Absence(gone=False, reason=error.message, at=self._client.server_now())
        if not self._site.is_cloud:
            return Absence(gone=True, reason="deleted", at=self._client.server_now())
        # Cloud says the same of a deleted issue and of one that this account may not see.
        return self._of_project(self._options.project if is_id(name) else name.rpartition("-")[0])

    def _of_project(self, project: str) -> Absence | AdapterError:
        """What a missing issue of Cloud means, asked once a run."""
        if project not in self._absences:
            try:
                self._absences[project] = visibility.absence(self._client, project)
            except AdapterError as error:
                self._absences[project] = error
        return self._absences[project]


def _by_name(issues: Sequence[Raw], names: Collection[str]) -> dict[str, Raw]:
    """Issues by the names that were asked for: ids, keys, or both."""
    return {name: raw for raw in issues for name in (str(raw["id"]), str(raw.get("key"))) if name in names}


def no_name(name: str) -> str:
    """Why something that should be the id or key of an issue is not even asked for."""
    return f"{name[:40]!r} in the state is neither an id nor a key of a Jira issue"
