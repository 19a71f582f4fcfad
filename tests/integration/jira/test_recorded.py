"""Real exchanges of the `jira` package with a real Jira Cloud: replayed through the adapter, and compared with our server.

The recordings are other people's and not part of the project; without them these tests are skipped.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import vcr
import yaml

from adapters.jira import mapping, metadata
from adapters.jira.client import Answer, Client
from adapters.jira.config import CANCELLED, JiraOptions
from adapters.jira.credentials import Credentials
from adapters.jira.mapping import Dialect
from adapters.jira.reader import Reader
from adapters.jira.site import Site as SiteFacts
from tests.contract.suite import created, new_issue
from tests.jira import Bench, Clock
from tracker.remote import TrackerContext

HOST = "https://defectdojo.atlassian.net"
DIALECT = Dialect(True, HOST, ("Highest", "High", "Medium", "Low", "Lowest"), CANCELLED)


@pytest.fixture(scope="module")
def recordings(shared: Path) -> list[Path]:
    """The cassettes."""
    found = sorted((shared / "api" / "recorded" / "jira").glob("DefectDojo*.yaml"))
    if not found:
        pytest.skip("no recorded exchanges with Jira here")
    return found


@pytest.fixture(scope="module")
def exchanges(recordings: list[Path]) -> list[tuple[str, str, int, Any]]:
    """Method, path, status and JSON of everything that Jira answered."""
    out = []
    for path in recordings:
        for each in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["interactions"]:
            uri, answer = each["request"]["uri"], each["response"]
            if uri.startswith(HOST):
                text = answer["body"]["string"]
                body = json.loads(text) if text else None
                out.append(
                    (
                        each["request"]["method"],
                        uri.partition("/rest/api/2/")[2],
                        answer["status"]["code"],
                        body,
                    )
                )
    return out


def issues(exchanges: list[tuple[str, str, int, Any]]) -> Iterator[dict[str, Any]]:
    """Every issue that was read."""
    return (
        body
        for method, path, code, body in exchanges
        if method == "GET" and path.startswith("issue/") and "fields" in (body or {}) and code == 200
    )


def test_every_recorded_issue_is_understood(exchanges: list[tuple[str, str, int, Any]]) -> None:
    read = [(raw, mapping.to_issue(raw, DIALECT)) for raw in issues(exchanges)]
    assert len(read) > 30
    for raw, issue in read:
        assert issue.ref.key == raw["key"]
        assert issue.title == raw["fields"]["summary"]
        assert issue.status_raw == raw["fields"]["status"]["name"]
        assert issue.updated_at is not None
        assert issue.updated_at.utcoffset() is not None
        assert issue.marker is None
        if raw["fields"]["priority"]:
            assert issue.priority is not None


def test_recorded_screens_are_understood(exchanges: list[tuple[str, str, int, Any]]) -> None:
    bodies = [body for _, path, _, body in exchanges if path.startswith("issue/createmeta")]
    assert bodies
    for body in bodies:
        for kind in body["projects"][0]["issuetypes"]:
            fields = [{**meta, "fieldId": name} for name, meta in kind["fields"].items()]
            screen = metadata.screen_of(kind["id"], fields)
            assert screen.offers("summary")
            assert not screen.offers("duedate")
            assert screen.missing(["summary"]) == []


def same_path(one: Any, other: Any) -> None:
    """The recordings are of version 2; version 3 answers alike but for long texts."""
    paths = [re.sub(r"/rest/api/[23]/", "/", each.path) for each in (one, other)]
    assert paths[0] == paths[1]


def test_the_real_answers_pass_through_the_client(recordings: list[Path]) -> None:
    options = JiraOptions(url=HOST, project="NTEST")
    clock = Clock()
    context = TrackerContext(Path(), {}, clock.now, clock.sleep, {})
    path = next(each for each in recordings if "test_create_edit_update_finding" in each.name)
    player = vcr.VCR(record_mode="none", match_on=["method", "host", "version-less path"])
    player.register_matcher("version-less path", same_path)
    with player.use_cassette(str(path), allow_playback_repeats=True):
        client = Client("jira", options, Credentials("token", "me@example.org"), context)
        site = SiteFacts("jira", client, options, context.memory)
        assert site.is_cloud
        assert abs(client.skew_s) < 5
        made = client.write("POST", "issue", body={"fields": {}})
        assert isinstance(made, Answer)
        assert made.status == 201
        raw = Reader(client, options, site, memory={}).single(made.data["key"])
        assert raw["id"] == made.data["id"]
        edited = client.write("PUT", f"issue/{int(made.data['id']) + 1}", body={"fields": {}})
        assert isinstance(edited, Answer)
        client.close()


def shape(value: Any) -> Any:
    """The kinds of a JSON value, without its contents."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items()}
    return type(value).__name__


def test_our_server_answers_in_the_same_shapes(
    exchanges: list[tuple[str, str, int, Any]], cloud: Bench
) -> None:
    (issue,) = created(cloud.tracker().create([new_issue()]))
    client = cloud.tracker()._opened.client
    ours = client.read("GET", f"issue/{issue.ref.id}")
    real: dict[str, list[Any]] = {}
    for raw in issues(exchanges):
        for name, value in raw["fields"].items():
            real.setdefault(name, []).append(shape(value))
    for name, value in ours["fields"].items():
        assert name in real, name
        if isinstance(value, dict):
            known = [each for each in real[name] if isinstance(each, dict)]
            if known:
                assert set(value) <= set().union(*known), name
    info = next(body for _, path, _, body in exchanges if path == "serverInfo")
    told = client.read("GET", "serverInfo")
    assert set(told) <= set(info)
    assert {key: shape(told[key]) for key in told} == {key: shape(info[key]) for key in told}
    answer = client.write(
        "POST",
        "issue",
        body={"fields": {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "x"}},
    )
    first = next(
        body for method, path, code, body in exchanges if (method, path, code) == ("POST", "issue", 201)
    )
    assert isinstance(answer, Answer)
    assert set(answer.data) == set(first)
