"""`pmtrack check --fix`: the mechanical repairs, written into the documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policies.configuration import PolicySettings
    from policies.sla import Settings as SlaSettings
    from tracker.reading.documents import DocumentFile
    from tracker.settings import Settings


def fix_documents(
    files: Iterable[DocumentFile], settings: Settings, policies: PolicySettings
) -> Iterator[str]:
    """Repair the documents and tell each change as `path:line: what`.

    Only text in UTF-8 is changed; a document that changes meanwhile is left alone.
    """
    from policies.configuration import make_calendar
    from policies.fixes import apply_edits, plan_edits
    from tracker.reading import documents
    from tracker.reading.settings import make
    from tracker.sync.writeback import save

    reading = make(settings.reading, settings.people)
    sla, calendar = _sla(policies), make_calendar(policies.calendar, settings.timezone)
    for file in files:
        data = documents.load(file)
        if not isinstance(data, bytes) or not _is_plain(data):
            continue
        edits = plan_edits(documents.read(file, data, reading), data, sla, calendar)
        if not edits:
            continue
        why_not = save(Path(file.path), data, apply_edits(data, edits))
        if why_not is None:
            yield from (f"{file.path}:{edit.line}: {edit.reason}" for edit in edits)
        else:
            yield f"{file.path}: {why_not}"


def _sla(policies: PolicySettings) -> SlaSettings:
    from policies.engine import settings_of
    from policies.registry import load_rule

    settings: SlaSettings = settings_of(load_rule("PM204"), policies)
    return settings


def _is_plain(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in data
