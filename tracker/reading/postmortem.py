"""One document from bytes to `PostMortem`: front end, extraction, header, notes, diagnostics. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from tracker.models import ActionItem, Diagnostic, PostMortem, Severity
from tracker.reading import frontends, header, notes, particulars
from tracker.reading.blocks import Block, Fence, Heading, Row
from tracker.reading.columns import ColumnReader
from tracker.reading.dates import Calendar, order_in
from tracker.reading.entries import Reader
from tracker.reading.explanation import Explanation
from tracker.reading.extraction import Extraction
from tracker.reading.kinds import kind_of
from tracker.reading.moments import moment
from tracker.reading.people import People
from tracker.reading.sections import Section, Sections
from tracker.reading.settings import ReadingSettings
from tracker.reading.signed import entries_of
from tracker.reading.source import Source

_FENCES = ("markdown", "md", "gfm")
_DAY_FIRST = frozenset(("de", "fr", "es", "pt", "no", "da", "sv", "it", "nl", "pl", "ru", "id", "fi", "vi"))
"""Languages in which 12/08/2025 is a day in August unless the document shows otherwise."""
_MOST_DIAGNOSTICS = 200


def build(
    path: str, data: bytes, settings: ReadingSettings, explanation: Explanation | None = None
) -> PostMortem:
    """Read a document.

    Args:
        path: Chooses the front end and is kept in the result.
        data: The whole file.
        settings: How to read.
        explanation: Is told why each section, table and entry was taken or left.
    """
    name = frontends.format_of(path) or "markdown"
    digest = _sha256(data) if settings.digest else ""
    source = Source(data, binary=name in frontends.BINARY)
    if source.binary:
        return PostMortem(
            path, format=name, kind="other", diagnostics=tuple(source.diagnostics), sha256=digest
        )
    if not data.strip():
        empty = Diagnostic("empty", "the file is empty", severity=Severity.INFO)
        return PostMortem(path, format=name, kind="other", diagnostics=(empty,), sha256=digest)
    try:
        blocks = entries_of(frontends.load(name)(source))
    except frontends.FrontEndError as error:
        trouble = Diagnostic(error.code, error.message, severity=Severity.ERROR)
        return PostMortem(path, format=name, kind="other", diagnostics=(trouble,), sha256=digest)
    made = _Document(path, name, source, settings, explanation or Explanation()).read(blocks)
    return replace(made, sha256=digest)


def _sha256(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


class _Document:
    """The steps over the blocks of one document."""

    def __init__(
        self, path: str, name: str, source: Source, settings: ReadingSettings, explanation: Explanation
    ) -> None:
        self.path = path
        self.name = name
        self.source = source
        self.settings = settings
        self.explanation = explanation
        self.words = settings.words

    def read(self, blocks: Sequence[Block]) -> PostMortem:
        """Header first, for its date is the base of relative dates; then the items."""
        people = People(self.words, self.settings.names)
        placed = self._outline(blocks)
        day_first = self.settings.day_first
        if day_first is None and self._language(placed) in _DAY_FIRST:
            day_first = order_in(self.source.text) is not False
        plain = Calendar(self.words, None, day_first, self.source.text)
        fences = [frontends.load("markdown")(self.source.part(*fence.inner)) for fence in _fences(blocks)]
        head = self._header(placed, fences)
        base = (
            particulars.date(head, plain, self.path)
            or particulars.opening_date(placed, plain)
            or particulars.written(head, plain)
        )
        people = people.with_names_of(head.people)
        reader = Reader(self.words, replace(plain, base=base), people)
        columns = ColumnReader(self.words, reader.calendar, people)
        walk, *below = (
            Extraction(reader, columns, self.explanation, Sections(self.words)) for _ in (blocks, *fences)
        )
        walk.walk(blocks)
        for inner, fence in zip(below, fences, strict=True):
            inner.walk(fence)
            walk.placed += inner.placed
            walk.items += inner.items
        items = sorted(walk.items, key=lambda item: item.line) if fences else walk.items
        return self._result(head, base, walk, items)

    def _header(
        self, placed: list[tuple[Block, Section]], fences: Sequence[Sequence[Block]]
    ) -> header.Header:
        """A filled-in template inside a fence speaks for the document; what it leaves out comes from around it."""
        head = header.read(placed, self.words)
        for fence in fences:
            inner = header.read(self._outline(fence), self.words)
            if inner.h1 and "date" in inner.values and not particulars.is_template(inner, self.words):
                return header.merged(inner, head)
        return head

    def _outline(self, blocks: Sequence[Block]) -> list[tuple[Block, Section]]:
        """The blocks with their sections, for the header alone."""
        sections = Sections(self.words)
        out: list[tuple[Block, Section]] = []
        for block in blocks:
            if isinstance(block, Heading):
                sections.heading(block.text, block.level)
            out.append((block, sections.now))
        return out

    def _result(
        self, head: header.Header, base: dt.date | None, walk: Extraction, items: list[ActionItem]
    ) -> PostMortem:
        calendar = walk.reader.calendar
        template = particulars.is_template(head, self.words)
        if template:
            self.explanation.title("a template: entries without owner, day or ticket are placeholders")
            items = [item if _concrete(item) else replace(item, placeholder=True) for item in items]
        elif particulars.is_guide(head, self.words):
            self.explanation.title("says how to do things: only entries with owner, day or ticket are items")
            items = [item for item in items if _concrete(item)]
        completed = head.values.get("completed")
        made = PostMortem(
            path=self.path,
            title=particulars.title(head, self.words, text=self._opens_with_title(walk.placed)),
            incident_id=particulars.incident_id(head),
            date=base,
            end=_end(head.values.get("end"), base, calendar),
            severity=particulars.severity(head),
            author=head.values.get("author"),
            status=head.values.get("status"),
            completed=particulars.first_day(completed, calendar) if completed else None,
            language=self._language(walk.placed),
            format=self.name,
            service=head.values.get("service"),
            related=_related(head.values.get("related")),
            items=tuple(items),
            timeline=tuple(notes.timeline(walk.placed, calendar)),
            notes=tuple(notes.notes(walk.placed, self.words)),
            reviews=tuple(notes.reviews(walk.placed, self.words, calendar)),
            suppressions=tuple(notes.suppressions(walk.placed)),
            header_spans=head.spans,
            diagnostics=tuple(self._diagnostics(walk, items))[:_MOST_DIAGNOSTICS],
        )
        return replace(made, kind=kind_of(made, template=template))

    def _opens_with_title(self, placed: Sequence[tuple[Block, Section]]) -> bool:
        """Whether the first line is the title: in plain text, and in pages whose headings lost their levels."""
        first = next((block for block, _ in placed if isinstance(block, Heading)), None)
        return self.name == "text" or (first is not None and first.level == 0)

    def _language(self, placed: Sequence[tuple[Block, Section]]) -> str | None:
        votes = Counter(
            language
            for block, _ in placed
            if isinstance(block, Heading) and (language := self.words.language_of(block.text.plain))
        )
        return max(votes, key=votes.__getitem__) if votes else None

    def _diagnostics(self, walk: Extraction, items: Sequence[ActionItem]) -> list[Diagnostic]:
        return [*self.source.diagnostics, *_ragged(walk), *_dates(items, walk), *_duplicates(items)]


def _fences(blocks: Sequence[Block]) -> list[Fence]:
    """Fenced Markdown: condensed templates, to be read like the rest."""
    return [
        block
        for block in blocks
        if isinstance(block, Fence) and block.info.casefold().partition(" ")[0] in _FENCES
    ]


def _concrete(item: ActionItem) -> bool:
    """Whether an item in a template says something that only a real one does."""
    return bool(item.due or item.refs or item.owners)


def _ragged(walk: Extraction) -> list[Diagnostic]:
    out = []
    for table, _ in walk.tables:
        width = len(table.header.cells) if table.header else 0
        for row in table.rows:
            columns = _columns(row)
            if width and columns != width:
                more = "more" if columns > width else "fewer"
                out.append(
                    Diagnostic(
                        "ragged-row",
                        f"the row has {columns} cells, {more} than its header ({width})",
                        row.line,
                    )
                )
    return out


def _columns(row: Row) -> int:
    """How many cells a row has in the source; the Markdown parser fills short rows up and cuts long ones."""
    if not row.source.verbatim or b"|" not in row.source.data[row.start : row.end]:
        return row.columns
    raw = row.source.data[row.start : row.end].replace(b"\\|", b"").strip().lstrip(b"> \t")
    return raw.count(b"|") + 1 - raw.startswith(b"|") - (raw.endswith(b"|") and len(raw) > 1)


def _dates(items: Sequence[ActionItem], walk: Extraction) -> list[Diagnostic]:
    out = []
    for item in items:
        if not item.due_raw:
            continue
        problem = walk.reader.calendar.read(item.due_raw).problem
        span = item.spans.get("due")
        line, column = (span.line, span.column) if span else (item.line, 1)
        if problem == "invalid":
            out.append(
                Diagnostic("invalid-date", f"{item.due_raw!r} is no day of the calendar", line, column)
            )
        elif problem == "ambiguous":
            hint = "write it as YYYY-MM-DD or set date_order in [reading]"
            out.append(
                Diagnostic("ambiguous-date", f"{item.due_raw!r} was read as {item.due}; {hint}", line, column)
            )
    return out


def _duplicates(items: Sequence[ActionItem]) -> list[Diagnostic]:
    first: dict[str, int] = {}
    out = []
    for item in items:
        if item.local_id is None or item.placeholder:
            continue
        if item.local_id in first:
            out.append(
                Diagnostic(
                    "duplicate-id",
                    f"the id {item.local_id!r} also stands on line {first[item.local_id]}",
                    item.line,
                )
            )
        else:
            first[item.local_id] = item.line
    return out


def _end(text: str | None, day: dt.date | None, calendar: Calendar) -> dt.datetime | None:
    """The end of the incident; a time without a day is on the day of the incident."""
    return moment(text, calendar, day) if text and any(map(str.isdecimal, text)) else None


def _related(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip()) if text else ()
