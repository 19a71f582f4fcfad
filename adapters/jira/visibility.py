"""What it means on Jira Cloud that an issue is not found: deleted, or not visible to this account."""

from __future__ import annotations

from adapters.jira.client import Client
from adapters.lost import Absence
from tracker.errors import AdapterError, NotFoundError

LEVELS = "SET_ISSUE_SECURITY"
REQUESTS = 2
"""Requests that `absence` sends at most."""


def absence(client: Client, project: str) -> Absence:
    """Why issues of a project were not found: hidden where something may hide them from this account, else gone.

    Raises:
        AdapterError: the project could not be examined.
    """
    why = _why_hidden(client, project)
    if why is None:
        return Absence(gone=True, reason="deleted, or moved out of sight", at=client.server_now())
    return Absence(gone=False, reason=why, at=client.server_now())


def _why_hidden(client: Client, project: str) -> str | None:
    """What may hide issues from this account, None where nothing does.

    The security levels of a project are told only to who may set them:
    https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-project-permission-schemes/
    """
    params = {"projectKey": project, "permissions": f"BROWSE_PROJECTS,{LEVELS}"}
    try:
        held = client.read("GET", "mypermissions", params=params).get("permissions", {})
        if not (held.get("BROWSE_PROJECTS") or {}).get("havePermission"):
            archived = client.read("GET", f"project/{project}").get("archived")
            return f"project {project} is archived" if archived else _unseen(project)
        if not (held.get(LEVELS) or {}).get("havePermission"):
            return (
                f"deleted or hidden, Jira does not say which to an account without {LEVELS} in {project}; "
                "grant it, or look with an account that sees everything and `pmtrack unlink` what is deleted"
            )
        levels = client.read("GET", f"project/{project}/securitylevel").get("levels")
    except NotFoundError:
        return _unseen(project)
    except AdapterError as error:
        error.message = f"project {project} cannot be examined: {error.message}"
        raise
    return f"project {project} has security levels: deleted or hidden" if levels else None


def _unseen(project: str) -> str:
    return f"this account may not browse project {project}"
