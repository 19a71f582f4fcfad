"""Everything before the first write: what is to be done, for which item, and why."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from ulid import ULID

from tracker.errors import UserError
from tracker.people import people_of
from tracker.remote import Field, Tracker
from tracker.settings import Settings
from tracker.state.records import LinkRecord
from tracker.state.store import Store
from tracker.sync.checkout import completed, linker_of
from tracker.sync.desk import Desk, ask, open_desk, route_of
from tracker.sync.foresight import foresee
from tracker.sync.guards import check_emptied
from tracker.sync.linking import Verdict, is_named, look_up, other_issue
from tracker.sync.plan import Planned, Subject, plan, put_off
from tracker.sync.prepared import Preparation
from tracker.sync.report import SyncOptions
from tracker.sync.sighting import Sighting, look
from tracker.sync.source import Source, key_of
from tracker.sync.subjects import subjects_of
from tracker.sync.unclear import unclear_rows


@contextmanager
def prepare(
    source: Source,
    settings: Settings,
    store: Store,
    open_tracker: Callable[[str], Tracker],
    *,
    options: SyncOptions,
    now: dt.datetime,
) -> Iterator[Preparation]:
    """Look at documents and trackers and plan. Writes nothing; the trackers are closed at the end of the block.

    Raises:
        GuardError: a root turned empty.
        UserError: a route or the options name a tracker that is not configured.
    """
    _check_names(settings, options)
    kept, print_now = store.recall("reading"), reading_print(settings)
    reread = kept not in (None, print_now)
    sighting = look(source, store, settings.root, now=now, reread=reread, new_id=lambda: str(ULID()))
    link = linker_of(settings, source.roots)
    to_keep = None if kept == print_now else print_now
    people = people_of(settings.people)
    prepared = Preparation(sighting, settings, people, link, reading_print=to_keep)
    _guard(prepared, source, options)
    try:
        _fill(prepared, store, open_tracker, options, now)
        yield prepared
    finally:
        for desk in prepared.desks.values():
            if desk.adapter is not None:
                desk.adapter.close()


def reading_print(settings: Settings) -> str:
    """A digest of the settings by which documents are read; when it changes, every document is read again."""
    people = sorted((key, person.names) for key, person in settings.people.items())
    facts = json.dumps([settings.reading, people], sort_keys=True, default=str)
    return hashlib.sha256(facts.encode()).hexdigest()[:16]


def _check_names(settings: Settings, options: SyncOptions) -> None:
    wanted = [settings.default_tracker, *(route.tracker for route in settings.routes)]
    for name in [*wanted, *([options.tracker] if options.tracker else [])]:
        if name not in settings.trackers:
            known = ", ".join(sorted(settings.trackers))
            raise UserError(f"there is no tracker {name!r}", hint=f"Configured are: {known}.")


def _guard(prepared: Preparation, source: Source, options: SyncOptions) -> None:
    sighting = prepared.sighting
    if not sighting.lost:
        return
    roots = [key_of(path, prepared.settings.root) for path in source.roots]
    before = {each.path for each in sighting.lost}
    with_items = {row.place.path for row in sighting.rows} | {
        place.path for place in sighting.matching.ambiguous
    }
    unchanged = (key for key in sighting.files if key not in sighting.documents)
    with_items |= {key for key in unchanged if key in sighting.known and sighting.known[key].items}
    check_emptied(roots, before, with_items, allow_empty=options.allow_empty)


def _fill(
    prepared: Preparation,
    store: Store,
    open_tracker: Callable[[str], Tracker],
    options: SyncOptions,
    now: dt.datetime,
) -> None:
    sighting = prepared.sighting
    prepared.rows = {row.item_id: row for row in sighting.rows}
    prepared.records = {row.item_id: row.before for row in sighting.rows if row.before is not None}
    prepared.records.update({each.item_id: each for each in sighting.lost})
    _load(prepared, store, store.pending())
    prepared.open_conflicts = store.open_conflicts()
    _open_desks(prepared, store, open_tracker, options)
    for desk in prepared.desks.values():
        again = [
            record.link.issue_id
            for record in prepared.records.values()
            if record.link and record.link.tracker == desk.name and record.unreadable
        ]
        ask(desk, store, now, again=again)
        told = {*desk.pulled.issues, *desk.pulled.gone, *desk.pulled.unreadable}
        if desk.changed:
            told = set(store.linked_issues(desk.name))
        of_issues = store.items_of_issues(desk.name, sorted(told)) if told else {}
        _load(prepared, store, list(of_issues.values()))
    _find_existing(prepared, store)
    prepared.subjects = subjects_of(prepared, store)
    _plan(prepared)
    prepared.planned += unclear_rows(sighting, store)
    prepared.items = _count(sighting)


def _count(sighting: Sighting) -> int:
    """Action items in the documents of this run: counted where they were read, known from before where not."""
    read = {key: len(document.action_items) for key, document in sighting.documents.items()}
    known = {key: record.items for key, record in sighting.known.items()}
    return sum(read[key] if key in read else known.get(key, 0) for key in sighting.files)


def _load(prepared: Preparation, store: Store, ids: Sequence[str]) -> None:
    missing = [item_id for item_id in ids if item_id not in prepared.records]
    if missing:
        prepared.records.update({each.item_id: each for each in store.items(ids=missing)})


def _open_desks(
    prepared: Preparation, store: Store, open_tracker: Callable[[str], Tracker], options: SyncOptions
) -> None:
    settings, known = prepared.settings, store.trackers()
    names = dict.fromkeys(known)
    for row in prepared.sighting.rows:
        if row.before is None or row.before.link is None:
            names[route_of(row.place.path, settings)] = None
            if row.item.refs:
                names.update(dict.fromkeys(settings.trackers))
    for record in prepared.records.values():
        names[record.link.tracker if record.link else route_of(record.path, settings)] = None
        if record.link is None and record.item.refs:  # put off before: its reference may be of any of them
            names.update(dict.fromkeys(settings.trackers))
    for name in names:
        if options.tracker not in (None, name):
            continue
        if name not in settings.trackers:
            prepared.notes.append(f"tracker {name} is not configured any more; its items were left alone")
            prepared.unconfigured.add(name)
        else:
            prepared.desks[name] = open_desk(name, store, settings, open_tracker, known.get(name))


def _find_existing(prepared: Preparation, store: Store) -> None:
    """For items without a link: what earlier runs created, and what rows name."""
    wanted: dict[str, tuple[str, ...]] = {}
    links: dict[str, LinkRecord] = {}
    for item_id in {**prepared.records, **prepared.rows}:
        record, row = prepared.records.get(item_id), prepared.rows.get(item_id)
        if record is not None and record.removed_at and row is None:
            continue
        if record is not None and record.link:
            refs = row.item.refs if row else record.item.refs
            if refs and not is_named(record.link, refs):
                wanted[item_id], links[item_id] = completed(refs, prepared.settings), record.link
            continue
        verdict = _left_behind(prepared, row.marker if row else record.marker if record else "")
        if verdict is not None:
            prepared.verdicts[item_id] = verdict
            continue
        refs = completed(row.item.refs if row else record.item.refs if record else (), prepared.settings)
        if refs:
            wanted[item_id] = refs
    if wanted:
        named = sorted({ref for refs in wanted.values() for ref in refs})
        open_ = {
            name: desk.adapter for name, desk in prepared.desks.items() if desk.adapter and not desk.trouble
        }
        verdicts = look_up(
            wanted,
            open_,
            store.links_named(named),
            own_tracker=prepared.tracker_of,
            owners_of=store.items_of_issues,
            closed=_closed(prepared, open_),
        )
        prepared.verdicts.update({key: each for key, each in verdicts.items() if key not in links})
        _note_other_issues(prepared, {key: (link, verdicts[key]) for key, link in links.items()})


def _closed(prepared: Preparation, open_: Mapping[str, Tracker]) -> dict[str, str]:
    """The configured trackers that nobody can ask in this run, and why."""
    desks = prepared.desks
    return {
        name: (desks[name].trouble if name in desks else None) or "not part of this run"
        for name in prepared.settings.trackers
        if name not in open_
    }


def _note_other_issues(prepared: Preparation, named: Mapping[str, tuple[LinkRecord, Verdict]]) -> None:
    """Rows that have an issue and name another one: nothing is written until a person says which it is."""
    for item_id, (link, verdict) in named.items():
        row, record = prepared.rows.get(item_id), prepared.records[item_id]
        path, line = (row.place.path, row.item.line) if row else (record.path, record.item.line)
        place = f"{prepared.sighting.shown(path)}:{line}"
        if other := other_issue(link, verdict, place):
            prepared.verdicts[item_id] = other
        elif verdict.obstacle and row is not None and not verdict.foreign:
            prepared.notes.append(f"{place}: its issue stays {link.key}; {verdict.obstacle}")


def _left_behind(prepared: Preparation, marker: str) -> Verdict | None:
    for name, desk in prepared.desks.items():
        if marker in desk.settled.adopted:
            return Verdict(issue=desk.settled.adopted[marker], tracker=name)
        if marker in desk.settled.unproven:
            why = desk.settled.unproven[marker]
            return Verdict(
                blocked=f"an earlier run may have created its issue, and it is not proved yet: {why}"
            )
        if desk.trouble and any(intent.marker == marker for intent in desk.intents):
            return Verdict(blocked=f"an earlier run may have created its issue: {desk.trouble}")
    return None


def _plan(prepared: Preparation) -> None:
    for name, desk in prepared.desks.items():
        mine = [subject for subject in prepared.subjects if subject.tracker == name]
        if desk.adapter is None:
            for subject in mine:
                prepared.planned += put_off(replace(subject, blocked=subject.blocked or desk.trouble))
            continue
        owners = {subject.item_id: _to_resolve(prepared, desk, subject) for subject in mine}
        names = sorted({owner for named in owners.values() for owner in named})
        resolutions = desk.resolve(names, prepared.settings)
        for owner, resolution in resolutions.items():
            if resolution.account is None:
                prepared.unresolved[owner] = resolution.reason or "nobody in the tracker matches"
        rules = desk.rules(prepared.settings, prepared.people, prepared.link)
        of_desk: list[Planned] = []
        for subject in mine:
            if desk.trouble and not subject.blocked:
                subject = replace(subject, blocked=desk.trouble)  # noqa: PLW2901 - found while resolving people
            accounts = [
                resolutions[owner].account for owner in owners[subject.item_id] if owner in resolutions
            ]
            known = tuple(account for account in accounts if account is not None)
            of_desk += plan(subject, rules, known or None)
        prepared.foreseen += foresee(desk, of_desk)
        prepared.planned += of_desk


def _to_resolve(prepared: Preparation, desk: Desk, subject: Subject) -> Sequence[str]:
    """Owners who are not those of the base; the former ones where the document has none any more.

    Of an item that is looked at only because its issue was read again nobody is asked for: who could not be found when the
    document was read would otherwise be asked for in runs in which nothing changed.
    """
    if subject.removed or subject.obstacle or subject.blocked or subject.state in ("gone", "unreadable"):
        return ()
    record = prepared.records.get(subject.item_id)
    settled = record is not None and record.link is not None and not record.pending
    if settled and subject.item_id not in prepared.rows and not desk.changed:
        return ()
    known = subject.base.get(Field.ASSIGNEES.value, (None, None))[0]
    return () if sorted(subject.item.owners) == known else subject.item.owners or known or ()
