"""Getting in: e-mail and token, bearer tokens, the gateway, commands, own certificates, proxies; and keeping secrets."""

from __future__ import annotations

import base64
import logging
import os
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.certificates import certificate
from tests.contract.suite import created, new_issue
from tests.jira import Bench, Clock
from tests.servers.jira import CLOUD_ID, EMAIL, TOKEN, Fault, JiraServer, Site
from tracker.errors import AuthError, UserError
from tracker.remote import NotSent, Refused, Unknown


def authorization(bench: Bench) -> str:
    """How the last request said who it is."""
    return bench.server.requests[-1].headers["authorization"]


def test_cloud_takes_e_mail_and_token(cloud: Bench) -> None:
    cloud.tracker().check()
    assert authorization(cloud) == "Basic " + base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()


def test_data_center_takes_a_personal_access_token(datacenter: Bench) -> None:
    datacenter.tracker().check()
    assert authorization(datacenter) == f"Bearer {TOKEN}"


def test_an_e_mail_in_the_environment_does_not_disturb_data_center(datacenter: Bench) -> None:
    environ = {**datacenter.environ(), "JIRA_EMAIL": EMAIL}
    datacenter.tracker(environ=environ, deployment="datacenter").check()
    assert authorization(datacenter) == f"Bearer {TOKEN}"


@pytest.mark.parametrize("auth", ["basic", "bearer"])
def test_scoped_and_oauth_tokens_go_through_the_gateway(cloud: Bench, auth: str) -> None:
    options: dict[str, Any] = {
        "cloud_id": CLOUD_ID,
        "gateway": f"{cloud.server.url}/ex/jira",
        "url": "https://acme.atlassian.net",
    }
    tracker = cloud.tracker(auth=auth, **options)
    (issue,) = created(tracker.create([new_issue()]))
    basic = "Basic " + base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()
    assert authorization(cloud) == (basic if auth == "basic" else f"Bearer {TOKEN}")
    assert issue.ref.url == "https://acme.atlassian.net/browse/OPS-1"
    assert tracker.owns("https://acme.atlassian.net/browse/OPS-1")


def test_a_command_can_give_the_token(cloud: Bench) -> None:
    environ = {"JIRA_EMAIL": EMAIL, "PATH": "/usr/bin:/bin"}
    tracker = cloud.tracker(environ=environ, token_command=f"printf '%s\\nsecond line' {TOKEN}")
    assert any(problem.ok for problem in tracker.check())


