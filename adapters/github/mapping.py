"""Issues of GitHub to pmtrack's values and back. Pure.

REST and GraphQL name the same things differently; `from_graphql` gives the REST form, and everything else knows only that.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from adapters.github.config import GitHubOptions, LabelOptions
from adapters.github.references import Place, make_id
from tracker import block
from tracker.models import Issue, IssueRef, Status
from tracker.remote import NewIssue

#: Not documented; GitHub answers 422 above them ("title is too long (maximum is 256 characters)").
TITLE_LIMIT = 256
BODY_LIMIT = 65_536
#: https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/assigning-issues-and-pull-requests-to-other-github-users
ASSIGNEE_LIMIT = 10

_CLOSED_REASONS = {Status.DONE: "completed", Status.CANCELLED: "not_planned"}
_DROPPED = frozenset({"not_planned", "duplicate"})
# A name that GitHub would notify: "@" that does not follow a word character, a slash or a back-tick.
_MENTION = re.compile(r"(?<![\w`/])@(?=([A-Za-z0-9][A-Za-z0-9-]*(?:/[A-Za-z0-9._-]+)?))")
_DEFUSED = "@\u200b"
_SHORTENED = "\n\n*(shortened by pmtrack: the text is longer than GitHub takes)*"


# --- from GitHub -----------------------------------------------------------------------------------------------------


def from_graphql(node: Mapping[str, Any], options: GitHubOptions) -> dict[str, Any]:
    """A GraphQL issue in the form of the REST API."""
    return {
        "number": node.get("number"),
        "node_id": node.get("id"),
        "id": int(node.get("fullDatabaseId") or 0),
        "title": node.get("title"),
        "body": node.get("body"),
        "state": str(node.get("state") or "").lower(),
        "state_reason": str(node.get("stateReason") or "").lower() or None,
        "html_url": node.get("url"),
        "created_at": node.get("createdAt"),
        "updated_at": node.get("updatedAt"),
        "closed_at": node.get("closedAt"),
        "labels": _nodes(node, "labels"),
        "assignees": _nodes(node, "assignees"),
        "issue_field_values": [
            {"issue_field_name": (value.get("field") or {}).get("name"), "value": value.get("value")}
            for value in _nodes(node, "issueFieldValues")
            if value
        ],
        "project_due": _project_due(node, options),
        "repository": {"full_name": (node.get("repository") or {}).get("nameWithOwner")},
    }


def to_issue(raw: Mapping[str, Any], options: GitHubOptions, *, issue_id: str | None = None) -> Issue:
    """An issue as the REST API tells it.

    Args:
        raw: The JSON object, checked by `answers.is_issue`.
        options: Names of the due field and of the labels.
        issue_id: The id under which it was asked for; an issue that moved keeps it.
    """
    place = place_of(raw, options.repository)
    marker, context = block.find(raw.get("body"))
    number, node = place.number, str(raw.get("node_id") or "")
    labels = label_names(raw)
    return Issue(
        ref=IssueRef(issue_id or make_id(number, node), place.key, raw.get("html_url")),
        title=str(raw["title"]),
        status=status_of(raw),
        marker=marker,
        context=None if context is None else undefuse(context),
        status_raw=str(raw["state"]),
        resolution=raw.get("state_reason") if raw["state"] == "closed" else None,
        due=due_of(raw, options),
        priority=priority_in(labels, options.labels),
        assignees=tuple(str(each.get("login")) for each in raw.get("assignees") or ()),
        labels=labels,
        created_at=time_of(raw.get("created_at")),
        updated_at=time_of(raw.get("updated_at")),
        closed_at=time_of(raw.get("closed_at")),
        version=version_of(raw, options),
    )


def status_of(raw: Mapping[str, Any]) -> Status:
    """Open, done or cancelled: GitHub tells no more apart."""
    if raw["state"] == "open":
        return Status.OPEN
    return Status.CANCELLED if raw.get("state_reason") in _DROPPED else Status.DONE


def place_of(raw: Mapping[str, Any], repository: str) -> Place:
    """The repository and number in which an issue is now."""
    named = (raw.get("repository") or {}).get("full_name")
    url = str(raw.get("repository_url") or "")
    if not named and "/repos/" in url:
        named = url.rpartition("/repos/")[2]
    return Place(str(named or repository), int(raw["number"]))


def due_of(raw: Mapping[str, Any], options: GitHubOptions) -> dt.date | None:
    """The due date where a field for it is configured."""
    text = raw.get("project_due")
    for value in raw.get("issue_field_values") or () if options.due_field else ():
        if str(value.get("issue_field_name", "")).casefold() == (options.due_field or "").casefold():
            text = value.get("value")
    try:
        return dt.date.fromisoformat(str(text)[:10]) if text else None
    except ValueError:
        return None


def priority_in(labels: Iterable[str], options: LabelOptions) -> int | None:
    """The most urgent priority that a label tells."""
    levels = [level for label in labels for level in range(5) if label == priority_label(level, options)]
    return min(levels, default=None)


def label_names(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the labels; the REST API gives objects, old answers plain texts."""
    named = (each.get("name") if isinstance(each, dict) else each for each in raw.get("labels") or ())
    return tuple(str(name) for name in named if name)


def time_of(text: Any) -> dt.datetime | None:
    """A time of GitHub as an aware UTC one."""
    try:
        return dt.datetime.fromisoformat(str(text)).astimezone(dt.UTC) if text else None
    except ValueError:
        return None


