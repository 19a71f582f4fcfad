"""What a project's create screen offers and requires. Pure: reads the payloads of the createmeta end points.

The library's own methods refuse Cloud or use the removed end point, see
https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/ (create issue metadata).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, field
from typing import Any

from tracker.values import dataclass

LEVELS = 5
_ALWAYS_SENT = {"project", "issuetype", "summary", "reporter"}


@dataclass(frozen=True, slots=True)
class FieldMeta:
    """One field of a screen.

    Attributes:
        allowed: The texts that a person sees, empty where anything goes.
        long_text: Holds text of several lines, which version 3 of Cloud takes as a document only.
    """

    id: str
    name: str
    required: bool = False
    has_default: bool = False
    kind: str = "string"
    items: str | None = None
    allowed: tuple[str, ...] = ()
    default: str | None = None
    long_text: bool = False


@dataclass(frozen=True, slots=True)
class Screen:
    """The create screen of one issue type; `priorities` are names from the most urgent to the least."""

    issue_type: str
    fields: Mapping[str, FieldMeta] = field(default_factory=dict)

    @property
    def priorities(self) -> tuple[str, ...]:
        """The project's priorities, most urgent first; empty where the screen has none."""
        return self.fields["priority"].allowed if "priority" in self.fields else ()

    def offers(self, name: str) -> bool:
        """Whether a field may be sent."""
        return name in self.fields

    def find(self, name: str) -> FieldMeta | None:
        """A field by its id, or by its name as people see it."""
        if name in self.fields:
            return self.fields[name]
        wanted = name.casefold()
        return next((each for each in self.fields.values() if each.name.casefold() == wanted), None)

    def missing(self, sent: Iterable[str]) -> list[FieldMeta]:
        """Required fields without a default that nothing will fill."""
        given = set(sent) | _ALWAYS_SENT
        return [
            each
            for each in self.fields.values()
            if each.required and not each.has_default and each.id not in given
        ]

    def dump(self) -> str:
        """As text that `load` reads."""
        return json.dumps(
            {"issue_type": self.issue_type, "fields": [asdict(f) for f in self.fields.values()]}
        )

    @staticmethod
    def load(text: str) -> Screen | None:
        """The screen that `dump` wrote, None where the text is something else."""
        try:
            data = json.loads(text)
            metas = [FieldMeta(**{**each, "allowed": tuple(each["allowed"])}) for each in data["fields"]]
            return Screen(data["issue_type"], {each.id: each for each in metas})
        except (ValueError, KeyError, TypeError):
            return None


def values_in(page: Any) -> list[Mapping[str, Any]]:
    """The entries of a page, which each deployment keeps under another key."""
    if isinstance(page, list):
        return [each for each in page if isinstance(each, dict)]
    for key in ("issueTypes", "fields", "values", "results", "createMetaIssueType"):
        found = page.get(key) if isinstance(page, dict) else None
        if isinstance(found, list):
            return [each for each in found if isinstance(each, dict)]
    return []


def issue_type_in(types: Sequence[Mapping[str, Any]], wanted: str) -> Mapping[str, Any] | None:
    """The issue type with this name (also its untranslated one) or id."""
    for each in types:
        names = [str(each.get(key, "")).casefold() for key in ("name", "untranslatedName", "id")]
        if wanted.casefold() in names:
            return each
    return None


def screen_of(issue_type: str, fields: Sequence[Mapping[str, Any]]) -> Screen:
    """The screen that a createmeta answer describes."""
    metas = [_field(each) for each in fields]
    return Screen(issue_type, {each.id: each for each in metas if each.id})


def _field(raw: Mapping[str, Any]) -> FieldMeta:
    schema = raw.get("schema") or {}
    allowed = [text_of(each) for each in raw.get("allowedValues") or []]
    default = raw.get("defaultValue")
    return FieldMeta(
        id=str(raw.get("fieldId") or raw.get("key") or ""),
        name=str(raw.get("name") or ""),
        required=bool(raw.get("required")),
        has_default=bool(raw.get("hasDefaultValue")),
        kind=str(schema.get("type") or "string"),
        items=schema.get("items"),
        allowed=tuple(each for each in allowed if each),
        default=text_of(default) if default else None,
        long_text=str(schema.get("custom", "")).endswith(":textarea")
        or schema.get("system") == "environment",
    )


def text_of(value: Any) -> str:
    """How people see an allowed value."""
    if isinstance(value, dict):
        return str(value.get("name") or value.get("value") or value.get("key") or value.get("id") or "")
    return str(value)


def level_of(name: str | None, order: Sequence[str]) -> int | None:
    """The level 0 (most urgent) to 4 of a priority, by its place in the order; None for one that is not in it."""
    if name is None or name not in order:
        return None
    place = order.index(name)
    return place if len(order) in (1, LEVELS) else round(place * (LEVELS - 1) / (len(order) - 1))


def priority_for(level: int, order: Sequence[str]) -> str | None:
    """The priority whose place in the order fits the level best."""
    if not order:
        return None
    last = len(order) - 1
    return order[min(last, level)] if len(order) == LEVELS else order[round(level * last / (LEVELS - 1))]


def described(field: FieldMeta) -> str:
    """A required field with what it allows."""
    allowed = f" (one of {', '.join(field.allowed[:12])})" if field.allowed else ""
    return f"{field.name!r} [{field.id}]{allowed}"
