"""What is to be done for each item, pure. Every action says why, in words that a person can check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from tracker.models import ActionItem, Issue, PostMortem, Status, severity_told
from tracker.people import People
from tracker.remote import Capabilities, Field, IssueChange, NewIssue
from tracker.settings import MergeSettings
from tracker.state.records import BaseValues, LinkRecord
from tracker.sync import fields
from tracker.sync.context import context_of
from tracker.sync.merge import FieldConflict, Merged, merge
from tracker.sync.permalink import Linker
from tracker.sync.report import ActionName, ActionRecord, OutcomeName
from tracker.values import dataclass

IssueState = Literal["none", "read", "gone", "unreadable"]


@dataclass(frozen=True, slots=True)
class Subject:
    """An item that must be looked at in this run.

    Attributes:
        path: The document relative to the configuration's folder; `shown` as the user wrote it.
        removed: Its row is gone.
        issue: As read in this run or kept from the last one.
        newly_gone: The tracker said in this run that the issue is gone.
        link_how: Set if the link is made in this run, to an issue that the row names (`row`) or that an earlier create
            left behind (`adopted`).
        obstacle: Why the item must not get an issue now (its row names one that cannot be used), and what to do.
        foreign: The obstacle is only that the row names an issue of a tracker that is not configured.
        blocked: A create of unknown outcome stands in the way.
    """

    item_id: str
    marker: str
    item: ActionItem
    document: PostMortem
    path: str
    shown: str
    tracker: str
    removed: bool = False
    newly_removed: bool = False
    link: LinkRecord | None = None
    link_how: str | None = None
    issue: Issue | None = None
    state: IssueState = "none"
    newly_gone: bool = False
    unreadable: str | None = None
    base: BaseValues = field(default_factory=dict)
    obstacle: str | None = None
    foreign: bool = False
    blocked: str | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What planning needs to know of the configuration and of one tracker."""

    capabilities: Capabilities
    winners: MergeSettings
    labels: tuple[str, ...]
    link: Linker
    people: People


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new issue is written from, beside its subject. It is written when its turn comes: a first sync has many."""

    rules: Rules
    accounts: tuple[str, ...]


@dataclass(slots=True)
class Planned:
    """An action, what it sends, and what is to be remembered when it is done.

    Attributes:
        draft: Set if an issue is to be created.
        values: What the document says; it becomes the document's half of the base. Of a draft only while it is sent.
    """

    subject: Subject
    record: ActionRecord
    values: Mapping[Field, Any] = field(default_factory=dict)
    draft: Draft | None = None
    change: IssueChange | None = None
    merged: Merged | None = None
    conflicts: tuple[FieldConflict, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether something is to be sent."""
        return self.draft is not None or self.change is not None


def plan(subject: Subject, rules: Rules, accounts: tuple[str, ...] | None) -> list[Planned]:
    """The actions for one item, in order; empty if nothing is to be done or told.

    Args:
        subject: The item with what is known of its issue.
        rules: The tracker's capabilities and the configuration.
        accounts: The owners' accounts; None if the owners did not change or nobody was found.
    """
    if subject.removed or subject.obstacle or subject.blocked:
        return put_off(subject)
    if subject.link is None:
        return [_create(subject, rules, accounts)]
    return _with_issue(subject, subject.link, rules, accounts)


def put_off(subject: Subject) -> list[Planned]:
    """What is told of an item for which nothing can be done, or needs to be: its tracker may not even be open."""
    if subject.removed:
        return [_orphan(subject)] if subject.newly_removed and subject.link else []
    return [_stopped(subject)]


def _stopped(subject: Subject) -> Planned:
    if subject.foreign:
        return _told(subject, "skip", subject.obstacle or "", outcome="unchanged")
    if subject.obstacle:
        return _told(subject, "skip", subject.obstacle, outcome="failed")
    return _told(subject, "skip", subject.blocked or "", outcome="deferred")


def _with_issue(
    subject: Subject, link: LinkRecord, rules: Rules, accounts: tuple[str, ...] | None
) -> list[Planned]:
    if subject.state == "gone":
        why = f"the tracker says that {link.key} does not exist any more; nothing was created in its place"
        return [_told(subject, "orphan", why)] if subject.newly_gone else []
    if subject.state == "unreadable" or subject.issue is None:
        why = subject.unreadable or "the issue was not read"
        return [_told(subject, "skip", f"{link.key} could not be read: {why}", outcome="deferred")]
    return _linked(subject, subject.issue, rules, accounts)


def document_values(subject: Subject, rules: Rules) -> dict[Field, Any]:
    """What the document says about the item."""
    link = rules.link(subject.path, subject.item.line)
    context = context_of(subject.item, subject.document, path=subject.path, link=link)
    return fields.of_document(subject.item, context, rules.labels)


def _create(subject: Subject, rules: Rules, accounts: tuple[str, ...] | None) -> Planned:
    values = fields.of_document(subject.item, "", rules.labels)
    shown = {
        name.value: value
        for name, value in values.items()
        if name is not Field.CONTEXT and fields.text(value) is not None
    }
    return Planned(
        subject, _record(subject, "create", "new action item", shown), draft=Draft(rules, accounts or ())
    )


