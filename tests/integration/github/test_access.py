"""Where the token comes from, that it goes nowhere else, and GitHub Enterprise Server's address."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from adapters.github import open_tracker
from tests.contract.suite import created, new_issue
from tests.servers.github import GitHubServer, Store
from tests.servers.github.world import TOKEN, Clock, GitHubWorld
from tracker.errors import AuthError, UserError
from tracker.remote import TrackerContext


def opened(world: GitHubWorld, environ: dict[str, str], **options: object) -> object:
    clock = Clock()
    context = TrackerContext(world.root, environ, clock.now, clock.sleep, {})
    base = {"repository": "acme/incidents", "api_url": world.server.url, "write_interval_s": 0}
    return open_tracker("github", {**base, **options}, context).watermark()


def test_the_token_comes_from_the_named_variable(world: GitHubWorld) -> None:
    assert opened(world, {"MY_TOKEN": TOKEN}, token_env="MY_TOKEN") == "0"


def test_the_token_comes_from_a_command(world: GitHubWorld) -> None:
    # As from `pass show`, whose first line is the secret.
    command = f"printf '%s\\nlogin: bot' {TOKEN}"
    assert opened(world, {}, token_command=command) == "0"


@pytest.mark.parametrize(
    "command", ["no-such-command-anywhere", f"{sys.executable} -c 'exit(3)'", "'unbalanced", " "]
)
def test_a_command_that_fails_is_named_without_what_it_printed(world: GitHubWorld, command: str) -> None:
    with pytest.raises(AuthError) as caught:
        opened(world, {}, token_command=command)
    assert "token_command" in caught.value.message


def test_without_a_token_the_error_says_where_to_put_it(world: GitHubWorld) -> None:
    with pytest.raises(AuthError) as caught:
        opened(world, {})
    assert "GITHUB_TOKEN" in str(caught.value.hint)
    assert world.server.log == []


def test_the_token_and_the_version_of_the_api_are_in_the_headers(world: GitHubWorld) -> None:
    opened(world, {"GITHUB_TOKEN": TOKEN})
    headers = world.server.log[0].headers
    assert headers["authorization"] == f"token {TOKEN}"
    assert headers["x-github-api-version"] == "2022-11-28"
    assert headers["user-agent"] == "pmtrack"


def test_the_token_is_in_no_log_error_or_memory(world: GitHubWorld, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    created(world.tracker().create([new_issue()]))
    world.store.tokens.clear()
    with pytest.raises(AuthError) as caught:
        world.tracker().watermark()
    assert TOKEN not in caplog.text
    assert TOKEN not in str(caught.value) + str(caught.value.hint) + repr(caught.value)
    assert TOKEN not in str(world.memory)


def test_enterprise_server_is_served_under_its_own_path(tmp_path: Path) -> None:
    clock = Clock()
    store = Store(clock.now)
    store.add_user("pm-bot", token=TOKEN)
    store.add_repository("acme/incidents")
    server = GitHubServer(store, prefix="/api/v3").start()
    try:
        context = TrackerContext(tmp_path, {"GITHUB_TOKEN": TOKEN}, clock.now, clock.sleep, {})
        options = {"repository": "acme/incidents", "api_url": server.url, "write_interval_s": 0}
        tracker = open_tracker("ghes", options, context)
        (issue,) = created(tracker.create([new_issue()]))
        assert len(list(tracker.fetch([issue.ref.id]))) == 1
        assert {each.path for each in server.log if "graphql" in each.path} == {"/api/graphql"}
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"repository": "incidents"}, "repository"),
        ({"repository": "a/b", "api_url": "http://github.example.org/api/v3"}, "plain http"),
        ({"repository": "a/b", "api_url": "https://me:secret@example.org"}, "password"),
        ({"repository": "a/b", "api_url": "https://[ghes.example/api/v3"}, r"must be an http\(s\) address"),
        ({"repository": "a/b", "api_url": "https://ghes.example:https/"}, r"must be an http\(s\) address"),
        ({"repository": "a/b", "web_url": "ghes.example"}, r"must be an http\(s\) address"),
        ({"repository": "a/b", "repositry": "c/d"}, "did you mean"),
        ({"repository": "a/b", "due_field": "Due", "project": {"number": 1}}, "keep one"),
        ({}, "repository"),
    ],
)
def test_a_wrong_option_is_refused_in_words(tmp_path: Path, options: dict[str, object], word: str) -> None:
    clock = Clock()
    with pytest.raises(UserError, match=word) as caught:
        open_tracker("github", options, TrackerContext(tmp_path, {}, clock.now, clock.sleep, {}))
    assert "secret" not in caught.value.message
