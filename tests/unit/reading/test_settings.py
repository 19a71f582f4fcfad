"""The `[reading]` table: what is wrong in it is said to the person who wrote it."""

from __future__ import annotations

from typing import Any

import pytest

from tracker.errors import UserError
from tracker.reading.settings import make


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"heading": {}}, "'headings'"),
        ({"headings": {"acton": ["x"]}}, "'action'"),
        ({"headings": ["x"]}, "[reading.headings]"),
        ({"headings": {"action": "x"}}, "list of texts"),
        ({"columns": 3}, "[reading.columns]"),
        ({"date_order": "day"}, "'day-first'"),
        ({"date_order": ["x"]}, "date_order"),
        ({"languages": ["xx"]}, "language"),
        ({"exclude": "x"}, "list of texts"),
        ({"workers": "many"}, "0 for one per core"),
        ({"workers": -1}, "0 for one per core"),
        ({"workers": True}, "0 for one per core"),
        ({"repository": 3}, "owner/name"),
    ],
)
def test_a_wrong_value_is_named_with_what_to_write(table: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as error:
        make(table)
    assert "[reading" in error.value.message
    assert said in f"{error.value.message} {error.value.hint}"
