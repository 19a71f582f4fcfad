"""Reading issues by id or key, in batches, and telling "gone" from "not for us"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.jira import mapping
from adapters.jira.body import Api, Style
from adapters.jira.client import Client
from adapters.jira.config import JiraOptions
from adapters.jira.pool import in_order
from adapters.jira.site import Site
from tracker.errors import AdapterError, AuthError, NotFoundError
from tracker.models import Issue
from tracker.remote import FetchResult, Found, Gone, Unreadable

BATCH = 100
"""Most issues that `issue/bulkfetch` returns: its description, and the same for searches by id on Data Center."""

Raw = Mapping[str, Any]
_Read = tuple[dict[str, Raw], dict[str, AdapterError]]


class Reader:
    """Reads issues."""

    def __init__(self, client: Client, options: JiraOptions, site: Site) -> None:
        self._client = client
        self._options = options
        self._site = site
        self._hides: str | None = None

    def results(self, names: Sequence[str]) -> Iterator[FetchResult]:
        """One result per id or key; `id` of each is the name that was asked for."""
        parts = [list(dict.fromkeys(names[start : start + BATCH])) for start in range(0, len(names), BATCH)]
        for part, read in zip(parts, in_order(self._read, parts, self._options.connections), strict=True):
            yield from self._told(part, read)

    def _read(self, part: Sequence[str]) -> _Read | AdapterError:
        try:
            return self.raws(part)
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
        for name in part:
            if name in found:
                yield Found(name, mapping.to_issue(found[name], dialect))
            else:
                yield self._lost(name, errors.get(name))

    def raws(
        self, names: Sequence[str], entity_property: str = mapping.PROPERTY
    ) -> tuple[dict[str, Raw], dict[str, AdapterError]]:
        """The JSON of at most BATCH issues by the names asked for, and why the others could not be read.

        Strongly consistent on Cloud; on Data Center a search by id, and single reads of what it lacks.

        Raises:
            AdapterError: the batch could not be read at all.
        """
        if self._site.is_cloud:
            return self._fetched(names, entity_property)
        issues = self._searched([name for name in names if name.isdigit()])
        errors: dict[str, AdapterError] = {}
        for name in names:
            if name in issues:
                continue
            try:
                issues[name] = self.single(name)
            except (NotFoundError, AuthError) as error:
                errors[name] = error
        return issues, errors

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
        for name in [name for name in names if name not in found and name not in errors]:
            try:
                found[name] = self.single(name)
            except (NotFoundError, AuthError) as error:
                errors[name] = error
        return found, errors

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

    def _lost(self, name: str, error: AdapterError | None) -> FetchResult:
        if error is None:
            return Unreadable(name, "Jira's answer does not mention it")
        if not isinstance(error, NotFoundError):
            return Unreadable(name, error.message)
        if not self._site.is_cloud:
            return Gone(name)
        # Cloud says the same of a deleted issue and of one that this account may not see.
        if self._hides is None:
            self._hides = self._why_hidden()
        return Unreadable(name, self._hides) if self._hides else Gone(name, "deleted, or moved out of sight")

    def _why_hidden(self) -> str:
        """Why issues of the project may be out of sight although they exist; "" where nothing speaks for it."""
        project = self._options.project
        params = {"projectKey": project, "permissions": "BROWSE_PROJECTS"}
        try:
            held = self._client.read("GET", "mypermissions", params=params)
            if not held["permissions"]["BROWSE_PROJECTS"]["havePermission"]:
                return f"this account may not browse project {project}"
            about = self._client.read("GET", f"project/{project}")
            if about.get("archived"):
                return f"project {project} is archived"
            levels = self._client.read("GET", f"project/{project}/securitylevel")
        except AdapterError as error:
            return f"project {project} cannot be examined: {error.message}"
        except (KeyError, TypeError):
            return "Jira's answer about permissions is not understood"
        return f"project {project} has security levels: deleted or hidden" if levels.get("levels") else ""
