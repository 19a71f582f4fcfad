"""The adapter's requests, byte for byte, and its reading of real answers: recorded once, replayed without a network.

The cassettes under cassettes/github say in their first line what answered. `make record-github` records them anew: against a
live repository if `PMTRACK_TEST_GITHUB_REPOSITORY` and `PMTRACK_TEST_GITHUB_TOKEN` name one (a repository made for it:
issues are created there), else against the emulator.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.github import open_tracker
from adapters.github.adapter import GitHubTracker
from tests import emulate
from tests.contract.suite import confirmed, created, read
from tests.servers.github.world import Clock
from tracker.models import Status
from tracker.remote import Adopted, Field, Found, IssueChange, NewIssue, ProbeQuery, TrackerContext

REPLAYED = "http://127.0.0.1:9/"
FOLDER = Path(__file__).resolve().parents[3] / "cassettes" / "github"


@pytest.fixture(scope="module")
def vcr_cassette_dir() -> str:
    return str(FOLDER)


@pytest.fixture(scope="module")
def vcr_config() -> dict[str, Any]:
    return {
        "match_on": ["method", "path", "query", "body"],
        "filter_headers": [("authorization", "token REDACTED"), "cookie", "user-agent"],
        "before_record_request": _anonymous,
        "before_record_response": _scrubbed,
        "decode_compressed_response": True,
        "drop_unused_requests": True,
    }


@pytest.fixture(scope="module")
def live(record_mode: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """Address, repository and token of what is recorded or replayed."""
    if record_mode == "none":
        yield REPLAYED.rstrip("/"), emulate.REPOSITORY, emulate.TOKEN
        return
    repository = os.environ.get("PMTRACK_TEST_GITHUB_REPOSITORY")
    if repository:
        yield "https://api.github.com", repository, os.environ["PMTRACK_TEST_GITHUB_TOKEN"]
        return
    command = emulate.find_emulator()
    if command is None:
        pytest.skip(emulate.HOW)
    with emulate.running(command, tmp_path_factory.mktemp("emulate")) as made:
        yield made.url, emulate.REPOSITORY, emulate.TOKEN


@pytest.fixture
def tracker(live: tuple[str, str, str], tmp_path: Path) -> Iterator[GitHubTracker]:
    url, repository, token = live
    clock = Clock()
    context = TrackerContext(tmp_path, {"GITHUB_TOKEN": token}, clock.now, clock.sleep, {})
    # One by one: what several threads ask at once is not recorded reliably.
    options = {
        "repository": repository,
        "api_url": url,
        "write_interval_s": 0,
        "settle_s": 0,
        "connections": 1,
    }
    made = open_tracker("github", options, context)
    yield made
    made.close()


@pytest.mark.vcr
def test_an_issue_is_created_changed_and_closed(tracker: GitHubTracker) -> None:
    new = NewIssue(
        "kcassette0001",
        "Add an alert for queue depth",
        "**Incident:** INC-7",
        priority=1,
        labels=("pmtrack",),
    )
    (issue,) = created(tracker.create([new]))
    assert (issue.marker, issue.context, issue.priority) == (new.marker, new.context, 1)
    change = IssueChange(
        issue.ref, new.marker, {Field.TITLE: "Add two alerts", Field.STATUS: Status.DONE}, base=issue
    )
    after = confirmed(tracker.update([change])).issue
    assert (after.title, after.status, after.resolution) == ("Add two alerts", Status.DONE, "completed")
    assert read(tracker, issue.ref) == after


@pytest.mark.vcr
def test_an_issue_is_found_by_its_number_and_by_its_marker(tracker: GitHubTracker) -> None:
    watermark = tracker.watermark()
    new = NewIssue("kcassette0002", "Write the runbook", "text", labels=("pmtrack",))
    (issue,) = created(tracker.create([new]))
    number = issue.ref.key.partition("#")[2]
    (found,) = tracker.lookup([f"#{number}"]).values()
    assert isinstance(found, Found)
    assert found.issue == issue
    (settled,) = tracker.probe([ProbeQuery(new.marker, watermark)])
    assert settled == Adopted(new.marker, issue)


@pytest.mark.vcr
def test_the_list_tells_what_changed(tracker: GitHubTracker) -> None:
    issues = created(tracker.create([NewIssue("kcassette0003", "One"), NewIssue("kcassette0004", "Two")]))
    first = tracker.changes(None, [issue.ref.id for issue in issues])
    assert first.complete
    assert {issue.marker for issue in first.issues} == {"kcassette0003", "kcassette0004"}
    assert {"kcassette0003", "kcassette0004"} <= {issue.marker for issue in tracker.scan()}


def _anonymous(request: Any) -> Any:
    """Every recording has the same address, so that it is replayed wherever it was made."""
    path = request.uri.partition("://")[2].partition("/")[2]
    request.uri = REPLAYED + path
    return request


def _scrubbed(response: dict[str, Any]) -> dict[str, Any]:
    dropped = {
        "set-cookie",
        "x-github-request-id",
        "date",
        "x-oauth-client-id",
        "github-authentication-token-expiration",
    }
    response["headers"] = {
        key: value for key, value in response["headers"].items() if key.lower() not in dropped
    }
    return response


def test_every_cassette_is_played_and_says_what_answered() -> None:
    cassettes = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.yaml")}
    assert set(cassettes) == {name for name, value in globals().items() if _is_played(value)}
    for text in cassettes.values():
        assert text.startswith("# Answered by: ")
        assert "REDACTED" in text


def _is_played(value: Any) -> bool:
    return any(mark.name == "vcr" for mark in getattr(value, "pytestmark", ()))
