"""Changing issues: what is asked for and nothing else, each write sent once, its outcome one of four."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from adapters.github import mapping
from adapters.github.answers import Answer, is_issue, reason_of
from adapters.github.changes import Journal
from adapters.github.due import DueField
from adapters.github.gate import Gate
from adapters.github.labels import Labels
from adapters.github.people import People
from adapters.github.references import Place
from adapters.github.repository import Repository
from adapters.github.sending import Sender, Sent
from tracker.errors import NotFoundError
from tracker.models import Issue
from tracker.remote import ChangeOutcome, Confirmed, Field, IssueChange, Outcome, Refused


class Changer:
    """Carries out changes one by one, in order."""

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
    ) -> None:
        self._repository = repository
        self._options = repository.options
        self._sender = sender
        self._gate = gate
        self._labels = labels
        self._people = people
        self._due = due
        self._journal = journal

    def update(self, changes: Sequence[IssueChange]) -> Iterator[ChangeOutcome]:
        """See `tracker.remote.Tracker.update`."""
        for change in changes:
            yield ChangeOutcome(change.ref.id, self.carried_out(change))

    def carried_out(self, change: IssueChange) -> Outcome:
        """What became of one change."""
        return self._gate.passed(self._gate.guarded(lambda: self._change(change)))

    def _change(self, change: IssueChange) -> Outcome:
        if stopped := self._gate.stopped():
            return stopped
        place = self._repository.place(change.ref)
        payload, warnings = self._changed(change, place)
        for method, path, body in self._label_steps(change, place, warnings):
            answer = self._sender.send(method, path, body)
            if not isinstance(answer, Answer):
                return answer
            if answer.status >= 400 and not (method == "DELETE" and answer.status == 404):
                return self._sender.refused(answer)
        unset = self._set_due(change, place) if Field.DUE in change.fields else None
        warnings += [unset] if unset else []
        raw, failure = self._patched(place, payload)
        if failure:
            return failure
        raw["project_due"] = self._project_due(change, is_set=unset is None)
        return self._confirmed(change, payload, raw, warnings)

    def _changed(self, change: IssueChange, place: Place) -> tuple[dict[str, Any], list[str]]:
        """The fields of the PATCH, and warnings."""
        fields, payload, warnings = change.fields, dict[str, Any](), list[str]()
        if Field.TITLE in fields:
            payload["title"] = mapping.title_for(fields[Field.TITLE])
            warnings += mapping.cut(fields[Field.TITLE], payload["title"])
        if Field.STATUS in fields:
            payload |= mapping.state_fields(fields[Field.STATUS], change.resolution)
        if Field.ASSIGNEES in fields:
            good, more = self._people.accepted(fields[Field.ASSIGNEES])
            warnings += more
            # Nobody is unassigned because somebody else could not be assigned.
            payload |= {"assignees": list(good)} if good or not fields[Field.ASSIGNEES] else {}
        if Field.CONTEXT in fields:
            payload["body"], shortened = self._body(change, place)
            warnings += mapping.cut("", "", shortened=shortened)
        payload |= self._due.fields(fields.get(Field.DUE))
        return payload, warnings

    def _body(self, change: IssueChange, place: Place) -> tuple[str, bool]:
        """The body with another block, read just before so that what people wrote around it stays."""
        raw = self._repository.client.read(place.path).record()
        if not is_issue(raw):
            raise NotFoundError(f"{place.key} is not an issue")
        owners = [
            *change.fields.get(Field.ASSIGNEES, ()),
            *(str(each.get("login")) for each in raw.get("assignees") or ()),
        ]
        body = raw.get("body")
        return mapping.body_for(change.marker, change.fields[Field.CONTEXT], owners, body or None)

    def _label_steps(
        self, change: IssueChange, place: Place, warnings: list[str]
    ) -> Iterator[tuple[str, str, Any]]:
        """Labels are added and removed by name: a PATCH would replace those that people added meanwhile.

        The new one first: an issue whose old priority was taken away alone would look as if a person had done that.
        """
        wanted, obsolete = tuple(change.fields.get(Field.LABELS, ())), list[str]()
        if Field.PRIORITY in change.fields and self._options.labels.priority:
            level = change.fields[Field.PRIORITY]
            kept = mapping.priority_label(level, self._options.labels) if level is not None else ""
            wanted += (kept,) if kept else ()
            known = change.base.labels if change.base else ()
            others = (mapping.priority_label(each, self._options.labels) for each in range(5))
            obsolete = [other for other in others if other in known and other != kept]
        usable, more = self._labels.usable(wanted) if wanted else ((), ())
        warnings += more
        # GitHub refuses an empty list.
        if usable:
            yield "POST", f"{place.path}/labels", {"labels": list(usable)}
        for label in obsolete:
            yield "DELETE", f"{place.path}/labels/{quote(label, safe='')}", None

    def _set_due(self, change: IssueChange, place: Place) -> str | None:
        due = change.fields[Field.DUE]
        node = change.ref.id.partition("/")[2]
        if due is None and (path := self._due.clear_path(place.path)):
            answer = self._sender.send("DELETE", path, None)
            if not isinstance(answer, Answer):
                return f"the due date was not cleared: {answer.reason}"
            return (
                None
                if answer.status in (200, 204, 404)
                else f"the due date was not cleared: {reason_of(answer)}"
            )
        return self._due.put(node, due)

    def _project_due(self, change: IssueChange, *, is_set: bool) -> str | None:
        """The due date on the project board, of which REST answers know nothing."""
        due = change.base.due if change.base else None
        if Field.DUE in change.fields and is_set:
            due = change.fields[Field.DUE]
        return due.isoformat() if due and self._options.project else None

    def _patched(self, place: Place, payload: Mapping[str, Any]) -> tuple[dict[str, Any], Outcome | None]:
        """The issue after the PATCH; read, where there is nothing to patch."""
        if not payload:
            answer: Sent = self._repository.client.read(place.path)
        else:
            answer = self._sender.send("PATCH", place.path, payload)
        if not isinstance(answer, Answer):
            return {}, answer
        return self._sender.checked(answer, (200,))

    def _confirmed(
        self, change: IssueChange, payload: Mapping[str, Any], raw: Mapping[str, Any], warnings: Sequence[str]
    ) -> Outcome:
        issue = self._repository.issue(raw, issue_id=change.ref.id)
        if "state" in payload and raw["state"] != payload["state"]:
            return Refused(f"GitHub left {issue.ref.key} {raw['state']}")
        reason = payload.get("state_reason")
        if reason not in (None, "reopened", raw.get("state_reason")):
            warnings = (*warnings, f"GitHub noted the reason {raw.get('state_reason')!r}, not {reason!r}")
        self._journal.wrote = True
        if not _edited_meanwhile(change, issue):
            self._journal.did(issue)
        return Confirmed(issue, (*warnings, *mapping.dropped(payload, raw, self._options)))


def _edited_meanwhile(change: IssueChange, issue: Issue) -> bool:
    """Whether the answer shows an edit that is not ours; then the next run reads the issue again."""
    base = change.base
    if base is None:
        return True
    mine = {field.value for field in change.fields}
    pairs = {
        name: (getattr(base, name), getattr(issue, name))
        for name in ("title", "status", "due", "priority", "context")
    }
    pairs["assignees"] = (tuple(sorted(base.assignees)), tuple(sorted(issue.assignees)))
    return any(before != now for name, (before, now) in pairs.items() if name not in mine)
