"""Asking the trackers what of a plan will not work, before the first write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tracker.foresight import Foreseeing, Foresight
from tracker.remote import NewIssue
from tracker.sync.desk import Desk
from tracker.sync.plan import Draft, Planned, Subject, document_values, new_issue


def foresee(desk: Desk, planned: Sequence[Planned]) -> list[str]:
    """Look at the writes of a plan with a tracker that can; those that cannot succeed become failed and are not sent.

    Returns:
        What will not work as planned and what to do about it, for a person.
    """
    writes = [each for each in planned if each.writes]
    if not writes or desk.trouble or not isinstance(desk.adapter, Foreseeing):
        return []
    told = desk.adapter.foresee(
        [_issue(each.subject, each.draft) for each in writes if each.draft is not None],
        [each.change for each in writes if each.change is not None],
    )
    _refuse(writes, told)
    return [
        f"{desk.name}: {problem.message}{f' ({problem.hint})' if problem.hint else ''}"
        for problem in told.problems
    ]


def _issue(subject: Subject, draft: Draft) -> NewIssue:
    return new_issue(subject, draft, document_values(subject, draft.rules))


def _refuse(writes: Sequence[Planned], told: Foresight) -> None:
    for each in writes:
        refused = told.refused.get(each.subject.marker)
        if refused is not None:
            error = f"{refused.reason} ({refused.hint})" if refused.hint else refused.reason
            each.record = replace(each.record, outcome="failed", error=error)


def sendable(planned: Sequence[Planned]) -> list[Planned]:
    """The writes of a plan that nothing speaks against."""
    return [each for each in planned if each.writes and each.record.outcome == "planned"]
