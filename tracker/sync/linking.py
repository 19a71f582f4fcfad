"""Issues that already exist for an item: named by its row, or left behind by an earlier run whose answer was lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field

from tracker.models import Issue
from tracker.remote import (
    Absent,
    Adopted,
    FetchResult,
    Found,
    Gone,
    ProbeQuery,
    ProbeResult,
    Tracker,
    Unproven,
    Unreadable,
)
from tracker.state.records import IntentRecord, LinkRecord
from tracker.values import dataclass

# The address of a change to the code is evidence for an item, never its issue, whatever host it is on.
_CHANGE = re.compile(
    r"https?://[^/\s]+/\S+/(?:pulls?|merge_requests|pull-requests|commits?)/[0-9a-f]+(?:[/?#]\S*)?\Z",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Verdict:
    """What became of an item that may have an issue already; exactly one of these is set.

    Attributes:
        issue: Use this one.
        tracker: The tracker that holds it.
        obstacle: It cannot be used, and none may be created; what to do.
        blocked: Not known yet; try again in the next run.
        foreign: It belongs to no configured tracker.
    """

    issue: Issue | None = None
    tracker: str = ""
    obstacle: str | None = None
    blocked: str | None = None
    foreign: bool = False


@dataclass(slots=True)
class Settled:
    """Open creates after probing: markers of those that had happened, that had not, and that stay open."""

    adopted: dict[str, Issue] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    unproven: dict[str, str] = field(default_factory=dict)

    def take(self, result: ProbeResult) -> None:
        """Note one result."""
        match result:
            case Adopted(marker=marker, issue=issue):
                self.adopted[marker] = issue
            case Absent(marker=marker):
                self.absent.add(marker)
            case Unproven(marker=marker, reason=reason):
                self.unproven[marker] = reason


def settle(tracker: Tracker, intents: Sequence[IntentRecord]) -> Settled:
    """Find out what became of creates of unknown outcome, by direct reads upwards from the noted watermarks.

    Raises:
        AdapterError: the tracker cannot be read; everything stays open.
    """
    settled = Settled()
    for result in tracker.probe([ProbeQuery(intent.marker, intent.watermark) for intent in intents]):
        settled.take(result)
    for intent in intents:
        if intent.marker not in settled.adopted and intent.marker not in settled.absent:
            settled.unproven.setdefault(intent.marker, "the tracker did not tell")
    return settled


def look_up(
    wanted: Mapping[str, tuple[str, ...]],
    trackers: Mapping[str, Tracker],
    linked: Iterable[LinkRecord],
    owners_of: Callable[[str, Sequence[str]], Mapping[str, str]],
) -> dict[str, Verdict]:
    """Find the issues that rows name.

    Args:
        wanted: Item id -> references in its row.
        trackers: The configured trackers that can be asked, the item's own first.
        linked: Links whose issue one of the references names as it is kept.
        owners_of: Issue id -> item id of the linked ones among the issues of a tracker: a row may name an issue in other
            words (`#47`) than those that are kept.

    Raises:
        AdapterError: a tracker failed.
    """
    owners = {ref.casefold(): link for link in linked for ref in _names(link)}
    verdicts: dict[str, Verdict] = {}
    asked: dict[str, dict[str, str]] = {name: {} for name in trackers}
    for item_id, named in wanted.items():
        refs = [ref for ref in named if not _CHANGE.match(ref)]
        if not refs:
            verdicts[item_id] = Verdict()
            continue
        taken = next((owners[ref.casefold()] for ref in refs if ref.casefold() in owners), None)
        if taken is not None:
            verdicts[item_id] = _taken(taken.key)
            continue
        owner = next(
            ((name, ref) for ref in refs for name, tracker in trackers.items() if tracker.owns(ref)), None
        )
        if owner is None:
            why = f"the row names {', '.join(refs)}, which belongs to no configured tracker; nothing was created beside it"
            verdicts[item_id] = Verdict(obstacle=why, foreign=True)
        else:
            asked[owner[0]][item_id] = owner[1]
    for name, refs_of in asked.items():
        if refs_of:
            found = trackers[name].lookup(sorted(set(refs_of.values())))
            ids = [each.issue.ref.id for each in found.values() if isinstance(each, Found)]
            verdicts.update(_verdicts(name, refs_of, found, owners_of(name, ids)))
    return verdicts


def is_named(link: LinkRecord, refs: Sequence[str]) -> bool:
    """Whether one of a row's references names the issue that it has."""
    return not {ref.casefold() for ref in refs}.isdisjoint(ref.casefold() for ref in _names(link))


def other_issue(link: LinkRecord, verdict: Verdict, place: str) -> Verdict | None:
    """What stops an item whose row names another issue than the one it has; None where that is the same or not usable.

    Args:
        link: The issue that the item has.
        verdict: What was found about the reference in its row.
        place: The row, as `pmtrack link` takes it.
    """
    if verdict.issue is None:
        return None
    ref = verdict.issue.ref
    if (verdict.tracker, ref.id) == (link.tracker, link.issue_id):
        return None  # the issue was moved and the row has its old key
    return Verdict(
        obstacle=f"the row names {ref.key}, but its issue is {link.key}; nothing was written to either. Run "
        f"`pmtrack link {place} {ref.key}` to go over to {ref.key}, or name {link.key} in the row again"
    )


def _verdicts(
    name: str, refs_of: Mapping[str, str], found: Mapping[str, FetchResult], owners: Mapping[str, str]
) -> dict[str, Verdict]:
    used = dict(owners)
    verdicts = {}
    for item_id, ref in refs_of.items():
        match found.get(ref):
            case Found(issue=issue) if used.setdefault(issue.ref.id, item_id) == item_id:
                verdicts[item_id] = Verdict(issue=issue, tracker=name)
            case Found(issue=issue):
                verdicts[item_id] = _taken(issue.ref.key)
            case Gone():
                why = f"the row names {ref}, which does not exist; correct the reference or empty it to have an issue created"
                verdicts[item_id] = Verdict(obstacle=why)
            case Unreadable(reason=reason):
                verdicts[item_id] = Verdict(blocked=f"the row names {ref}, which could not be read: {reason}")
            case None:
                # By contract it names no issue of this tracker after all, such as the number of a pull request.
                verdicts[item_id] = Verdict()
    return verdicts


def _taken(key: str) -> Verdict:
    return Verdict(
        obstacle=f"the row names {key}, which is the issue of another item; correct the reference, or decide with "
        f"`pmtrack unlink {key}` and `pmtrack link`"
    )


def _names(link: LinkRecord) -> list[str]:
    return [link.key, link.issue_id, *([link.url] if link.url else [])]
