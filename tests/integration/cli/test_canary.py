"""One secret in every place where pmtrack can get one from, then every command: it is shown, logged and kept nowhere."""

from __future__ import annotations

import base64
import json
import logging
import shlex
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import keyring
import pytest
import requests
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.conftest import Command
from tests.integration.cli.test_security import serve, write
from tests.integration.github import plain_keyring
from tests.servers.github import GitHubServer, Store
from tests.servers.jira import EMAIL, JiraServer, Site
from tests.servers.jira import TOKEN as JIRA_TOKEN

GITHUB_TOKEN = "canary-of-github-31c7"
HOOK_PATH = "canary-of-slack-77a0"
KEY = "canary-of-webhook-5e2d"
PASSWORD = "canary-of-mail-90d4"
BASIC = base64.b64encode(f"{EMAIL}:{JIRA_TOKEN}".encode()).decode()
FORMS = ("text", "markdown", "html", "json", "csv")
COMMANDS = (
    ["doctor"],
    ["doctor", "--format", "json", "-vv"],
    ["plan", "-vv"],
    ["sync", "--yes", "-vv"],
    ["sync", "--yes", "--format", "json"],
    ["status", "-vv"],
    ["check", "-vv"],
    *(["check", "--format", form] for form in ("json", "sarif", "junit", "github", "markdown")),
    *([report, "--format", form, "-vv"] for report in ("audit", "review") for form in FORMS),
    *([report, "--notify", "slack", "--notify", "hook", "--notify", "mail", "-vv"] for report in ("audit", "review")),
    ["audit", "--notify", "slack", "--notify", "mail", "--dry-run"],
    ["audit", "--format", "html", "--output", "audit.html"],
    ["state", "info", "-vv"],
    ["state", "export"],
    ["explain", "PM101"],
)  # fmt: skip

SOME = [command for command in COMMANDS if command[0] in ("doctor", "plan", "sync") or "hook" in command]


@dataclass
class Leaks:
    """Every text in which a secret is looked for, by where it came from."""

    secrets: tuple[str, ...]
    texts: list[tuple[str, str]] = field(default_factory=list)

    def found(self) -> list[tuple[str, str]]:
        """Where a secret stands, and its line."""
        return [
            (place, line)
            for place, text in self.texts
            for line in text.splitlines()
            if any(secret in line for secret in self.secrets)
        ]

    def add_files(self, folder: Path, *known: Path) -> None:
        """All files below the folder but those in which a person put the secret."""
        for path in folder.rglob("*"):
            if path.is_file() and path not in known:
                self.texts.append((str(path), path.read_bytes().decode(errors="replace")))


