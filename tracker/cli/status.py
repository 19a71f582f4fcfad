"""`pmtrack status`: the tracked items with their issues, from the state alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.context import Invocation, format_option

if TYPE_CHECKING:
    from tracker.models import Status
    from tracker.world import TrackedItem, World

_COLUMNS = (
    "item",
    "owners",
    "due",
    "overdue_days",
    "status",
    "priority",
    "tracker",
    "issue",
    "url",
    "document",
    "line",
)


@click.command("status")
@click.option(
    "--owner", metavar="NAME", help="Only items of this person: a name, handle, or key of the people map."
)
@click.option("--overdue", is_flag=True, help="Only open items after their due date.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Count lateness from this day instead of today.",
)
@click.option("--all", "everything", is_flag=True, help="Closed items and removed rows too.")
@format_option("table", "json", "jsonl", "csv")
@click.pass_obj
def status(
    invocation: Invocation,
    /,
    *,
    owner: str | None,
    overdue: bool,
    as_of: dt.datetime | None,
    everything: bool,
    form: str,
) -> None:
    """Show tracked items with their issues."""
    from zoneinfo import ZoneInfo

    from tracker.cli.stores import open_state
    from tracker.people import people_of

    settings = invocation.settings
    now = invocation.now()
    with open_state(invocation, create=False) as store:
        world = store.world(now, people=settings.people)
    today = (as_of or now.astimezone(ZoneInfo(settings.timezone))).date()
    people = people_of(settings.people)
    rows = [
        row
        for row in records(world, today, everything=everything)
        if (not overdue or row["overdue_days"])
        and (not owner or any(people.same((one,), (owner,)) for one in row["owners"]))
    ]
    _PRINTERS[form](rows)
    if form == "table":
        _tell(rows, world, invocation)


def records(world: World, today: dt.date, *, everything: bool) -> Iterator[dict[str, Any]]:
    """One JSON-ready record per item, the most urgent first: by due date, then by document and line."""
    items = [
        tracked
        for tracked in world.items
        if everything or not (_status(tracked).is_closed or tracked.removed_at is not None)
    ]
    for tracked in sorted(items, key=lambda one: (one.item.due or dt.date.max, one.path, one.item.line)):
        yield _record(tracked, today)


def _status(tracked: TrackedItem) -> Status:
    from tracker.models import Status

    return tracked.issue.status if tracked.issue else tracked.item.status or Status.OPEN


def _record(tracked: TrackedItem, today: dt.date) -> dict[str, Any]:
    item, state = tracked.item, _status(tracked)
    late = (today - item.due).days if item.due and not state.is_closed else 0
    return {
        "item": item.title,
        "item_id": tracked.item_id,
        "owners": list(item.owners),
        "due": item.due.isoformat() if item.due else None,
        "overdue_days": max(late, 0),
        "status": state.value,
        "priority": item.priority,
        "tracker": tracked.tracker,
        "issue": tracked.ref.key if tracked.ref else None,
        "url": tracked.ref.url if tracked.ref else None,
        "document": tracked.path,
        "line": item.line,
        "issue_gone": tracked.issue_gone,
        "unreadable": tracked.unreadable,
        "removed": tracked.removed_at.isoformat() if tracked.removed_at else None,
    }


def _print_table(rows: Sequence[Mapping[str, Any]]) -> None:
    from tracker.cli.output import print_table

    if not rows:
        return
    columns: list[str | Mapping[str, Any]] = [
        {"header": "Due", "no_wrap": True},
        {"header": "Late", "justify": "right", "no_wrap": True},
        "Item",
        "Owner",
        {"header": "Status", "no_wrap": True},
        {"header": "Issue", "no_wrap": True},
        "Where",
    ]
    cells = [
        [row["due"], f"{row['overdue_days']} d" if row["overdue_days"] else "", row["item"], ", ".join(row["owners"]),
         row["status"].replace("_", " "), row["issue"], f"{row['document']}:{row['line']}"]
        for row in rows
    ]  # fmt: skip
    print_table(columns, cells, styles=["red" if row["overdue_days"] else "" for row in rows])


def _print_json(rows: Sequence[Mapping[str, Any]]) -> None:
    from tracker.cli.output import print_json

    print_json({"items": rows})


def _print_jsonl(rows: Sequence[Mapping[str, Any]]) -> None:
    from tracker.cli.output import print_json_line

    for row in rows:
        print_json_line(row)


def _print_csv(rows: Sequence[Mapping[str, Any]]) -> None:
    from tracker.cli.output import print_csv

    print_csv(_COLUMNS, [{**row, "owners": ", ".join(row["owners"])} for row in rows])


_PRINTERS = {"table": _print_table, "json": _print_json, "jsonl": _print_jsonl, "csv": _print_csv}


def _tell(rows: Sequence[Mapping[str, Any]], world: World, invocation: Invocation) -> None:
    from tracker.cli.output import say

    if invocation.quiet:
        return
    late = sum(bool(row["overdue_days"]) for row in rows)
    say(f"{len(rows)} of {len(world.items)} items" + (f", {late} of them overdue" if late else "") + ".")
    for health in world.trackers:
        seen = f"{health.last_success:%Y-%m-%d %H:%M} UTC" if health.last_success else "never"
        say(f"{health.name}: last read {seen}" + (f"; last error: {health.error}" if health.error else ""))
