"""What the state holds of a document, and what reports get of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.models import ActionItem, PostMortem, Span
from tracker.state import codec

NUMBERS = st.integers(min_value=0, max_value=10**9)
SPANS = st.builds(Span, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
NAMES = st.sampled_from(["item", "title", "owners", "due", "priority", "status", "refs", "local_id"])
TEXTS = st.one_of(st.text(max_size=30), st.just('x","spans":{"title":{"start":1,"end":2,"line":3}},"y":"'))
ITEMS = st.builds(ActionItem, TEXTS, NUMBERS, spans=st.dictionaries(NAMES, SPANS, max_size=8))


@given(st.lists(ITEMS, max_size=5), TEXTS)
def test_reports_get_the_document_that_was_put_in_with_all_places(
    items: list[ActionItem], title: str
) -> None:
    document = PostMortem(
        "a.md", title=title, items=tuple(items), header_spans={"title": Span(1, 2, 3)}, sha256="0"
    )
    got = codec.post_mortem_for_reports(codec.dump(document))
    assert got == codec.post_mortem(codec.dump(document)) == document
    assert [dict(one.spans) for one in got.items] == [dict(one.spans) for one in items]
    assert got.header_spans == document.header_spans


def test_a_place_that_is_not_there_is_none_and_no_error() -> None:
    item = ActionItem("Cap the pool", 7, spans={"title": Span(1, 13, 7), "item": Span(2, 3, 4)})
    data = codec.dump(PostMortem("a.md", items=(item,)))
    spans = codec.post_mortem_for_reports(data).items[0].spans
    assert spans.get("due") is None
    assert spans.get("due", Span(9, 9, 9)) == Span(9, 9, 9)
    assert "start" not in spans
    assert "due" not in spans
    assert len(spans) == 2
    assert spans["item"] == Span(2, 3, 4)
    with pytest.raises(KeyError):
        spans["line"]


def test_an_item_for_reports_is_kept_like_any_other() -> None:
    item = ActionItem("Cap the pool", 7, spans={"title": Span(1, 13, 7)})
    data = codec.dump(PostMortem("a.md", items=(item,)))
    assert codec.dump_item(codec.post_mortem_for_reports(data).items[0]) == codec.dump_item(item)
