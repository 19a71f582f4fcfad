"""The first half of a sync: which documents changed, what they hold now, and which item is which."""

from __future__ import annotations

import datetime as dt
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path

from tracker.identity import Known, KnownDocument, Matching, Place, TodayDocument, grouped, marker_of, match
from tracker.models import ActionItem, Diagnostic, PostMortem, Severity, Span
from tracker.reading.documents import DocumentFile
from tracker.state import codec
from tracker.state.records import DocumentRecord, ItemRecord
from tracker.state.store import Store
from tracker.state.writer import Writer
from tracker.sync.source import Source, by_key, is_below, key_of
from tracker.values import dataclass
from tracker.world import Event, Side

STRAYS_FOR = dt.timedelta(days=90)  # so long a row that was removed may come back as the same item
RACY_NS = (
    2_000_000_000  # a file changed less than this before it was read may change again within one time stamp
)
_NOWHERE: Mapping[str, Span] = {}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a document that was read: the item, and what was known of it (None for a new one)."""

    item_id: str
    marker: str
    place: Place
    item: ActionItem
    before: ItemRecord | None


@dataclass(slots=True)
class Sighting:
    """What this run saw of the documents.

    Attributes:
        seen_at: Before any of the documents was read, UTC.
        files: Document key -> file, for every document of the run.
        documents: Key -> contents, for documents that are new or changed.
        touched: Key -> contents, for documents that were read again and are the same.
        unread: Key -> why a document could not be read; its items are left alone.
        vanished: Documents that are not there any more.
        payloads: What the state keeps of `documents`, with the places of their fields; packed, for ten thousand documents wait
            here for the plan to be agreed to.
        rows: Every action item of `documents`, identified.
        lost: Items whose rows are gone.
        elsewhere: Documents that the run was not asked for and that changed: a row may have moved out of them.
    """

    seen_at: dt.datetime
    files: Mapping[str, DocumentFile] = field(default_factory=dict)
    documents: dict[str, PostMortem] = field(default_factory=dict)
    touched: dict[str, PostMortem] = field(default_factory=dict)
    payloads: dict[str, bytes] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    vanished: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    lost: list[ItemRecord] = field(default_factory=list)
    matching: Matching = field(default_factory=Matching)
    known: Mapping[str, DocumentRecord] = field(default_factory=dict)
    elsewhere: list[str] = field(default_factory=list)
    diagnostics: dict[str, tuple[Diagnostic, ...]] = field(default_factory=dict)
    read: int = 0

    def keep(self, document: PostMortem) -> None:
        """Take a document that was read.

        The places of its fields and what only reports and rules look at, most of its weight, go straight into what is to be stored.
        """
        self.payloads[document.path] = zlib.compress(codec.dump(document), level=1)
        items = tuple(replace(item, spans=_NOWHERE) for item in document.items)
        self.documents[document.path] = replace(
            document, items=items, header_spans=_NOWHERE, timeline=(), notes=(), reviews=(), suppressions=()
        )

    def shown(self, key: str) -> str:
        """The document as the user wrote it."""
        file = self.files.get(key)
        return file.path if file else key

    def shared_incidents(self) -> Iterator[str]:
        """A message for each incident that several documents name, if one of them is new or changed."""
        incidents = {key: self.known[key].incident_id for key in self.files if key in self.known}
        incidents |= {key: document.incident_id for key, document in self.documents.items()}
        sharing: defaultdict[str, list[str]] = defaultdict(list)
        for key, incident in sorted(incidents.items()):
            if incident:
                sharing[incident].append(key)
        for incident, keys in sharing.items():
            if len(keys) > 1 and not self.documents.keys().isdisjoint(keys):
                names = ", ".join(self.shown(key) for key in keys)
                yield f"{names}: all name the incident {incident}; if one was copied from another, correct its id"


def look(
    source: Source, store: Store, root: Path, *, now: dt.datetime, reread: bool, new_id: Callable[[], str]
) -> Sighting:
    """Read what is new or changed and identify its items. Writes nothing.

    Args:
        source: The documents of the run.
        store: The state.
        root: Folder of the configuration.
        now: The moment, UTC.
        reread: Read every document, because the reading's settings changed.
        new_id: Makes the identity of a new item.
    """
    roots = [key_of(path, root) for path in source.roots]
    files = by_key(source.files, root)
    sighting = Sighting(now, files, known=_known_below(roots, files, store))
    sighting.vanished = [
        key for key in sighting.known if key not in sighting.files and source.covers(key, root)
    ]
    _read(source, sighting, reread=reread)
    unsettled = [
        key
        for key, record in sighting.known.items()
        if record.ambiguous and key in sighting.files and key not in sighting.documents
    ]
    sighting.documents.update(store.post_mortems(unsettled) if unsettled else {})
    if sighting.documents or sighting.vanished:
        if sighting.documents:
            if store.count_documents() > len(sighting.known):
                sighting.known = store.documents()
            sighting.elsewhere = _changed_elsewhere(sighting, root)
        _identify(sighting, store, now, new_id)
    return sighting


def _known_below(
    roots: Sequence[str], files: Mapping[str, DocumentFile], store: Store
) -> Mapping[str, DocumentRecord]:
    """What is known of the documents of this run: a state may hold a hundred times as many of other teams."""
    if any(not root or root == "." or root.endswith("/") for root in roots):
        return store.documents()
    known = store.documents(roots)
    # A known document must never look new, so a source that finds documents beside its roots costs the whole table.
    outside = any(key not in known and not any(is_below(key, root) for root in roots) for key in files)
    return store.documents() if outside else known


def record(sighting: Sighting, writer: Writer, now: dt.datetime) -> None:
    """Put what was seen into the state, with the history of every item."""
    unclear = grouped(
        (place.path, (place.index, (ambiguity.candidates, ambiguity.reason)))
        for place, ambiguity in sighting.matching.ambiguous.items()
    )
    for key, document in {**sighting.documents, **sighting.touched}.items():
        file = sighting.files[key]
        doubtful = sighting.seen_at.timestamp() * 1e9 - file.mtime_ns < RACY_NS
        payload = sighting.payloads.pop(key, None)
        writer.document(
            document,
            size=file.size,
            mtime_ns=file.mtime_ns,
            doubtful=doubtful,
            ambiguous=dict(unclear.get(key, ())),
            payload=zlib.decompress(payload) if payload is not None else None,
        )
    for key, reason in sighting.unread.items():
        writer.document_unread(key, reason)
    writer.documents_removed(sighting.vanished)
    for row in sighting.rows:
        pending = row.before is None or row.before.pending
        writer.item(row.item_id, row.marker, row.place.path, row.place.index, row.item, pending=pending)
        writer.events(_history(row, now))
    writer.items_removed([each.item_id for each in sighting.lost])
    writer.events(
        Event(now, each.item_id, Side.DOCUMENT, "removed", each.item.title) for each in sighting.lost
    )


def _read(source: Source, sighting: Sighting, *, reread: bool) -> None:
    wanted = [
        file for key, file in sighting.files.items() if reread or _changed(file, sighting.known.get(key))
    ]
    sighting.read = len(wanted)
    keys = {file.path: key for key, file in sighting.files.items()} if wanted else {}
    for document in source.read(wanted):
        key = keys[document.path]
        if document.diagnostics:
            sighting.diagnostics[document.path] = document.diagnostics
        known = sighting.known.get(key)
        if reason := _why_unread(document):
            sighting.unread[key] = reason
        elif known is not None and known.sha256 == document.sha256 and not reread and not known.ambiguous:
            sighting.touched[key] = replace(document, path=key)
        else:
            sighting.keep(replace(document, path=key))


def _changed(file: DocumentFile, known: DocumentRecord | None) -> bool:
    if known is None or known.doubtful or known.unread or file.problem:
        return True
    return (known.size, known.mtime_ns) != (file.size, file.mtime_ns)


def _why_unread(document: PostMortem) -> str | None:
    errors = [each.message for each in document.diagnostics if each.severity is Severity.ERROR]
    if not document.sha256 or (errors and not document.items):
        return errors[0] if errors else "it could not be read"
    return None


def _changed_elsewhere(sighting: Sighting, root: Path) -> list[str]:
    """Known documents outside of this run that are not as they were read. One whose folder is not here is another runner's."""
    changed = []
    for key, known in sighting.known.items():
        if key in sighting.files or key in sighting.vanished:
            continue
        path = root / key
        try:
            status = path.stat()
        except OSError:
            if path.parent.exists():
                changed.append(key)
            continue
        if (status.st_size, status.st_mtime_ns) != (known.size, known.mtime_ns):
            changed.append(key)
    return changed


