"""Every regular expression of the reader and the rules can be compiled, and none goes back and forth over a hostile text without end."""

from __future__ import annotations

import importlib
import pkgutil
import re
import signal
from collections.abc import Iterator
from types import FrameType, ModuleType
from typing import Any

import pytest

import policies
import tracker.reading
import tracker.vocabulary
from tracker.patterns import Pattern, pattern

LENGTH = 300
STOP_S = 3.0
"""Processor time, not a measure: a pattern that is cubic or worse would need minutes to hours for these texts."""
_CLASS = re.compile(r"\\[a-zA-Z]|[\\^$*+?.|{}]|\(\?[:=!<>]*")


def modules() -> Iterator[ModuleType]:
    for package in (tracker.reading, tracker.vocabulary, policies):
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


PATTERNS: dict[str, re.Pattern[Any] | Pattern] = {
    f"{module.__name__.removeprefix('tracker.')}.{name}": value
    for module in modules()
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern | Pattern)
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
    tried = PATTERNS[name]
    shown = tried.pattern.decode() if isinstance(tried.pattern, bytes) else tried.pattern

    def stop(_number: int, _frame: FrameType | None) -> None:
        pytest.fail(f"{name} does not come to an end")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, STOP_S)
    try:
        for text in hostile(shown):
            subject: Any = text.encode() if isinstance(tried.pattern, bytes) else text
            assert tried.fullmatch(subject) is None or tried.match(subject) is not None
            tried.search(subject)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def test_the_patterns_are_found() -> None:
    assert "reading.dates._NUMERIC" in PATTERNS
    assert len(PATTERNS) > 50
    assert any(name.startswith("policies.") for name in PATTERNS)


def test_a_pattern_is_compiled_when_it_is_first_used_and_then_remembered() -> None:
    lazy = pattern(r"(\d+) days?", re.IGNORECASE)
    assert "search" not in vars(lazy)
    found = lazy.search("within 3 DAYS")
    assert found is not None
    assert found[1] == "3"
    assert vars(lazy)["search"] is lazy.search
    with pytest.raises(re.error):
        pattern("(").search("")