@pytest.fixture
def echo() -> Iterator[str]:
    """Answers every request with an error that quotes its path and its headers."""
    server, _ = serve(400)
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def mail_server() -> Iterator[int]:
    """A mail server that refuses every password, and quotes it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    refuse = AuthResult(success=False, handled=False, message=f"535 5.7.8 wrong password {PASSWORD}")
    controller = Controller(
        object(),
        hostname="127.0.0.1",
        port=port,
        authenticator=lambda *_: refuse,
        auth_require_tls=False,
    )
    controller.start()
    yield port
    controller.stop()


@pytest.fixture
def jira() -> Iterator[JiraServer]:
    server = JiraServer(Site("cloud")).start()
    yield server
    server.stop()


@pytest.fixture
def github() -> Iterator[GitHubServer]:
    store = Store()
    store.add_user("pm-bot", "Bot", token=GITHUB_TOKEN)
    store.add_repository("acme/incidents")
    server = GitHubServer(store).start()
    yield server
    server.stop()


@pytest.fixture
def _plain_keyring(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    before = keyring.get_keyring()
    monkeypatch.setenv("PMTRACK_TEST_KEYRING", str(tmp_path_factory.mktemp("keyring") / "passwords.json"))
    keyring.set_keyring(plain_keyring.Keyring())
    keyring.set_password("acme-jira", EMAIL, JIRA_TOKEN)
    keyring.set_password("acme-github", "acme", GITHUB_TOKEN)
    yield
    keyring.set_keyring(before)


@dataclass
class Surroundings:
    """The services that pmtrack speaks to, and the folder in which a person keeps secrets."""

    jira: JiraServer
    github: GitHubServer
    echo: str
    mail_port: int
    outside: Path

    def source(self, place: str, tracker: str) -> str:
        """The line of a tracker's table that says where its token is. The variable's name does not betray that it holds one."""
        if place == "environment":
            return f'token_env = "OF_{tracker.upper()}"'
        if place == "keyring":
            return {"jira": 'token_keyring = "acme-jira"', "github": 'keyring = "acme-github"'}[tracker]
        file = self.outside / f"{tracker}.txt"
        file.write_text({"jira": JIRA_TOKEN, "github": GITHUB_TOKEN}[tracker], encoding="utf-8")
        return f"token_command = {json.dumps('cat ' + shlex.quote(str(file)))}"

    def trackers(self, place: str) -> str:
        """The tables of both trackers; what is in b.md goes to GitHub."""
        return (
            'documents = ["docs/*.md"]\ndefault_tracker = "jira"\n'
            f'[trackers.jira]\nurl = "{self.jira.url}"\nproject = "OPS"\nemail = "{EMAIL}"\n{self.source(place, "jira")}\n'
            f'[trackers.github]\nrepository = "acme/incidents"\napi_url = "{self.github.url}"\nwrite_interval_s = 0\n'
            f'{self.source(place, "github")}\n[[routes]]\ndocuments = "docs/b.md"\ntracker = "github"\n'
        )

    def channels(self) -> str:
        """A table of each kind of channel; every delivery is refused."""
        return (
            '[notify.slack]\ntype = "slack"\nurl_env = "OF_SLACK"\n'
            '[notify.hook]\ntype = "webhook"\nurl_env = "OF_HOOK"\nsecret_env = "OF_KEY"\n'
            f'[notify.mail]\ntype = "email"\nhost = "127.0.0.1"\nsecurity = "none"\nport = {self.mail_port}\n'
            'from = "pm@acme.example"\nto = ["team@acme.example"]\nuser_env = "OF_USER"\npassword_env = "OF_MAIL"\n'
        )

    def environment(self, place: str) -> dict[str, str]:
        """What the person's shell holds."""
        hooks = {"OF_SLACK": f"{self.echo}/services/{HOOK_PATH}", "OF_HOOK": f"{self.echo}/{HOOK_PATH}"}
        tokens = {"OF_JIRA": JIRA_TOKEN, "OF_GITHUB": GITHUB_TOKEN} if place == "environment" else {}
        return {**hooks, **tokens, "OF_KEY": KEY, "OF_USER": "pm", "OF_MAIL": PASSWORD}


