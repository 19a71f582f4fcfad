"""`pmtrack sync` of all examples, as a process, into a local Jira: create, nothing, edits on both sides, a moved issue."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command
from tests.servers.jira import EMAIL, TOKEN, CustomField, JiraServer, Site, User
from tests.servers.jira.site import Deployment

CONFIGURATION = """\
documents = ["examples"]
default_tracker = "jira"

[trackers.jira]
type = "jira"
url = "{url}"
project = "OPS"

[people.ayesha]
names = ["Ayesha Lindqvist", "@ayesha"]
jira = "ayesha"
"""
LABELS = "examples/2026-05-19-label-printing-stopped.md"
# The Data Center half takes as long again and differs where the contract suite looks.
LONG = os.environ.get("PMTRACK_TEST_PROFILE") == "long"
DEPLOYMENTS: tuple[Deployment, ...] = ("cloud", "datacenter") if LONG else ("cloud",)


@dataclass
class Place:
    """A folder with the examples, and the Jira that they are synced into."""

    root: Path
    server: JiraServer

    command: Command

    @property
    def environ(self) -> dict[str, str]:
        """What a person sets to get in."""
        email = {"JIRA_EMAIL": EMAIL} if self.server.site.deployment == "cloud" else {}
        return {"JIRA_TOKEN": TOKEN, **email}

    def pmtrack(self, *arguments: str) -> dict[str, Any]:
        """Run the command with JSON output; it must succeed."""
        done = self.command(*arguments, "--format", "json", cwd=self.root, env=self.environ)
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    def key(self, word: str) -> str:
        """The key of the issue whose summary holds the word."""
        (only,) = [issue.key for issue in self.server.site.living() if word in issue.fields["summary"]]
        return only

    def rewrite(self, old: str, new: str) -> None:
        """Change the one place of a document where a text stands."""
        path = self.root / LABELS
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(params=DEPLOYMENTS)
def place(
    request: pytest.FixtureRequest, tmp_path: Path, repository: Path, pmtrack: Command
) -> Iterator[Place]:
    site = Site(request.param)
    site.add_user(User("ayesha", "Ayesha Lindqvist", "ayesha@acme.example"))
    site.add_project("PAY", "Payments")
    server = JiraServer(site).start()
    shutil.copytree(repository / "examples", tmp_path / "examples")
    (tmp_path / "pmtrack.toml").write_text(CONFIGURATION.format(url=server.url), encoding="utf-8")
    yield Place(tmp_path, server, pmtrack)
    server.stop()


def test_the_examples_are_kept_in_step_with_jira(place: Place) -> None:
    site = place.server.site
    first = place.pmtrack("sync", "--yes")
    count = len(site.living())
    assert Counter(each["outcome"] for each in first["actions"]) == {"done": count}
    assert len(place.server.creates) == -(-count // 50)
    assert any(issue.fields.get("assignee") == "ayesha" for issue in site.living())
    place.server.forget()
    assert place.pmtrack("sync")["actions"] == []
    assert len(place.server.requests) <= 3

    shorten, alert, probe = (
        place.key("Shorten the lifetime"),
        place.key("Alert when a depot"),
        place.key("Probe print"),
    )
    moved = place.key("Move private keys")
    site.set_status(shorten, "Done", "Done")
    site.set_status(place.key("Rehearse printing"), "Done", "Done")
    worded, dated = place.key("Write the runbook"), place.key("Give the platform on-call")
    site.edit(worded, summary="Write the runbook for blank labels", labels=["pmtrack", "printing"])
    site.edit(dated, duedate="2027-03-31")
    now = site.move(moved, "PAY")
    place.rewrite("Yuki Harrow | Medium | 2026-11-30 | [ ]", "Yuki Harrow | Medium | 2026-11-30 | [x]")
    place.rewrite("Maren Holt | High | 2026-05-29 | [x]", "Maren Holt | High | 2026-07-01 | [ ]")
    actions = {each["issue"]: each["action"] for each in place.pmtrack("sync", "--write-back")["actions"]}
    assert (actions[alert], actions[probe]) == ("close", "reopen")
    text = (place.root / LABELS).read_text(encoding="utf-8")
    assert "Tomasz Brandt | Medium | 2026-12-18 | [x] |" in text
    assert "Maren Holt | Low | 2026-12-04 | [x] |" in text
    told = {issue.key: issue.fields for issue in site.living()}
    assert site.statuses[told[alert]["status"]].category == "done"
    assert site.statuses[told[probe]["status"]].category != "done"
    assert told[probe]["duedate"] == "2026-07-01"
    assert told[worded]["summary"] == "Write the runbook for blank labels"
    assert "printing" in told[worded]["labels"]
    assert told[dated]["duedate"] == "2027-03-31"

    site.set_status(shorten, "Reopened")
    place.pmtrack("sync", "--write-back")
    assert "2026-12-18 | [ ] |" in (place.root / LABELS).read_text(encoding="utf-8")
    assert place.pmtrack("sync")["actions"] == []
    issues = place.pmtrack("status")["items"]
    assert now in {each["issue"] for each in issues}
    assert moved not in {each["issue"] for each in issues}
    assert len(site.living()) == count


def test_what_the_project_requires_is_said_before_anything_is_written(place: Place) -> None:
    place.server.site.add_custom_field("OPS", CustomField("customfield_7", "Team", required=True))
    done = place.command("sync", "--yes", LABELS, cwd=place.root, env=place.environ)
    assert done.returncode == 5
    assert (
        "jira: the create screen requires 'Team' [customfield_7] (Name a value under `fields` of this tracker "
        "in the configuration.)" in done.stderr
    )
    assert "cannot be done: OPS requires 'Team'" in done.stdout
    assert place.server.writes == []
