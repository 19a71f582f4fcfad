"""What each column of a table holds, from its header and from its cells, and whether the rows are action items. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from tracker.patterns import pattern
from tracker.reading import references
from tracker.reading.blocks import Row, Table
from tracker.reading.cells import CellReader, filled, is_clock, share
from tracker.reading.dates import Calendar
from tracker.reading.people import People
from tracker.reading.sections import AGAINST, Section
from tracker.reading.states import States
from tracker.values import dataclass
from tracker.vocabulary import Vocabulary, fold

WEIGHT = {
    "owner": 0.4,
    "due": 0.4,
    "status": 0.3,
    "ref": 0.3,
    "priority": 0.2,
    "id": 0.1,
    "category": 0.1,
    "time": -1.5,
    "event": -0.6,
    "other": -0.2,
}
STRONG_ACTION, WEAK_ACTION, VAGUE_ACTION = 0.7, 0.5, 0.3
"""A column called so; one called "Item" or "Title" in an action section; the same elsewhere."""
COMPLETE = 0.5
"""A table whose columns are called who, what and by when says so itself, wherever it stands."""
SAYS_WORK, SAYS_FACTS = 0.2, -0.6
"""What the cells of a vague action column add outside of action sections."""
ABOUT_THINGS = -0.4
"""A column of services, flags or customers beside a vague action column, outside of action sections."""
THRESHOLD = 0.95
_SECTION = {
    "action": 1.0,
    "improvement": 0.3,
    "horizon": 0.4,
    "neutral": 0.0,
    "summary": 0.0,
    "lesson": -0.4,
    "cause": -0.4,
    "impact": -0.4,
    "detection": -0.4,
}
"""What the section says; every other kind speaks against its tables."""
_ACTIONABLE = ("action", "improvement", "horizon")
_NUMBER_SIGNS = ("#", "№", "Nº", "N°", "nº", "n°", "S/N", "Sl", "Sl No")
_MOST_COLUMNS = 60
_SAMPLE = 50
_ENOUGH = 0.6
_ONE_EACH = ("action", "owner", "due", "status", "priority", "id", "category")
_ANY_DAY = dt.date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Columns:
    """The roles of a table's columns and how much they speak for action items."""

    roles: tuple[str, ...]
    score: float
    why: str

    def at(self, role: str) -> int:
        """The first column with this role, -1 for none."""
        return self.roles.index(role) if role in self.roles else -1

    @property
    def actions(self) -> bool:
        """Whether the rows are action items."""
        return self.score >= THRESHOLD and "action" in self.roles


