"""Whether a plan will work, looked at before its first write: permissions, required fields, ways through the workflow.

Who cannot be assigned is known by then: planning has asked for every owner (`adapters.jira.people`). Nothing is read that a
create or change would not read anyway, but the ways of new issues that are not to stay open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import field

from adapters.jira import mapping
from adapters.jira.client import Client
from adapters.jira.config import JiraOptions
from adapters.jira.metadata import Screen, described
from adapters.jira.permissions import Permissions, wanted
from adapters.jira.preflight import Preflight
from adapters.jira.references import is_id
from adapters.jira.site import Site
from adapters.jira.transitions import Goal, Mover, Step, resolution_for
from adapters.jira.workflow import Workflow
from adapters.pool import in_order
from tracker.errors import AdapterError, NotFoundError
from tracker.foresight import Foresight
from tracker.models import Severity, Status
from tracker.remote import Field, IssueChange, NewIssue, Problem, Refused
from tracker.values import dataclass

MOST_ASKED = 100
"""Changes of status whose issues are asked for their transitions beforehand; the others are asked in their turn."""


@dataclass(slots=True)
class _Told:
    problems: list[Problem] = field(default_factory=list)
    refused: dict[str, Refused] = field(default_factory=dict)

    def refuse(self, markers: Sequence[str], reason: str) -> None:
        for marker in markers:
            self.refused.setdefault(marker, Refused(reason))


class Lookahead:
    """Looks at a plan.

    Args:
        client: The transport.
        options: The tracker's options.
        site: What is known of the site.
        permissions: What this account may do.
        preflight: What the configuration names and the create screen does not have.
        ahead: Is filled with the transitions that were read of each issue, for whoever changes its status afterwards.
    """

    def __init__(
        self,
        client: Client,
        options: JiraOptions,
        site: Site,
        *,
        permissions: Permissions,
        preflight: Preflight,
        ahead: dict[str, list[Step]],
    ) -> None:
        self._client = client
        self._options = options
        self._site = site
        self._permissions = permissions
        self._preflight = preflight
        self._ahead = ahead

    def foresee(self, creates: Sequence[NewIssue], changes: Sequence[IssueChange]) -> Foresight:
        """See `tracker.foresight.Foreseeing.foresee`."""
        told = _Told()
        try:
            self._rights(creates, changes, told)
        except NotFoundError as error:
            hint = "Check `project`, and that this account may browse it."
            reason = error.message.removeprefix(f"{self._client.name}: ")
            told.problems.append(Problem(f"project {self._options.project}: {reason}", hint=hint))
            told.refuse([new.marker for new in creates], error.message)
            return Foresight(tuple(told.problems), told.refused)
        except AdapterError as error:
            return Foresight((_unseen(error),))
        try:
            if any(new.marker not in told.refused for new in creates):
                self._creating(creates, told)
            self._moving([each for each in changes if each.marker not in told.refused], told)
        except AdapterError as error:
            told.problems.append(_unseen(error))
        self._preflight.was_told()
        return Foresight(tuple(told.problems), told.refused)

    # --- permissions ------------------------------------------------------------------------------------------------

    def _rights(self, creates: Sequence[NewIssue], changes: Sequence[IssueChange], told: _Told) -> None:
        missing = self._permissions.missing()
        found = self._permissions.problems(wanted(creates, changes, self._options))
        if creates and "CREATE_ISSUES" in missing:
            # In an archived project nobody may: then that is the reason.
            archived = self._preflight.archived()
            why = archived or self._permissions.problem("CREATE_ISSUES")
            told.refuse([new.marker for new in creates], why.message)
            found = [archived] if archived else found
        told.problems += found
        for change in changes:
            edits = set(change.fields) - {Field.STATUS}
            if edits and "EDIT_ISSUES" in missing:
                told.refuse([change.marker], "this account may not edit issues")
            elif not edits and "TRANSITION_ISSUES" in missing:
                told.refuse([change.marker], "this account may not change the status of issues")

    # --- new issues -------------------------------------------------------------------------------------------------

    def _creating(self, creates: Sequence[NewIssue], told: _Told) -> None:
        try:
            screen = self._site.screen()
        except NotFoundError as error:
            problem = self._preflight.archived() or Problem(error.message, hint=error.hint)
            told.problems.append(problem)
            told.refuse([new.marker for new in creates], problem.message)
            return
        told.problems += [each for each in self._preflight.configured(screen) if not each.ok]
        unprotected = mapping.unprotected(self._options, screen)
        if unprotected:
            told.refuse([new.marker for new in creates], unprotected)
            return
        self._required(creates, screen, told)
        self._ways(Counter(new.status for new in creates), told)

    def _required(self, creates: Sequence[NewIssue], screen: Screen, told: _Told) -> None:
        """Required fields that nothing fills, each told once and with every issue that lacks it."""
        named: dict[str, None] = {}
        for new in creates:
            sent = mapping.filled_fields(new, self._options, screen, self._site.dialect)
            missing = [described(each) for each in screen.missing(sent)]
            if missing:
                told.refuse([new.marker], f"{self._options.project} requires {'; '.join(missing)}")
                named |= dict.fromkeys(missing)
        for each in named:
            hint = "Name a value under `fields` of this tracker in the configuration."
            told.problems.append(Problem(f"the create screen requires {each}", hint=hint))

    def _ways(self, statuses: Counter[Status], told: _Told) -> None:
        """New issues that are not to stay open, and no way from a first status to where they should be."""
        del statuses[Status.OPEN]
        if not statuses:
            return
        workflow = Workflow(self._client, self._options, self._site)
        for status, count in statuses.items():
            goal = Goal(status, resolution_for(status, None, self._options))
            why = workflow.no_way_for_new(goal)
            if why:
                text = f"{count} of the new issues should be {status.value} and will stay as they are made: {why}"
                hint = "Correct the workflow, or set `resolutions` and `transition_fields` of this tracker."
                told.problems.append(Problem(text, Severity.WARNING, hint))

    # --- changes of status ------------------------------------------------------------------------------------------

    def _moving(self, changes: Sequence[IssueChange], told: _Told) -> None:
        moves = [each for each in changes if Field.STATUS in each.fields and is_id(each.ref.id)][:MOST_ASKED]
        mover = Mover(self._client, self._options, self._site.dialect) if moves else None
        if mover is None:
            return

        def ask(change: IssueChange) -> list[Step] | None:
            try:
                return mover.steps(change.ref.id)
            except AdapterError:
                return None  # said when its turn comes

        answers = in_order(ask, moves, self._options.connections)
        for change, steps in zip(moves, answers, strict=True):
            if steps is not None:
                self._judge(change, steps, mover, told)

    def _judge(self, change: IssueChange, steps: list[Step], mover: Mover, told: _Told) -> None:
        self._ahead[change.ref.id] = steps
        status: Status = change.fields[Field.STATUS]
        goal = Goal(status, resolution_for(status, change.resolution, self._options))
        now = change.base.status_raw if change.base else None
        why = mover.no_way(steps, goal, now or "its status")
        if why is None:
            return
        hint = "Change the workflow, set `transition_fields` or `resolutions`, or settle it by hand in Jira."
        told.problems.append(Problem(f"{change.ref.key}: {why}", Severity.WARNING, hint))
        if set(change.fields) == {Field.STATUS}:
            told.refuse([change.marker], why)


def _unseen(error: AdapterError) -> Problem:
    return Problem(
        f"the plan could not be looked at beforehand: {error.message}", Severity.WARNING, error.hint
    )
