"""Which documents the globs of the configuration stand for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.cli.sources import ConfiguredDocuments
from tracker.settings import Settings
from tracker.sync.source import glob_matches

NAMES = st.sampled_from(["a", "b", "ab", "a.md", "b.md"])


@given(
    st.lists(NAMES, min_size=1, max_size=4),
    st.lists(st.sampled_from(["**", "*", "a*", "*.md", "a", "b.md", "?"]), min_size=1, max_size=4),
)
def test_a_glob_matches_what_python_finds_by_it(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str], pattern: list[str]
) -> None:
    root = tmp_path_factory.getbasetemp() / "globs" / "_".join(parts)
    root.joinpath(*parts).mkdir(parents=True, exist_ok=True)
    found = {path.relative_to(root).as_posix() for path in _glob(root, "/".join(pattern))}
    assert glob_matches("/".join(parts), "/".join(pattern)) == ("/".join(parts) in found)


def _glob(root: Path, pattern: str) -> list[Path]:
    import glob

    return [root / each.rstrip("/") for each in glob.glob(pattern, root_dir=root, recursive=True)]  # noqa: PTH207


def test_a_document_in_the_folder_of_a_glob_that_does_not_match_it_belongs_to_other_runs(
    tmp_path: Path,
) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/pm-1.md").write_text("# Outage\n")
    settings = replace(Settings(root=tmp_path), documents=("docs/**/pm-*.md", "more"))
    (tmp_path / "more").mkdir()
    source = ConfiguredDocuments(settings)
    covered = {
        key: source.covers(key, tmp_path)
        for key in ("docs/pm-1.md", "docs/old/pm-2.md", "docs/notes.md", "more/x.md", "elsewhere/pm-3.md")
    }
    assert covered == {
        "docs/pm-1.md": True,
        "docs/old/pm-2.md": True,
        "docs/notes.md": False,
        "more/x.md": True,
        "elsewhere/pm-3.md": False,
    }
