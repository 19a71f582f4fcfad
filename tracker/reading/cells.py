"""What the cells of one column show, whatever it is called: days, clock times, people, references, work to do. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence

from tracker.models import Status
from tracker.patterns import pattern
from tracker.reading import references
from tracker.reading.dates import Calendar
from tracker.reading.people import People
from tracker.reading.placeholders import is_placeholder
from tracker.reading.states import EMOJI, States, box
from tracker.values import dataclass
from tracker.vocabulary import Vocabulary, fold

_CLOCK = pattern(
    r"^\s*(?:~|ca\.?\s*|T\+?)?(?:\d{4}-\d\d-\d\d[ T])?(?:\w{3}\w* \d{1,2},? )?\d{1,2}[:.h]\d\d\b(?!\.)|^\s*hh:mm",
    re.IGNORECASE,
)
_MEASURE = pattern(
    r"^\W*\d[\d.,]*\s*(?:[%$€£]|(?:ms|msec|s|secs?|seconds?|mins?|minutes?|[kmgt]i?b|k|rps|qps|x)\b)",
    re.IGNORECASE,
)
_NUMBER = pattern(r"^\W*\d[\d.,]*\W*$")
_CODE = pattern(r"^[\w.-]*\d+\.\d+[\w.-]*$|^[A-Z0-9_]{4,}$|^[0-9a-f]{7,40}$")
_MOST_REF = 120
_MOST_NAMED = 6
"""Words in a cell that names an owner."""
_MOST_LEVEL = 4
"""From as many words on a cell is no level: "Add a validator to the push"."""
_ENOUGH = 0.6


@dataclass(frozen=True, slots=True)
class CellReader:
    """Looks at cells; shared by all tables of a document."""

    words: Vocabulary
    calendar: Calendar
    people: People
    states: States

    def day(self, cell: str) -> bool:
        """Whether a cell fixes a day, or would if the document had a date of its own."""
        return self.calendar.read(cell).day is not None

    def status(self, cell: str) -> Status | None:
        """The status that a cell is, as a whole or by its sign."""
        found = self.states.exact(cell)
        return found or (Status.OPEN if cell[:1] in EMOJI or box(cell) else None)

    def opens_status(self, cell: str) -> Status | None:
        """The status with which a cell opens: "Resolved by #12"."""
        return self.states.opening(cell)

    def person(self, cell: str) -> bool:
        """A handle, or somebody who is known."""
        return cell.startswith("@") or self.people.is_person(cell)

    def priority(self, cell: str) -> str | None:
        """The level of a cell that is a priority word."""
        return self.words.first("priority", cell)

    def work(self, cell: str) -> bool:
        """Whether a cell says what to do."""
        return says_work(cell, self.words)

    def contradicts(self, role: str, cells: Sequence[str], *, weak: bool) -> bool:
        """Whether the cells cannot be what the column's name says; a name of many meanings is doubted sooner."""
        if role == "action":
            return share(cells, _bare) >= _ENOUGH
        if role == "priority":
            return share(cells, self._no_priority) >= _ENOUGH
        if not weak:
            return False
        if role == "owner":
            return share(cells, self._no_owner) >= _ENOUGH
        if role == "due":
            return share(cells, _MEASURE.match) >= _ENOUGH and share(cells, self.day) < _ENOUGH
        return False

    def _no_priority(self, cell: str) -> bool:
        return len(cell.split()) >= _MOST_LEVEL and not self.priority(cell)

    def _no_owner(self, cell: str) -> bool:
        return len(cell.split()) > _MOST_NAMED or (len(cell) <= _MOST_REF and bool(_CODE.match(cell)))


def filled(cells: Sequence[str]) -> list[str]:
    """The cells that say something; a check box does, template text does not."""
    return [cell for cell in cells if box(cell) or not is_placeholder(cell)]


def is_clock(cells: Sequence[str]) -> bool:
    """Whether a column holds clock times."""
    return share(cells, _CLOCK.search) > _ENOUGH


def share(cells: Sequence[str], test: Callable[[str], object]) -> float:
    """The part of the cells that pass a test."""
    return sum(1 for cell in cells if test(cell)) / len(cells) if cells else 0.0


def says_work(text: str, words: Vocabulary) -> bool:
    """Whether a text is phrased as work: it opens with a verb, or says that something should be done; not what was."""
    opening = fold(text[:60]).split()[:_MOST_OPENING]
    if len(opening) < 2:
        return False
    said = {*opening, *(f"{one} {other}" for one, other in itertools.pairwise(opening))}
    if not said.isdisjoint(words.phrases("words", "was")):
        return False
    return opening[0] in words.table("verbs") or not said.isdisjoint(words.phrases("words", "should"))


_MOST_OPENING = 7


def _bare(cell: str) -> bool:
    """A number, a position or a reference, and nothing else: no text of an action."""
    if _NUMBER.match(cell) or not any(map(str.isalpha, cell)):
        return True
    found = references.find(cell, strict=False) if len(cell) < _MOST_REF else []
    return bool(found) and sum(ref.end - ref.start for ref in found) >= len(cell.strip()) - 2
