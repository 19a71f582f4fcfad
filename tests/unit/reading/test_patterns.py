"""No regular expression of the reader goes back and forth over a hostile text without end."""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
from collections.abc import Iterator
from types import FrameType, ModuleType
from typing import Any

import pytest

import tracker.reading
import tracker.vocabulary

LENGTH = 300
STOP_S = 3.0
"""Processor time, not a measure: a pattern that is cubic or worse would need minutes to hours for these texts."""
_CLASS = re.compile(r"\\[a-zA-Z]|[\\^$*+?.|{}]|\(\?[:=!<>]*")


def modules() -> Iterator[ModuleType]:
    for package in (tracker.reading, tracker.vocabulary):
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


PATTERNS: dict[str, re.Pattern[Any]] = {
    f"{module.__name__.removeprefix('tracker.')}.{name}": value
    for module in modules()
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern)
}


def hostile(pattern: str) -> Iterator[str]:
    """Runs of each sign that the pattern names and of each pair of them, with an end that nothing expects."""
    signs = list(dict.fromkeys([*_CLASS.sub("", pattern)[:10], *"a1 A-:([@\n_"]))
    for first in signs:
        yield first * LENGTH + "\0"
        for second in signs:
            yield (first + second) * (LENGTH // 2) + "\0"


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_no_pattern_goes_back_without_end(name: str) -> None:
    pattern = PATTERNS[name]
    shown = pattern.pattern.decode() if isinstance(pattern.pattern, bytes) else pattern.pattern

    def stop(_number: int, _frame: FrameType | None) -> None:
        pytest.fail(f"{name} does not come to an end")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, STOP_S)
    try:
        for text in hostile(shown):
            subject: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
            assert pattern.fullmatch(subject) is None or pattern.match(subject) is not None
            pattern.search(subject)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def test_the_patterns_are_found() -> None:
    assert "reading.dates._NUMERIC" in PATTERNS
    assert len(PATTERNS) > 50
