"""Between pmtrack's values and Jira's JSON, in both directions. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from adapters.jira import adf, body, metadata
from adapters.jira.body import Mentions, Style
from adapters.jira.config import JiraOptions
from adapters.jira.metadata import FieldMeta, Screen
from tracker.block import normalise
from tracker.models import Issue, IssueRef, Status
from tracker.remote import Field, IssueChange, NewIssue
from tracker.values import dataclass

TITLE_LIMIT = 255
PROPERTY = "pmtrack"
PROPERTY_LIMIT = 32_000
EPIC_LINK, EPIC_NAME = "Epic Link", "Epic Name"
"""Fields of Jira Software Data Center; the second is required there for an epic."""

READ_FIELDS = (
    "summary",
    "status",
    "resolution",
    "duedate",
    "priority",
    "assignee",
    "labels",
    "description",
    "created",
    "updated",
    "resolutiondate",
)
NOBODY: Mentions = {}
_TEMPLATE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the two deployments and the site say differently.

    Attributes:
        cloud: Users are told by accountId, else by name.
        priorities: Names from the most urgent to the least.
        url: The address that people use.
        handles: User name -> how documents call the user, for mentions in wiki markup.
    """

    cloud: bool
    url: str
    priorities: tuple[str, ...] = ()
    cancelled_words: tuple[str, ...] = ()
    blocked_statuses: tuple[str, ...] = ()
    handles: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def style(self) -> Style:
        """How its long texts are stored."""
        return Style(self.cloud)

    def user(self, account: str | None) -> dict[str, str | None]:
        """A user as a field value; None takes the assignee away."""
        return {"accountId" if self.cloud else "name": account}


@dataclass(frozen=True, slots=True)
class Payload:
    """An issue as it is sent, what pmtrack will say of it, and what had to be left out."""

    fields: dict[str, Any]
    properties: list[dict[str, Any]]
    context: str
    warnings: tuple[str, ...] = ()

    def without(self, names: Sequence[str], why: str) -> Payload:
        """The same without some fields."""
        fields = {name: value for name, value in self.fields.items() if name not in names}
        return Payload(fields, self.properties, self.context, (*self.warnings, why))

    def with_warnings(self, told: Sequence[str]) -> Payload:
        """The same with more to tell."""
        return replace(self, warnings=(*self.warnings, *told)) if told else self

    def body(self) -> dict[str, Any]:
        """As the REST API takes it."""
        return {"fields": self.fields, "properties": self.properties}


# --- there -----------------------------------------------------------------------------------------------------------


def new_payload(
    new: NewIssue,
    options: JiraOptions,
    screen: Screen,
    dialect: Dialect,
    *,
    parent: str | None = None,
    mentions: Mentions = NOBODY,
) -> Payload:
    """What to send for a new issue: only fields that the create screen offers.

    Args:
        new: The issue.
        options: The tracker's configuration.
        screen: The create screen.
        dialect: How the site says things.
        parent: Key of its epic, None for none.
        mentions: Accounts by lower-case names, of those whom a mention in the text may notify.
    """
    context, cut = dialect.style.fitting(new.marker, new.context)
    warnings = ["the text was too long for Jira and was cut"] if cut else []
    fields: dict[str, Any] = {
        "project": {"key": options.project},
        "issuetype": {"id": screen.issue_type},
        "summary": title_for(new.title),
        "labels": labels_for((*new.labels, options.label)),
        "description": dialect.style.render(new.marker, context, mentions),
        **_optional(new, dialect),
        **configured(new, options, screen, dialect),
    }
    if parent:
        fields |= parent_field(parent, screen, dialect)
    for name in [name for name in fields if not screen.offers(name) and name not in ("project", "issuetype")]:
        del fields[name]
        warnings.append(
            f"{name} is not on the create screen of {options.project}; it stands in the text only"
        )
    words = dialect.style.words(new.marker, context, mentions)
    properties = [property_for(new.marker, context, words)] if options.entity_property else []
    return Payload(fields, properties, safe(context), tuple(warnings))


def unprotected(options: JiraOptions, screen: Screen) -> str | None:
    """Why nothing may be created: it would not have the security level that the configuration wants."""
    if not options.security_level or screen.offers("security"):
        return None
    field = "the security level is not on the create screen, or this account may not set it"
    return f"{field}; nothing is created without {options.security_level!r} in {options.project}"


def filled_fields(new: NewIssue, options: JiraOptions, screen: Screen, dialect: Dialect) -> set[str]:
    """The names of the fields that `new_payload` would send, without making the texts."""
    parent = parent_field("", screen, dialect) if options.parent != "none" else {}
    filled = {**_optional(new, dialect), **configured(new, options, screen, dialect), **parent}
    return {"labels", "description", *filled}


