"""What goes into the matching and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field  # not ours: a place has an order
from typing import Literal

from tracker.models import ActionItem

Evidence = Literal["reference", "text", "local-id", "likeness"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A row of today: its document and its 0-based number among the document's action items."""

    path: str
    index: int


@dataclass(frozen=True, slots=True)
class Known:
    """An item as last seen.

    Attributes:
        refs: How its issue may be written in a document: key, URL and id, case-folded.
        path: Where it was last seen; needed for strays only.
    """

    item_id: str
    item: ActionItem
    refs: frozenset[str] = frozenset()
    path: str = ""


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """A document as last seen, with its items in their order. Only those that changed or vanished take part."""

    path: str
    sha256: str = ""
    incident_id: str | None = None
    items: tuple[Known, ...] = ()


@dataclass(frozen=True, slots=True)
class TodayDocument:
    """A document that is new or changed, with its action items in their order (without placeholders)."""

    path: str
    sha256: str = ""
    incident_id: str | None = None
    items: tuple[ActionItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Binding:
    """A row of today is this known item; `score` is 1 where the evidence is not a likeness."""

    item_id: str
    evidence: Evidence
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """A row of today could be each of these known items, or none; a person settles it (`pmtrack link`)."""

    candidates: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Matching:
    """The result: every row of today is bound, ambiguous, or new (in neither mapping).

    Attributes:
        lost: Known items that no row is, and that no ambiguous row could be.
        renamed: Old path -> new path of documents that were recognised under another name.
    """

    bound: Mapping[Place, Binding] = field(default_factory=dict)
    ambiguous: Mapping[Place, Ambiguity] = field(default_factory=dict)
    lost: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
