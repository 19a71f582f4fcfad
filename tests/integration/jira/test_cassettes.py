"""The recorded scenario, replayed: the adapter asks the same questions and makes the same of the answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import jira_recording
from tests.jira import Bench
from tests.jira_recording import FOLDER, PLACEHOLDER, recorder, scenario, tracker_at
from tracker.models import Issue, Status
from tracker.remote import Adopted, Found

CASSETTES = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.stem)
def test_a_recording_says_where_it_comes_from_and_holds_no_secret(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.match(r"# origin: .+, recorded \d{4}-\d{2}-\d{2}, project \w+\n", text)
    assert not re.search(r"(?i)authorization|set-cookie|Basic [\w+/=]{8}|Bearer \S{8}|127\.0\.0\.1", text)
    assert set(re.findall(r"[\w.]+@[\w.]+\.\w+", text)) <= {"user@example.org"}


@pytest.mark.parametrize("path", CASSETTES, ids=lambda path: path.stem)
def test_a_recording_plays_to_its_end_without_a_network(path: Path) -> None:
    project = path.read_text(encoding="utf-8").partition("project ")[2].split("\n")[0]
    with recorder(PLACEHOLDER, "none").use_cassette(str(path)) as cassette:
        environ = {"JIRA_TOKEN": "placeholder", "JIRA_EMAIL": "user@example.org"}
        tracker = tracker_at(PLACEHOLDER, project, environ, {})
        told = scenario(tracker)
        tracker.close()
    assert cassette.all_played
    first, second = told["issues"]
    assert second.title == "Recorded: write the runbook"
    (changed,) = told["changed"]
    assert isinstance(changed, Issue)
    assert (changed.status, changed.title, changed.context) == (
        Status.DONE,
        "Recorded: add two alerts",
        "new **text**",
    )
    assert all(isinstance(each, Found) for each in told["fetched"])
    assert [each.issue.ref.id for each in told["probed"] if isinstance(each, Adopted)] == [second.ref.id]
    assert told["person"]["Nobody At All"].account is None
    assert first.marker == changed.marker


def test_there_is_a_recording_of_each_deployment() -> None:
    assert {"cloud", "datacenter"} <= {path.stem for path in CASSETTES}


def test_a_live_project_is_recorded_and_left_as_it_was(
    cloud: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jira_recording, "FOLDER", tmp_path)
    named = {"JIRA_URL": cloud.server.url, "JIRA_PROJECT": "OPS", **cloud.environ()}
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    jira_recording.main()
    (path,) = tmp_path.iterdir()
    assert path.read_text(encoding="utf-8").startswith("# origin: a live Jira, recorded ")
    assert cloud.site.living() == []
    assert len(cloud.site.issues) == 2
    test_a_recording_says_where_it_comes_from_and_holds_no_secret(path)
    test_a_recording_plays_to_its_end_without_a_network(path)
