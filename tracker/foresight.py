"""What a tracker may say of a plan before its first write; no adapter has to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Protocol, runtime_checkable

from tracker.remote import IssueChange, NewIssue, Problem, Refused
from tracker.values import dataclass


@dataclass(frozen=True, slots=True)
class Foresight:
    """What a tracker knows of a plan before its first write.

    Attributes:
        problems: What will not work as planned, each with what to do.
        refused: Marker of the item -> why its write cannot succeed; it is not sent, and tried again by the next run.
    """

    problems: tuple[Problem, ...] = ()
    refused: Mapping[str, Refused] = field(default_factory=dict, hash=False)


@runtime_checkable
class Foreseeing(Protocol):
    """A `Tracker` that can say before the first write what of a plan will not work. Optional: the engine asks if it is there."""

    def foresee(self, creates: Sequence[NewIssue], changes: Sequence[IssueChange]) -> Foresight:
        """Look at all writes of a plan: permissions, required fields, ways through a workflow. Reads only; never raises."""
        ...
