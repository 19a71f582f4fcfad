"""`pmtrack init`: what it sees, what it proposes, and that the proposal is a valid configuration."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tracker import config
from tracker.cli.main import main
from tracker.cli.proposal import Choices, likely_tracker, missing, propose
from tracker.cli.survey import Surroundings, github_repository, survey
from tracker.errors import ExitCode

DOCUMENT = """# Post-Mortem: Outage

**Date**: 2026-05-01

## Action Items

| Action | Owner | Due Date | Status |
|---|---|---|---|
| Replace the disk | Ada Byron | 2026-06-01 | Open |
| Write the runbook | Ada Byron | 2026-06-01 | Open |
"""


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(DOCUMENT, encoding="utf-8")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("git@github.com:acme/incidents.git", ("acme/incidents", None)),
        ("https://github.com/acme/incidents", ("acme/incidents", None)),
        ("https://user:token@github.com/acme/incidents.git", ("acme/incidents", None)),
        ("ssh://git@github.acme.example:2222/ops/pm.git", ("ops/pm", "https://github.acme.example/api/v3")),
        ("git@gitlab.com:acme/incidents.git", (None, None)),
        ("", (None, None)),
    ],
)
def test_the_repository_is_read_from_the_git_url(url: str, expected: tuple[str | None, str | None]) -> None:
    assert github_repository(url) == expected


def test_documents_are_found_by_the_names_of_their_folders(tmp_path: Path) -> None:
    put(
        tmp_path,
        "docs/postmortems/2026/a.md",
        "docs/postmortems/b.md",
        "docs/guide.md",
        "node_modules/postmortem/c.md",
    )
    around = survey(tmp_path, {})
    assert dict(around.globs) == {"docs/postmortems/**/*.md": 2}
    assert (around.items, around.owners) == (4, ("Ada Byron",))


def test_a_folder_that_is_named_is_taken_whatever_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path, "pm/a.md", "docs/postmortems/b.md")
    monkeypatch.chdir(tmp_path)
    assert main(["init", "pm", "--print", "--tracker", "local"]) == ExitCode.OK
    assert 'documents = ["pm/*.md"]' in capsys.readouterr().out
    assert main(["init", "..", "--print", "--tracker", "local"]) == ExitCode.USAGE
    assert "is not below" in capsys.readouterr().err


def test_all_that_a_tracker_needs_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--tracker", "jira"]) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert (
        "Address of Jira (https://acme.atlassian.net); Key of the Jira project for the issues (OPS)" in told
    )
    assert "Give them with --url and --project" in told


@pytest.mark.parametrize(
    ("options", "place"),
    [
        (["local"], "into a file here; to send them elsewhere: --tracker jira, github or beads"),
        (["beads"], "to Beads."),
        (["github", "--repository", "acme/pm"], "to GitHub, acme/pm."),
        (
            ["jira", "--url", "https://a.example", "--project", "OPS"],
            "to Jira, project OPS of https://a.example.",
        ),
    ],
)
def test_a_written_proposal_says_where_the_issues_go(
    options: list[str], place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(["init", "--tracker", *options]) == ExitCode.OK
    assert f"Wrote pmtrack.toml: issues go {place}" in capsys.readouterr().err


def test_the_remote_and_beads_are_seen(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    subprocess.run(
        ["git", "-C", str(tmp_path), "remote", "add", "origin", "git@github.com:acme/pm.git"], check=True
    )
    (tmp_path / ".beads").mkdir()
    around = survey(tmp_path, {"JIRA_TOKEN": "secret-value"})
    assert (around.repository, around.beads, around.variables) == ("acme/pm", True, frozenset({"JIRA_TOKEN"}))


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        (Surroundings({}), "local"),
        (Surroundings({}, repository="acme/pm"), "github"),
        (Surroundings({}, repository="acme/pm", jira_url="https://acme.atlassian.net"), "jira"),
        (Surroundings({}, repository="acme/pm", beads=True), "beads"),
    ],
)
def test_the_likely_tracker_follows_from_what_is_there(around: Surroundings, expected: str) -> None:
    assert likely_tracker(around) == expected


def test_what_a_tracker_needs_is_asked_for() -> None:
    assert missing(Choices("jira", (), url="https://acme.atlassian.net")) == (
        "project",
        "Key of the Jira project for the issues (OPS)",
    )
    assert missing(Choices("local", ())) is None


@pytest.mark.parametrize("tracker", ["local", "github", "jira", "beads"])
def test_a_proposal_is_a_valid_configuration(tracker: str, tmp_path: Path) -> None:
    around = Surroundings(
        {"pm/**/*.md": 3}, items=7, owners=('Ada "the first" Byron', "Zoë"), repository="acme/pm"
    )
    choices = Choices(tracker, ("pm/**/*.md",), "acme/pm", "https://acme.atlassian.net", "OPS")
    (tmp_path / "pmtrack.toml").write_text(propose(choices, around), encoding="utf-8")
    settings = config.load(tmp_path, {})
    assert settings.documents == ("pm/**/*.md",)
    assert settings.default_tracker == tracker
    assert settings.trackers[tracker].type == tracker


def test_the_commented_lines_of_a_proposal_are_valid_too(tmp_path: Path) -> None:
    around = Surroundings({"pm/*.md": 1}, owners=("Ada Byron", "ada byron", "Kim"))
    text = propose(Choices("jira", ("pm/*.md",), None, "https://jira.acme.example", "OPS"), around)
    keys = (
        "# [",
        "# names",
        "# jira",
        "# due",
        "# status",
        "# creates",
        "# updates",
        "# state",
        "# issue_type",
    )
    lines = [line.removeprefix("# ") if line.startswith(keys) else line for line in text.splitlines()]
    (tmp_path / "pmtrack.toml").write_text("\n".join(lines), encoding="utf-8")
    settings = config.load(tmp_path, {})
    assert settings.people["ada-byron"].names == ("Ada Byron", "ada byron")
    assert settings.limits.creates == 20


def test_init_without_a_terminal_writes_a_file_that_works(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    put(tmp_path, "postmortems/a.md")
    assert main(["init"]) == 0
    assert "Wrote pmtrack.toml" in capfd.readouterr().err
    assert config.load(tmp_path, {}).documents == ("postmortems/**/*.md",)


def test_init_does_not_replace_a_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pmtrack.toml").write_text("# mine\n", encoding="utf-8")
    assert main(["init"]) == ExitCode.USAGE
    assert "is here already" in capfd.readouterr().err
    assert (tmp_path / "pmtrack.toml").read_text(encoding="utf-8") == "# mine\n"


def test_init_prints_the_proposal_and_writes_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(["init", "--print", "--tracker", "jira", "--url", "https://j.example", "--project", "OPS"]) == 0
    )
    assert 'project = "OPS"' in capfd.readouterr().out
    assert not (tmp_path / "pmtrack.toml").exists()


def test_init_without_a_terminal_names_the_option_that_is_missing(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--tracker", "jira", "--url", "https://j.example"]) == ExitCode.USAGE
    assert "Give it with --project" in capfd.readouterr().err


def test_no_value_of_a_secret_gets_into_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIRA_TOKEN", "canary-1b9d")
    monkeypatch.setenv("JIRA_URL", "https://acme.atlassian.net")
    assert main(["init", "--project", "OPS"]) == 0
    text = (tmp_path / "pmtrack.toml").read_text(encoding="utf-8")
    assert 'token_env = "JIRA_TOKEN"' in text
    assert "canary" not in text


def test_documents_without_a_telling_name_are_known_by_their_first_lines(tmp_path: Path) -> None:
    (tmp_path / "pm").mkdir()
    (tmp_path / "pm" / "checkout.md").write_text(
        "# INC-12 Checkout down\n\n## Action items\n\n- [ ] Add an alert\n", encoding="utf-8"
    )
    (tmp_path / "pm" / "dns.txt").write_text("POSTMORTEM: DNS\n", encoding="utf-8")
    (tmp_path / "todo.md").write_text("# Shopping\n\n- [ ] milk\n", encoding="utf-8")
    found = survey(tmp_path, {})
    assert dict(found.globs) == {"pm/*.md": 1, "pm/*.txt": 1}
    assert found.items == 1


def test_the_keys_of_people_keep_the_letters_below_the_marks() -> None:
    around = Surroundings({}, owners=("Jörg Müller", "Žofie Nováková", "李雷"))
    text = propose(Choices("local", ("*.md",)), around)
    assert [line for line in text.splitlines() if "[people." in line] == [
        "# [people.jorg-muller]",
        "# [people.zofie-novakova]",
        "# [people.person]",
    ]
