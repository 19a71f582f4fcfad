"""Why each section, table and entry was taken or left, for `pmtrack parse --explain`. Costs nothing when nobody listens."""

from __future__ import annotations

from dataclasses import field
from typing import Protocol

from tracker.values import dataclass


class _Section(Protocol):
    @property
    def title(self) -> str | None: ...
    @property
    def kind(self) -> str: ...
    @property
    def why(self) -> str: ...


class _Columns(Protocol):
    @property
    def roles(self) -> tuple[str, ...]: ...
    @property
    def score(self) -> float: ...
    @property
    def why(self) -> str: ...
    @property
    def actions(self) -> bool: ...


_WIDTH = 60


@dataclass(slots=True)
class Explanation:
    """Collects one line per decision when `wanted`."""

    wanted: bool = False
    lines: list[tuple[int, str]] = field(default_factory=list)

    def title(self, why: str) -> None:
        """What the title says of all entries."""
        if self.wanted:
            self.lines.append((1, f"title: {why}"))

    def section(self, line: int, section: _Section) -> None:
        """What a heading or label was taken for."""
        if self.wanted:
            self.lines.append((line, f"section {section.title!r}: {section.kind}, {section.why}"))

    def table(self, line: int, columns: _Columns) -> None:
        """What the columns were taken for, and whether the rows are items."""
        if self.wanted:
            verdict = "taken" if columns.actions else "left"
            roles = " | ".join(role or "?" for role in columns.roles)
            self.lines.append((line, f"table {verdict} with {columns.score:.2f}: {roles} ({columns.why})"))

    def entry(self, line: int, text: str, score: float, why: str, *, taken: bool) -> None:
        """Whether an entry, paragraph or heading is an item."""
        if self.wanted:
            head = " ".join(text.split())
            head = head if len(head) <= _WIDTH else head[: _WIDTH - 1] + "…"
            self.lines.append(
                (line, f"entry {'taken' if taken else 'left'} with {score:.2f}: {head!r} ({why})")
            )
