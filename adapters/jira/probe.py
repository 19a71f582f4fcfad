"""Settling creates of unknown outcome: keys are given in sequence, so everything new stands above the watermark.

Search proves nothing here, its index is late. Reads by key are consistent, so they walk upwards from the highest key
known before the write, until well behind the last issue that there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.jira import mapping
from adapters.jira.client import Client
from adapters.jira.config import JiraOptions
from adapters.jira.failures import NotLoggedInError
from adapters.jira.pull import Pull
from adapters.jira.reader import BATCH, Reader
from adapters.jira.references import number_of
from adapters.jira.site import Site
from tracker.errors import AdapterError, AuthError, NotFoundError
from tracker.remote import Absent, Adopted, ProbeQuery, ProbeResult, Unproven

GAP = 10
"""Keys in a row without an issue that end the walk on Data Center, where each costs a request; a batch on Cloud."""


class Prober:
    """Finds issues by their markers without the search index."""

    def __init__(self, client: Client, options: JiraOptions, site: Site, reader: Reader, pull: Pull) -> None:
        self._client = client
        self._options = options
        self._site = site
        self._reader = reader
        self._pull = pull

    def watermark(self) -> str:
        """A key that is not above the highest one: the newest issue that the index knows.

        Raises:
            AdapterError: it cannot be read.
        """
        jql = f'project = "{self._options.project}" ORDER BY created DESC'
        page = self._first(jql)
        numbers = [number_of(str(raw.get("key"))) for raw in page]
        return f"{self._options.project}-{max(numbers, default=0)}"

    def settle(self, queries: Sequence[ProbeQuery]) -> Iterator[ProbeResult]:
        """See `tracker.remote.Tracker.probe`."""
        open_queries = {query.marker: query for query in queries if query.watermark}
        yield from (Unproven(query.marker, "no watermark") for query in queries if not query.watermark)
        if not open_queries:
            return
        lowest = min(number_of(query.watermark) for query in open_queries.values())
        try:
            for raw in self.upwards(lowest + 1):
                marker, _ = mapping.identity_in(raw)
                if marker in open_queries:
                    yield Adopted(marker, mapping.to_issue(raw, self._site.dialect))
                    del open_queries[marker]
                if not open_queries:
                    return
            self._prove_sight()
        except AdapterError as error:
            yield from (Unproven(marker, error.message) for marker in open_queries)
            return
        yield from (Absent(marker) for marker in open_queries)

    def _prove_sight(self) -> None:
        """Make sure that what was not found is not merely out of sight.

        Raises:
            AdapterError: this account may not browse the project, or that could not be asked.
        """
        project = self._options.project
        params = {"projectKey": project, "permissions": "BROWSE_PROJECTS"}
        held = self._client.read("GET", "mypermissions", params=params).get("permissions", {})
        if not (held.get("BROWSE_PROJECTS") or {}).get("havePermission"):
            raise AuthError(f"this account may not browse project {project}")

    def upwards(self, number: int, entity_property: str = mapping.PROPERTY) -> Iterator[Mapping[str, Any]]:
        """Every readable issue from this number on, with one of its properties, until the gap behind the last one.

        Raises:
            AdapterError: a read failed; nothing follows from what was not yielded.
        """
        end = number_of(self.watermark())
        if self._site.is_cloud:
            yield from self._batches(number, end, entity_property)
        else:
            yield from self._singles(number, end, entity_property)

    def _batches(self, number: int, end: int, entity_property: str) -> Iterator[Mapping[str, Any]]:
        while True:
            keys = [f"{self._options.project}-{each}" for each in range(number, number + BATCH)]
            found, _ = self._reader.raws(keys, entity_property)
            yield from found.values()
            number += BATCH
            if not found and number > end:
                return

    def _singles(self, number: int, end: int, entity_property: str) -> Iterator[Mapping[str, Any]]:
        missing = 0
        while missing < GAP or number <= end:
            try:
                yield self._reader.single(f"{self._options.project}-{number}", entity_property)
                missing = 0
            except NotLoggedInError:
                raise
            except (NotFoundError, AuthError):
                missing += 1
            number += 1

    def _first(self, jql: str) -> list[Mapping[str, Any]]:
        if self._site.is_cloud:
            answer = self._client.read(
                "POST", "search/jql", body={"jql": jql, "fields": ["key"], "maxResults": 1}
            )
        else:
            body = {"jql": jql, "fields": ["key"], "maxResults": 1}
            answer = self._client.read("POST", "search", body=body)
        return list(answer.get("issues", []))
