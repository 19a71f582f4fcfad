"""Creating issues: one request for each, several under way at once where the service's limits allow it.

Reading, the budget and the books stay in one thread; only the requests themselves are sent from others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from adapters.github import mapping
from adapters.github.answers import Answer
from adapters.github.changes import Journal
from adapters.github.due import DueField
from adapters.github.gate import Gate
from adapters.github.labels import Labels
from adapters.github.parents import Parents
from adapters.github.people import People
from adapters.github.repository import Repository
from adapters.github.sending import Exchanged, Sender, Sent, Write
from adapters.pool import in_order
from tracker.models import Issue, Status
from tracker.remote import (
    Confirmed,
    CreateOutcome,
    Field,
    IssueChange,
    NewIssue,
    NotSent,
    Outcome,
    Refused,
)
from tracker.values import dataclass


@dataclass(frozen=True, slots=True)
class _Draft:
    """An issue that is ready to be sent, and what is to be told about it."""

    new: NewIssue
    payload: dict[str, Any]
    warnings: tuple[str, ...]
    parent: int | None


class Creator:
    """Creates issues.

    Args:
        change: Carries out a change of an issue, for those that are closed as soon as they are there.
    """

    def __init__(
        self,
        repository: Repository,
        sender: Sender,
        gate: Gate,
        *,
        labels: Labels,
        people: People,
        due: DueField,
        journal: Journal,
        change: Callable[[IssueChange], Outcome],
    ) -> None:
        self._repository = repository
        self._options = repository.options
        self._sender = sender
        self._gate = gate
        self._labels = labels
        self._people = people
        self._due = due
        self._journal = journal
        self._parents = Parents(repository, sender)
        self._change = change
        self._wanted: list[str] = []

    def create(self, batch: Sequence[NewIssue]) -> Iterator[CreateOutcome]:
        """See `tracker.remote.Tracker.create`."""
        self._wanted = [name for new in batch for name in mapping.labels_for(new, self._options.labels)]
        drafts = (self._gate.guarded(lambda new=new: self._draft(new)) for new in batch)  # type: ignore[misc]
        at_once = self._options.creates_at_once
        sent = in_order(self._exchange, drafts, at_once, steady=self._gate.steady)
        for new, each in zip(batch, sent, strict=True):
            outcome = self._outcome(*each) if isinstance(each, tuple) else each
            yield CreateOutcome(new.marker, self._gate.passed(outcome, created=True))

    # --- before the request -----------------------------------------------------------------------------------------

    def _draft(self, new: NewIssue) -> _Draft | Refused | NotSent:
        if stopped := self._gate.stopped():
            return stopped
        self._labels.prepare(self._wanted)
        payload, warnings = self._payload(new)
        draft = _Draft(new, payload, warnings, self._parents.of(new))
        return self._sender.admit(self._write(payload)) or draft

    def _payload(self, new: NewIssue) -> tuple[dict[str, Any], tuple[str, ...]]:
        labels, warnings = self._labels.usable(mapping.labels_for(new, self._options.labels))
        default = (self._options.default_assignee,) if self._options.default_assignee else ()
        assignees, more = self._people.accepted(new.assignees or default)
        body, shortened = mapping.body_for(new.marker, new.context, assignees)
        title = mapping.title_for(new.title)
        payload: dict[str, Any] = {"title": title, "body": body}
        payload |= {
            key: list(value) for key, value in (("labels", labels), ("assignees", assignees)) if value
        }
        payload |= self._due.fields(new.due)
        warnings = (*warnings, *more, *mapping.cut(new.title, title, shortened=shortened))
        if self._options.issue_type:
            payload["type"] = self._options.issue_type
        if self._options.milestone:
            number = self._labels.milestone(self._options.milestone)
            if number is None:
                warnings = (*warnings, f"there is no open milestone {self._options.milestone!r}")
            else:
                payload["milestone"] = number
        return payload, warnings

    def _write(self, payload: dict[str, Any]) -> Write:
        return Write("POST", f"{self._repository.path}/issues", payload, content=True)

    def _exchange(self, draft: _Draft | Refused | NotSent) -> tuple[_Draft, Exchanged] | Refused | NotSent:
        """The request, in a thread of its own; none for what is not to be sent."""
        if not isinstance(draft, _Draft):
            return draft
        return draft, self._sender.exchange(self._write(draft.payload))

    # --- behind the request -----------------------------------------------------------------------------------------

    def _outcome(self, draft: _Draft, exchanged: Exchanged) -> Outcome:
        taken = self._gate.guarded(lambda: self._taken(draft, exchanged))
        if not isinstance(taken, tuple):
            return taken
        asked, answer = taken
        if not isinstance(answer, Answer):
            return answer
        raw, failure = self._sender.checked(answer, (201,))
        return failure or self._confirmed(asked, raw)

    def _taken(self, draft: _Draft, exchanged: Exchanged) -> tuple[_Draft, Sent]:
        """The answer; asked for once more without assignees if these were refused, for then nothing was done.

        Raises:
            AdapterError: there is no token; nothing was done.
        """
        answer = self._sender.concluded(self._write(draft.payload), exchanged)
        if "assignees" not in draft.payload or not isinstance(answer, Answer) or not _names_assignees(answer):
            return draft, answer
        payload = {key: value for key, value in draft.payload.items() if key != "assignees"}
        warning = f"GitHub did not take the assignees {', '.join(draft.payload['assignees'])}"
        draft = replace(draft, payload=payload, warnings=(*draft.warnings, warning))
        write = self._write(payload)
        return draft, self._sender.send(write.method, write.path, payload, content=True)

    def _confirmed(self, draft: _Draft, raw: dict[str, Any]) -> Confirmed:
        """The issue stands: whatever fails from here on is a warning."""
        warnings = [*draft.warnings, *mapping.dropped(draft.payload, raw, self._options)]
        followed = self._gate.guarded(lambda: self._followed(draft, raw))
        warnings += followed if isinstance(followed, list) else [followed.reason]
        issue = self._repository.issue(raw)
        self._journal.did(issue)
        if draft.new.status.is_closed:
            issue, more = self._closed(issue, draft.new.status)
            warnings += more
        return Confirmed(issue, tuple(warnings))

    def _followed(self, draft: _Draft, raw: dict[str, Any]) -> list[str]:
        """What a new issue needs besides its own request; gives warnings."""
        warnings = [] if draft.parent is None else self._parents.adopt(draft.parent, raw)
        if not draft.new.due or not self._options.project:
            return warnings
        if warning := self._due.put(str(raw.get("node_id")), draft.new.due):
            return [*warnings, warning]
        raw["project_due"] = draft.new.due.isoformat()  # REST answers know nothing of projects
        return warnings

    def _closed(self, issue: Issue, status: Status) -> tuple[Issue, list[str]]:
        """An item that was done before it was ever tracked: open and close."""
        outcome = self._change(IssueChange(issue.ref, issue.marker or "", {Field.STATUS: status}, base=issue))
        if isinstance(outcome, Confirmed):
            return outcome.issue, list(outcome.warnings)
        return issue, [f"it was created but not closed: {outcome.reason}"]


def _names_assignees(answer: Answer) -> bool:
    """Whether a refusal is, or may be, about the assignees: GitHub names the field, other servers name none."""
    return answer.status == 422 and (
        "assignee" in answer.text.casefold() or not answer.record().get("errors")
    )
