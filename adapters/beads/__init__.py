"""The Beads tracker: issues ("beads") in a Dolt database, reached through the `bd` program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.beads.adapter import BeadsTracker
from tracker.remote import TrackerContext

__all__ = ["BeadsTracker", "open_tracker"]


def open_tracker(name: str, options: Mapping[str, Any], context: TrackerContext) -> BeadsTracker:
    """The tracker that `[trackers.NAME]` with `type = "beads"` describes; see `tracker.remote.TrackerFactory`."""
    from adapters.beads.config import BeadsOptions
    from tracker.validation import validate

    return BeadsTracker(name, validate(BeadsOptions, options, f"[trackers.{name}]"), context)
