"""What this account may do in the project, asked once a run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from adapters.jira.client import Client
from adapters.jira.config import JiraOptions
from tracker.models import Severity, Status
from tracker.remote import Field, IssueChange, NewIssue, Problem

PERMISSIONS = {
    "BROWSE_PROJECTS": (Severity.ERROR, "read issues"),
    "CREATE_ISSUES": (Severity.ERROR, "create issues"),
    "EDIT_ISSUES": (Severity.ERROR, "edit issues"),
    "TRANSITION_ISSUES": (Severity.WARNING, "change the status of issues"),
    "ASSIGN_ISSUES": (Severity.WARNING, "assign issues"),
    "LINK_ISSUES": (Severity.INFO, "link issues to documents"),
    "SET_ISSUE_SECURITY": (Severity.INFO, "tell deleted issues from hidden ones"),
}
ON_CLOUD = frozenset({"SET_ISSUE_SECURITY"})
"""Needed on Cloud only: Data Center tells who asks (403 or 404)."""


class Permissions:
    """The permissions of this account.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-permissions/ (my permissions).
    """

    def __init__(self, client: Client, options: JiraOptions) -> None:
        self._client = client
        self._project = options.project
        self._missing: frozenset[str] | None = None

    def missing(self) -> frozenset[str]:
        """The keys of `PERMISSIONS` that are not given.

        Raises:
            AdapterError: they could not be asked.
        """
        if self._missing is None:
            params = {"projectKey": self._project, "permissions": ",".join(PERMISSIONS)}
            held = self._client.read("GET", "mypermissions", params=params).get("permissions", {})
            self._missing = frozenset(
                key for key in PERMISSIONS if not (held.get(key) or {}).get("havePermission")
            )
        return self._missing

    def forget(self) -> None:
        """Ask anew."""
        self._missing = None

    def problems(self, wanted: Collection[str] = tuple(PERMISSIONS)) -> list[Problem]:
        """A problem for each of these that is not given.

        Raises:
            AdapterError: they could not be asked.
        """
        missing = self.missing()
        return [self.problem(key) for key in PERMISSIONS if key in missing and key in wanted]

    def problem(self, key: str) -> Problem:
        """What the lack of a permission means, and who can grant it."""
        severity, what = PERMISSIONS[key]
        hint = f"Ask an administrator for {key} in {self._project}."
        return Problem(f"this account may not {what}", severity, hint)


def wanted(
    creates: Sequence[NewIssue], changes: Sequence[IssueChange], options: JiraOptions
) -> frozenset[str]:
    """The permissions that writing all this takes. Pure."""
    return frozenset(_wanted(creates, changes, options))


def _wanted(
    creates: Sequence[NewIssue], changes: Sequence[IssueChange], options: JiraOptions
) -> Iterator[str]:
    if creates:
        yield "CREATE_ISSUES"
    if creates and options.remote_link:
        yield "LINK_ISSUES"
    if any(set(each.fields) - {Field.STATUS} for each in changes):
        yield "EDIT_ISSUES"
    moves = [Field.STATUS in each.fields for each in changes]
    if any(moves) or any(new.status is not Status.OPEN for new in creates):
        yield "TRANSITION_ISSUES"
    if any(Field.ASSIGNEES in each.fields for each in changes) or any(new.assignees for new in creates):
        yield "ASSIGN_ISSUES"