class ColumnReader:
    """Finds roles; shared by all tables of a document."""

    def __init__(self, words: Vocabulary, calendar: Calendar, people: People) -> None:
        self.words = words
        self.weak = words.table("weak")
        dated = calendar if calendar.base else replace(calendar, base=_ANY_DAY)
        self.cells = CellReader(words, dated, people, States(words))

    def read(self, table: Table, section: Section) -> Columns:
        """Roles and score of a table that stands in a section."""
        header = [" ".join(cell.plain.split()) for cell in table.header.cells] if table.header else []
        if len(header) > _MOST_COLUMNS:
            return Columns(("",) * len(header), AGAINST, f"more than {_MOST_COLUMNS} columns")
        width = max([len(header), *(len(row.cells) for row in table.rows[:_SAMPLE])], default=0)
        header += [""] * (min(width, _MOST_COLUMNS) - len(header))
        columns = [_column(table.rows[:_SAMPLE], index) for index in range(len(header))]
        wishes = [self._wishes(name, cells) for name, cells in zip(header, columns, strict=True)]
        roles = self._settle(wishes, header)
        self._from_cells(roles, columns, section)
        return self._scored(roles, header, columns, section)

    def _wishes(self, name: str, cells: Sequence[str]) -> tuple[str, ...]:
        """What a column may hold by its name, without what its cells contradict."""
        if name.strip("* ") in _NUMBER_SIGNS:
            return ("id",)
        roles = self.words.find("column", name) if name else ()
        return tuple(
            role
            for role in roles
            if not cells or not self.cells.contradicts(role, cells, weak=self._is_weak(role, name))
        )

    def _is_weak(self, role: str, name: str) -> bool:
        """Whether a column's name can mean many things ("Title", "Team", "Date")."""
        plain = fold(name)
        if plain.isascii() or plain in self.words.table("column"):
            return not name or role in self.weak.get(plain, ())
        return any(
            role in roles and phrase in plain for phrase, roles in self.weak.items() if not phrase.isascii()
        )

    def _settle(self, wishes: Sequence[tuple[str, ...]], header: list[str]) -> list[str]:
        """One column per role: a name that means only this goes first, the others take what nobody else claims."""
        roles = [wish[0] if wish else "" for wish in wishes]
        for role in _ONE_EACH:
            claims = [index for index, mine in enumerate(roles) if mine == role]
            if len(claims) > 1:
                keep = max(claims, key=lambda index: self._surely(role, header[index]))
                for index in claims:
                    if index != keep:
                        roles[index] = next(
                            (other for other in wishes[index][1:] if other not in roles), "note"
                        )
        return roles

    def _surely(self, role: str, name: str) -> int:
        """How surely a name means a role: as a whole ("Corrective action"), by a part of it ("Issue description"), or maybe."""
        if self._is_weak(role, name):
            return 0
        return 2 if role in self.words.exact("column", name) else 1

    def _from_cells(self, roles: list[str], columns: Sequence[list[str]], section: Section) -> None:
        """Roles that only the cells tell; a column of clock times is a timeline whatever it is called."""
        for index, role in enumerate(roles):
            cells = columns[index]
            if role in ("", "due", "id", "other") and cells and is_clock(cells):
                roles[index] = "time"
            elif (
                index == 0
                and role in ("", "note")
                and "id" not in roles
                and share(cells, _numbered) >= _ENOUGH
            ):
                roles[index] = "id"
            elif role == "" and cells:
                roles[index] = self._guess(cells, roles)
            elif (
                role == "note" and "status" not in roles and share(cells, self.cells.opens_status) >= _ENOUGH
            ):
                roles[index] = "status"
        if "action" not in roles:
            self._seek_action(roles, columns, section)

    def _guess(self, cells: list[str], roles: list[str]) -> str:
        tests = (
            ("due", self.cells.day),
            ("status", self.cells.status),
            ("priority", self.cells.priority),
            ("owner", self.cells.person),
            ("ref", lambda cell: references.find(cell) and len(cell) < 120),
        )
        for role, test in tests:
            if role not in roles and share(cells, test) >= _ENOUGH:
                return role
        return ""

    def _seek_action(self, roles: list[str], columns: Sequence[list[str]], section: Section) -> None:
        """Without an action column by name, the one with the most text is it; elsewhere only if it says what to do."""
        known = section.kind == "action"
        if not known and not (
            "owner" in roles and {"due", "status", "ref"} & set(roles) and "event" not in roles
        ):
            return
        sizes = [
            (sum(map(len, columns[i])), -i)
            for i, role in enumerate(roles)
            if (role in ("", "note", "other") if known else role == "")
            and columns[i]
            and (known or share(columns[i], self.cells.work) >= _ENOUGH)
            and not self.cells.contradicts("action", columns[i], weak=True)
        ]
        if sizes and max(sizes)[0]:
            roles[-max(sizes)[1]] = "action"

    def _action_weight(self, name: str, cells: Sequence[str], section: Section) -> float:
        """A column called "Title" or "Item" holds actions where the section says so; elsewhere its cells must."""
        if not self._is_weak("action", name):
            return STRONG_ACTION
        if section.kind in _ACTIONABLE:
            return WEAK_ACTION
        says = share(cells, self.cells.work) >= 0.5
        english = self.words.language_of(name) == "en"
        return round(VAGUE_ACTION + (SAYS_WORK if says else SAYS_FACTS if english else 0.0), 2)

    def _scored(
        self, roles: list[str], header: list[str], columns: Sequence[list[str]], section: Section
    ) -> Columns:
        score = _SECTION.get(section.kind, AGAINST)
        parts = [f"section {section.kind} {score:+.1f}"]
        vague = section.kind not in _ACTIONABLE and any(
            role == "action" and self._is_weak(role, name) for role, name in zip(roles, header, strict=True)
        )
        for role, name, cells in zip(roles, header, columns, strict=True):
            weight = WEIGHT.get(role, 0.0)
            if role == "action":
                weight = self._action_weight(name, cells, section)
            elif role == "other" and vague:
                weight = ABOUT_THINGS
            if weight:
                parts.append(f"{name or '(no name)'}: {role} {weight:+.1f}")
            score += weight
        if not vague and {"action", "owner", "due"} <= set(roles) and not {"time", "event"} & set(roles):
            parts.append(f"who, what and by when {COMPLETE:+.1f}")
            score += COMPLETE
        return Columns(tuple(roles), round(score, 2), ", ".join(parts))


def _numbered(cell: str) -> bool:
    """Whether a cell is a number of the document's own ("CAP-001"): no tracker fills numbers up with zeros."""
    return _NUMBERED.fullmatch(cell) is not None


_NUMBERED = pattern(r"[A-Za-z]{1,8}[-_ ]?0\d{1,4}")


def _column(rows: Sequence[Row], index: int) -> list[str]:
    return filled([row.cells[index].plain.strip() for row in rows if index < len(row.cells)])
