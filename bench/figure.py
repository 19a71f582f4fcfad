"""One measured figure, and how to time things fairly."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

_SLOWING = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured number beside what was asked.

    Attributes:
        subject: What was measured ("pmtrack --help").
        value: The number, in `unit`.
        target: The limit that the project set itself; None where there is none.
        unit: "x" for a ratio to the yardstick, else "s", "MB", "requests", ...
        yardstick: What the ratio is against, with its own figure ("import click, 0.09 s").
        at_least: True where larger is better.
    """

    subject: str
    value: float
    target: float | None = None
    unit: str = "x"
    yardstick: str = ""
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the target is met, None where there is none."""
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target


def plain_environment() -> dict[str, str]:
    """The environment without what makes Python write no byte code or every line on its own."""
    return {key: value for key, value in os.environ.items() if key not in _SLOWING}


def interleaved(*actions: Callable[[], object], rounds: int = 7) -> list[float]:
    """Fastest seconds of each action, taken in turns so that a slow phase of the machine hits all of them."""
    best = [float("inf")] * len(actions)
    for _ in range(rounds):
        for index, action in enumerate(actions):
            start = time.perf_counter()
            action()
            best[index] = min(best[index], time.perf_counter() - start)
    return best
