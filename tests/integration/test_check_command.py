"""`pmtrack check`, `explain` and `waive` as people call them."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from pathlib import Path

import pytest

from tracker.cli.main import main
from tracker.errors import ExitCode

OPEN = "# INC-1: spool full\n\n**Date:** 2026-05-06\n**Severity:** SEV2\n\n## Action items\n\n- [ ] Alert on a full disk\n"
CLEAN = OPEN.replace("SEV2", "SEV3").replace(
    "disk\n", "disk (owner: Alice, due: 2099-06-01, ticket: OPS-12)\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_text(OPEN, encoding="utf-8")
    return tmp_path


def check(*arguments: str) -> int:
    return main(["check", *arguments])


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["docs"], ExitCode.FINDINGS),
        (["docs", "--fail-on", "never"], ExitCode.OK),
        (["docs", "--select", "PM106"], ExitCode.OK),
        (["docs", "--select", "PM106", "--fail-on", "warning"], ExitCode.FINDINGS),
        (["docs", "--format", "sarif"], ExitCode.OK),
        (["docs", "--format", "sarif", "--fail-on", "error"], ExitCode.FINDINGS),
        (["docs", "--ignore", "PM1,PM2"], ExitCode.OK),
        (["docs", "--select", "PM777"], ExitCode.USAGE),
        (["docs", "--profile", "lax"], ExitCode.USAGE),
        (["nowhere"], ExitCode.NO_INPUT),
        ([], ExitCode.NO_INPUT),
        (["docs", "--diff-base", "-x"], ExitCode.USAGE),
        (["docs", "--diff-base", "main"], ExitCode.USAGE),
    ],
)
def test_the_exit_code_says_what_happened(arguments: list[str], code: ExitCode) -> None:
    assert check(*arguments) == code


def test_a_clean_folder_passes(folder: Path) -> None:
    (folder / "docs" / "a.md").write_text(CLEAN, encoding="utf-8")
    assert check("docs", "--fail-on", "info") == ExitCode.OK


def test_a_baseline_lets_an_archive_adopt_the_rules(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("docs", "--write-baseline") == ExitCode.OK
    assert "recorded in pmtrack-baseline.json" in capsys.readouterr().err
    assert check("docs") == ExitCode.OK
    assert "known from the baseline" in capsys.readouterr().out
    with (folder / "docs" / "a.md").open("a", encoding="utf-8") as out:
        out.write("- [ ] Rotate the logs every day\n")
    assert check("docs") == ExitCode.FINDINGS
    assert "Rotate the logs" in capsys.readouterr().out


def test_a_broken_baseline_is_an_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "pmtrack-baseline.json").write_text("[]", encoding="utf-8")
    assert check("docs") == ExitCode.USAGE
    assert "no baseline of pmtrack" in capsys.readouterr().err


def test_the_configuration_chooses_profile_and_severities(folder: Path) -> None:
    (folder / "pmtrack.toml").write_text(
        'documents = ["docs/*.md"]\n[policies]\nprofile = "minimal"\n[policies.severity]\nPM1 = "info"\n',
        encoding="utf-8",
    )
    assert check() == ExitCode.OK
    assert check("--fail-on", "info") == ExitCode.FINDINGS


def test_a_wrong_configuration_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "pmtrack.toml").write_text("[policies]\nprofil = 1\n", encoding="utf-8")
    assert check("docs") == ExitCode.USAGE
    assert "did you mean 'profile'" in capsys.readouterr().err


def test_statistics_count_and_list_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert folder.is_dir()
    check("docs", "--statistics", "--select", "PM101,PM104")
    out = capsys.readouterr().out
    assert out.startswith("     1  PM101  missing-owner\n     1  PM104  missing-due-date\n2 errors")


def test_explain_adds_the_documentation(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert folder.is_dir()
    check("docs", "--explain", "--select", "PM101")
    assert "## Why" in capsys.readouterr().out


def test_output_goes_to_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check("docs", "--format", "sarif", "--output", "out.sarif") == ExitCode.OK
    assert capsys.readouterr().out == ""
    assert json.loads((folder / "out.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"


def test_fix_repairs_and_then_checks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "docs" / "a.md"
    table = "| ID | Action | Owner | Due |\n|---|---|---|---|\n| | Alert on a disk | Alice | June 1, 2099 |\n"
    path.write_text(OPEN.replace("- [ ] Alert on a full disk\n", table), encoding="utf-8")
    mode = path.stat().st_mode
    check("docs", "--fix", "--select", "PM101,PM104,PM108")
    told = capsys.readouterr()
    assert "docs/a.md:10: added the id A1" in told.err
    assert "| A1 | Alert on a disk | Alice | 2099-06-01 |" in path.read_text(encoding="utf-8")
    assert path.stat().st_mode == mode
    assert [one.name for one in path.parent.iterdir()] == ["a.md"]
    assert "0 errors" in told.out


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def test_with_a_diff_base_only_changed_lines_count(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    git(folder, "switch", "-qc", "topic")
    assert check("docs", "--diff-base", "main") == ExitCode.OK
    with (folder / "docs" / "a.md").open("a", encoding="utf-8") as out:
        out.write("- [ ] Rotate the logs every day\n")
    (folder / "docs" / "ünïcode b.md").write_text(OPEN, encoding="utf-8")
    capsys.readouterr()
    assert check("docs", "--diff-base", "main", "--select", "PM101", "--format", "json") == ExitCode.FINDINGS
    told = json.loads(capsys.readouterr().out)
    assert [(one["path"], one["line"]) for one in told["findings"]] == [
        ("docs/a.md", 9),
        ("docs/ünïcode b.md", 8),
    ]
    assert told["summary"]["unchanged"] == 1


def test_lines_that_look_like_the_head_of_a_diff_hide_no_finding(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    path = folder / "docs" / "a.md"
    text = path.read_text(encoding="utf-8").replace(
        "## Action", "++ b/docs/b.md\n\u2028@@ -1 +1 @@\n\n## Action"
    )
    path.write_text(text + "- [ ] Rotate the logs every day\n", encoding="utf-8")
    monkeypatch.setenv("GIT_DIR", "/nowhere")  # as a hook of another repository has it
    assert check("docs", "--diff-base", "main", "--select", "PM101", "--format", "json") == ExitCode.FINDINGS
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert found["item"] == "Rotate the logs every day"


def test_the_configured_documents_are_those_of_a_sync(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "b.md").write_text(OPEN, encoding="utf-8")
    (folder / "docs" / ".draft.md").write_text(OPEN, encoding="utf-8")
    (folder / "docs" / "notes.log").write_text(OPEN, encoding="utf-8")
    globs = ["docs/*", f"{elsewhere}/*.md"]
    (folder / "pmtrack.toml").write_text(f"documents = {json.dumps(globs)}\n", encoding="utf-8")
    assert check("--format", "json", "--select", "PM101") == ExitCode.FINDINGS
    paths = {found["path"] for found in json.loads(capsys.readouterr().out)["findings"]}
    assert {Path(path).name for path in paths} == {"a.md", "b.md"}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "arguments", [["check", "docs", "--output", "no/such/folder.txt"], ["init", "--yes"]]
)
def test_a_file_that_cannot_be_written_is_named_and_no_bug_of_pmtrack(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("pmtrack.toml").symlink_to("no/such/place.toml")
    assert main(arguments) == ExitCode.FAILED
    told = capsys.readouterr().err
    assert "No such file or directory\n  Check the path" in told
    assert "bug" not in told


def test_a_waiver_is_written_read_and_effective(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--reason", "the vendor fixes it", "--until", "2099-12-31", "--by", "Alice"]
    for code in ("missing-owner", "PM104"):
        assert main(["waive", code, "docs/a.md", "--item", "Alert on a full disk", *options]) == ExitCode.OK
    assert check("docs", "--select", "PM101,PM104") == ExitCode.OK
    assert "2 waived" in capsys.readouterr().out
    assert (folder / "pmtrack-waivers.toml").read_text(encoding="utf-8").count("[[waivers]]") == 2


def test_a_waiver_may_end_on_the_day_that_it_is_where_the_people_are(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "pmtrack.toml").write_text('timezone = "Pacific/Honolulu"\n', encoding="utf-8")
    (folder / "pmtrack-waivers.toml").write_bytes(b"# ours\r\n")
    evening = dt.datetime(2026, 11, 22, 7, tzinfo=dt.UTC)  # the 21st in Hawaii
    monkeypatch.setattr("tracker.cli.context.Invocation.now", lambda _self: evening)
    assert main(["waive", "PM101", "docs/a.md", "--reason", "x", "--until", "2026-11-21"]) == ExitCode.OK
    assert (folder / "pmtrack-waivers.toml").read_bytes().startswith(b"# ours\n\n[[waivers]]")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "arguments",
    [
        ["PM999", "docs/a.md", "--reason", "x", "--until", "2099-12-31"],
        ["PM101", "docs/a.md", "--reason", " ", "--until", "2099-12-31"],
        ["PM101", "docs/a.md", "--reason", "x", "--until", "2020-12-31"],
        ["PM101", "docs/a.md", "--reason", "x"],
    ],
)
def test_a_wrong_waiver_is_refused(arguments: list[str]) -> None:
    assert main(["waive", *arguments]) == ExitCode.USAGE
    assert not Path("pmtrack-waivers.toml").exists()


def test_explain_prints_a_page_by_code_or_name_and_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "PM104"]) == ExitCode.OK
    by_code = capsys.readouterr().out
    assert main(["explain", "missing-due-date"]) == ExitCode.OK
    assert capsys.readouterr().out == by_code
    assert by_code.startswith("# PM104 missing-due-date")
    assert main(["explain"]) == ExitCode.OK
    assert len(capsys.readouterr().out.splitlines()) == 47
    assert main(["explain", "PM001"]) == ExitCode.OK
    assert main(["explain", "nonsense"]) == ExitCode.USAGE
