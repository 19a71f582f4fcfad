"""The generated pages of the documentation are what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.reference import PAGES, pages


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_is_up_to_date(page: str, repository: Path) -> None:
    text = dict(pages())[page]
    stands = (repository / "docs" / page).read_text(encoding="utf-8")
    assert stands == text, f"docs/{page} is not what the code says: run `make reference`"


def test_every_other_generated_file_is_up_to_date(repository: Path) -> None:
    stale = [
        path for path, text in pages() if (repository / "docs" / path).read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run `make reference`"
