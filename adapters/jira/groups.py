"""A parent (an epic) for each post-mortem, when the configuration asks for it.

A parent is remembered by its id. Its create is as careful as any other: the highest key is noted first, and a create of
unknown outcome is settled by the next run through reads by key, by the entity property that names the group.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

from adapters.jira import adf, mapping, markup
from adapters.jira.client import Answer, Client, Rejected
from adapters.jira.config import JiraOptions
from adapters.jira.mapping import Dialect
from adapters.jira.probe import Prober
from adapters.jira.references import number_of
from tracker.errors import AdapterError
from tracker.remote import NewIssue, NotSent, Refused, Unknown

PROPERTY = "pmtrack-group"
Parent = str | NotSent | Refused | Unknown


class Groups:
    """Finds or makes the parents of new issues."""

    def __init__(
        self, client: Client, options: JiraOptions, memory: MutableMapping[str, str], prober: Prober
    ) -> None:
        self._client = client
        self._options = options
        self._memory = memory
        self._prober = prober

    def parents(self, batch: Sequence[NewIssue], dialect: Dialect) -> dict[str, Parent]:
        """The key of the parent for each group of the batch, or why there is none; {} where none is configured."""
        if self._options.parent == "none":
            return {}
        groups = {new.group: new.group_title or new.group for new in batch if new.group}
        return {group: self._parent(group, title, dialect) for group, title in groups.items()}

    def _parent(self, group: str, title: str, dialect: Dialect) -> Parent:
        token = token_of(group)
        known = self._memory.get(f"group {token}")
        if known:
            return known
        try:
            found = self._settled(token)
            watermark = self._prober.watermark()
            named = {} if dialect.cloud or found else self._epic_name(title)
        except AdapterError as error:
            return NotSent(error.message)
        if found:
            return found
        self._memory[f"group-intent {token}"] = watermark
        return self._make(token, self._fields(group, title, dialect) | named, dialect)

    def _epic_name(self, title: str) -> dict[str, str]:
        """The field that Data Center wants an epic to be named in, where it has one."""
        fields = self._client.read("GET", "field")
        name = next((str(each["id"]) for each in fields if each.get("name") == mapping.EPIC_NAME), None)
        return {name: mapping.title_for(title)} if name else {}

    def _settled(self, token: str) -> str | None:
        """The parent that an earlier create of unknown outcome has made."""
        watermark = self._memory.get(f"group-intent {token}")
        if watermark is None:
            return None
        for raw in self._prober.upwards(number_of(watermark) + 1, PROPERTY):
            if (raw.get("properties") or {}).get(PROPERTY, {}).get("group") == token:
                return self._keep(token, str(raw["key"]))
        return None

    def _fields(self, group: str, title: str, dialect: Dialect) -> dict[str, Any]:
        about = f"The action items of {group}."
        return {
            "project": {"key": self._options.project},
            "issuetype": {"name": self._options.parent_type},
            "summary": mapping.title_for(title),
            "labels": [self._options.label],
            "description": adf.document(adf.to_nodes(about)) if dialect.cloud else markup.to_wiki(about),
            **({"security": {"name": self._options.security_level}} if self._options.security_level else {}),
        }

    def _make(self, token: str, fields: Mapping[str, Any], dialect: Dialect) -> Parent:
        body = {"fields": fields, "properties": [{"key": PROPERTY, "value": {"group": token}}]}
        written = self._client.write("POST", "issue", body=body, api=dialect.style.api)
        if isinstance(written, Answer):
            data: Mapping[str, str] = written.data if isinstance(written.data, dict) else {}
            return self._keep(token, data["key"]) if "key" in data else Unknown("the answer names no issue")
        if isinstance(written, Rejected):
            self._memory.pop(f"group-intent {token}", None)
            return Refused(written.reason, written.hint)
        return written

    def _keep(self, token: str, key: str) -> str:
        self._memory[f"group {token}"] = key
        self._memory.pop(f"group-intent {token}", None)
        return key


def token_of(group: str) -> str:
    """A short stable token of a group."""
    return hashlib.sha256(group.encode()).hexdigest()[:12]
