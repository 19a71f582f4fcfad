"""Which adapter makes which type of tracker: an explicit table, then the entry points of `pmtrack.adapters`.

Nothing is imported before it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast

from tracker.errors import UserError
from tracker.plugins import entry_points, load
from tracker.remote import Tracker, TrackerContext, TrackerFactory

GROUP = "pmtrack.adapters"

BUILTIN: Mapping[str, str] = {
    "local": "adapters.local:open_tracker",
    "github": "adapters.github:open_tracker",
    "jira": "adapters.jira:open_tracker",
    "beads": "adapters.beads:open_tracker",
}


def create(name: str, type_: str, options: Mapping[str, Any], context: TrackerContext) -> Tracker:
    """The tracker that `[trackers.NAME]` describes; sends nothing yet.

    Raises:
        UserError: unknown type, an adapter that cannot be loaded, or a wrong option.
    """
    return _factory(name, type_)(name, options, context)


def types() -> tuple[str, ...]:
    """Every type that can be configured, built-in ones first."""
    others = sorted(point.name for point in entry_points(GROUP))
    return (*BUILTIN, *(name for name in others if name not in BUILTIN))


def _factory(name: str, type_: str) -> TrackerFactory:
    if type_ in BUILTIN:
        module, _, attribute = BUILTIN[type_].partition(":")
        return cast(TrackerFactory, getattr(import_module(module), attribute))
    for point in entry_points(GROUP):
        if point.name == type_:
            return cast(TrackerFactory, load(point, "adapter"))
    raise UserError(
        f"tracker {name!r} has the unknown type {type_!r}",
        hint=f"Known types: {', '.join(types())}.",
    )
