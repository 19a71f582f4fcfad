"""The embedded tracker: issues in one JSONL file in the interchange format of Beads (`bd export`, `bd import`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.local.adapter import LocalTracker
from tracker.remote import TrackerContext

__all__ = ["LocalTracker", "open_tracker"]


def open_tracker(name: str, options: Mapping[str, Any], context: TrackerContext) -> LocalTracker:
    """The tracker that `[trackers.NAME]` with `type = "local"` describes; see `tracker.remote.TrackerFactory`."""
    return LocalTracker(name, context.root / _path(name, options), context.now)


def _path(name: str, options: Mapping[str, Any]) -> str:
    # The usual table is checked by hand: a run without configuration should not pay 240 ms for importing pydantic.
    path = options.get("path", ".pmtrack/issues.jsonl")
    if set(options) <= {"path"} and isinstance(path, str) and path:
        return path
    from adapters.local.config import LocalOptions
    from tracker.validation import validate

    return validate(LocalOptions, options, f"[trackers.{name}]").path
