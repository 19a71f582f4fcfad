"""The three-way merge of one item, pure: document, tracker and the base on which they last agreed.

The base keeps a value for each side. "Agreed" may mean that both sides were seen to differ and a rule settled it (a
person renamed the issue; the document keeps its words), so a side has changed when it differs from *its own* last value.
That way nothing is ever pushed back and forth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from tracker.models import Status
from tracker.remote import Capabilities, Field
from tracker.settings import MergeSettings, Winner
from tracker.sync import fields
from tracker.sync.fields import Values
from tracker.values import dataclass

Base = Mapping[Field, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field to be written to the tracker. `reason` says who changed what and which rule decided."""

    field: Field
    before: Any
    after: Any
    reason: str


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """Both sides changed a field differently. The loser's value is kept here and in the state."""

    field: Field
    document: Any
    tracker: Any
    base: Any
    winner: Winner
    reason: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The outcome for one item.

    Attributes:
        changes: What the tracker is to be told.
        conflicts: What both sides changed differently.
        base: The base when all changes are done; a changed field is replaced by what the tracker then says.
        seen: Fields that the tracker changed and pmtrack takes note of: field -> (before, after).
    """

    changes: tuple[FieldChange, ...] = ()
    conflicts: tuple[FieldConflict, ...] = ()
    base: Base = field(default_factory=dict)
    seen: Mapping[Field, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class _Sides:
    """One field on both sides. `want` is the document's value as the tracker can hold it."""

    field: Field
    document: Any
    want: Any
    tracker: Any
    base_document: Any
    base_tracker: Any
    winner: Winner


_Verdict = Literal["same", "push", "keep", "conflict"]


def merge(
    document: Values,
    tracker: Values,
    base: Base | None,
    *,
    capabilities: Capabilities,
    winners: MergeSettings,
    accounts: tuple[str, ...] | None,
) -> Merged:
    """Merge one linked item.

    Args:
        document: From `fields.of_document`.
        tracker: From `fields.of_issue`.
        base: None for an issue that has just been linked: then empty fields of the tracker are filled, its title stays.
        capabilities: What the tracker can hold.
        winners: Who wins when both sides changed a field.
        accounts: The owners' accounts in the tracker, the former owners' where the document has none any more; None if nobody
            is to be (re)assigned or nobody was found.
    """
    collected = _Collected(dict(base or {}))
    held = fields.held(capabilities)
    for name in fields.COMPARED:
        if name not in held or name not in document:
            continue
        sides = _sides(
            name, document, tracker, base, capabilities=capabilities, winners=winners, accounts=accounts
        )
        if sides is not None:
            collected.take(sides, first=base is None)
    _labels(collected, document, tracker, base, capabilities)
    _context(collected, document, tracker, base)
    return Merged(tuple(collected.changes), tuple(collected.conflicts), collected.base, collected.seen)


class _Collected:
    def __init__(self, base: dict[Field, tuple[Any, Any]]) -> None:
        self.base = base
        self.changes: list[FieldChange] = []
        self.conflicts: list[FieldConflict] = []
        self.seen: dict[Field, tuple[Any, Any]] = {}

    def take(self, sides: _Sides, *, first: bool) -> None:
        verdict, reason = _first(sides) if first else _verdict(sides)
        if verdict == "conflict":
            self._conflict(sides, reason)
        elif verdict == "push":
            self.changes.append(FieldChange(sides.field, sides.tracker, sides.want, reason))
            self.base[sides.field] = (sides.document, sides.want)
        else:
            self.base[sides.field] = (sides.document, sides.tracker)
        if not first and sides.tracker != sides.base_tracker:
            self.seen[sides.field] = (sides.base_tracker, sides.tracker)

    def _conflict(self, sides: _Sides, reason: str) -> None:
        winner = sides.winner
        self.conflicts.append(
            FieldConflict(sides.field, sides.document, sides.tracker, sides.base_tracker, winner, reason)
        )
        if winner == "document":
            won = (
                f"{sides.field.value}: the document's {_shown(sides.document)} wins the conflict (merge rule)"
            )
            self.changes.append(FieldChange(sides.field, sides.tracker, sides.want, won))
            self.base[sides.field] = (sides.document, sides.want)
        elif winner == "tracker":
            self.base[sides.field] = (sides.document, sides.tracker)


def _sides(
    name: Field,
    document: Values,
    tracker: Values,
    base: Base | None,
    *,
    capabilities: Capabilities,
    winners: MergeSettings,
    accounts: tuple[str, ...] | None,
) -> _Sides | None:
    want = fields.projected(name, document[name], capabilities)
    base_document, base_tracker = (base or {}).get(name, (None, None))
    if name is Field.ASSIGNEES:
        want = _assignees(document[name], tracker[name], base_document, accounts)
        if want is None:
            return None
        want = want[: capabilities.assignees]
    winner: Winner = getattr(winners, name.value)
    return _Sides(name, document[name], want, tracker[name], base_document, base_tracker, winner)


