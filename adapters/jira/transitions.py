"""Moving an issue to a status through whatever workflow the project has.

Jira tells only the steps out of the status that an issue is in, so the way is found while walking: straight to the goal
where there is such a step, else through statuses of work in progress. A walk that ends nowhere is taken back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from adapters.jira import mapping, metadata
from adapters.jira.client import Answer, Client, Rejected
from adapters.jira.config import JiraOptions
from adapters.jira.mapping import Dialect
from tracker.models import Status
from tracker.remote import NotSent, Unknown
from tracker.values import dataclass

LONGEST_PATH = 8
_CATEGORY = {
    Status.OPEN: "new",
    Status.IN_PROGRESS: "indeterminate",
    Status.BLOCKED: "indeterminate",
    Status.DONE: "done",
    Status.CANCELLED: "done",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One transition: its id, name, target status and the fields on its screen."""

    id: str
    name: str
    to: Mapping[str, Any]
    fields: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """The id of the status that it leads to."""
        return str(self.to.get("id"))

    @property
    def category(self) -> str:
        """The category of that status: new, indeterminate or done."""
        return str((self.to.get("statusCategory") or {}).get("key"))


@dataclass(frozen=True, slots=True)
class Goal:
    """The status to reach and the resolution that goes with it."""

    status: Status
    resolution: str | None


@dataclass(frozen=True, slots=True)
class Moved:
    """How a walk ended: at the goal (`reason` None) by the last `step`, or not, and why.

    `taken` steps were done and not taken back.
    """

    reason: str | None = None
    taken: int = 0
    problem: NotSent | Unknown | None = None
    step: Step | None = None