def version_of(raw: Mapping[str, Any], options: GitHubOptions) -> str:
    """Equal for equal contents: `updated_at` has whole seconds only, so the contents count too."""
    due = due_of(raw, options)
    contents = [
        raw.get("title"),
        str(raw.get("body") or "").replace("\r\n", "\n"),
        raw.get("state"),
        raw.get("state_reason"),
        sorted(label_names(raw)),
        sorted(str(each.get("login")) for each in raw.get("assignees") or ()),
        due.isoformat() if due else None,
    ]
    digest = hashlib.blake2b(json.dumps(contents).encode(), digest_size=6).hexdigest()
    updated = time_of(raw.get("updated_at"))
    return f"{updated:%Y%m%dT%H%M%SZ}-{digest}" if updated else digest


# --- to GitHub -------------------------------------------------------------------------------------------------------


def title_for(title: str) -> str:
    """The title on one line and within GitHub's limit."""
    line = " ".join(title.split())
    return line if len(line) <= TITLE_LIMIT else line[: TITLE_LIMIT - 1] + "…"


def cut(title: str, sent: str, *, shortened: bool = False) -> tuple[str, ...]:
    """What is to be said of a title or a body that was shortened."""
    told = (
        (f"the title was shortened to {TITLE_LIMIT} characters",) if " ".join(title.split()) != sent else ()
    )
    return (*told, f"the text was shortened to GitHub's {BODY_LIMIT} characters") if shortened else told


def body_for(
    marker: str, context: str, owners: Collection[str], around: str | None = None
) -> tuple[str, bool]:
    """The body with pmtrack's block, and whether the block had to be shortened.

    Args:
        marker: The item's token.
        context: Markdown for the inside of the block.
        owners: Logins that a mention may notify.
        around: The body as it is, whose text around the block is kept.
    """
    inside = defuse(context, owners)
    whole = block.replace(around, marker, inside)
    excess = len(whole) - BODY_LIMIT
    if excess <= 0:
        return whole, False
    kept = max(0, len(inside) - excess - len(_SHORTENED))
    # Escaping "<!--" inside the block makes it longer than the text; cut until it fits.
    while kept and len(block.replace(around, marker, inside[:kept] + _SHORTENED)) > BODY_LIMIT:
        kept = kept * 9 // 10
    return block.replace(around, marker, inside[:kept] + _SHORTENED), True


def defuse(text: str, owners: Collection[str]) -> str:
    """The text with mentions that notify nobody but the owners: a zero-width space behind the "@"."""
    known = {owner.casefold() for owner in owners}
    return _MENTION.sub(lambda match: "@" if match[1].casefold() in known else _DEFUSED, text)


def undefuse(text: str) -> str:
    """The text as it was before `defuse`."""
    return text.replace(_DEFUSED, "@")


def labels_for(new: NewIssue, options: LabelOptions) -> tuple[str, ...]:
    """Every label of a new issue, without repetitions."""
    told = {
        "priority": None if new.priority is None else str(new.priority),
        "severity": new.extra.get("severity"),
        "category": new.extra.get("category"),
        "team": new.extra.get("team"),
    }
    made = [_label(getattr(options, kind), value) for kind, value in told.items() if value]
    return tuple(dict.fromkeys(label for label in (*new.labels, *made) if label))


def priority_label(level: int, options: LabelOptions) -> str:
    """The label of a priority, "" where priorities have none."""
    return _label(options.priority, str(level))


def _label(template: str, value: str) -> str:
    # https://docs.github.com/en/rest/issues/labels: 50 characters; a comma would end the name in a filter.
    return " ".join(template.replace("{value}", value).replace(",", " ").split())[:50]


def state_fields(status: Status, resolution: str | None = None) -> dict[str, str]:
    """`state` and `state_reason` of a status."""
    if not status.is_closed:
        return {"state": "open", "state_reason": "reopened"}
    reason = _CLOSED_REASONS[status]
    if status is Status.CANCELLED and "duplicate" in (resolution or "").casefold():
        reason = "duplicate"
    return {"state": "closed", "state_reason": reason}


def due_values(due: dt.date | None, field_id: int) -> list[dict[str, Any]]:
    """`issue_field_values` that set a date; clearing goes by a request of its own."""
    return [] if due is None else [{"field_id": field_id, "value": due.isoformat()}]


def dropped(asked: Mapping[str, Any], raw: Mapping[str, Any], options: GitHubOptions) -> tuple[str, ...]:
    """What the service left out of what was asked for, in words.

    Without push access GitHub answers 201 and drops labels, assignees, milestone and type silently.
    """
    names = {name.casefold() for name in label_names(raw)}
    logins = {str(each.get("login")).casefold() for each in raw.get("assignees") or ()}
    lost = [f"label {name!r}" for name in asked.get("labels", ()) if name.casefold() not in names]
    lost += [f"assignee {login!r}" for login in asked.get("assignees", ()) if login.casefold() not in logins]
    if asked.get("milestone") is not None and not raw.get("milestone"):
        lost.append("the milestone")
    if asked.get("type") and not raw.get("type"):
        lost.append(f"the issue type {asked['type']!r}")
    if asked.get("issue_field_values") and due_of(raw, options) is None:
        lost.append("the due date")
    if "title" in asked and asked["title"] != raw.get("title"):
        lost.append("the title as written")
    return tuple(f"GitHub did not take {what}" for what in lost)


def _nodes(node: Mapping[str, Any], name: str) -> Sequence[dict[str, Any]]:
    return [each for each in (node.get(name) or {}).get("nodes") or () if isinstance(each, dict)]


def _project_due(node: Mapping[str, Any], options: GitHubOptions) -> str | None:
    project = options.project
    for item in _nodes(node, "projectItems") if project else ():
        if (item.get("project") or {}).get("number") == (project.number if project else None):
            return (item.get("fieldValueByName") or {}).get("date")
    return None
