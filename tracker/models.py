"""The values that the whole program passes around: documents, action items, findings.

Plain frozen dataclasses: cheap to import and to make, compared by value. No I/O, no clock, no third-party import.
Offsets (`Span.start`, `Span.end`) are bytes of the UTF-8 source file, lines and columns are 1-based, columns count
characters; where a format has no lines (DOCX) `line` is the 1-based number of the block.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from tracker.patterns import pattern
from tracker.values import dataclass


class Status(StrEnum):
    """How far an action item is, whatever words the document or the tracker use."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    BLOCKED = "blocked"
    DEFERRED = "deferred"  # put off on purpose: nothing is in its way, and nobody decided against it
    DONE = "done"
    CANCELLED = "cancelled"

    #: True where nothing is left to do: done, or decided against. Kept, and not a property: asked a million times for a report.
    is_closed: bool

    def __init__(self, word: str) -> None:
        self.is_closed = word in ("done", "cancelled")


class Severity(StrEnum):
    """How bad a finding or diagnostic is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class ItemForm(StrEnum):
    """How an action item is written in its document; decides how it can be written back."""

    ROW = "row"
    TASK = "task"
    BULLET = "bullet"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LABEL = "label"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a source file: bytes `start` (inclusive) to `end` (exclusive), and where that is for a person."""

    start: int
    end: int
    line: int
    column: int = 1
    end_line: int = 0
    end_column: int = 0


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Trouble in a document, as a value beside what could be read.

    Codes are stable words like `encoding`, `ragged-row`, `unreadable-date`, `duplicate-id`.
    """

    code: str
    message: str
    line: int = 1
    column: int = 1
    severity: Severity = Severity.WARNING


@dataclass(frozen=True, slots=True)
class ActionItem:
    """One piece of follow-up work as the document states it; the fields follow the rules in docs/reading.md.

    Attributes:
        title: The action as a reader sees it: markup removed, white space collapsed, other fields cut out.
        line: 1-based line on which the item starts.
        local_id: The document's own id for it ("P1", "AI-3"), None where it has none.
        owners: People, handles or teams as shown, without "@" and markup; empty for nobody or a placeholder.
        due: The one day that the document fixes; None where it fixes none.
        due_raw: The due text as shown.
        priority: As shown ("P1", "High").
        priority_level: 0 (most urgent) to 4, None where unknown; from the vocabulary.
        status: Normalised; None where the document shows nothing (treated as open).
        category: The item's type ("prevent", "Detection Actions"), as shown.
        section: Text of the nearest heading above.
        refs: Tracker references as shown: a URL where there is one, else the bare key.
        placeholder: True for template text ("[Action]"); never becomes an issue.
        description: Explanation that stands below the item (continuation lines, sub-bullets), plain text or "".
        form: How it is written.
        spans: Where each field stands in the source; keys are field names (`title`, `owners`, `due`, `priority`,
            `status`, `refs`, `local_id`, `category`) and `item` for the whole row or entry. For a table row a field
            whose column exists but whose cell is empty has a span too (that is where write-back may write); for a task
            entry `status` is the one character between the brackets.
    """

    title: str
    line: int
    local_id: str | None = None
    owners: tuple[str, ...] = ()
    due: dt.date | None = None
    due_raw: str | None = None
    priority: str | None = None
    priority_level: int | None = None
    status: Status | None = None
    status_raw: str | None = None
    category: str | None = None
    section: str | None = None
    refs: tuple[str, ...] = ()
    placeholder: bool = False
    description: str = ""
    form: ItemForm = ItemForm.BULLET
    spans: Mapping[str, Span] = field(default_factory=dict, compare=False, hash=False)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """An entry of the incident's timeline; `time` as shown ("10:02", "2026-05-06 10:02 UTC")."""

    time: str
    text: str
    line: int
    at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A labelled piece of prose that rules look at: a finding, gap, contributing factor, cause or lesson.

    `kind` is one of `detection-gap`, `response-gap`, `process-gap`, `testing-gap`, `documentation-gap`,
    `contributing-factor`, `improvement`, `cause`, `lesson`.
    """

    kind: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Review:
    """A follow-up review that the document announces; `done` where the document records that it took place."""

    label: str
    due: dt.date | None
    line: int
    done: bool = False


@dataclass(frozen=True, slots=True)
class Suppression:
    """An inline waiver comment (`<!-- pmtrack: ignore PM104 until=... reason="..." -->`) as written."""

    codes: tuple[str, ...]
    line: int
    until: str | None = None
    reason: str | None = None
    by: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class PostMortem:
    """One document and everything that was read from it.

    Attributes:
        path: As given by the user, with "/" between folders.
        sha256: Hex digest of the bytes that were read.
        format: Name of the front end ("markdown", "rst", ...).
        kind: "post-mortem", "template" (only placeholders) or "other".
        status: The document's own status as shown ("Draft", "Complete").
    """

    path: str
    title: str | None = None
    incident_id: str | None = None
    date: dt.date | None = None
    end: dt.datetime | None = None
    severity: str | None = None
    author: str | None = None
    status: str | None = None
    completed: dt.date | None = None
    language: str | None = None
    format: str = "markdown"
    kind: str = "post-mortem"
    service: str | None = None
    related: tuple[str, ...] = ()
    items: tuple[ActionItem, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    notes: tuple[Note, ...] = ()
    reviews: tuple[Review, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    header_spans: Mapping[str, Span] = field(default_factory=dict, compare=False, hash=False)
    diagnostics: tuple[Diagnostic, ...] = ()
    sha256: str = ""

    @property
    def last_day(self) -> dt.date | None:
        """The day on which the incident ended, where the document says so, else its day."""
        return self.end.date() if self.end else self.date

    @property
    def action_items(self) -> tuple[ActionItem, ...]:
        """The items without placeholders; an item's position is its 0-based number among these."""
        return tuple(item for item in self.items if not item.placeholder)