class Mover:
    """Walks issues through their workflow.

    Args:
        client: The transport.
        options: The tracker's options.
        dialect: How the site says things.
        known: Steps out of a status, by its id: issues that were just made are all alike, so that one of them is asked
            for all. None to ask each issue.
        ahead: Steps of single issues, by their id, that were read before the first write of the run.
    """

    def __init__(
        self,
        client: Client,
        options: JiraOptions,
        dialect: Dialect,
        known: dict[str, list[Step]] | None = None,
        ahead: dict[str, list[Step]] | None = None,
    ) -> None:
        self._client = client
        self._options = options
        self._dialect = dialect
        self._known = known
        self._ahead = {} if ahead is None else ahead

    def move(self, issue_id: str, start: Mapping[str, Any], goal: Goal) -> Moved:
        """Bring an issue whose status is `start` to the goal.

        Raises:
            AdapterError: the transitions could not be read.
        """
        walk = _Walk(str(start.get("name")), str(start.get("id")), {str(start.get("id"))})
        for _ in range(LONGEST_PATH):
            steps, remembered = self._steps_from(issue_id, walk.status)
            direct, why_not = self.direct(steps, goal)
            walk.refusals += why_not
            step = direct or self._onwards(steps, walk.visited)
            if step is None:
                break
            outcome = self._take(issue_id, step, goal)
            if isinstance(outcome, (NotSent, Unknown)):
                return Moved(outcome.reason, walk.taken, outcome)
            if isinstance(outcome, Rejected) and remembered:
                self._forget(walk.status)  # this issue is not like the others, or not as it was: ask it
                continue
            if isinstance(outcome, Rejected):
                walk.refusals.append(f"{step.name!r} was refused: {outcome.reason}")
                break
            walk.taken += 1
            if direct:
                return Moved(None, walk.taken, step=direct)
            walk.visited.add(step.target)
            walk.here, walk.status = str(step.to.get("name")), step.target
        return self._give_up(issue_id, start, goal, walk)

    def _steps_from(self, issue_id: str, status: str) -> tuple[list[Step], bool]:
        """The steps that an issue can take, and whether they were told earlier or by another issue."""
        ahead = self._ahead.pop(issue_id, None)
        if ahead is not None:
            return ahead, True
        if self._known is None:
            return self.steps(issue_id), False
        known = self._known.get(status)
        if known is not None:
            return known, True
        told = self._known[status] = self.steps(issue_id)
        return told, False

    def _forget(self, status: str) -> None:
        if self._known is not None:
            self._known.pop(status, None)

    def no_way(self, steps: Sequence[Step], goal: Goal, start: str) -> str | None:
        """Why an issue that can take these steps cannot come to the goal, None where it can or may."""
        direct, why_not = self.direct(steps, goal)
        here = {step.target for step in steps if str(step.to.get("name")) == start}
        if direct is not None or self._onwards(steps, here) is not None:
            return None
        return reason_for(start, goal, why_not)

    def steps(self, issue_id: str) -> list[Step]:
        """The steps that an issue can take from where it is.

        Raises:
            AdapterError: they could not be read.
        """
        path = f"issue/{issue_id}/transitions"
        data = self._client.read("GET", path, params={"expand": "transitions.fields"}) or {}
        return [
            Step(str(each["id"]), str(each.get("name")), each.get("to") or {}, each.get("fields") or {})
            for each in data.get("transitions", [])
        ]

    def direct(self, steps: Sequence[Step], goal: Goal) -> tuple[Step | None, list[str]]:
        """The first of the steps that leads to the goal and can be taken; else why those that lead there cannot."""
        reasons = []
        for step in steps:
            if not self._reaches(step, goal):
                continue
            missing = self.missing(step, goal)
            if missing is None:
                return step, []
            reasons.append(missing)
        return None, reasons

    def _reaches(self, step: Step, goal: Goal) -> bool:
        if step.category != _CATEGORY[goal.status]:
            return False
        name = str(step.to.get("name"))
        named = mapping.is_cancelled(name, self._dialect)
        if goal.status is Status.CANCELLED:
            return named or "resolution" in step.fields
        if goal.status in (Status.IN_PROGRESS, Status.BLOCKED):
            told = mapping.status_of(step.to, None, self._dialect)
            return told is goal.status
        return not named

    def _onwards(self, steps: Sequence[Step], visited: set[str]) -> Step | None:
        """A step through work in progress that was not tried; never through done, which would close the issue."""
        usable = [step for step in steps if step.target not in visited and leads_on(step)]
        usable.sort(key=lambda step: step.category != "indeterminate")
        return usable[0] if usable else None

    def missing(self, step: Step, goal: Goal) -> str | None:
        """Why a step that leads to the goal cannot be taken, None where it can."""
        given = self._fields(step, goal)
        for key, meta in _required(step).items():
            if key not in given:
                allowed = ", ".join(metadata.text_of(each) for each in meta.get("allowedValues") or [])
                name = meta.get("name") or key
                return f"transition {step.name!r} needs {name!r}" + (
                    f" (one of {allowed})" if allowed else ""
                )
        wanted = given.get("resolution", {}).get("name")
        allowed_names = [
            metadata.text_of(each) for each in step.fields.get("resolution", {}).get("allowedValues") or []
        ]
        if wanted and allowed_names and wanted not in allowed_names:
            return f"there is no resolution {wanted!r}; this Jira has {', '.join(allowed_names)}"
        return None

    def _fields(self, step: Step, goal: Goal) -> dict[str, Any]:
        out: dict[str, Any] = {}
        if goal.resolution and "resolution" in step.fields:
            out["resolution"] = {"name": goal.resolution}
        for name, value in self._options.transition_fields.items():
            for key, meta in step.fields.items():
                if name == key or name.casefold() == str(meta.get("name")).casefold():
                    schema = meta.get("schema") or {}
                    described = metadata.FieldMeta(
                        key, name, kind=str(schema.get("type")), items=schema.get("items")
                    )
                    out[key] = mapping.wire(value, described, self._dialect)
        return out

    def _take(self, issue_id: str, step: Step, goal: Goal) -> Answer | Rejected | NotSent | Unknown:
        body: dict[str, Any] = {"transition": {"id": step.id}}
        fields = self._fields(step, goal)
        if fields:
            body["fields"] = fields
        return self._client.write("POST", f"issue/{issue_id}/transitions", body=body)

    def _give_up(self, issue_id: str, start: Mapping[str, Any], goal: Goal, walk: _Walk) -> Moved:
        reason = reason_for(str(start.get("name")), goal, walk.refusals)
        if not walk.taken:
            return Moved(reason)
        back = next((step for step in self.steps(issue_id) if step.target == str(start.get("id"))), None)
        if back and isinstance(self._take(issue_id, back, Goal(Status.OPEN, None)), Answer):
            return Moved(reason)
        return Moved(f"{reason}; the issue is now in {walk.here!r}", walk.taken)


@dataclass(slots=True)
class _Walk:
    """Where a walk has come to."""

    here: str
    status: str
    visited: set[str]
    taken: int = 0
    refusals: list[str] = field(default_factory=list)


def reason_for(start: str, goal: Goal, refusals: Sequence[str]) -> str:
    """That there is no way to the goal, and what stands in the way where something does."""
    reason = f"the workflow has no way from {start!r} to {goal.status.value}"
    return f"{reason}: {'; '.join(dict.fromkeys(refusals))}" if refusals else reason


def resolution_for(status: Status, told: str | None, options: JiraOptions) -> str | None:
    """The resolution that closing as `status` sets; `told` is the reason given ("duplicate")."""
    if status is Status.DONE:
        return options.resolutions.done
    if status is Status.CANCELLED:
        duplicate = told is not None and "duplicate" in told.casefold()
        return options.resolutions.duplicate if duplicate else options.resolutions.cancelled
    return None


def leads_on(step: Step) -> bool:
    """Whether a step may be taken on the way to somewhere else: it closes nothing and asks for nothing."""
    return step.category in ("indeterminate", "new") and not _required(step)


def _required(step: Step) -> dict[str, Mapping[str, Any]]:
    return {
        key: meta
        for key, meta in step.fields.items()
        if meta.get("required") and not meta.get("hasDefaultValue")
    }


NEW = {"id": "new", "name": "its first status"}
"""Where an issue stands that was just made, before anybody asked."""