def new_issue(subject: Subject, draft: Draft, values: Mapping[Field, Any]) -> NewIssue:
    """The issue of a draft; `values` are the subject's `document_values`."""
    item, capabilities = subject.item, draft.rules.capabilities
    return NewIssue(
        marker=subject.marker,
        title=fields.projected(Field.TITLE, values[Field.TITLE], capabilities),
        context=values[Field.CONTEXT],
        status=fields.nearest(item.status or Status.OPEN, capabilities),
        due=item.due if capabilities.due else None,
        priority=item.priority_level if capabilities.priority else None,
        assignees=draft.accounts[: capabilities.assignees],
        labels=tuple(values[Field.LABELS]) if capabilities.labels else (),
        group=subject.document.incident_id or subject.path,
        group_title=subject.document.title,
        extra=_extra(subject, draft.rules.people),
    )


def _linked(subject: Subject, issue: Issue, rules: Rules, accounts: tuple[str, ...] | None) -> list[Planned]:
    assert subject.link is not None  # noqa: S101 - the caller has looked
    values = document_values(subject, rules)
    base = {Field(name): pair for name, pair in subject.base.items()} or None
    merged = merge(
        values,
        fields.of_issue(issue),
        base,
        capabilities=rules.capabilities,
        winners=rules.winners,
        accounts=accounts,
    )
    planned = []
    if subject.link_how:
        planned.append(_link(subject))
    planned += [_conflict(subject, conflict) for conflict in merged.conflicts]
    if merged.changes:
        planned.append(_update(subject, issue, values, merged))
    else:
        planned.append(Planned(subject, _record(subject, "skip", "", {}), values, merged=merged))
    return planned


def _update(subject: Subject, issue: Issue, values: Mapping[Field, Any], merged: Merged) -> Planned:
    shown = {change.field.value: {"from": change.before, "to": change.after} for change in merged.changes}
    action: ActionName = "update"
    for change in merged.changes:
        if change.field is Field.STATUS:
            closes = Status(change.after).is_closed
            action = "close" if closes else "reopen" if Status(change.before).is_closed else "update"
    sent = IssueChange(
        ref=issue.ref,
        marker=subject.marker,
        fields={change.field: fields.native(change.field, change.after) for change in merged.changes},
        base=issue,
    )
    reason = "; ".join(change.reason for change in merged.changes)
    return Planned(subject, _record(subject, action, reason, shown), values, change=sent, merged=merged)


def _link(subject: Subject) -> Planned:
    assert subject.link is not None  # noqa: S101 - the caller has looked
    if subject.link_how == "adopted":
        reason = f"an earlier run had created {subject.link.key} for this item, but its answer was lost"
        return Planned(subject, _record(subject, "adopt", reason, {}))
    reason = f"the row names {subject.link.key}, so that issue is used and none is created"
    return Planned(subject, _record(subject, "link", reason, {}))


def _conflict(subject: Subject, conflict: FieldConflict) -> Planned:
    shown = {
        conflict.field.value: {
            "document": conflict.document,
            "tracker": conflict.tracker,
            "base": conflict.base,
            "winner": conflict.winner,
        }
    }
    return Planned(subject, _record(subject, "conflict", conflict.reason, shown), conflicts=(conflict,))


def _orphan(subject: Subject) -> Planned:
    key = subject.link.key if subject.link else ""
    reason = f"its row is gone from {subject.path}; {key} was left as it is"
    return Planned(subject, _record(subject, "orphan", reason, {}, outcome="done"))


def _told(subject: Subject, action: ActionName, reason: str, *, outcome: OutcomeName = "done") -> Planned:
    """Something to be said, not to be done."""
    error = reason if outcome in ("failed", "deferred") else None
    return Planned(subject, _record(subject, action, reason, {}, outcome=outcome, error=error))


def _record(
    subject: Subject,
    action: ActionName,
    reason: str,
    shown: Mapping[str, Any],
    *,
    outcome: OutcomeName = "planned",
    error: str | None = None,
) -> ActionRecord:
    link = subject.link
    return ActionRecord(
        action=action,
        item=subject.item.title,
        item_id=subject.item_id,
        document=subject.shown,
        line=subject.item.line,
        tracker=link.tracker if link else subject.tracker,
        issue=link.key if link else None,
        url=link.url if link else None,
        fields=shown,
        reason=reason,
        outcome=outcome,
        error=error,
    )


def _extra(subject: Subject, people: People) -> Mapping[str, str]:
    teams = (people.team_of(owner) for owner in subject.item.owners)
    facts: Sequence[tuple[str, str | None]] = (
        ("category", subject.item.category),
        ("section", subject.item.section),
        ("severity", severity_told(subject.document.severity)),
        ("service", subject.document.service),
        ("team", next((team for team in teams if team), None)),
        ("local_id", subject.item.local_id),
        ("related", " ".join(subject.document.related)),
    )
    return {name: value for name, value in facts if value}
