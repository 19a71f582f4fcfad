"""The world that `pmtrack check` looks at: documents as they are now, with what the state knows of their items."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.models import ActionItem, PostMortem
from tracker.world import TrackedItem, World

if TYPE_CHECKING:
    import datetime as dt

    from tracker.cli.context import Invocation
    from tracker.reading.documents import DocumentFile
    from tracker.reading.settings import ReadingSettings
    from tracker.settings import Settings
    from tracker.state.records import DocumentRecord
    from tracker.state.store import Store


def has_state(settings: Settings) -> bool:
    """Whether there is a state to read; a database server is taken to be there."""
    from tracker.cli.stores import state_file

    path = state_file(settings)
    return path is None or path.is_file()


def find_documents(settings: Settings, paths: Sequence[str]) -> list[DocumentFile]:
    """The documents below the paths, or those of the configuration where none are given.

    Raises:
        NoInputError: there is none.
    """
    from tracker.reading import documents
    from tracker.reading.settings import make

    if paths:
        return documents.find(paths, exclude=make(settings.reading).exclude)
    from tracker.cli.sources import ConfiguredDocuments
    from tracker.errors import NoInputError

    if not settings.documents:
        raise NoInputError(
            "no documents: no path was given, and the configuration has no `documents`",
            hint="Name a folder or a file: pmtrack check docs/postmortems",
        )
    found = ConfiguredDocuments(settings).files
    return [replace(file, path=os.path.relpath(file.path)) for file in found]


def documents_alone(settings: Settings, files: Sequence[DocumentFile], now: dt.datetime) -> World:
    """The world without a state: nothing is known but what the documents say."""
    from tracker.reading import documents
    from tracker.reading.settings import make

    reading = make(settings.reading, settings.people, digest=False)
    read = tuple(documents.read_many(files, reading))
    items = tuple(TrackedItem("", item, document.path) for document in read for item in document.items)
    return World(now, read, items, people=settings.people)


def with_state(invocation: Invocation, files: Sequence[DocumentFile]) -> World:
    """The world of the state, with every document that has changed since read anew."""
    from tracker.cli.stores import open_state
    from tracker.reading.settings import make

    settings = invocation.settings
    with open_state(invocation, create=False) as store:
        world = store.world(people=settings.people)
        return _Freshened(
            world, _records(store, settings.root), make(settings.reading, settings.people)
        ).read(files)


def _records(store: Store, root: Path) -> Mapping[str, DocumentRecord]:
    """What the state knows of each file, by its real path."""
    return {os.path.realpath(root / path): record for path, record in store.documents().items()}


class _Freshened:
    """A world of the state on its way to today's documents."""

    def __init__(self, world: World, records: Mapping[str, DocumentRecord], reading: ReadingSettings) -> None:
        self.world = world
        self.records = records
        self.reading = reading
        self.documents = {document.path: document for document in world.documents}
        self.items: dict[str, list[TrackedItem]] = {}
        for tracked in world.items:
            self.items.setdefault(tracked.path, []).append(tracked)

    def read(self, files: Iterable[DocumentFile]) -> World:
        """The world with these files as they are; documents that are not among them stay as the state has them."""
        from tracker.reading import documents

        for file in files:
            record = self.records.get(os.path.realpath(file.path))
            if record is None or not self._is_unchanged(file, record):
                self._take(documents.read_file(file, self.reading), record.path if record else file.path)
            elif record.path != file.path:
                self._take(replace(self.documents[record.path], path=file.path), record.path)
        items = (*self._placeholders(), *(tracked for some in self.items.values() for tracked in some))
        return replace(self.world, documents=tuple(self.documents.values()), items=items)

    def _is_unchanged(self, file: DocumentFile, record: DocumentRecord) -> bool:
        same = (record.size, record.mtime_ns) == (file.size, file.mtime_ns)
        return same and not record.doubtful and record.path in self.documents

    def _take(self, document: PostMortem, was: str) -> None:
        self.documents.pop(was, None)
        self.documents[document.path] = document
        known = self.items.pop(was, [])
        self.items[document.path] = list(recognise(document, known))

    def _placeholders(self) -> Iterator[TrackedItem]:
        for document in self.documents.values():
            held = {id(tracked.item) for tracked in self.items.get(document.path, ())}
            for item in document.items:
                if item.placeholder and id(item) not in held:
                    yield TrackedItem("", item, document.path)


def recognise(document: PostMortem, known: Iterable[TrackedItem]) -> Iterator[TrackedItem]:
    """The items of a document that was edited, each with what is known of it by its id or text; a sync decides for good."""
    here = [tracked for tracked in known if tracked.removed_at is None]
    for item in document.items:
        if item.placeholder:
            continue
        found = next((one for key in _KEYS for one in here if key(one.item, item)), None)
        if found is None:
            yield TrackedItem("", item, document.path)
        else:
            here.remove(found)
            yield replace(found, item=item, path=document.path)
    yield from (replace(tracked, path=document.path) for tracked in known if tracked.removed_at is not None)


def _same_row(old: ActionItem, new: ActionItem) -> bool:
    return old.title == new.title and old.local_id == new.local_id and old.section == new.section


def _same_text(old: ActionItem, new: ActionItem) -> bool:
    return old.title == new.title


def _same_id(old: ActionItem, new: ActionItem) -> bool:
    return old.local_id is not None and old.local_id == new.local_id


_KEYS = (_same_row, _same_text, _same_id)
