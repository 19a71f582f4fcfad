"""The pre-commit hook through the real pre-commit, and the steps of the GitHub action as the runner would call them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

OPEN = "# INC-1: spool full\n\n## Action items\n\n- [ ] Alert on a full disk\n"
BIN = Path(sys.executable).parent


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository with one post-mortem on main."""
    (tmp_path / "docs" / "postmortems").mkdir(parents=True)
    (tmp_path / "docs" / "postmortems" / "a.md").write_text(OPEN, encoding="utf-8")
    (tmp_path / "README.md").write_text(
        "# Not for the hook\n\n## Action items\n\n- [ ] None\n", encoding="utf-8"
    )
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    return tmp_path


def hook(repository: Path, name: str) -> dict[str, Any]:
    hooks = yaml.safe_load((repository / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    found: dict[str, Any] = next(one for one in hooks if one["id"] == name)
    return found


def pre_commit(folder: Path, hooks: list[dict[str, Any]], home: Path) -> subprocess.CompletedProcess[str]:
    """Run the real pre-commit with the hooks as a local repository, so that nothing is fetched or installed."""
    # `language: system` runs the pmtrack of this environment; everything else is the published definition.
    local = [{**one, "language": "system", "entry": f"{BIN}/{one['entry']}"} for one in hooks]
    config = {"repos": [{"repo": "local", "hooks": local}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return subprocess.run(
        [str(BIN / "pre-commit"), "run", "--all-files", "--verbose"],
        cwd=folder,
        env={**os.environ, "PRE_COMMIT_HOME": str(home), "PATH": f"{BIN}:{os.environ['PATH']}"},
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )


needs_pre_commit = pytest.mark.skipif(
    not (BIN / "pre-commit").exists(), reason="pre-commit is not installed: it stands in the group `lint`"
)


@needs_pre_commit
def test_the_hook_checks_post_mortems_only(
    folder: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    done = pre_commit(folder, [hook(repository, "pmtrack-check")], tmp_path_factory.mktemp("home"))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "docs/postmortems/a.md" in done.stdout
    assert "PM101 missing-owner" in done.stdout
    assert "exit code: 10" in done.stdout
    assert "README.md" not in done.stdout


@needs_pre_commit
def test_the_fixing_hook_changes_the_file_and_says_so(
    folder: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = folder / "docs" / "postmortems" / "a.md"
    path.write_text(
        "# INC-1: spool full\n\n## Action items\n\n| Action | Owner | Due |\n|---|---|---|\n| Alert | Alice | June 1, 2099 |\n",
        encoding="utf-8",
    )
    git(folder, "add", ".")
    done = pre_commit(folder, [hook(repository, "pmtrack-fix")], tmp_path_factory.mktemp("home"))
    assert "files were modified by this hook" in done.stdout, done.stdout + done.stderr
    assert "2099-06-01" in path.read_text(encoding="utf-8")


@needs_pre_commit
def test_pre_commit_accepts_the_definition_of_the_hooks(repository: Path) -> None:
    done = subprocess.run(
        [str(BIN / "pre-commit"), "validate-manifest", str(repository / ".pre-commit-hooks.yaml")],
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def run_check_step(folder: Path, repository: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(repository / "scripts" / "action-check")],
        cwd=folder,
        env={
            **os.environ,
            "PMTRACK": str(BIN / "pmtrack"),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "CHECK_SARIF": str(folder / "out.sarif"),
            **environment,
        },
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )


def test_the_action_annotates_writes_sarif_and_fails_on_findings(folder: Path, repository: Path) -> None:
    done = run_check_step(folder, repository, CHECK_PATHS="docs")
    assert done.returncode == 10, done.stderr
    assert "::error file=docs/postmortems/a.md,line=5," in done.stdout
    output = (folder / "output").read_text(encoding="utf-8")
    assert f"sarif={folder / 'out.sarif'}" in output
    assert "exit-code=10" in output
    assert json.loads((folder / "out.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert "## pmtrack check" in (folder / "summary.md").read_text(encoding="utf-8")


def test_the_action_judges_only_what_a_pull_request_changes(folder: Path, repository: Path) -> None:
    git(folder, "switch", "-qc", "topic")
    done = run_check_step(folder, repository, CHECK_PATHS="docs", CHECK_DIFF_BASE="main")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_action_takes_nothing_from_its_inputs_for_a_command(folder: Path, repository: Path) -> None:
    run_check_step(folder, repository, CHECK_PATHS="docs; touch hacked", CHECK_PROFILE="$(touch hacked)")
    assert not (folder / "hacked").exists()


def test_the_action_names_every_input_that_its_steps_use(repository: Path) -> None:
    text = (repository / "action.yml").read_text(encoding="utf-8")
    action = yaml.safe_load(text)
    for name in action["inputs"]:
        assert f"inputs.{name}" in text, name
    for step in action["runs"]["steps"]:
        assert "${{" not in step.get("run", ""), "an expression in a script could be run by the shell"
