"""Which section a block stands in, and what that section is about. Pure."""

from __future__ import annotations

from dataclasses import field, replace
from functools import lru_cache

from tracker.models import Status
from tracker.reading import references
from tracker.reading.blocks import Text
from tracker.reading.states import States
from tracker.values import dataclass
from tracker.vocabulary import Vocabulary, fold

ACTION = "action"
IMPROVEMENT = "improvement"
HORIZON = "horizon"
CATEGORY = "category"
NEUTRAL = "neutral"
_LABEL_LEVEL = 90
"""Labels (a bold line, a lead-in with a colon) end at the next heading of any level."""

BASE = {ACTION: 1.0, IMPROVEMENT: 0.5, HORIZON: 0.5, NEUTRAL: -0.2}
"""How much a section speaks for its entries being action items; every other kind speaks against it."""
AGAINST = -1.0


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document under one heading or label.

    Attributes:
        kind: `action`, `improvement`, `horizon`, `timeline`, ... (the kinds of the vocabulary's headings), `neutral`.
        category: The action type that the heading names, as shown.
        status: What the heading says of all its entries ("Immediate actions (completed)").
        owners: Whose entries follow, where a line with only a name says so.
        why: How the kind was found, for `--explain`.
    """

    title: str | None = None
    kind: str = NEUTRAL
    level: int = 0
    category: str | None = None
    status: Status | None = None
    refs: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    why: str = ""
    horizon: bool = field(default=False)

    @property
    def base(self) -> float:
        """The section's part of an entry's score."""
        return BASE.get(self.kind, AGAINST)


class Sections:
    """The stack of open sections while the blocks go by."""

    def __init__(self, words: Vocabulary) -> None:
        self.words = words
        self.stack: list[Section] = [Section()]
        self.seen = 0
        self.label_text: Text | None = None

    @property
    def now(self) -> Section:
        """The innermost section."""
        return self.stack[-1]

    def heading(self, text: Text, level: int) -> Section:
        """A heading opens a section and closes those of its level and below."""
        title = " ".join(text.plain.split())
        kinds = self._kinds(title)
        self.seen += 1
        if level == 0:
            level = 2 if set(kinds) <= {HORIZON, CATEGORY} and self.seen > 1 else 1
        adopted = self._adopts(kinds, level)
        parent = self.now if adopted else self.close(level)
        if self.seen == 1 and level == 1 and ACTION not in self.words.exact("heading", title):
            kinds = ()
        section = self._made(title, kinds, parent, level + (1 if adopted else 0), text)
        self.stack.append(section)
        return section

    def _kinds(self, title: str) -> tuple[str, ...]:
        return _kinds_of(self.words, title)

    def label(self, title: str, text: Text, sought: str = "") -> Section:
        """A label opens a section that ends at the next label or heading; `sought` are the words that may name it.

        One right below another label ("**Corrective measures**", "**Tasks:**") stands under that one, and so do those after it.
        """
        kinds = self._kinds(sought or title)
        under = self._follows_label(text) or (
            self.now.level > _LABEL_LEVEL and (ACTION in kinds or set(kinds) <= _MILD)
        )
        level = _LABEL_LEVEL + under
        while self.now.level >= level:
            self.stack.pop()
        self.stack.append(self._made(title, kinds, self.now, level, text))
        self.label_text = text
        return self.now

    def _follows_label(self, text: Text) -> bool:
        """Whether nothing stands between this and the label that opened the section of now."""
        last = self.label_text
        if (
            last is None
            or self.now.level != _LABEL_LEVEL
            or not text.source.verbatim
            or last.source is not text.source
        ):
            return False
        return last.end <= text.start and not text.source.data[last.end : text.start].strip(b" \t\r\n*_:")

    def lead_in(self, *, closes: bool) -> None:
        """A line that only leads in to what follows: it ends an owner's group, and a bold one also the label before it."""
        while closes and self.now.level >= _LABEL_LEVEL:
            self.stack.pop()
        if self.now.owners:
            self.owned(())

    def nested(self, title: str, text: Text, within: Section) -> Section:
        """The section of the entries below a labelled entry; not put on the stack."""
        return self._made(title, self._kinds(title), within, _LABEL_LEVEL, text)

    def owned(self, owners: tuple[str, ...]) -> None:
        """A line with only a name: what follows is theirs; an empty one ends that."""
        self.stack[-1] = replace(self.now, owners=owners)

    def _adopts(self, kinds: tuple[str, ...], level: int) -> bool:
        """A horizon heading on the level of the action heading before it still belongs to that."""
        now = self.now
        return kinds == (HORIZON,) and now.kind == ACTION and now.level == level and now.level < _LABEL_LEVEL

    def close(self, level: int) -> Section:
        """Close the sections of this level and below; gives the one that is open then."""
        while len(self.stack) > 1 and self.now.level >= level:
            self.stack.pop()
        return self.now

    def _made(self, title: str, kinds: tuple[str, ...], parent: Section, level: int, text: Text) -> Section:
        refs = tuple(m.value for m in text.marks if m.kind == "link" and references.is_issue_url(m.value))
        owners = parent.owners if level >= _LABEL_LEVEL else ()
        return _section(
            self.words,
            title,
            kinds,
            level,
            refs=refs,
            owners=owners,
            parent_kind=parent.kind,
            parent_category=parent.category,
        )


@lru_cache(maxsize=4096)
def _kinds_of(words: Vocabulary, title: str) -> tuple[str, ...]:
    """What a heading may mean; actions that it calls taken, or asks of the reader, are steps of the response.

    A heading that says in other words how to prevent it ("So that this never happens again") names improvements.
    """
    kinds = words.find("heading", title)
    if kinds and ACTION not in kinds:
        return kinds
    plain = fold(title.partition("(")[0])
    if plain in words.table("heading"):
        return kinds
    said = set(plain.split())
    if not kinds:
        return (IMPROVEMENT,) if len(said) > 1 and said & words.phrases("words", "prevent") else ()
    others = words.phrases("words", "past") | words.phrases("words", "them")
    return ("response",) if said & others else kinds


@lru_cache(maxsize=1024)
def _section(
    words: Vocabulary,
    title: str,
    kinds: tuple[str, ...],
    level: int,
    *,
    refs: tuple[str, ...],
    owners: tuple[str, ...],
    parent_kind: str,
    parent_category: str | None,
) -> Section:
    """The section of a heading; remembered, for the same headings stand in every post-mortem of a team."""
    kind, why = _resolve(kinds, parent_kind)
    if kind == ACTION and parent_kind == REFERENCE and level >= _LABEL_LEVEL:
        kind, why = REFERENCE, "it belongs to the section above: reference"  # "Tickets:" below "References"
    if kind == HORIZON and words.find("status", title):
        kind, why = NEUTRAL, "its heading names a state, and no action items stand above"
    category = None
    if kind == ACTION and parent_kind in (ACTION, IMPROVEMENT):
        category = title if CATEGORY in kinds or IMPROVEMENT in kinds else parent_category
    elif kind == IMPROVEMENT:
        category = title if CATEGORY in kinds and parent_kind != NEUTRAL else parent_category
    horizon = HORIZON in kinds
    return Section(
        title=title,
        kind=kind,
        level=level,
        category=category,
        status=_status(words, title, horizon=horizon),
        refs=refs,
        owners=owners,
        why=why,
        horizon=horizon,
    )


def _status(words: Vocabulary, title: str, *, horizon: bool) -> Status | None:
    """Done or in progress, where brackets or the whole heading say so."""
    bracketed = "(" in title
    inside = title[title.rfind("(") + 1 :].strip(" )✅") if bracketed else title.strip(" ✅")
    status = States(words).exact(inside) if bracketed or horizon else None
    return status if status in (Status.DONE, Status.IN_PROGRESS, Status.CANCELLED) else None


def _resolve(kinds: tuple[str, ...], parent: str) -> tuple[str, str]:
    """The kind of a section from what its heading may mean and from the section around it."""
    own = [kind for kind in kinds if kind not in _MILD]
    mild = not kinds or bool(_MILD & set(kinds))
    if ACTION in kinds:
        return ACTION, "its heading names action items"
    if parent == ACTION:
        return (ACTION, "it belongs to the action items above") if mild else _named(own[0])
    if IMPROVEMENT in kinds and not (own and parent in own):
        return IMPROVEMENT, "its heading names improvements"
    if own and not (parent == IMPROVEMENT and CATEGORY in kinds):
        return _named(own[0])
    return _inherited(kinds, parent, mild=mild)


def _inherited(kinds: tuple[str, ...], parent: str, *, mild: bool) -> tuple[str, str]:
    if parent not in (NEUTRAL, "summary", HORIZON) and mild:
        return parent, f"it belongs to the section above: {parent}"
    if HORIZON in kinds:
        return HORIZON, "its heading names a horizon"
    return NEUTRAL, "its heading says nothing about actions"


def _named(kind: str) -> tuple[str, str]:
    return kind, f"its heading names: {kind}"


REFERENCE = "reference"
_MILD = frozenset((HORIZON, CATEGORY, IMPROVEMENT))
