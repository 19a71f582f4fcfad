"""The plan of a run, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from tracker.people import People
from tracker.settings import Settings
from tracker.state.records import ItemRecord
from tracker.sync.desk import Desk, route_of
from tracker.sync.linking import Verdict
from tracker.sync.permalink import Linker, nowhere
from tracker.sync.plan import Planned, Subject
from tracker.sync.sighting import Row, Sighting
from tracker.values import dataclass

MOST_EXPLAINED = 3
"""Owners without an account about whom a line each is said."""


@dataclass(slots=True)
class Preparation:
    """The plan of a run and what it rests on.

    Attributes:
        records: Item id -> what was known of it before this run; only items that the run looks at.
        link: Gives the addresses of the documents' lines.
        verdicts: Item id -> what was found about an issue that exists already.
        items: How many action items the documents hold.
        foreseen: What the trackers say of the plan, for a person.
        unconfigured: Trackers of known items that the configuration does not name any more.
        reading_print: Digest of the reading's settings, to be kept; None if it is kept already.
    """

    sighting: Sighting
    settings: Settings
    people: People
    link: Linker = nowhere
    desks: dict[str, Desk] = field(default_factory=dict)
    records: dict[str, ItemRecord] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    subjects: list[Subject] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)
    items: int = 0
    reading_print: str | None = None
    open_conflicts: Mapping[tuple[str, str], tuple[str | None, str | None]] = field(default_factory=dict)
    unresolved: dict[str, str] = field(default_factory=dict)
    unconfigured: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)
    foreseen: list[str] = field(default_factory=list)

    def shown(self) -> list[Planned]:
        """The actions that a person sees: all but those that only bring the books up to date."""
        return [each for each in self.planned if each.record.reason]

    def tracker_of(self, item_id: str) -> str:
        """The tracker of an item: of its issue if it has one, else where its document goes."""
        verdict, record, row = self.verdicts.get(item_id), self.records.get(item_id), self.rows.get(item_id)
        if record is not None and record.link is not None:
            return record.link.tracker
        if verdict is not None and verdict.issue is not None:
            return verdict.tracker
        path = row.place.path if row is not None else record.path if record is not None else ""
        return route_of(path, self.settings)

    def waiting(self) -> list[str]:
        """Items that changed and whose tracker takes no part in this run; the next one looks at them again."""
        looked_at = {subject.item_id for subject in self.subjects}
        pending = {key for key, record in self.records.items() if record.pending}
        return [item_id for item_id in {**self.rows, **dict.fromkeys(pending)} if item_id not in looked_at]

    def stranded(self) -> bool:
        """Whether one of them waits for a tracker that is not configured any more."""
        return any(self.tracker_of(item_id) in self.unconfigured for item_id in self.waiting())

    def messages(self) -> Iterator[str]:
        """What a person should know beside the actions."""
        yield from self.notes
        yield from self.sighting.shared_incidents()
        for key, reason in sorted(self.sighting.unread.items()):
            yield f"{self.sighting.shown(key)}: {reason}; its items were left alone"
        for name, desk in sorted(self.desks.items()):
            if desk.trouble:
                trouble = desk.trouble.removeprefix(f"{name}: ").removesuffix(".")
                yield f"{name}: {trouble}{f'. {desk.advice}' if desk.advice else ''}"

    def warnings(self) -> list[str]:
        """What will not work as planned; a person should know it before anything is written."""
        owners = sorted(self.unresolved.items())
        if len(owners) > MOST_EXPLAINED:
            names = ", ".join(name for name, _ in owners)
            told = f"{len(owners)} owners cannot be assigned: {names}; their assignees are left as they are"
            return [*self.foreseen, f"{told}. Add them to [people], with their account in the tracker."]
        return [
            *self.foreseen,
            *(f"owner {name}: {why}; the assignee is left as it is" for name, why in owners),
        ]
