"""Which adapter makes which type of tracker."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from adapters import registry
from tracker.errors import UserError
from tracker.remote import TrackerContext


def context(root: Path) -> TrackerContext:
    """A world that no tracker looks at."""
    return TrackerContext(root, {}, lambda: dt.datetime.now(dt.UTC), lambda _seconds: None, {})


def install(folder: Path, entry: str) -> None:
    """A package that declares one adapter."""
    declaring = folder / "acme_tracker-1.0.dist-info"
    declaring.mkdir()
    (declaring / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: acme-tracker\nVersion: 1.0\n", encoding="utf-8"
    )
    (declaring / "entry_points.txt").write_text(f"[pmtrack.adapters]\n{entry}\n", encoding="utf-8")


def test_every_built_in_type_names_a_function_that_is_there() -> None:
    assert all(callable(registry._factory("x", type_)) for type_ in registry.BUILTIN)
    assert set(registry.BUILTIN) <= set(registry.types())


def test_an_unknown_type_is_told_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="unknown type 'jria'") as caught:
        registry.create("main", "jria", {}, context(tmp_path))
    assert "local, github, jira, beads" in (caught.value.hint or "")


@pytest.mark.parametrize("entry", ["acme = no_such_module:open_tracker", "acme = json:no_such_function"])
def test_an_adapter_of_a_package_that_cannot_be_loaded_is_told_with_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    install(tmp_path, entry)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(
        UserError, match="the adapter 'acme' of the package acme-tracker cannot be loaded"
    ) as caught:
        registry.create("main", "acme", {}, context(tmp_path))
    assert "no_such" in caught.value.message
    assert "acme-tracker" in (caught.value.hint or "")
