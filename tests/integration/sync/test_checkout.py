"""Permalinks from a real git checkout: what was pushed has its commit, what was not is found at the default branch."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.integration.sync.stage import Stage, document, row
from tracker.settings import Settings
from tracker.sync.checkout import linker_of

HEAD = "https://github.com/acme/pm/blob/HEAD/docs/a.md?plain=1#L5"


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with one pushed document; `origin` is called by a GitHub address, which is never asked."""
    folder = tmp_path / "pm"
    (folder / "docs").mkdir(parents=True)
    (folder / "docs/a.md").write_text(document(row("Add alerting")), encoding="utf-8")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "remote", "add", "origin", "git@github.com:acme/pm.git")
    commit(folder)
    push(folder)
    return folder


def commit(folder: Path) -> str:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")
    return git(folder, "rev-parse", "HEAD")


def push(folder: Path) -> None:
    """What a push leaves behind in the checkout."""
    git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(folder, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")


def link(root: Path, path: str = "docs/a.md", **settings: object) -> str | None:
    return linker_of(Settings(root=root, **settings), [str(root / "docs")])(path, 5)  # type: ignore[arg-type]


def at(sha: str, path: str = "docs/a.md") -> str:
    return f"https://github.com/acme/pm/blob/{sha}/{path}?plain=1#L5"


def test_a_pushed_document_has_a_permalink(root: Path) -> None:
    assert link(root) == at(git(root, "rev-parse", "HEAD"))


def test_a_changed_document_is_found_at_the_default_branch_and_the_others_at_their_commit(root: Path) -> None:
    (root / "docs/b.md").write_text("b", encoding="utf-8")
    sha = commit(root)
    push(root)
    (root / "docs/a.md").write_text("changed", encoding="utf-8")
    assert link(root) == HEAD
    assert link(root, "docs/b.md") == at(sha, "docs/b.md")


def test_documents_of_several_folders_are_each_found_at_their_place(root: Path) -> None:
    (root / "docs/2026/11").mkdir(parents=True)
    (root / "docs/2026/11/c.md").write_text("c", encoding="utf-8")
    (root / "top.md").write_text("d", encoding="utf-8")
    sha = commit(root)
    push(root)
    find = linker_of(Settings(root=root), [str(root)])
    paths = ("docs/2026/11/c.md", "top.md", "docs/a.md", "docs/2026/11/c.md")
    assert [find(path, 5) for path in paths] == [at(sha, path) for path in paths]


def test_a_commit_that_was_not_pushed_is_not_linked_to(root: Path) -> None:
    pushed = git(root, "rev-parse", "HEAD")
    (root / "docs/b.md").write_text("b", encoding="utf-8")
    commit(root)
    assert link(root, "docs/b.md") == HEAD.replace("a.md", "b.md")
    assert link(root) == at(pushed), "this one did not change since the push"


def test_a_new_document_is_linked_to_where_it_will_be_and_an_ignored_one_not_at_all(root: Path) -> None:
    (root / "docs/new.md").write_text("new", encoding="utf-8")
    (root / "docs/notes.md").write_text("private", encoding="utf-8")
    (root / ".gitignore").write_text("notes.md\n", encoding="utf-8")
    assert link(root, "docs/new.md") == HEAD.replace("a.md", "new.md")
    assert link(root, "docs/notes.md") is None


def test_without_any_remote_branch_nothing_is_taken_for_pushed(root: Path) -> None:
    git(root, "symbolic-ref", "--delete", "refs/remotes/origin/HEAD")
    git(root, "update-ref", "-d", "refs/remotes/origin/main")
    assert link(root) == HEAD


def test_a_configured_base_comes_first(root: Path) -> None:
    assert link(root, link_base="https://wiki.example/x/") == "https://wiki.example/x/docs/a.md#L5"


@pytest.mark.parametrize("url", ["/srv/pm.git", "git@git.example.org:acme/pm.git"])
def test_a_remote_whose_pages_are_not_known_gives_no_link(root: Path, url: str) -> None:
    git(root, "remote", "set-url", "origin", url)
    assert link(root) is None


def test_of_several_remotes_none_is_guessed(root: Path) -> None:
    git(root, "remote", "rename", "origin", "one")
    git(root, "remote", "add", "two", "git@github.com:other/pm.git")
    assert link(root) is None


def test_outside_of_a_checkout_and_without_git_there_is_no_link(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert linker_of(Settings(root=tmp_path), [str(tmp_path)])("docs/a.md", 5) is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert link(root) is None


def test_a_hook_that_sets_gits_variables_does_not_mislead(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sha = git(root, "rev-parse", "HEAD")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert link(root) == at(sha)


def test_an_issue_links_to_the_line_and_a_later_commit_changes_no_issue(root: Path) -> None:
    stage = Stage(root)
    stage.sync()
    sha = git(root, "rev-parse", "HEAD")
    where = f"https://github.com/acme/pm/blob/{sha}/docs/a.md?plain=1#L11"
    assert f"**Document:** [docs/a.md, line 11]({where})" in stage.issue("Add alerting")["description"]
    stage.write("a.md", "A line above.\n\n" + document(row("Add alerting")))
    assert stage.sync().actions == ()
    (root / "docs/b.md").write_text("b", encoding="utf-8")
    commit(root)
    push(root)
    stage.write("a.md", "Another line above.\n\n" + document(row("Add alerting")))
    assert stage.sync().actions == ()
