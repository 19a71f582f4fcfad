"""GitHub, on github.com and GitHub Enterprise Server, through PyGithub's transport.

From the wire to the contract; a module imports from its own row and the rows above it:

=================  =============================================================================================
what answers mean  `answers`, `config`, `references`, `queries`, `mapping` (all pure)
transport          `transport` and `retry` (one exchange), `credentials`, `budget` (limits), `client` (requests)
the repository     `repository`, `recurring` (questions asked again), `reader`, `probe`, `people`, `labels`, `due`
changes            `rereading`, `changes`
writing            `sending` (one write), `parents`, `preflight`, `gate`, `creating`, `changing`
the tracker        `adapter`
=================  =============================================================================================
"""

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
