"""`--explain` says of every section, table and entry why it was taken or left."""

from __future__ import annotations

from pathlib import Path

import pytest

from tracker.reading.blocks import Entry, Heading, Table
from tracker.reading.explanation import Explanation
from tracker.reading.frontends import load
from tracker.reading.postmortem import build
from tracker.reading.settings import make
from tracker.reading.source import Source

TRICKY = b"""# Checkout down

## Action items

1. Raise the pool
   - Owner: Kim
   - because it is small
2.
   - [ ]
- None
- [Timeline](#timeline)

### A1. Write the runbook

- **Owner**: Lee

## Lessons learned

- Retries pile up
"""


def explained(data: bytes) -> dict[int, str]:
    explanation = Explanation(wanted=True)
    build("a.md", data, make(), explanation)
    return dict(explanation.lines)


@pytest.mark.parametrize(
    "name", ["tricky", "2026-06-24-route-planner-overload.md", "2026-08-29-notification-storm.md"]
)
def test_nothing_is_left_out(repository: Path, name: str) -> None:
    data = TRICKY if name == "tricky" else (repository / "examples" / name).read_bytes()
    told = explained(data)
    blocks = load("markdown")(Source(data))
    decided = [block.line for block in blocks if isinstance(block, (Heading, Table, Entry))]
    assert [line for line in decided if line not in told] == []


def test_what_belongs_to_another_entry_says_so() -> None:
    told = explained(TRICKY)
    assert "taken" in told[5]
    assert "a field or the explanation of the entry above" in told[6]
    assert "says that there is nothing to do" in told[10]
    assert told[13].startswith("entry taken")
    assert told[19].startswith("entry left")
