"""The configured repository as this run knows it: its present name, what is allowed there, and issues that moved away."""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from adapters.github import mapping, queries
from adapters.github.answers import is_issue, reason_of
from adapters.github.client import Client
from adapters.github.config import GitHubOptions
from adapters.github.recurring import Recurring
from adapters.github.references import Place, number_in, place_of_key, split_id
from adapters.lost import Absence, LostIssues
from tracker.addresses import LOOPBACK
from tracker.errors import AdapterError, BadResponseError, NotFoundError
from tracker.models import Issue, IssueRef
from tracker.remote import Refused
from tracker.values import dataclass

_MOVED = "moved"
REST_ONLY = "rest-only"
"""In the memory of a tracker whose service has no GraphQL."""
_WRITERS = frozenset({"WRITE", "MAINTAIN", "ADMIN", "TRIAGE"})


@dataclass(frozen=True, slots=True)
class Permissions:
    """What the repository allows.

    Attributes:
        archived: Nothing can be written.
        has_issues: Issues are switched on.
        may_write: Labels, assignees and the like are taken, not dropped.
    """

    archived: bool
    has_issues: bool
    may_write: bool


class Repository:
    """Shared by the parts of the adapter."""

    def __init__(self, client: Client, options: GitHubOptions, memory: MutableMapping[str, str]) -> None:
        self.client = client
        self.options = options
        self.name = options.repository
        self.permissions: Permissions | None = None
        self.highest = 0
        self.node_id = ""
        self.memory = memory
        self.lost = LostIssues(memory)
        self.recurring = Recurring(memory)
        self._graphql = True

    # --- names ------------------------------------------------------------------------------------------------------

    @property
    def path(self) -> str:
        """REST path of the repository."""
        return f"/repos/{self.name}"

    @property
    def variables(self) -> dict[str, Any]:
        """GraphQL variables that name the repository."""
        owner, _, name = self.name.partition("/")
        return {"owner": owner, "name": name}

    def number_in(self, ref: str) -> int | None:
        """The issue number that a reference names, None for references to anything else."""
        return number_in(ref, self.options.repository, self._hosts()) or (
            number_in(ref, self.name, self._hosts()) if self.name != self.options.repository else None
        )

    def place(self, ref: IssueRef) -> Place:
        """Where the issue is now, as far as this state knows."""
        moved = self.moved().get(ref.id)
        known = place_of_key(moved) if moved else None
        if known:
            return known
        parts = split_id(ref.id)
        told = place_of_key(ref.key)
        if told and told.repository not in (self.name, self.options.repository):
            return told
        return Place(self.name, parts[0] if parts else (told.number if told else 0))

    def moved(self) -> dict[str, str]:
        """Issues that were transferred: their id and their present key."""
        try:
            data = json.loads(self.memory.get(_MOVED, "{}"))
        except ValueError:
            return {}
        return {str(key): str(value) for key, value in data.items()} if isinstance(data, dict) else {}

    def note_move(self, issue_id: str, key: str) -> None:
        """Remember where an issue went."""
        known = self.moved()
        if known.get(issue_id) != key:
            self.memory[_MOVED] = json.dumps({**known, issue_id: key}, sort_keys=True)

    def note_lost(self, name: str, reason: str, *, gone: bool = False) -> None:
        """Remember what was found out about an issue, by its id, or by `#12` where a row names it."""
        self.lost.note([name], Absence(gone, reason, self.client.now()))

    # --- what is known of it ----------------------------------------------------------------------------------------

    def learn(self, record: Mapping[str, Any]) -> Permissions:
        """Take over what a REST answer says of the repository; gives what is allowed there."""
        rights = record.get("permissions") or {}
        self.name = str(record.get("full_name") or self.name)
        self.node_id = str(record.get("node_id") or self.node_id)
        self.permissions = Permissions(
            bool(record.get("archived")),
            bool(record.get("has_issues", True)),
            any(rights.get(each) for each in ("push", "triage", "maintain", "admin")) if rights else True,
        )
        return self.permissions

    def learn_node(self, node: Mapping[str, Any]) -> None:
        """Take over what a GraphQL answer says of the repository."""
        self.name = str(node.get("nameWithOwner") or self.name)
        self.node_id = str(node.get("id") or self.node_id)
        if "isArchived" in node:
            permission = node.get("viewerPermission")
            self.permissions = Permissions(
                bool(node["isArchived"]),
                bool(node.get("hasIssuesEnabled", True)),
                permission is None or permission in _WRITERS,
            )

    def ensure(self) -> Permissions:
        """What is allowed, read once.

        Raises:
            AdapterError: the repository cannot be read.
        """
        if self.permissions is not None:
            return self.permissions
        record = self.client.read(self.path).record()
        if not record.get("full_name"):
            hint = "Check api_url; something else than GitHub may have answered."
            raise BadResponseError(f"{self.path} is not a repository", hint=hint)
        return self.learn(record)

    def refusal(self) -> Refused | None:
        """Why nothing at all can be written here, None where it can."""
        permissions = self.ensure()
        if permissions.archived:
            hint = "Un-archive it, or configure another repository."
            return Refused(f"the repository {self.name} is archived", hint)
        if not permissions.has_issues:
            hint = "Switch issues on in its settings, or configure another repository."
            return Refused(f"issues are disabled in {self.name}", hint)
        return None

    # --- reading ----------------------------------------------------------------------------------------------------

    def query(
        self, text: str, variables: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
        """A GraphQL query; None where the service has no GraphQL.

        Raises:
            AdapterError: the query failed.
        """
        if not self._graphql:
            return None
        try:
            answer = self.client.graphql(text, variables)
        except NotFoundError:
            self._graphql = False
            self.memory[REST_ONLY] = "yes"
            return None
        self.memory.pop(REST_ONLY, None)
        return answer

    def mutate(
        self, text: str, variables: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[dict[str, Any]]] | None:
        """A GraphQL mutation, sent once; None where the service has no GraphQL.

        Raises:
            NotConnected: it was not sent.
            Lost: nobody knows whether it was carried out.
            Redirected: the service moved.
            AdapterError: it was refused; `BadResponseError` where the answer holds no data at all.
        """
        path = self.client.graphql_path()
        answer = self.client.send("POST", path, body={"query": text, "variables": dict(variables)})
        if answer.status == 404:
            self._graphql = False
            return None
        if answer.status != 200:
            raise AdapterError(reason_of(answer))
        return self.client.graphql_data(answer)

    @property
    def has_graphql(self) -> bool:
        """Whether the service has GraphQL, as far as is known."""
        return self._graphql

    def issue(self, raw: Mapping[str, Any], *, issue_id: str | None = None) -> Issue:
        """A REST issue as pmtrack's value; its number counts as known."""
        found = mapping.to_issue(raw, self.options, issue_id=issue_id)
        if mapping.place_of(raw, self.name).repository.casefold() == self.name.casefold():
            self.highest = max(self.highest, int(raw["number"]))
        return found

    def node(self, node: Any, *, issue_id: str | None = None) -> Issue | None:
        """A GraphQL issue as pmtrack's value; None for a pull request or anything else."""
        raw = self._raw(node)
        return self.issue(raw, issue_id=issue_id) if raw else None

    def _raw(self, node: Any) -> dict[str, Any] | None:
        if not isinstance(node, dict) or node.get("__typename") != "Issue":
            return None
        raw = mapping.from_graphql(node, self.options)
        return raw if is_issue(raw) else None

    def by_number(self, numbers: Sequence[int]) -> dict[int, dict[str, Any] | None] | None:
        """Issues among the numbers in REST form, in one request; None for a number that is a pull request.

        Numbers that are missing from the result do not exist (or are no longer issues). None without GraphQL.

        Raises:
            AdapterError: the read failed.
        """
        result = self.query(queries.by_number(self.options, numbers), self.variables)
        if result is None:
            return None
        data, errors = result
        nodes = data.get("repository") or {}
        # Only "not found" is an absence; whatever else went wrong makes the whole answer unusable.
        for error in errors:
            if error.get("type") != "NOT_FOUND":
                raise BadResponseError(f"GraphQL: {error.get('message')}")
        if not isinstance(data.get("repository"), dict):
            raise NotFoundError(f"the repository {self.name} is not readable")
        return {number: self._raw(node) for number in numbers if (node := nodes.get(f"n{number}"))}

    def named(self, numbers: Sequence[int]) -> dict[int, dict[str, Any] | None] | None:
        """The same as `by_number`, of numbers that rows name: likely to be asked again by the next run.

        Raises:
            AdapterError: the read failed.
        """
        told = self.recurring.issues(numbers)
        rest = [number for number in numbers if number not in told]
        read = self.by_number(rest) if rest else {}
        if read is None:
            return None
        return {number: self._raw(node) for number, node in told.items() if node} | read

    def _hosts(self) -> frozenset[str]:
        api, web = urlsplit(self.options.api_url), urlsplit(self.options.web)
        hosts = {api.netloc.lower(), web.netloc.lower()}
        if api.hostname in LOOPBACK:
            # A local server may call itself by another of its names.
            hosts |= {f"{host}:{api.port}" for host in LOOPBACK} | set(LOOPBACK)
        return frozenset(hosts)
