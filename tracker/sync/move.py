"""Moving the issues of one tracker to another one, with their ids and their links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tracker.errors import GuardError, UserError
from tracker.interchange import Interchange
from tracker.remote import FetchResult, Found, Tracker
from tracker.state.records import ItemRecord
from tracker.state.store import Store
from tracker.values import dataclass

_PER_COMMIT = 500


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move did: issues that the target has now, and links that point there."""

    issues: int
    links: int
    lost: tuple[str, ...] = ()


def move(store: Store, source: Tracker, target: Tracker, run_id: str) -> Moved:
    """Put every issue of `source` into `target` and let the links follow; `source` itself stays as it is.

    Can be repeated: issues that are there already are left as they are, links that were moved are not seen again.

    Raises:
        UserError: one of the two cannot give or take whole issues.
        GuardError: a write of unknown outcome is open; a sync settles it first.
        AdapterError: a tracker failed; nothing is lost, run it again.
    """
    if not isinstance(source, Interchange) or not isinstance(target, Interchange):
        raise UserError(
            f"issues cannot be moved from {source.name!r} ({source.type}) to {target.name!r} ({target.type})",
            hint="Only trackers of the types local and beads give and take whole issues.",
        )
    if store.open_intents(source.name):
        raise GuardError(
            f"{source.name}: the outcome of an earlier write is not known yet",
            hint="Run `pmtrack sync` first; it finds out.",
        )
    records = source.give()
    target.take(records)
    linked = [item for item in store.items() if item.link is not None and item.link.tracker == source.name]
    moved, lost = 0, []
    for part in _parts(linked):
        results = {result.id: result for result in target.fetch([_issue_id(item) for item in part])}
        moved += _relink(store, target.name, part, results, run_id)
        lost += [id_ for id_, result in results.items() if not isinstance(result, Found)]
    return Moved(len(records), moved, tuple(lost))


def _relink(
    store: Store, name: str, items: Sequence[ItemRecord], results: dict[str, FetchResult], run_id: str
) -> int:
    done = 0
    with store.writing(run_id) as writer:
        for item in items:
            result = results.get(_issue_id(item))
            if item.link is None or not isinstance(result, Found):
                continue
            ref = result.issue.ref
            writer.link(replace(item.link, tracker=name, issue_id=ref.id, key=ref.key, url=ref.url))
            writer.issue(name, result.issue)
            done += 1
    return done


def _issue_id(item: ItemRecord) -> str:
    return item.link.issue_id if item.link else ""


def _parts(items: Sequence[ItemRecord]) -> Iterator[Sequence[ItemRecord]]:
    for start in range(0, len(items), _PER_COMMIT):
        yield items[start : start + _PER_COMMIT]