def _assignees(
    document: list[str], tracker: list[str], base: list[str] | None, accounts: tuple[str, ...] | None
) -> list[str] | None:
    """Whom the issue is to be assigned to; None if that is not known and nothing is to be concluded.

    An emptied owner takes away only the accounts of those whom the document had named: somebody whom a person assigned in the
    tracker stays, and so does everybody where the former owner matches no account (told by the run).
    """
    if not document and base:
        return [account for account in tracker if account not in (accounts or ())]
    if accounts is None:
        return None if document and document != base else tracker
    return sorted(accounts)


def _first(sides: _Sides) -> tuple[_Verdict, str]:
    """An issue that people made and a row names: fill what it lacks, keep its title, tell where the two differ."""
    if sides.want == sides.tracker or sides.field is Field.TITLE or sides.document in (None, [], ""):
        return "keep", ""
    if sides.tracker in (None, []):
        return "push", f"{sides.field.value}: the issue has none, the document says {_shown(sides.document)}"
    if sides.field is Field.STATUS and sides.document == Status.OPEN.value:
        return "keep", ""
    if sides.field is Field.STATUS and _reopens(sides):
        sides.winner = "tracker"
    return "conflict", (
        f"{sides.field.value}: the document says {_shown(sides.document)}, the issue {_shown(sides.tracker)}; "
        f"{_decides(sides.winner)}"
    )


def _verdict(sides: _Sides) -> tuple[_Verdict, str]:
    document_changed = sides.document != sides.base_document
    tracker_changed = sides.tracker != sides.base_tracker
    if not document_changed or sides.want == sides.tracker:
        return "same", ""
    what = f"{sides.field.value}: document changed {_shown(sides.base_document)} → {_shown(sides.document)}"
    if sides.field is Field.STATUS and (barred := _barred(sides, tracker_changed=tracker_changed)):
        sides.winner = "tracker" if sides.winner == "document" else sides.winner
        return "conflict", f"{what}; {barred}"
    if not tracker_changed:
        return "push", f"{what}, tracker unchanged"
    return "conflict", (
        f"{what}, tracker changed {_shown(sides.base_tracker)} → {_shown(sides.tracker)}; {_decides(sides.winner)}"
    )


def _barred(sides: _Sides, *, tracker_changed: bool) -> str | None:
    """Why a status must not be pushed, None if it may."""
    want, there = Status(sides.want), Status(sides.tracker)
    if want.is_closed and there.is_closed:
        return f"the issue is closed as {there.value} already, and stays so"
    if not _reopens(sides):
        return None
    changed_back = sides.base_document is not None and Status(sides.base_document).is_closed
    if tracker_changed or not changed_back:
        return "a person closed the issue, and the document was not changed back to open after that"
    return None


def _reopens(sides: _Sides) -> bool:
    return Status(sides.tracker).is_closed and not Status(sides.want).is_closed


def _labels(
    collected: _Collected, document: Values, tracker: Values, base: Base | None, capabilities: Capabilities
) -> None:
    """Labels are only added, and only once: one that a person took away stays away."""
    if not capabilities.labels:
        return
    known = (base or {}).get(Field.LABELS, ([], []))[0] or []
    missing = [
        label for label in document[Field.LABELS] if label not in known and label not in tracker[Field.LABELS]
    ]
    if missing:
        reason = f"labels: the configuration asks for {_shown(missing)}"
        collected.changes.append(FieldChange(Field.LABELS, tracker[Field.LABELS], missing, reason))
    collected.base[Field.LABELS] = (document[Field.LABELS], sorted({*tracker[Field.LABELS], *missing}))


def _context(collected: _Collected, document: Values, tracker: Values, base: Base | None) -> None:
    """The block is pmtrack's own: written when its contents change, and restored when somebody changed or removed it."""
    want, there = fields.stable(document[Field.CONTEXT]), fields.stable(tracker[Field.CONTEXT])
    sent, read_back = (base or {}).get(Field.CONTEXT, (None, None))
    ours_changed = fields.stable(sent) != want
    theirs_changed = fields.stable(read_back) != there
    if want == there or not (ours_changed or theirs_changed):
        collected.base[Field.CONTEXT] = (document[Field.CONTEXT], tracker[Field.CONTEXT])
        return
    why = (
        "brought up to date with the document" if ours_changed else "restored, somebody edited or removed it"
    )
    if base is None:
        why = "put into the issue"
    after = document[Field.CONTEXT]
    collected.changes.append(
        FieldChange(Field.CONTEXT, tracker[Field.CONTEXT], after, f"block in the body: {why}")
    )
    collected.base[Field.CONTEXT] = (document[Field.CONTEXT], after)


def _shown(value: Any) -> str:
    text = fields.text(value)
    return "nothing" if text is None else f'"{text}"' if " " in text else text


def _decides(winner: Winner) -> str:
    if winner == "manual":
        return "a person must settle it (merge rule: manual)"
    return f"the {winner} wins (merge rule)"
