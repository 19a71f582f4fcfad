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


Home = tuple[str, str]  # a tracker's name, and a reference that it owns


def look_up(
    wanted: Mapping[str, tuple[str, ...]],
    trackers: Mapping[str, Tracker],
    linked: Iterable[LinkRecord],
    *,
    own_tracker: Callable[[str], str],
    owners_of: Callable[[str, Sequence[str]], Mapping[str, str]],
    closed: Mapping[str, str] | None = None,
) -> dict[str, Verdict]:
    """Find the issues that rows name: of several references of a row the first that names an issue.

    Args:
        wanted: Item id -> references in its row.
        trackers: The configured trackers that can be asked.
        linked: Links whose issue one of the references names as it is kept.
        own_tracker: Item id -> the tracker where its document goes, which is asked first: `#45` may be any repository's.
        owners_of: Issue id -> item id of the linked ones among the issues of a tracker: a row may name an issue in other
            words (`#47`) than those that are kept.
        closed: The configured trackers that cannot be asked in this run -> why. A reference that no other one owns may be theirs.

    Raises:
        AdapterError: a tracker failed.
    """
    owners = {name: link for link in linked for name in link.names}
    verdicts: dict[str, Verdict] = {}
    asked: dict[str, list[Home]] = {}
    for item_id, named in wanted.items():
        refs = [ref for ref in named if not _CHANGE.match(ref)]
        taken = next((owners[ref.casefold()] for ref in refs if ref.casefold() in owners), None)
        if not refs:
            verdicts[item_id] = Verdict()
        elif taken is not None:
            verdicts[item_id] = _taken(taken.key)
        elif homes := _homes(refs, trackers, own_tracker(item_id)):
            asked[item_id] = homes
        else:
            verdicts[item_id] = _owned_by_none(refs, closed or {})
    return verdicts | _ask(asked, trackers, owners_of)


def _owned_by_none(refs: Sequence[str], closed: Mapping[str, str]) -> Verdict:
    """Foreign only where every configured tracker was asked: what is called foreign is not looked at again."""
    named = f"the row names {', '.join(refs)}"
    if closed:
        reasons = "; ".join(
            f"{name}: {why.removeprefix(f'{name}: ')}" for name, why in sorted(closed.items())
        )
        return Verdict(blocked=f"{named}, which could not be looked up ({reasons})")
    return Verdict(
        obstacle=f"{named}, which belongs to no configured tracker; nothing was created beside it",
        foreign=True,
    )


def is_named(link: LinkRecord, refs: Sequence[str]) -> bool:
    """Whether one of a row's references names the issue that it has."""
    return not link.names.isdisjoint(ref.casefold() for ref in refs)


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


def _homes(refs: Sequence[str], trackers: Mapping[str, Tracker], own: str) -> list[Home]:
    """The references that a tracker owns, each with the one to ask."""
    order = sorted(trackers, key=lambda name: name != own)
    owning = ((next((name for name in order if trackers[name].owns(ref)), None), ref) for ref in refs)
    return [(name, ref) for name, ref in owning if name is not None]


def _ask(
    asked: Mapping[str, Sequence[Home]],
    trackers: Mapping[str, Tracker],
    owners_of: Callable[[str, Sequence[str]], Mapping[str, str]],
) -> dict[str, Verdict]:
    """What the trackers say of the references of each item; each tracker is asked once."""
    answers: dict[Home, FetchResult] = {}
    used: dict[Home, str] = {}  # tracker and issue id -> the item that has the issue
    for name, tracker in trackers.items():
        refs = sorted({ref for homes in asked.values() for home, ref in homes if home == name})
        found = tracker.lookup(refs) if refs else {}
        answers |= {(name, ref): result for ref, result in found.items()}
        ids = [result.issue.ref.id for result in found.values() if isinstance(result, Found)]
        used |= {(name, id_): item_id for id_, item_id in owners_of(name, ids).items()} if ids else {}
    return {item_id: _verdict(item_id, homes, answers, used) for item_id, homes in asked.items()}


def _verdict(
    item_id: str, homes: Sequence[Home], answers: Mapping[Home, FetchResult], used: dict[Home, str]
) -> Verdict:
    for name, ref in homes:
        match answers.get((name, ref)):
            case Found(issue=issue) if used.setdefault((name, issue.ref.id), item_id) == item_id:
                return Verdict(issue=issue, tracker=name)
            case Found(issue=issue):
                return _taken(issue.ref.key)
            case Gone():
                why = f"the row names {ref}, which does not exist; correct the reference or empty it to have an issue created"
                return Verdict(obstacle=why)
            case Unreadable(reason=reason):
                return Verdict(blocked=f"the row names {ref}, which could not be read: {reason}")
            case None:
                continue  # by contract no issue of this tracker after all, such as the number of a pull request
    return Verdict()


def _taken(key: str) -> Verdict:
    return Verdict(
        obstacle=f"the row names {key}, which is the issue of another item; correct the reference, or decide with "
        f"`pmtrack unlink {key}` and `pmtrack link`"
    )
