"""The token from the system keyring, through the keyring library and a backend of its own kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail
from keyring.errors import KeyringLocked

from tests.conftest import Command
from tests.integration.github import plain_keyring
from tests.servers.github.world import TOKEN, GitHubWorld

CONFIGURATION = """
default_tracker = "github"
[trackers.github]
type = "github"
repository = "acme/incidents"
api_url = "{url}"
keyring = "pmtrack-test"
"""


class Locked(plain_keyring.Keyring):
    """A keyring that nobody unlocked, and whose error says too much."""

    def get_password(self, service: str, username: str) -> str | None:
        """Never."""
        raise KeyringLocked(f"cannot unlock with {TOKEN}")


@pytest.fixture
def folder(world: GitHubWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pmtrack.toml").write_text(CONFIGURATION.format(url=world.server.url), encoding="utf-8")
    monkeypatch.setenv("PMTRACK_TEST_KEYRING", str(tmp_path / "keyring.json"))
    return tmp_path


@pytest.fixture
def chosen() -> Iterator[None]:
    """The keyring of the other tests is put back."""
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def test_a_token_in_the_keyring_signs_in_and_is_shown_nowhere(
    world: GitHubWorld, folder: Path, repository: Path, pmtrack: Command
) -> None:
    plain_keyring.Keyring().set_password("pmtrack-test", "acme", TOKEN)
    env = {
        "PYTHON_KEYRING_BACKEND": "tests.integration.github.plain_keyring.Keyring",
        "PYTHONPATH": str(repository),
    }
    done = pmtrack("doctor", cwd=folder, env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "tracker github: signed in as pm-bot" in done.stdout
    assert TOKEN not in done.stdout + done.stderr
    assert world.server.log[0].headers["authorization"] == f"token {TOKEN}"


@pytest.mark.parametrize(
    ("backend", "told", "hint"),
    [
        (plain_keyring.Keyring, "there is no token", "Run `keyring set pmtrack-test acme`"),
        (
            fail.Keyring,
            "the system keyring cannot be asked: this machine has none",
            "Set GITHUB_TOKEN or token_command",
        ),
        (Locked, "the system keyring cannot be asked: it is locked", "unlock the keyring"),
    ],
)
def test_doctor_says_what_to_do_where_the_keyring_gives_none(  # noqa: PLR0917 - fixtures
    world: GitHubWorld,
    folder: Path,
    call: Command,
    chosen: None,
    backend: Callable[[], keyring.backend.KeyringBackend],
    told: str,
    hint: str,
) -> None:
    keyring.set_keyring(backend())
    done = call("doctor", cwd=folder)
    assert done.returncode == 1
    assert f"tracker github: {told}" in done.stdout.replace("github: github:", "github:")
    assert hint in done.stdout
    assert TOKEN not in done.stdout + done.stderr
    assert world.server.log == []


def test_the_variable_comes_before_the_keyring(
    world: GitHubWorld, folder: Path, call: Command, chosen: None
) -> None:
    keyring.set_keyring(Locked())
    assert call("doctor", cwd=folder, env={"GITHUB_TOKEN": TOKEN}).returncode == 0
