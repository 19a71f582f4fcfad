"""`docs/architecture.md` names the rooms that stand, and all of them."""

from __future__ import annotations

import re
from pathlib import Path


def test_every_module_and_folder_of_the_source_has_its_room_in_the_page(repository: Path) -> None:
    page = (repository / "docs" / "architecture.md").read_text(encoding="utf-8")
    names = {
        f"{folder}/{path.name}"
        for folder in ("tracker", "adapters")
        for path in (repository / folder).iterdir()
        if path.is_dir() or path.suffix == ".py"
    }
    trackers = {
        "adapters/beads",
        "adapters/github",
        "adapters/jira",
        "adapters/local",
        "adapters/registry.py",
    }
    hidden = {name for name in names if "/__" in name}
    assert {name for name in names - trackers - hidden if f"`{name}`" not in page} == set()


def test_every_path_that_the_page_names_is_there(repository: Path) -> None:
    page = (repository / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(
        r"`((?:tracker|adapters|policies|tests|bench|scripts|tools|requirements|docs)/[\w./]*)`", page
    )
    assert len(named) > 30
    assert [path for path in named if not (repository / path).exists()] == []