def parent_field(parent: str, screen: Screen, dialect: Dialect) -> dict[str, Any]:
    """How an issue names its epic: by `parent`, on Data Center by the field of its agile part."""
    link = None if dialect.cloud else screen.find(EPIC_LINK)
    return {link.id: parent} if link else {"parent": {"key": parent}}


def _optional(new: NewIssue, dialect: Dialect) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if new.due:
        out["duedate"] = new.due.isoformat()
    name = None if new.priority is None else metadata.priority_for(new.priority, dialect.priorities)
    if name:
        out["priority"] = {"name": name}
    if new.assignees:
        out["assignee"] = dialect.user(new.assignees[0])
    return out


def configured(new: NewIssue, options: JiraOptions, screen: Screen, dialect: Dialect) -> dict[str, Any]:
    """The fields that the configuration fills: components, security level, reporter, custom fields."""
    out: dict[str, Any] = {}
    if options.components:
        out["components"] = [{"name": name} for name in options.components]
    if options.security_level:
        out["security"] = {"name": options.security_level}
    if options.reporter:
        out["reporter"] = dialect.user(options.reporter)
    for name, value in options.fields.items():
        meta = screen.find(name)
        filled = _filled(value, new.extra)
        if filled not in (None, ""):
            out[meta.id if meta else name] = _sent(filled, meta, dialect) if meta else filled
    return out


def _filled(value: Any, extra: Mapping[str, str]) -> Any:
    """A text with `{category}` and the like replaced by what the document says; "" where it says nothing."""
    if not isinstance(value, str):
        return value
    if any(not extra.get(name) for name in _TEMPLATE.findall(value)):
        return ""
    return _TEMPLATE.sub(lambda match: extra[match[1]], value)


def _sent(value: Any, meta: FieldMeta, dialect: Dialect) -> Any:
    """A configured value for a new issue, which is sent through the version of the API that takes its description."""
    if meta.long_text and dialect.cloud and isinstance(value, str):
        return adf.document(adf.to_nodes(value))
    return wire(value, meta, dialect)


def wire(value: Any, meta: FieldMeta, dialect: Dialect) -> Any:
    """A configured value in the form that the field's type takes; objects are sent as they are."""
    if isinstance(value, dict):
        return value
    if meta.kind == "array":
        items = value if isinstance(value, list) else [value]
        return [
            wire(each, FieldMeta(meta.id, meta.name, kind=meta.items or "string"), dialect) for each in items
        ]
    if meta.kind == "option":
        return {"value": str(value)}
    if meta.kind == "user":
        return dialect.user(str(value))
    if meta.kind in ("component", "version", "priority", "securitylevel", "group", "resolution"):
        return {"name": str(value)}
    return value


def title_for(title: str) -> str:
    """A summary: one line of at most 255 characters."""
    line = " ".join(title.split())
    return line if len(line) <= TITLE_LIMIT else line[: TITLE_LIMIT - 1] + "…"


def labels_for(labels: Sequence[str]) -> list[str]:
    """Labels without spaces, which Jira refuses, each once."""
    return list(dict.fromkeys("-".join(label.split())[:255] for label in labels if label.strip()))


def property_for(marker: str, context: str, words: str) -> dict[str, Any]:
    """The entity property: identity, and the text as it was sent, with a digest of its words."""
    value: dict[str, Any] = {"marker": marker}
    known = {"context": safe(context), "words": words}
    if len(known["context"]) < PROPERTY_LIMIT // 4:
        value |= known
    return {"key": PROPERTY, "value": value}


def safe(context: str) -> str:
    """The context as `Issue.context` tells it."""
    return normalise(context.replace("<!--", "&lt;!--"))


def change_fields(
    change: IssueChange,
    dialect: Dialect,
    current: Any,
    *,
    entity_property: bool,
    mentions: Mentions = NOBODY,
) -> dict[str, Any]:
    """The body of an edit for everything but the status; empty where nothing else changes.

    `current` is the description as it was just read, None where there is none.
    """
    fields: dict[str, Any] = {}
    context = ""
    for name, value in change.fields.items():
        if name is Field.TITLE:
            fields["summary"] = title_for(value)
        elif name is Field.DUE:
            fields["duedate"] = value.isoformat() if value else None
        elif name is Field.PRIORITY:
            chosen = None if value is None else metadata.priority_for(value, dialect.priorities)
            fields |= {"priority": {"name": chosen}} if chosen else {}
        elif name is Field.ASSIGNEES:
            fields["assignee"] = dialect.user(value[0] if value else None)
        elif name is Field.CONTEXT:
            context = dialect.style.fitting_into(current, change.marker, value)
            fields["description"] = dialect.style.replace(current, change.marker, context, mentions)
    out: dict[str, Any] = {"fields": fields} if fields else {}
    if change.fields.get(Field.LABELS):
        out["update"] = {"labels": [{"add": label} for label in labels_for(change.fields[Field.LABELS])]}
    if Field.CONTEXT in change.fields and entity_property:
        words = dialect.style.words(change.marker, context, mentions)
        out["properties"] = [property_for(change.marker, context, words)]
    return out


