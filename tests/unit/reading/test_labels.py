"""Labels and their values in a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.reading import labels
from tracker.vocabulary import default


def scan(text: str, *, loose: bool = False) -> list[tuple[str, str]]:
    return [
        (part.kind, text[part.at : part.end].strip()) for part in labels.scan(text, default(), loose=loose)
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Owner: Ann, Due: Friday", [("owner", "Ann,"), ("due", "Friday")]),
        ("担当：山田、期限：2026-04-07", [("owner", "山田、"), ("due", "2026-04-07")]),
        ("Owner: Ann (due: 10:30)", [("owner", "Ann ("), ("due", "10:30")]),
        ("see https://example.com", []),
        ("Owner:: Ann", []),
        ("at 10:30 it broke", []),
        ("no label here", []),
    ],
)
def test_a_label_ends_at_a_colon_that_is_no_time_and_no_url(text: str, found: list[tuple[str, str]]) -> None:
    assert scan(text) == found


@given(st.text(": /：1aOwner,()\n", max_size=60))
def test_labels_stand_in_order_and_inside_the_text(text: str) -> None:
    at = 0
    for part in labels.scan(text, default(), ("label", "field"), loose=True):
        assert at <= part.start <= part.at <= max(part.at, part.end) <= len(text)
        at = part.at


def test_a_long_text_gives_the_same_labels_as_a_short_one() -> None:
    text = "Owner: Ann"
    assert scan(f"{text}\n{'x ' * 2000}")[0] == scan(text)[0]
