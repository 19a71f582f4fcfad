"""What it means on Jira Cloud that an issue is not found: deleted, or out of this account's sight."""

from __future__ import annotations

from adapters.jira.client import Client
from adapters.jira.lost import Finding
from tracker.errors import AdapterError, NotFoundError

REQUESTS = 2
"""Requests that `finding` sends at most."""


def finding(client: Client, project: str) -> Finding:
    """What speaks for it that issues of a project exist and are hidden; that they are gone where nothing does.

    Raises:
        AdapterError: the project could not be examined.
    """
    why = _why_hidden(client, project)
    if why is None:
        return Finding(gone=True, reason="deleted, or moved out of sight", at=client.server_now())
    return Finding(gone=False, reason=why, at=client.server_now())


def _why_hidden(client: Client, project: str) -> str | None:
    try:
        about = client.read("GET", f"project/{project}")
        if about.get("archived"):
            return f"project {project} is archived"
        levels = client.read("GET", f"project/{project}/securitylevel")
    except NotFoundError:
        return f"this account may not browse project {project}"
    except AdapterError as error:
        error.message = f"project {project} cannot be examined: {error.message}"
        raise
    return f"project {project} has security levels: deleted or hidden" if levels.get("levels") else None
