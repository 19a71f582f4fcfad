"""Whose issue `#45` is: stated in the configuration, that of the GitHub tracker, or of the git remote."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tracker.cli.links import Links
from tracker.errors import UserError
from tracker.reading.settings import make
from tracker.settings import Settings, TrackerSettings
from tracker.sync.checkout import completed, repository_near
from tracker.sync.permalink import repository_of


def checkout(folder: Path, remote: str) -> str:
    for words in (["init", "-q"], ["remote", "add", "origin", remote]):
        subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True)
    return str(folder / "docs" / "a.md")


def settings(root: Path, *, reading: dict[str, Any] | None = None, **trackers: dict[str, Any]) -> Settings:
    tables = {name: TrackerSettings(name, str(table.pop("type")), table) for name, table in trackers.items()}
    return Settings(root=root, reading=reading or {}, trackers=tables)


@pytest.mark.parametrize(
    ("repository", "ref", "address"),
    [
        ("acme/api", "#45", "https://github.com/acme/api/issues/45"),
        ("acme/api", "other/web#46", "https://github.com/other/web/issues/46"),
        ("https://gitlab.com/acme/team/api", "#45", "https://gitlab.com/acme/team/api/-/issues/45"),
        ("https://gitlab.com/acme/api", "!45", "https://gitlab.com/acme/api/-/merge_requests/45"),
        ("https://bitbucket.org/acme/api", "#45", "https://bitbucket.org/acme/api/issues/45"),
        ("acme/api", "!45", None),
        ("acme/api", "PAY-45", None),
    ],
)
def test_a_number_gets_its_repository(repository: str, ref: str, address: str | None) -> None:
    web = repository_of(repository)
    assert web is not None
    assert web.issue(ref) == address


def test_the_configuration_comes_before_the_tracker_and_that_before_the_remote(tmp_path: Path) -> None:
    document = checkout(tmp_path, "git@github.com:acme/docs.git")
    near = [
        repository_near(settings(tmp_path), document),
        repository_near(
            settings(tmp_path, github={"type": "github", "repository": "acme/incidents"}), document
        ),
        repository_near(settings(tmp_path, reading={"repository": "acme/api"}), document),
    ]
    assert [web.base if web else None for web in near] == [
        "https://github.com/acme/docs",
        "https://github.com/acme/incidents",
        "https://github.com/acme/api",
    ]


def test_an_enterprise_server_is_named_by_its_api(tmp_path: Path) -> None:
    table = {"type": "github", "repository": "acme/api", "api_url": "https://git.acme.example/api/v3"}
    web = repository_near(settings(tmp_path, github=table), str(tmp_path / "a.md"))
    assert web is not None
    assert web.issue("#45") == "https://git.acme.example/acme/api/issues/45"


def test_without_any_repository_a_number_has_no_address(tmp_path: Path) -> None:
    assert Links(settings(tmp_path)).of(str(tmp_path / "a.md"), ["#45", "https://x.example/1", "PAY-1"]) == [
        "https://x.example/1"
    ]


def test_only_a_configured_repository_changes_what_a_sync_looks_for(tmp_path: Path) -> None:
    refs = ("#45", "PAY-1")
    assert completed(refs, settings(tmp_path)) == refs
    assert completed(refs, settings(tmp_path, reading={"repository": "acme/api"})) == (
        "https://github.com/acme/api/issues/45",
        "PAY-1",
    )


@pytest.mark.parametrize("value", ["acme", "", 7, "ftp://x/y"])
def test_what_is_no_repository_is_refused(value: object) -> None:
    with pytest.raises(UserError, match="is no repository"):
        make({"repository": value})