def _identify(sighting: Sighting, store: Store, now: dt.datetime, new_id: Callable[[], str]) -> None:
    new_documents = [key for key in sighting.documents if key not in sighting.known]
    strays = store.strays(now - STRAYS_FOR)
    homes = {each.path for each in strays} - set(sighting.documents) if new_documents else set()
    beside = store.post_mortems(sorted(homes & set(sighting.files) - set(sighting.unread)))
    keys = [*(key for key in sighting.documents if key in sighting.known), *sighting.vanished, *beside]
    known = store.items(paths=keys)
    today = [_today(key, document) for key, document in {**sighting.documents, **beside}.items()]
    by_document = grouped((each.path, _known(each)) for each in known)
    before = [_before(key, sighting.known[key], by_document.get(key, ())) for key in keys]
    unseen = [*(key for key in sighting.unread if key in sighting.known), *sighting.elsewhere]
    hidden = [_known(each) for each in store.items(paths=unseen)]
    if before or strays or hidden:  # else nothing is known that a row could be
        sighting.matching = match(today, before, [_known(each) for each in strays], hidden)
    records = {each.item_id: each for each in (*known, *strays)}
    for document in today:
        if document.path not in beside:
            _rows(sighting, document, records, new_id)
    sighting.lost = [records[item_id] for item_id in sighting.matching.lost]