@pytest.fixture
def surroundings(
    jira: JiraServer,
    github: GitHubServer,
    echo: str,
    mail_server: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> Surroundings:
    return Surroundings(jira, github, echo, mail_server, tmp_path_factory.mktemp("secrets"))


def write_another(folder: Path) -> None:
    """A second document, of another incident."""
    text = (folder / "docs/a.md").read_text(encoding="utf-8")
    (folder / "docs/b.md").write_text(text.replace("A1", "B1").replace("Disk", "Queue"), encoding="utf-8")


PLACES = pytest.mark.parametrize("place", ["environment", "command", "keyring"])


@pytest.mark.usefixtures("_plain_keyring")
@PLACES
def test_a_secret_of_any_place_is_in_no_output_log_or_file(
    place: str, surroundings: Surroundings, tmp_path: Path, call: Command, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path, configuration=surroundings.trackers(place) + surroundings.channels())
    write_another(tmp_path)
    leaks = Leaks((JIRA_TOKEN, BASIC, GITHUB_TOKEN, HOOK_PATH, KEY, PASSWORD))
    caplog.set_level(logging.DEBUG)
    # How a token is found does not change what the forms of a report show: they are tried once.
    for command in COMMANDS if place == "environment" else SOME:
        done = call(*command, env=surroundings.environment(place))
        leaks.texts.append((" ".join(command), done.stdout + done.stderr))
    repository = surroundings.github.store.repository("acme/incidents")
    assert surroundings.jira.site.issues
    assert repository is not None
    assert repository.issues
    notified = dict(leaks.texts)["audit --notify slack --notify hook --notify mail -vv"]
    assert "the webhook answered 400" in notified
    assert "does not accept the user or password" in notified
    # The mail server's own records are those of the other side.
    logged = [record.getMessage() for record in caplog.records if record.name != "mail.log"]
    leaks.texts.append(("the log", "\n".join(logged)))
    assert caplog.records
    leaks.add_files(tmp_path)
    assert leaks.found() == []


@pytest.mark.usefixtures("_plain_keyring")
@PLACES
@pytest.mark.parametrize("tracker", ["jira", "github"])
def test_a_crash_that_quotes_a_request_shows_no_secret(
    tracker: str, place: str, surroundings: Surroundings, call: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path.cwd()
    write(folder, configuration=surroundings.trackers(place))
    if tracker == "github":
        (folder / "docs/a.md").rename(folder / "docs/b.md")

    def fail(_session: object, request: requests.PreparedRequest, **_options: object) -> None:
        raise ZeroDivisionError(f"in the middle of {dict(request.headers)}")

    monkeypatch.setattr(requests.Session, "send", fail)
    done = call("sync", "--yes", "-vv", env=surroundings.environment(place))
    leaks = Leaks((JIRA_TOKEN, BASIC, GITHUB_TOKEN), [("the crash", done.stdout + done.stderr)])
    leaks.add_files(folder)
    assert "in the middle of" in done.stderr
    assert "Authorization" in done.stderr
    assert leaks.found() == []


@pytest.mark.parametrize(
    "table",
    [
        f'[trackers.jira]\nurl = "https://acme.atlassian.net"\nproject = "OPS"\ntoken = "{KEY}"\n',
        f'[trackers.jira]\nurl = "https://bot:{KEY}@acme.atlassian.net"\nproject = "OPS"\n',
        f'[trackers.github]\nrepository = "acme/incidents"\npassword = "{KEY}"\n',
        f'[notify.team]\ntype = "slack"\nurl = "https://hooks.slack.com/services/{KEY}"\n',
        f'[notify.team]\ntype = "slack"\nurl_env = "https://hooks.slack.com/services/{KEY}"\n',
        f'[trackers.jira]\nurl = "https://acme.atlassian.net"\nproject = "OPS"\ntoken_env = "{KEY}"\n',
        '[trackers.github]\nrepository = "acme/incidents"\ntoken_env = "ghp_16C7e42F292c6912E7canary"\n',
        f'[notify.team]\ntype = "webhook"\nurl_env = "HOOK"\nsecret = "{KEY}"\n',
        f'[notify.team]\ntype = "email"\nfrom = "a@b.example"\nto = ["c@d.example"]\npassword = "{KEY}"\n',
    ],
)
def test_a_secret_that_was_put_into_the_configuration_is_not_repeated(
    table: str, tmp_path: Path, call: Command
) -> None:
    write(tmp_path, configuration=f'documents = ["docs/*.md"]\n{table}')
    leaks = Leaks((KEY, "ghp_16C7e42F292c6912E7canary"))
    for command in (["doctor"], ["doctor", "--format", "json"], ["sync", "--yes", "-vv"], ["audit", "--notify", "team", "-vv"]):  # fmt: skip
        done = call(*command)
        leaks.texts.append((" ".join(command), done.stdout + done.stderr))
    leaks.add_files(tmp_path, tmp_path / "pmtrack.toml")
    assert leaks.found() == []


def test_a_leak_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"\xff one\ntwo canary\n")
    leaks = Leaks(("canary",), [("here", "no\na canary!")])
    leaks.add_files(tmp_path)
    assert leaks.found() == [("here", "a canary!"), (str(tmp_path / "log"), "two canary")]
