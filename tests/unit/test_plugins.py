"""Whether any installed package declares a plug-in, found without reading what all of them declare."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from policies.registry import all_rules
from tracker.errors import UserError
from tracker.plugins import declared, entry_points


def installed(folder: Path, text: str) -> Path:
    declaring = folder / "acme_rules-1.0.dist-info"
    declaring.mkdir(parents=True)
    (declaring / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: acme-rules\nVersion: 1.0\n", encoding="utf-8"
    )
    (declaring / "entry_points.txt").write_text(text, encoding="utf-8")
    return folder


def test_a_group_that_a_package_declares_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = installed(tmp_path / "site", "[acme.rules]\nten = acme:RULE\n")
    monkeypatch.syspath_prepend(str(folder))
    assert [point.value for point in entry_points("acme.rules")] == ["acme:RULE"]
    assert list(entry_points("acme.other")) == []


def test_a_rule_whose_module_is_gone_is_named_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = installed(tmp_path / "site", "[pmtrack.policies]\nten = acme_gone:RULE\n")
    monkeypatch.syspath_prepend(str(folder))
    all_rules.cache_clear()
    try:
        with pytest.raises(UserError, match="the rule 'ten' of the package acme-rules cannot be loaded"):
            all_rules()
    finally:
        all_rules.cache_clear()


def test_folders_that_are_not_there_declare_nothing(tmp_path: Path) -> None:
    assert not declared("acme.rules", [str(tmp_path / "gone"), str(tmp_path)])


def test_an_archive_on_the_path_may_declare_anything(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "lib.zip", "w") as archive:
        archive.writestr("x", "")
    assert declared("acme.rules", [str(tmp_path / "lib.zip")])
