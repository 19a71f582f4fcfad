"""The post-mortems as documents: known but unfixed, published, late, without items, follow-up reviews due."""

from __future__ import annotations

import calendar as months
import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from tracker.calendar import Calendar
from tracker.models import PostMortem, Review, severity_told
from tracker.related import earlier_relatives, index_documents
from tracker.reports.history import Life, by_document
from tracker.reports.lines import ItemLine, Lens, Linker, web_address
from tracker.reports.metrics import urgency
from tracker.reports.periods import Period
from tracker.values import dataclass

# Two causes are the same when at least this share of the shorter one's telling words stands in the other;
# below a half, causes that share no more than their vocabulary would match.
_LIKE = 0.6
_FEWEST_WORDS = 3
_WORD = re.compile(r"\w{4,}")
_AFTER = re.compile(r"(\d{1,3})[\s-]*(day|week|month)", re.IGNORECASE)
_COMMON = frozenset(
    [
        "after",
        "all",
        "also",
        "and",
        "because",
        "been",
        "being",
        "caused",
        "cause",
        "could",
        "did",
        "due",
        "during",
        "each",
        "failed",
        "failure",
        "for",
        "from",
        "had",
        "has",
        "have",
        "incident",
        "into",
        "more",
        "not",
        "other",
        "root",
        "service",
        "system",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "under",
        "was",
        "were",
        "when",
        "where",
        "which",
        "while",
        "with",
        "without",
        "would",
    ]
)


RELATIONS = {"related": "named as related", "cause": "like cause", "service": "same service"}


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A post-mortem in a list, and why it is there."""

    path: str
    title: str
    incident: str | None
    severity: str | None
    date: dt.date | None
    url: str | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class KnownButUnfixed:
    """A new incident, the earlier one that told of it, and the work from there that was still open.

    Attributes:
        why: `related` (the document names it), `cause` or `service`.
        lines: Items that were open when the new incident happened, as they stand now.
    """

    incident: DocumentLine
    relative: DocumentLine
    why: str
    lines: tuple[ItemLine, ...]

    @property
    def still_open(self) -> int:
        """Items of those that are open to this day."""
        return sum(line.is_open for line in self.lines)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A follow-up review that is due or soon will be; `late_days` is negative before its day."""

    document: DocumentLine
    label: str
    due: dt.date
    late_days: int
    line: int


def document_line(document: PostMortem, link: Linker, note: str = "") -> DocumentLine:
    """The document as one line."""
    title = document.title or document.path
    return DocumentLine(
        document.path,
        title,
        document.incident_id,
        severity_told(document.severity),
        document.date,
        web_address(link(document.path, 1)),
        note,
    )


def post_mortems(documents: Iterable[PostMortem]) -> tuple[PostMortem, ...]:
    """The documents that are post-mortems: no templates, no other texts."""
    return tuple(document for document in documents if document.kind == "post-mortem")


def _day_in(period: Period, day: dt.date | None, calendar: Calendar) -> bool:
    return day is not None and calendar.day(period.start) < day <= calendar.day(period.end)


def published(
    documents: Iterable[PostMortem], period: Period, calendar: Calendar, link: Linker
) -> tuple[DocumentLine, ...]:
    """Post-mortems completed in the period (or, where they do not say, of an incident in it)."""
    return tuple(
        document_line(document, link)
        for document in documents
        if _day_in(period, document.completed or document.date, calendar)
    )


def late(
    documents: Iterable[PostMortem], period: Period, calendar: Calendar, link: Linker, most: int
) -> tuple[DocumentLine, ...]:
    """Of those completed in the period, the ones later than `most` business days after the incident, counted as PM403 does."""
    found = []
    for document in documents:
        start = document.last_day
        if start and document.completed and _day_in(period, document.completed, calendar):
            days = calendar.business_days(start, document.completed)
            if days > most:
                found.append(document_line(document, link, f"{days} business days after the incident"))
    return tuple(found)


def without_items(
    documents: Iterable[PostMortem], period: Period, calendar: Calendar, link: Linker
) -> tuple[DocumentLine, ...]:
    """Of those published in the period, the ones without an action item."""
    return tuple(
        document_line(document, link, "no action item")
        for document in documents
        if _day_in(period, document.completed or document.date, calendar)
        and not any(not item.placeholder for item in document.items)
    )


