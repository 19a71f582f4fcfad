"""The files of docs/scheduling.md are what they claim to be, and call commands and options that exist."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tracker.cli.main import cli

_FILE = re.compile(r"^`([^`\n]+)`:\n\n```(ini|yaml)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_CALL = re.compile(r"pmtrack(?: -q)? (sync|audit|review)((?: --[a-z-]+(?: [^-\s;'|&][^\s;'|&]*)?)*)")


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "scheduling.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def files(page: str) -> dict[str, str]:
    return {name: text for name, _, text in _FILE.findall(page)}


def test_every_way_runs_the_sync_the_audit_and_the_review(page: str, files: dict[str, str]) -> None:
    crontab = page.partition("```text\n")[2].partition("```")[0]
    systemd = "".join(text for name, text in files.items() if name.endswith(".service"))
    for text in (crontab, systemd, files[".github/workflows/pmtrack.yml"], files[".gitlab-ci.yml"]):
        calls = _CALL.findall(text)
        assert {name for name, _ in calls} == {"sync", "audit", "review"}
        audits = [options for name, options in calls if name == "audit"]
        assert len(audits) == 2, "one at night, one that sends what quiet hours held back"
        assert all("--notify team" in options for options in audits)


def test_each_option_in_the_page_exists(page: str) -> None:
    import click

    calls = _CALL.findall(page)
    assert len(calls) >= 12
    for name, options in calls:
        command = cli.get_command(click.Context(cli), name)
        if command is None:
            continue
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", options)) <= known, (name, options)


def test_the_systemd_units_pass_systemds_own_check(files: dict[str, str], tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    units = [name for name in files if name.startswith("/etc/systemd/")]
    assert len(units) == 6
    places = []
    for name in units:
        place = tmp_path / Path(name).name
        place.write_text(files[name], encoding="utf-8")
        places.append(str(place))
    run = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *places], capture_output=True, text=True, check=False
    )
    said = [line for line in run.stderr.splitlines() if any(Path(place).name in line for place in places)]
    assert said == []
    assert run.returncode == 0, run.stderr


def test_the_pipeline_files_are_yaml_with_the_jobs_in_order(files: dict[str, str]) -> None:
    workflow = yaml.safe_load(files[".github/workflows/pmtrack.yml"])
    names = [step.get("name") for step in workflow["jobs"]["report"]["steps"]]
    assert [name for name in names if name] == [
        "Sync",
        "Nightly audit",
        "Deliver what waited for the end of the quiet hours",
        "Weekly review",
    ]
    assert workflow["concurrency"] == "pmtrack"
    crons = [one["cron"] for one in workflow[True]["schedule"]]  # YAML 1.1 reads "on" as true
    asked = set(re.findall(r"event.schedule [!=]= '([^']+)'", files[".github/workflows/pmtrack.yml"]))
    assert asked <= set(crons)
    pipeline = yaml.safe_load(files[".gitlab-ci.yml"])
    assert [pipeline[job]["stage"] for job in ("sync", "audit", "review")] == ["build", "test", "deploy"]