def _rows(
    sighting: Sighting, document: TodayDocument, records: Mapping[str, ItemRecord], new_id: Callable[[], str]
) -> None:
    for index, item in enumerate(document.items):
        place = Place(document.path, index)
        if place in sighting.matching.ambiguous:
            continue
        binding = sighting.matching.bound.get(place)
        if binding is None:
            item_id = new_id()
            sighting.rows.append(Row(item_id, marker_of(item_id), place, item, None))
        else:
            before = records[binding.item_id]
            sighting.rows.append(Row(before.item_id, before.marker, place, item, before))


def _today(key: str, document: PostMortem) -> TodayDocument:
    return TodayDocument(key, document.sha256, document.incident_id, document.action_items)


def _before(key: str, known: DocumentRecord, items: Sequence[Known]) -> KnownDocument:
    return KnownDocument(key, known.sha256, known.incident_id, tuple(items))


def _known(record: ItemRecord) -> Known:
    refs = record.link.names if record.link else frozenset()
    return Known(record.item_id, record.item, refs, record.path)


def _history(row: Row, now: dt.datetime) -> list[Event]:
    """What changed in the document since the item was last seen."""
    if row.before is None:
        return [Event(now, row.item_id, Side.DOCUMENT, "created", None, row.item.title)]
    old, new = texts(row.before.item), texts(row.item)
    events = [
        Event(now, row.item_id, Side.DOCUMENT, name, old[name], new[name])
        for name in old
        if old[name] != new[name]
    ]
    if row.before.removed_at is not None:
        events.append(Event(now, row.item_id, Side.DOCUMENT, "created", None, row.item.title))
    return events


def texts(item: ActionItem) -> dict[str, str | None]:
    """The fields of an item that the history follows, as text."""
    return {
        "title": item.title,
        "status": item.status.value if item.status else None,
        "due": item.due.isoformat() if item.due else None,
        "priority": str(item.priority_level) if item.priority_level is not None else None,
        "owners": ", ".join(item.owners) or None,
    }