_REMARK = pattern(r"\s*[(\[/|,;:–—]|\s+-\s+")


def severity_told(text: str | None) -> str | None:
    """A severity without what is remarked on it: "High" of "High (all customers)", "P1" of "P1 - critical"."""
    return _REMARK.split(text.strip())[0][:24].strip() or text.strip()[:24] if text else None


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the people map.

    Attributes:
        key: The name of the entry in the configuration (`[people.alice]`).
        names: Every way in which documents name this person.
        accounts: Tracker *name or type* -> account there (GitHub login, Jira accountId or name).
    """

    key: str
    names: tuple[str, ...] = ()
    accounts: Mapping[str, str] = field(default_factory=dict, hash=False)
    email: str | None = None
    team: str | None = None
    manager: str | None = None


@dataclass(frozen=True, slots=True)
class IssueRef:
    """Where an issue is: `id` never changes, `key` and `url` are for people and may."""

    id: str
    key: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as the tracker tells it.

    Attributes:
        marker: pmtrack's marker if the issue carries one.
        context: The inside of pmtrack's block of the body, normalised (`tracker.block.normalise`); None where there is none.
        status_raw: The tracker's own word ("In Review").
        resolution: Why it was closed, in the tracker's word ("duplicate", "not_planned").
        assignees: Accounts as the tracker identifies them.
        priority: 0 (most urgent) to 4.
        updated_at: When anything last changed there, UTC.
        updated_by: Account that changed it last, where the tracker says so without a further request.
        evidence: Links that say the work is verified (merged pull requests, comments), where cheap to know.
        version: Opaque; equal versions mean an unchanged issue.
    """

    ref: IssueRef
    title: str
    status: Status
    marker: str | None = None
    context: str | None = None
    status_raw: str | None = None
    resolution: str | None = None
    due: dt.date | None = None
    priority: int | None = None
    assignees: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    created_at: dt.datetime | None = None
    updated_at: dt.datetime | None = None
    updated_by: str | None = None
    closed_at: dt.datetime | None = None
    evidence: tuple[str, ...] = ()
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a policy rule found.

    Attributes:
        code: Stable code ("PM101").
        slug: Its name ("missing-owner").
        path: The document; "" for findings about no document.
        span: The cell or word; its line is the line that people jump to.
        message: What is wrong, with the value.
        advice: What to do about it.
        item: Title of the action item it is about, if any.
        item_id: Identity of that item where there is a state.
        waived_by: Text of the waiver that covers it, None where none does.
        key: What tells it from other findings of its rule in the same document and stays when lines move (the item's
            id or title, the text of the note); "" where the finding is about the document itself.
    """

    code: str
    slug: str
    severity: Severity
    path: str
    span: Span
    message: str
    advice: str = ""
    item: str | None = None
    item_id: str | None = None
    waived_by: str | None = None
    key: str = ""
