"""GitHub, on github.com and GitHub Enterprise Server, through PyGithub's transport."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tracker.remote import TrackerContext

if TYPE_CHECKING:
    from adapters.github.adapter import GitHubTracker

__all__ = ["open_tracker"]


def open_tracker(name: str, options: Mapping[str, Any], context: TrackerContext) -> GitHubTracker:
    """The tracker that `[trackers.NAME]` with `type = "github"` describes; see `tracker.remote.TrackerFactory`."""
    from adapters.github.adapter import GitHubTracker
    from adapters.github.config import GitHubOptions
    from tracker.validation import validate

    return GitHubTracker(name, validate(GitHubOptions, options, f"[trackers.{name}]"), context)
