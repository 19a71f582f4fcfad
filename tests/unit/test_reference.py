"""The generated pages of the documentation are what the code says."""

from __future__ import annotations

from pathlib import Path

from scripts.reference import pages


def test_every_generated_file_is_up_to_date(repository: Path) -> None:
    stale = [
        path for path, text in pages() if (repository / "docs" / path).read_text(encoding="utf-8") != text
    ]
    assert stale == [], "run `make reference`"
