"""What stops a run before it writes anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tracker.errors import GuardError
from tracker.settings import Limits
from tracker.sync.plan import Planned
from tracker.sync.report import Progress
from tracker.sync.source import is_below


def check_bulk(planned: Iterable[Planned], limits: Limits, *, yes: bool, progress: Progress) -> None:
    """More writes than usual: ask a person, or stop.

    Raises:
        GuardError: nobody agreed.
    """
    much = None if yes else _beyond(planned, limits)
    if much is None:
        return
    what, bounds = much
    if not progress.confirm(f"{what} ({bounds}). Go on?"):
        raise GuardError(
            f"{what}; {bounds}",
            hint="Look at the plan (`pmtrack plan`); then run again with --yes, or raise [limits] in the configuration.",
        )


def bulk_notice(planned: Iterable[Planned], limits: Limits) -> str | None:
    """What a plan says where the sync would ask or stop, None where it would not."""
    much = _beyond(planned, limits)
    return (
        f"{much[0]} ({much[1]}): a sync asks before that, and without a terminal it needs --yes"
        if much
        else None
    )


def _beyond(planned: Iterable[Planned], limits: Limits) -> tuple[str, str] | None:
    listed = list(planned)
    creates = sum(1 for each in listed if each.draft is not None)
    updates = sum(1 for each in listed if each.change is not None)
    if creates <= limits.creates and updates <= limits.updates:
        return None
    what = f"{creates} issues would be created and {updates} changed in one run"
    return what, f"the limits are {limits.creates} and {limits.updates}"


def check_emptied(
    roots: Sequence[str], known: Iterable[str], today: Iterable[str], *, allow_empty: bool
) -> None:
    """A root whose documents had items and now have none is more likely unmounted or mistyped than finished.

    Args:
        roots: What the run was asked for, as the state names it.
        known: Documents that had items at the last run.
        today: Documents that have items now.
        allow_empty: A person said that this is right.

    Raises:
        GuardError: a root turned empty.
    """
    if allow_empty:
        return
    before, now = list(known), list(today)
    for root in roots:
        had = any(is_below(path, root) for path in before)
        if had and not any(is_below(path, root) for path in now):
            raise GuardError(
                f"the documents in {root} had action items and now have none",
                hint="Check that the folder is complete. If the items are really gone, run again with --allow-empty.",
            )
