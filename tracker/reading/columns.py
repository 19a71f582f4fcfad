"""What each column of a table holds, from its header and from its cells, and whether the rows are action items. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tracker.models import Status
from tracker.reading import references
from tracker.reading.blocks import Row, Table
from tracker.reading.dates import Calendar
from tracker.reading.people import People
from tracker.reading.placeholders import is_placeholder
from tracker.reading.sections import AGAINST, Section
from tracker.reading.states import EMOJI, States
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
THRESHOLD = 0.95
_SECTION = {"action": 1.0, "improvement": 0.3, "horizon": 0.4, "neutral": 0.0, "summary": 0.0}
_WEAK = frozenset(
    (
        "titre",
        "intitulé",
        "título",
        "titulo",
        "tittel",
        "题",
        "标题",
        "タイトル",
        "제목",
        "name",
        "nom",
        "nombre",
        "nome",
        "recommandation",
        "recomendación",
        "recomendação",
        "recommendations",
        "empfehlung",
        "mesure",
        "étape",
        "paso",
        "passo",
        "description",
        "item",
        "issue",
        "what",
        "title",
        "change",
        "recommendation",
        "phase",
        "step",
        "improvement",
        "measure",
        "activity",
        "deliverable",
        "mitigation",
        "beschreibung",
        "was",
        "punkt",
        "thema",
        "titel",
        "quoi",
        "élément",
        "descripción",
        "qué",
        "descrição",
        "hva",
        "hvad",
        "vad",
        "内容",
        "項目",
        "描述",
        "事项",
        "내용",
        "항목",
        "설명",
    )
)
_CLOCK = re.compile(
    r"^\s*(?:~|ca\.?\s*|T\+?)?(?:\d{4}-\d\d-\d\d[ T])?(?:\w{3}\w* \d{1,2},? )?\d{1,2}[:.h]\d\d\b(?!\.\d)|^\s*hh:mm",
    re.IGNORECASE,
)
_NUMBER_SIGNS = ("#", "№", "Nº", "N°", "nº", "n°")
_MOST_COLUMNS = 60
_SAMPLE = 50
_ONE_EACH = ("action", "owner", "due", "status", "priority", "id", "category")


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
        self.calendar = calendar
        self.people = people
        self.states = States(words)

    def read(self, table: Table, section: Section) -> Columns:
        """Roles and score of a table that stands in a section."""
        header = [" ".join(cell.plain.split()) for cell in table.header.cells] if table.header else []
        if len(header) > _MOST_COLUMNS:
            return Columns(("",) * len(header), AGAINST, f"more than {_MOST_COLUMNS} columns")
        width = max([len(header), *(len(row.cells) for row in table.rows[:_SAMPLE])], default=0)
        header += [""] * (min(width, _MOST_COLUMNS) - len(header))
        wishes = [self._wishes(name) for name in header]
        roles = _settle(wishes, header)
        self._from_cells(roles, table.rows[:_SAMPLE], section)
        return self._scored(roles, header, section)

    def _wishes(self, name: str) -> tuple[str, ...]:
        return (
            ("id",) if name.strip("* ") in _NUMBER_SIGNS else self.words.find("column", name) if name else ()
        )

    def _from_cells(self, roles: list[str], rows: Sequence[Row], section: Section) -> None:
        """Roles that only the cells tell; a column of clock times is a timeline whatever it is called."""
        for index, role in enumerate(roles):
            cells = [row.cells[index].plain.strip() for row in rows if index < len(row.cells)]
            filled = [cell for cell in cells if not is_placeholder(cell)]
            if role in ("", "due", "id", "other") and filled and _share(filled, _CLOCK.search) > 0.6:
                roles[index] = "time"
            elif role == "" and filled:
                roles[index] = self._guess(filled, roles)
        if ("action" not in roles and section.kind == "action") or (
            "owner" in roles and {"due", "status", "ref"} & set(roles) and "event" not in roles
        ):
            self._longest(roles, rows)

    def _guess(self, cells: list[str], roles: list[str]) -> str:
        tests = (
            ("due", lambda cell: self.calendar.read(cell).day),
            ("status", self._is_status),
            ("priority", lambda cell: self.words.first("priority", cell)),
            ("owner", lambda cell: cell.startswith("@") or self.people.known(cell)),
            ("ref", lambda cell: references.find(cell) and len(cell) < 120),
        )
        for role, test in tests:
            if role not in roles and _share(cells, test) >= 0.6:
                return role
        return ""

    def _is_status(self, cell: str) -> Status | None:
        return self.states.exact(cell) or (
            Status.OPEN if cell[:1] in EMOJI or cell[:3] in ("[ ]", "[x]", "[X]") else None
        )

    @staticmethod
    def _longest(roles: list[str], rows: Sequence[Row]) -> None:
        """Without an action column by name, the column with the most text is it."""
        if "action" in roles:
            return
        sizes = [
            (sum(len(row.cells[i].plain) for row in rows if i < len(row.cells)), -i)
            for i, role in enumerate(roles)
            if role in ("", "note", "other")
        ]
        if sizes and max(sizes)[0]:
            roles[-max(sizes)[1]] = "action"

    @staticmethod
    def _action_weight(name: str, section: Section) -> float:
        """A column called "Title" or "Item" holds actions where the section says so, and may hold anything elsewhere."""
        if name and fold(name) not in _WEAK:
            return STRONG_ACTION
        return WEAK_ACTION if section.kind in ("action", "improvement", "horizon") else VAGUE_ACTION

    def _scored(self, roles: list[str], header: list[str], section: Section) -> Columns:
        score = _SECTION.get(section.kind, AGAINST)
        parts = [f"section {section.kind} {score:+.1f}"]
        for role, name in zip(roles, header, strict=True):
            weight = WEIGHT.get(role, 0.0)
            if role == "action":
                weight = self._action_weight(name, section)
            if weight:
                parts.append(f"{name or '(no name)'}: {role} {weight:+.1f}")
            score += weight
        return Columns(tuple(roles), round(score, 2), ", ".join(parts))


def _settle(wishes: Sequence[tuple[str, ...]], header: list[str]) -> list[str]:
    """One column per role: a column whose name can mean several things takes what no other column claims."""
    roles = [wish[0] if wish else "" for wish in wishes]
    for role in _ONE_EACH:
        claims = [index for index, mine in enumerate(roles) if mine == role]
        if len(claims) > 1:
            strong = [index for index in claims if fold(header[index]) not in _WEAK]
            keep = strong[0] if strong else claims[0]
            for index in claims:
                if index != keep:
                    roles[index] = next((other for other in wishes[index][1:] if other not in roles), "note")
    return roles


def _share(cells: Sequence[str], test: Callable[[str], object]) -> float:
    return sum(1 for cell in cells if test(cell)) / len(cells)
