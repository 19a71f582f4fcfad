"""Due later than the heading that the item stands under allows.

"Immediate (This Week)", "Next 24 hours", "Within 5 business days", "Within 1 Month", "Next Quarter" and their like, in six
languages. The days are counted from the day the post-mortem was completed, else from the incident. Horizons are read
generously: "this week" ends with the calendar week or after seven days, whichever is later, and "3-5 days" after five.

## Why

The templates that this tool started from sort their items by horizon. An item under "Immediate" that is due in three months
shows that either the heading or the date is not meant.

## Fails

    # Post-mortem: spool full

    **Date:** 2026-05-06

    ## Action items

    ### Immediate (This Week)

    | Action | Owner | Due |
    |---|---|---|
    | Alert on a full disk | Alice | 2026-07-31 |

## Passes

    # Post-mortem: spool full

    **Date:** 2026-05-06

    ## Action items

    ### Immediate (This Week)

    | Action | Owner | Due |
    |---|---|---|
    | Alert on a full disk | Alice | 2026-05-12 |
"""

from __future__ import annotations

from collections.abc import Iterator

from policies.calendar import Calendar
from policies.horizon import horizon_end
from policies.rule import Profile, Rule, setting
from policies.subjects import documents_by_path, due_of, open_items
from tracker.models import Finding, Severity
from tracker.values import dataclass
from tracker.world import World


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of PM203."""

    grace_days: int = setting(0, "days by which a due date may exceed the horizon", ge=0)


def check(world: World, settings: Settings, calendar: Calendar) -> Iterator[Finding]:
    """Every open item that is due after the end of its heading's horizon."""
    documents = documents_by_path(world)
    for tracked in open_items(world):
        due, document = due_of(tracked), documents.get(tracked.path)
        start = (document.completed or document.date) if document else None
        if due is None or start is None:
            continue
        end = horizon_end(tracked.item.section, start, calendar)
        if end is not None and (due - end).days > settings.grace_days:
            yield RULE.on(
                tracked,
                "due",
                f"due on {due}, but {tracked.item.section!r} ends on {end}",
                "Bring the date forward, or move the item under the heading that is meant.",
            )


RULE = Rule("PM203", "past-horizon", Severity.WARNING, Profile.STANDARD, check, Settings)
