"""Documents of many shapes and what is to be found in them; one YAML list per topic in `cases/`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.reading.shown import as_dict
from tracker.reading import read

_FOLDER = Path(__file__).with_name("cases")
CASES: list[tuple[str, dict[str, Any]]] = [
    (path.stem, case)
    for path in sorted(_FOLDER.glob("*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{topic}: {case['name']}") for topic, case in CASES])
def test_the_reader_finds_what_stands_there_and_nothing_else(case: dict[str, Any]) -> None:
    made = read(case.get("path", "a.md"), case["document"].encode())
    items = [as_dict(item) for item in made.items if not item.placeholder]
    wanted: list[dict[str, Any]] = case["items"]
    assert [item["title"] for item in items] == [
        one.get("title", item["title"]) for one, item in zip(wanted, items, strict=False)
    ] + [one.get("title") for one in wanted[len(items) :]]
    assert [{key: item[key] for key in one} for one, item in zip(wanted, items, strict=True)] == wanted
    assert sum(item.placeholder for item in made.items) == case.get("placeholders", 0)
    for key, value in case.get("header", {}).items():
        assert (value is None and getattr(made, key) is None) or str(getattr(made, key)) == str(value), key
