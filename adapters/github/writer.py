"""Creating and changing issues: every write is sent once, and its outcome is one of four."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from adapters.github import mapping
from adapters.github.answers import Answer, hint_for, is_issue, limit_of, reason_of
from adapters.github.budget import Budget
from adapters.github.changes import Journal
from adapters.github.due import DueField
from adapters.github.labels import Labels
from adapters.github.parents import Parents
from adapters.github.people import People
from adapters.github.preflight import Preflight
from adapters.github.references import Place
from adapters.github.repository import Repository
from adapters.github.transport import Lost, NotConnected, Redirected
from tracker import faults
from tracker.errors import AdapterError, AuthError, LockedError, NotFoundError, PmtrackError, UserError
from tracker.models import Issue, Status
from tracker.remote import (
    ChangeOutcome,
    Confirmed,
    CreateOutcome,
    Field,
    IssueChange,
    NewIssue,
    NotSent,
    Outcome,
    Refused,
    Unknown,
)

# After so many lost answers in a row the service is down; more tries would only leave more to be settled.
_MOST_LOST = 3
_TRIES = 3


class Writer:
    """Sends writes one by one, in order."""

    def __init__(
        self,
        repository: Repository,
        budget: Budget,
        *,
        labels: Labels,
        people: People,
        due: DueField,
        preflight: Preflight,
        journal: Journal,
    ) -> None:
        self._repository = repository
        self._options = repository.options
        self._budget = budget
        self._labels = labels
        self._people = people
        self._journal = journal
        self._due = due
        self._preflight = preflight
        self._parents = Parents(repository, self.send)
        self._lost = 0
        self._wanted: list[str] = []

    # --- create -----------------------------------------------------------------------------------------------------

    def create(self, batch: Sequence[NewIssue]) -> Iterator[CreateOutcome]:
        """See `tracker.remote.Tracker.create`."""
        self._wanted = [name for new in batch for name in mapping.labels_for(new, self._options.labels)]
        for new in batch:
            outcome = self._guarded(lambda new=new: self._create(new))  # type: ignore[misc]
            if isinstance(outcome, Unknown):
                self._lost += 1
            elif not isinstance(outcome, NotSent):
                self._lost = 0
            yield CreateOutcome(new.marker, outcome)

    def _create(self, new: NewIssue) -> Outcome:
        if stopped := self._preflight.stopped():
            return stopped
        self._labels.prepare(self._wanted)
        payload, warnings = self._payload(new)
        parent = self._parents.of(new)
        answer = self._post(payload, warnings)
        if not isinstance(answer, Answer):
            return answer
        raw, failure = self._checked(answer, (201,))
        if failure:
            return failure
        warnings += list(mapping.dropped(payload, raw, self._options))
        if parent is not None:
            warnings += self._parents.adopt(parent, raw)
        warnings += self._finish(new, raw)
        issue = self._repository.issue(raw)
        self._journal.did(issue)
        if new.status.is_closed:
            issue, more = self._close_new(issue, new.status)
            warnings += more
        return Confirmed(issue, tuple(warnings))

    def _post(self, payload: dict[str, Any], warnings: list[str]) -> Answer | NotSent | Unknown | Refused:
        """Send a create; once more without assignees if these are what was refused, for then nothing was done."""
        path = f"{self._repository.path}/issues"
        answer = self.send("POST", path, payload, content=True)
        if "assignees" not in payload or not isinstance(answer, Answer) or not _names_assignees(answer):
            return answer
        warnings.append(f"GitHub did not take the assignees {', '.join(payload.pop('assignees'))}")
        return self.send("POST", path, payload, content=True)

    def _payload(self, new: NewIssue) -> tuple[dict[str, Any], list[str]]:
        labels, warnings = self._labels.usable(mapping.labels_for(new, self._options.labels))
        assignees, more = self._assignees(new.assignees or self._default())
        body, shortened = mapping.body_for(new.marker, new.context, assignees)
        title = mapping.title_for(new.title)
        payload: dict[str, Any] = {"title": title, "body": body}
        payload |= {
            key: list(value) for key, value in (("labels", labels), ("assignees", assignees)) if value
        }
        payload |= self._due.fields(new.due)
        warnings = (*warnings, *more, *_cut(shortened, new.title, title))
        if self._options.issue_type:
            payload["type"] = self._options.issue_type
        if self._options.milestone:
            number = self._labels.milestone(self._options.milestone)
            if number is None:
                warnings = (*warnings, f"there is no open milestone {self._options.milestone!r}")
            else:
                payload["milestone"] = number
        return payload, list(warnings)

    def _default(self) -> tuple[str, ...]:
        return (self._options.default_assignee,) if self._options.default_assignee else ()

    def _assignees(self, logins: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if not logins:
            return (), ()
        good, bad = self._people.assignable(logins)
        warnings = tuple(f"{login} cannot be assigned in {self._repository.name}" for login in bad)
        most = mapping.ASSIGNEE_LIMIT
        warnings += tuple(f"GitHub takes {most} assignees; {login} was left out" for login in good[most:])
        return good[:most], warnings

    def _finish(self, new: NewIssue, raw: dict[str, Any]) -> list[str]:
        """What a new issue needs besides its own request; nothing of it can fail the create."""
        if not new.due or not self._options.project:
            return []
        if warning := self._due.put(str(raw.get("node_id")), new.due):
            return [warning]
        raw["project_due"] = new.due.isoformat()  # REST answers know nothing of projects
        return []

    def _close_new(self, issue: Issue, status: Status) -> tuple[Issue, list[str]]:
        """An item that was done before it was ever tracked: open and close."""
        change = IssueChange(issue.ref, issue.marker or "", {Field.STATUS: status}, base=issue)
        outcome = self._guarded(lambda: self._change(change))
        if isinstance(outcome, Confirmed):
            return outcome.issue, list(outcome.warnings)
        return issue, [f"it was created but not closed: {outcome.reason}"]

    # --- change -----------------------------------------------------------------------------------------------------

    def update(self, changes: Sequence[IssueChange]) -> Iterator[ChangeOutcome]:
        """See `tracker.remote.Tracker.update`."""
        for change in changes:
            outcome = self._guarded(lambda change=change: self._change(change))  # type: ignore[misc]
            yield ChangeOutcome(change.ref.id, outcome)

    def _change(self, change: IssueChange) -> Outcome:
        if stopped := self._preflight.stopped():
            return stopped
        place = self._repository.place(change.ref)
        payload, warnings = self._changed(change, place)
        for method, path, body in self._label_steps(change, place, warnings):
            answer = self.send(method, path, body)
            if not isinstance(answer, Answer):
                return answer
            if answer.status >= 400 and not (method == "DELETE" and answer.status == 404):
                return self._refused(answer)
        if Field.DUE in change.fields and (failed := self._set_due(change, place)):
            warnings.append(failed)
        raw, failure = self._patched(place, payload)
        if failure:
            return failure
        raw["project_due"] = self._project_due(change, warnings)
        return self._confirmed(change, payload, raw, warnings)

    def _changed(self, change: IssueChange, place: Place) -> tuple[dict[str, Any], list[str]]:
        """The fields of the PATCH, and warnings."""
        fields, payload, warnings = change.fields, dict[str, Any](), list[str]()
        if Field.TITLE in fields:
            payload["title"] = mapping.title_for(fields[Field.TITLE])
            warnings += _cut(False, fields[Field.TITLE], payload["title"])
        if Field.STATUS in fields:
            payload |= mapping.state_fields(fields[Field.STATUS], change.resolution)
        if Field.ASSIGNEES in fields:
            good, more = self._assignees(fields[Field.ASSIGNEES])
            warnings += more
            # Nobody is unassigned because somebody else could not be assigned.
            payload |= {"assignees": list(good)} if good or not fields[Field.ASSIGNEES] else {}
        if Field.CONTEXT in fields:
            payload["body"], shortened = self._body(change, place)
            warnings += _cut(shortened, "", "")
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
        """Labels are added and removed by name: a PATCH would replace those that people added meanwhile."""
        wanted = tuple(change.fields.get(Field.LABELS, ()))
        if Field.PRIORITY in change.fields and self._options.labels.priority:
            level = change.fields[Field.PRIORITY]
            kept = mapping.priority_label(level, self._options.labels) if level is not None else ""
            known = change.base.labels if change.base else ()
            for other in (mapping.priority_label(each, self._options.labels) for each in range(5)):
                if other in known and other != kept:
                    yield "DELETE", f"{place.path}/labels/{quote(other, safe='')}", None
            wanted += (kept,) if kept else ()
        if wanted:
            usable, more = self._labels.usable(wanted)
            warnings += more
            yield "POST", f"{place.path}/labels", {"labels": list(usable)}

    def _set_due(self, change: IssueChange, place: Place) -> str | None:
        due = change.fields[Field.DUE]
        node = change.ref.id.partition("/")[2]
        if due is None and (path := self._due.clear_path(place.path)):
            answer = self.send("DELETE", path, None)
            if not isinstance(answer, Answer):
                return f"the due date was not cleared: {answer.reason}"
            return (
                None
                if answer.status in (200, 204, 404)
                else f"the due date was not cleared: {reason_of(answer)}"
            )
        return self._due.put(node, due)

    def _project_due(self, change: IssueChange, warnings: Sequence[str]) -> str | None:
        """The due date on the project board, of which REST answers know nothing."""
        due = change.base.due if change.base else None
        if Field.DUE in change.fields and not any("due date" in each for each in warnings):
            due = change.fields[Field.DUE]
        return due.isoformat() if due and self._options.project else None

    def _patched(self, place: Place, payload: Mapping[str, Any]) -> tuple[dict[str, Any], Outcome | None]:
        """The issue after the PATCH; read, where there is nothing to patch."""
        if not payload:
            answer: Answer | NotSent | Unknown | Refused = self._repository.client.read(place.path)
        else:
            answer = self.send("PATCH", place.path, payload)
        if not isinstance(answer, Answer):
            return {}, answer
        return self._checked(answer, (200,))

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

    # --- one write --------------------------------------------------------------------------------------------------

    def send(
        self, method: str, path: str, body: Any, *, content: bool = False
    ) -> Answer | NotSent | Unknown | Refused:
        """One write; sent again only after answers that prove that nothing was done: a limit, or a redirect."""
        result: Answer | NotSent | Unknown | Refused | str = path
        for _ in range(_TRIES):
            if not isinstance(result, str):
                break
            path = result or path
            result = self._budget.admit(content=content) or self._once(method, path, body, content=content)
        return NotSent("GitHub asks to wait (rate limit)") if isinstance(result, str) else result

    def _once(
        self, method: str, path: str, body: Any, *, content: bool
    ) -> Answer | NotSent | Unknown | Refused | str:
        """The outcome; a text where nothing was done and trying again makes sense: the new path, "" for the same."""
        on_issue = content or method == "PATCH"
        if on_issue:
            faults.reach("while-sent")
        try:
            answer = self._repository.client.send(method, path, body=body)
        except NotConnected as error:
            return NotSent(str(error))
        except Lost as error:
            return Unknown(f"the answer was lost: {error}")
        except Redirected as moved:
            return self._repository.client.local(moved.location) or Refused(str(moved))
        if on_issue:
            faults.reach("after-commit")
        limit = limit_of(answer, self._budget.now())
        if limit is None:
            return answer
        self._budget.limited(limit)
        return (
            "" if self._budget.wait_for(limit) else NotSent("GitHub asks to wait (rate limit)", limit.wait_s)
        )

    def _checked(self, answer: Answer, good: Sequence[int]) -> tuple[dict[str, Any], Outcome | None]:
        """The issue in an answer, or what became of the write."""
        raw = answer.record()
        if answer.status in good and is_issue(raw):
            return raw, None
        if 400 <= answer.status < 500 and answer.status != 408:
            return {}, self._refused(answer)
        what = "an answer that is no issue" if answer.status < 400 else reason_of(answer)
        return {}, Unknown(f"HTTP {answer.status}, {what}" if answer.status < 400 else what)

    def _refused(self, answer: Answer) -> Outcome:
        if answer.status >= 500:
            return Unknown(reason_of(answer))
        return Refused(reason_of(answer), hint_for(answer, self._repository.name))

    def _guarded(self, write: Callable[[], Outcome]) -> Outcome:
        """Preparing a write reads; where that fails nothing was sent."""
        if self._lost >= _MOST_LOST:
            return NotSent(f"{_MOST_LOST} answers in a row were lost; the rest is left for the next run")
        try:
            outcome = write()
        except (AuthError, NotFoundError, UserError) as error:
            return Refused(error.message, error.hint)
        except AdapterError as error:
            return NotSent(error.message, getattr(error, "retry_after_s", None))
        except LockedError:
            raise  # found out while waiting: another run works now, so this one ends
        except PmtrackError as error:
            return Refused(error.message, error.hint)
        if isinstance(outcome, Confirmed) and (told := self._preflight.warnings()):
            return replace(outcome, warnings=(*told, *outcome.warnings))
        return outcome


def _names_assignees(answer: Answer) -> bool:
    """Whether a refusal is, or may be, about the assignees: GitHub names the field, other servers name none."""
    return answer.status == 422 and (
        "assignee" in answer.text.casefold() or not answer.record().get("errors")
    )


def _cut(shortened: bool, title: str, sent: str) -> tuple[str, ...]:
    warnings = (
        (f"the title was shortened to {mapping.TITLE_LIMIT} characters",)
        if len(title) > len(sent) + 1
        else ()
    )
    if shortened:
        return (*warnings, f"the text was shortened to GitHub's {mapping.BODY_LIMIT} characters")
    return warnings


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
