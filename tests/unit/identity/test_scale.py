"""Matching many items: what it costs grows with the number of rows, not with its square."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from tracker.identity import Known, KnownDocument, TodayDocument, likeness, match
from tracker.models import ActionItem

ALERT = ActionItem("Add alerting for queue depth", 10, owners=("Alice",), due=dt.date(2026, 12, 1))


def known(number: int, items: tuple[ActionItem, ...]) -> KnownDocument:
    mine = tuple(Known(f"{number}#{each.title}", each) for each in items)
    return KnownDocument(f"{number}.md", f"old {number}", f"INC-{number}", mine)


def today(number: int, items: tuple[ActionItem, ...]) -> TodayDocument:
    return TodayDocument(f"{number}.md", f"new {number}", f"INC-{number}", items)


def test_a_large_changed_document_is_matched_quickly() -> None:
    many = tuple(
        ActionItem(f"Handle case {number} of subsystem {number % 97}", number) for number in range(5_000)
    )
    changed = tuple(replace(item, owners=("Zoë",)) for item in many)
    assert len(match([today(1, changed)], [known(1, many)]).bound) == 5_000


def test_new_dates_in_many_documents_are_compared_with_items_of_their_own_text_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared = 0
    share_all = likeness.share_all

    def count(one: ActionItem, other: ActionItem) -> bool:
        nonlocal compared
        compared += 1
        return share_all(one, other)

    def of(number: int, due: dt.date) -> tuple[ActionItem, ...]:
        return tuple(replace(ALERT, title=f"{ALERT.title} {number}/{part}", due=due) for part in range(5))

    monkeypatch.setattr(likeness, "share_all", count)
    before = [known(number, of(number, dt.date(2026, 12, 1))) for number in range(60)]
    after = [today(number, of(number, dt.date(2027, 1, 5))) for number in range(60)]
    assert len(match(after, before).bound) == 300
    assert compared <= 10 * 300