def test_a_command_runs_in_the_folder_of_the_configuration(
    cloud: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token.txt").write_text(TOKEN, encoding="utf-8")
    tracker = cloud.tracker(environ={"JIRA_EMAIL": EMAIL}, token_command="cat token.txt")
    (tmp_path / "docs").mkdir()
    monkeypatch.chdir(tmp_path / "docs")
    assert any(problem.ok for problem in tracker.check())


def test_e_mail_and_token_are_not_sent_as_a_bearer_token_because_the_e_mail_is_missing(cloud: Bench) -> None:
    with pytest.raises(AuthError, match="no e-mail address") as caught:
        cloud.tracker(environ={"JIRA_TOKEN": TOKEN}, auth="basic").check()
    assert "JIRA_EMAIL" in (caught.value.hint or "")
    assert cloud.server.requests == []


def test_a_command_that_fails_is_named_without_its_output(cloud: Bench) -> None:
    tracker = cloud.tracker(environ={}, token_command="sh -c 'echo secret-part; exit 3'")
    with pytest.raises(AuthError, match="token_command failed") as caught:
        tracker.check()
    assert "secret-part\n" not in str(caught.value)


def test_the_keyring_is_asked_last_and_may_be_empty(cloud: Bench) -> None:
    with pytest.raises(AuthError, match="no token"):
        cloud.tracker(environ={}, token_keyring="pmtrack:bot").check()


def test_without_a_token_everything_is_put_off_and_nothing_is_sent(either: Bench) -> None:
    tracker = either.tracker(environ={})
    (only,) = tracker.create([new_issue()])
    assert isinstance(only.outcome, NotSent)
    assert "there is no token" in only.outcome.reason
    assert "Set JIRA_TOKEN" in (tracker.changes(None, ["1"]).hint or "")
    assert either.server.requests == []


def test_a_token_that_jira_echoes_is_not_shown(cloud: Bench) -> None:
    tracker = cloud.tracker()
    tracker.check()
    body = f'{{"errorMessages":["bad header Basic {TOKEN} and {TOKEN}"],"errors":{{}}}}'
    cloud.server.faults.append(Fault("answer", "POST", "issue/bulk", status=400, body=body))
    (only,) = tracker.create([new_issue()])
    assert isinstance(only.outcome, Refused)
    assert TOKEN not in only.outcome.reason


def test_nothing_is_logged_that_holds_a_secret(either: Bench, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        tracker = either.tracker()
        created(tracker.create([new_issue()]))
        list(tracker.fetch(["99999"]))
    assert TOKEN not in caplog.text
    assert base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode() not in caplog.text


def test_a_proxy_is_used_when_it_is_named(cloud: Bench) -> None:
    # The local server answers requests for absolute addresses, as a proxy gets them; the address itself leads nowhere.
    tracker = cloud.tracker(url="http://127.0.0.1:9", proxy=cloud.server.url)
    (issue,) = created(tracker.create([new_issue()]))
    assert issue.ref.key == "OPS-1"


# --- certificates ----------------------------------------------------------------------------------------------------


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[tuple[Bench, Path]]:
    """A Jira behind a certificate of the company's own, and the file with it."""
    bundle = certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(bundle)
    clock = Clock()
    server = JiraServer(Site("cloud", clock.now), tls=tls).start()
    yield Bench(server, clock), bundle
    server.stop()


def test_an_own_certificate_authority_is_trusted_only_when_it_is_named(encrypted: tuple[Bench, Path]) -> None:
    bench, bundle = encrypted
    with pytest.raises(AuthError, match="not trusted") as caught:
        bench.tracker().check()
    assert "ca_bundle" in (caught.value.hint or "")
    assert any(problem.ok for problem in bench.tracker(ca_bundle=str(bundle)).check())
    (only,) = bench.tracker().create([new_issue()])
    assert isinstance(only.outcome, NotSent | Refused)
    named = bench.tracker(ca_bundle=os.path.relpath(bundle))
    assert any(problem.ok for problem in named.check()), "counted from the folder of the configuration"


def test_an_encryption_that_breaks_after_a_create_was_sent_says_nothing_of_it(
    encrypted: tuple[Bench, Path],
) -> None:
    bench, bundle = encrypted
    bench.server.faults.append(Fault("torn-tls", "POST", "issue/bulk"))
    (only,) = bench.tracker(ca_bundle=str(bundle)).create([new_issue()])
    assert isinstance(only.outcome, Unknown), only
    assert len(bench.server.creates) == len(bench.site.living()) == 1


# --- options ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"url": "http://jira.example.org"}, "allow_http"),
        ({"url": "https://bot:secret@jira.example.org"}, "user name or password"),
        ({"url": "jira.example.org"}, "address"),
        ({"project": "ops team"}, "project key"),
        ({"label": "post mortem"}, "one word"),
        ({"priorities": ["High", "Low"]}, "five"),
        ({"isue_type": "Task"}, "issue_type"),
        ({"deployment": "server"}, "deployment"),
        ({"ca_bundle": "nowhere.pem"}, "ca_bundle: there is no file"),
    ],
)
def test_a_wrong_option_is_named(cloud: Bench, options: dict[str, Any], told: str) -> None:
    with pytest.raises(UserError, match=told):
        cloud.tracker(**options)
