"""A GitHub App's installation: its tokens are asked for, counted, renewed in time, and belong to nobody else."""

from __future__ import annotations

import functools
from typing import NamedTuple

import pytest

from adapters.github import open_tracker
from adapters.github.adapter import GitHubTracker
from tests.contract.suite import created, new_issue
from tests.servers.github import Fault, Kind
from tests.servers.github.world import REPOSITORY, GitHubWorld
from tracker.errors import AuthError
from tracker.remote import Confirmed, Found, NotSent, Refused, TrackerContext

TOKENS = "/app/installations/34/access_tokens"


class Keys(NamedTuple):
    """A key pair as PEM texts."""

    private: str
    public: str


@functools.cache
def keys() -> Keys:
    """One key pair for all tests: making one takes long."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return Keys(private.decode(), public.decode())


@pytest.fixture
def world(fast: GitHubWorld) -> GitHubWorld:
    fast.store.app_key = keys().public
    return fast


def opened(
    world: GitHubWorld, *, key: str | None = None, installation: int = 34, **more: object
) -> GitHubTracker:
    environ = {"GITHUB_APP_PRIVATE_KEY": keys().private if key is None else key}
    context = TrackerContext(
        world.root, environ, world.clock.now, world.clock.sleep, world.memory, False, world.announced.append
    )
    app = {"id": 12, "installation_id": installation}
    options = {"repository": REPOSITORY, "api_url": world.server.url, "write_interval_s": 0, "app": app}
    return open_tracker("github", {**options, **more}, context)


def test_an_installation_signs_in_with_a_token_of_its_own(world: GitHubWorld) -> None:
    assert opened(world).watermark() == "0"
    assert world.server.log[0].path == TOKENS
    assert world.server.log[-1].headers["authorization"] == "token ghs_1"


def test_the_request_for_a_token_counts_and_a_run_without_changes_stays_within_three(
    world: GitHubWorld,
) -> None:
    run = opened(world)
    issues = created(run.create([new_issue(f"Action {n}") for n in range(3)]))
    ids = [issue.ref.id for issue in issues]
    first = run.changes(None, ids)
    run.close()
    assert run.requests == len(world.server.log)
    before = len(world.server.log)
    quiet = opened(world)
    assert quiet.changes(first.cursor, ids).issues == ()
    quiet.close()
    assert quiet.requests == len(world.server.log) - before == 2


def test_a_token_is_renewed_before_it_ends_and_no_request_is_refused_for_its_age(world: GitHubWorld) -> None:
    run = opened(world)
    for number in range(6):
        created(run.create([new_issue(f"Action {number}")]))
        world.clock.sleep(2000)
    assert world.server.count("POST", "access_tokens") == 3
    assert all(each.status < 400 for each in world.server.log)
    assert run.requests == len(world.server.log)


def test_a_token_that_ends_while_a_limit_is_waited_for_is_renewed(world: GitHubWorld) -> None:
    run = opened(world, max_wait_s=7200)
    created(run.create([new_issue("One")]))
    body = '{"message": "You have exceeded a secondary rate limit."}'
    world.server.faults.add(Fault(Kind.STATUS, status=403, body=body, headers={"Retry-After": "4000"}))
    created(run.create([new_issue("Two")]))
    assert world.server.count("POST", "access_tokens") == 2
    assert world.count() == 2


def test_the_life_of_a_token_is_counted_by_the_service_s_clock(world: GitHubWorld) -> None:
    # The service's clock is three hours ahead of this machine's: its "in an hour" is not "in four hours".
    ahead = world.clock.now
    world.store.now = lambda: ahead().replace(hour=ahead().hour + 3)
    run = opened(world)
    assert run.watermark() == "0"
    world.clock.sleep(3400)
    created(run.create([new_issue()]))
    assert world.server.count("POST", "access_tokens") == 2


@pytest.mark.parametrize("kind", [Kind.DROP_AFTER, Kind.STATUS])
def test_a_create_for_which_no_token_came_was_not_sent(world: GitHubWorld, kind: Kind) -> None:
    run = opened(world)
    run.changes(None, [])
    world.clock.sleep(3500)
    world.server.faults.add(Fault(kind, path=r"/access_tokens$", times=99))
    (only,) = run.create([new_issue()])
    assert isinstance(only.outcome, NotSent), only
    assert world.server.content_requests() == 0


def test_reads_are_repeated_until_a_token_comes(world: GitHubWorld) -> None:
    (issue,) = created(opened(world).create([new_issue()]))
    world.server.faults.add(Fault(Kind.STATUS, path=r"/access_tokens$", times=2))
    assert [type(each) for each in opened(world).fetch([issue.ref.id])] == [Found]


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ({"installation": 35}, "installation_id"),
        ({"key": "-----BEGIN nothing"}, "PEM"),
        ({"key": " "}, "private_key_file"),
    ],
)
def test_what_is_wrong_with_an_app_is_said_without_its_key(
    world: GitHubWorld, wrong: dict[str, object], hint: str
) -> None:
    with pytest.raises(AuthError) as caught:
        opened(world, **wrong).watermark()  # type: ignore[arg-type]
    assert hint in str(caught.value.hint)
    assert "BEGIN" not in str(caught.value) + str(caught.value.hint) + str(caught.value.__cause__)


def test_a_foreign_key_is_refused_with_the_two_likely_reasons(world: GitHubWorld) -> None:
    keys.cache_clear()
    with pytest.raises(AuthError) as caught:
        opened(world).watermark()
    assert "private key, and this machine's clock" in str(caught.value.hint)


def test_an_app_that_may_not_write_issues_is_told_before_the_first_write(world: GitHubWorld) -> None:
    world.store.app_permissions = {"issues": "read", "metadata": "read"}
    run = opened(world)
    (only,) = run.create([new_issue()])
    assert isinstance(only.outcome, Refused)
    assert "Issues: Read and write" in str(only.outcome.hint)
    assert world.writes() == 1, "only the token was asked for"
    problems = [each.message for each in opened(world).check() if not each.ok]
    assert problems == ["the GitHub App may not write issues"]


def test_no_token_of_an_installation_is_kept_or_shown(world: GitHubWorld) -> None:
    run = opened(world)
    outcome = next(iter(run.create([new_issue()]))).outcome
    assert isinstance(outcome, Confirmed)
    assert "ghs_" not in repr(outcome) + str(world.memory) + repr(run._client._installation)