def follow_ups(documents: Iterable[PostMortem], lens: Lens, days: int) -> tuple[FollowUp, ...]:
    """Reviews that the documents announce, not recorded as done, due by now or within `days`; the latest first."""
    found = []
    for document in documents:
        for review in document.reviews:
            due = review_day(review, document)
            if due is None or review.done or (due - lens.today).days > days:
                continue
            line = document_line(document, lens.link)
            found.append(FollowUp(line, review.label, due, (lens.today - due).days, review.line))
    return tuple(sorted(found, key=lambda one: (one.due, one.document.path, one.line)))


def review_day(review: Review, document: PostMortem) -> dt.date | None:
    """The day of a review: as the document says, else counted from its completion (or the incident) by the label."""
    start = document.completed or document.date
    if review.due is not None or start is None:
        return review.due
    match = _AFTER.search(review.label)
    if match is None:
        return None
    count, unit = int(match[1]), match[2].lower()
    if unit == "month":
        return _months_later(start, count)
    return start + dt.timedelta(days=count * (7 if unit == "week" else 1))


def _months_later(day: dt.date, count: int) -> dt.date:
    year, month = divmod(day.month - 1 + count, 12)
    last = months.monthrange(day.year + year, month + 1)[1]
    return dt.date(day.year + year, month + 1, min(day.day, last))


def known_but_unfixed(
    documents: Sequence[PostMortem],
    found: Iterable[Life],
    line: Callable[[Life], ItemLine],
    period: Period,
    lens: Lens,
) -> tuple[KnownButUnfixed, ...]:
    """New incidents of the period whose relatives had open items on the day it happened.

    A relative is an earlier incident that the document names, or one with a like cause, or one of the same service; each
    pair stands once, with the strongest reason.

    Args:
        documents: All post-mortems.
        found: All lives.
        line: Gives the line of a life.
        period: Incidents that happened in it are new.
        lens: The moment of the report.
    """
    new = [document for document in documents if _day_in(period, document.date, lens.calendar)]
    if not new:
        return ()
    items = by_document(found)
    causes = {id(document): _causes(document) for document in documents}
    index, result = index_documents(documents), []
    for incident in new:
        named = {other.path for other in earlier_relatives(index, incident).values()}
        for relative in documents:
            why = _relation(incident, relative, named, causes)
            if why is None:
                continue
            day = lens.calendar.start_of(incident.date or lens.today)
            known = [line(life) for life in items.get(relative.path, ()) if life.is_open_at(day)]
            if known:
                result.append(_known(incident, relative, why, known, lens))
    return tuple(sorted(result, key=_gravity))


def _known(
    incident: PostMortem, relative: PostMortem, why: str, known: Sequence[ItemLine], lens: Lens
) -> KnownButUnfixed:
    return KnownButUnfixed(
        document_line(incident, lens.link),
        document_line(relative, lens.link),
        why,
        tuple(sorted(known, key=urgency)),
    )


def _gravity(one: KnownButUnfixed) -> tuple[int, int, str, str]:
    order = {"related": 0, "cause": 1, "service": 2}
    return (order[one.why], -one.still_open, one.incident.path, one.relative.path)


def _relation(
    incident: PostMortem,
    relative: PostMortem,
    named: Collection[str],
    causes: Mapping[int, Sequence[frozenset[str]]],
) -> str | None:
    """Why an earlier incident is a relative, None where it is none; `named` are the paths of those that it names."""
    if relative.path in named:
        return "related"
    if (
        relative is incident
        or relative.date is None
        or incident.date is None
        or relative.date >= incident.date
    ):
        return None
    mine, theirs = causes[id(incident)], causes[id(relative)]
    if any(_alike(one, other) for one in mine for other in theirs):
        return "cause"
    same = incident.service and relative.service
    return "service" if same and _fold(incident.service) == _fold(relative.service) else None


def _fold(text: str | None) -> str:
    return (text or "").strip().casefold()


def _causes(document: PostMortem) -> Sequence[frozenset[str]]:
    notes = [note.text for note in document.notes if note.kind == "cause"]
    words = [frozenset(_WORD.findall(text.casefold())) - _COMMON for text in notes]
    return [one for one in words if len(one) >= _FEWEST_WORDS]


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _LIKE * min(len(one), len(other))