# --- back ------------------------------------------------------------------------------------------------------------


def to_issue(raw: Mapping[str, Any], dialect: Dialect) -> Issue:
    """An issue as told by a read."""
    fields: Mapping[str, Any] = raw.get("fields") or {}
    marker, context = identity_in(raw, dialect.handles)
    status, resolution = fields.get("status") or {}, fields.get("resolution") or {}
    updated = fields.get("updated")
    return Issue(
        ref=ref_of(raw, dialect),
        title=str(fields.get("summary") or ""),
        status=status_of(status, resolution.get("name"), dialect),
        marker=marker,
        context=context,
        status_raw=status.get("name"),
        resolution=resolution.get("name"),
        due=_date(fields.get("duedate")),
        priority=metadata.level_of((fields.get("priority") or {}).get("name"), dialect.priorities),
        assignees=_accounts(fields.get("assignee")),
        labels=tuple(fields.get("labels") or ()),
        created_at=instant(fields.get("created")),
        updated_at=instant(updated),
        closed_at=instant(fields.get("resolutiondate")),
        version=updated,
    )


def created_issue(
    new: NewIssue, payload: Payload, made: Mapping[str, Any], screen: Screen, dialect: Dialect
) -> Issue:
    """The issue that a confirmed create has made, from what was sent and what the screen fills by default."""
    fields = payload.fields
    default = screen.fields["priority"].default if "priority" in screen.fields else None
    name = (fields.get("priority") or {}).get("name", default)
    return Issue(
        ref=ref_of(made, dialect),
        title=fields["summary"],
        status=Status.OPEN,
        marker=new.marker,
        context=payload.context,
        due=_date(fields.get("duedate")),
        priority=metadata.level_of(name, dialect.priorities),
        assignees=_accounts(fields.get("assignee")),
        labels=tuple(fields.get("labels", ())),
    )


def ref_of(raw: Mapping[str, Any], dialect: Dialect) -> IssueRef:
    """The issue's id, key and address for people."""
    key = str(raw.get("key") or raw["id"])
    return IssueRef(str(raw["id"]), key, f"{dialect.url}/browse/{key}")


def identity_in(raw: Mapping[str, Any], handles: Mapping[str, str] = NOBODY) -> tuple[str | None, str | None]:
    """Marker and context: by the block, whose text is taken from the property where both hold the same words."""
    block = body.find((raw.get("fields") or {}).get("description"), handles)
    known = marker_property(raw)
    if block.context is None:
        return known.get("marker") or block.marker, None
    told = known.get("context") if known.get("marker") == block.marker else None
    if isinstance(told, str) and known.get("words") == block.words:
        return block.marker, told
    return block.marker, block.context


def marker_property(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The entity property as read, {} where it was not."""
    value = (raw.get("properties") or {}).get(PROPERTY)
    return value if isinstance(value, dict) else {}


def status_of(status: Mapping[str, Any], resolution: str | None, dialect: Dialect) -> Status:
    """The status by its category (names are the site's own), told apart by resolution where it is done."""
    name = str(status.get("name") or "")
    category = str((status.get("statusCategory") or {}).get("key") or "new")
    if category == "done":
        cancelled = is_cancelled(resolution, dialect) or is_cancelled(name, dialect)
        return Status.CANCELLED if cancelled else Status.DONE
    if plain(name) in map(plain, dialect.blocked_statuses):
        return Status.BLOCKED
    return Status.IN_PROGRESS if category == "indeterminate" else Status.OPEN


def is_cancelled(word: str | None, dialect: Dialect) -> bool:
    """Whether the name of a resolution or status says that the work was dropped."""
    return word is not None and plain(word) in map(plain, dialect.cancelled_words)


def plain(word: str) -> str:
    """A name without the differences that do not matter."""
    return word.casefold().replace("\u2019", "'").strip()


def instant(text: Any) -> dt.datetime | None:
    """A time stamp of Jira (`2025-07-25T21:14:57.129+0200`) as aware UTC."""
    try:
        at = dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return at.astimezone(dt.UTC) if at.tzinfo else at.replace(tzinfo=dt.UTC)


def _date(text: Any) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def _accounts(user: Any) -> tuple[str, ...]:
    account = (user or {}).get("accountId") or (user or {}).get("name")
    return (str(account),) if account else ()
