"""Which document a related incident is; the rule and the review ask the same question."""

from __future__ import annotations

import datetime as dt

import pytest

from tracker.models import PostMortem
from tracker.related import earlier_relatives, find_related, index_documents

SPOOL = PostMortem("docs/2026-01-06-spool.md", incident_id="INC-7", date=dt.date(2026, 1, 6))
DISK = PostMortem("docs/disk.md", incident_id="INC-12", date=dt.date(2026, 5, 6))
INDEX = index_documents([SPOOL, DISK])


@pytest.mark.parametrize(
    "name",
    ["INC-7", " inc-7 ", "docs/2026-01-06-spool.md", "2026-01-06-spool", "2026-01-06-Spool.md", "../docs/2026-01-06-spool.md#why"],
)  # fmt: skip
def test_a_document_is_found_by_its_incident_its_path_and_the_name_of_its_file(name: str) -> None:
    assert find_related(INDEX, name) is SPOOL


@pytest.mark.parametrize("name", ["INC-8", "", "spool"])
def test_another_name_finds_nothing(name: str) -> None:
    assert find_related(INDEX, name) is None


def test_templates_are_no_relatives() -> None:
    template = PostMortem("docs/template.md", incident_id="INC-1", kind="template")
    assert find_related(index_documents([template]), "INC-1") is None


@pytest.mark.parametrize(
    ("mine", "theirs", "earlier"),
    [
        (dt.date(2026, 5, 6), dt.date(2026, 1, 6), True),
        (dt.date(2026, 5, 6), dt.date(2026, 5, 6), True),
        (dt.date(2026, 1, 6), dt.date(2026, 5, 6), False),
        (None, dt.date(2026, 5, 6), True),
        (dt.date(2026, 5, 6), None, True),
    ],
)
def test_a_relative_did_not_happen_later(mine: dt.date | None, theirs: dt.date | None, earlier: bool) -> None:
    document = PostMortem("a.md", related=("INC-7", "a"), date=mine)
    other = PostMortem("b.md", incident_id="INC-7", date=theirs)
    found = earlier_relatives(index_documents([document, other]), document)
    assert found == ({"INC-7": other} if earlier else {})
