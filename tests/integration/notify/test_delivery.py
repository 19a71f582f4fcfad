"""Deliveries over real sockets: a local webhook that fails as told, and a local mail server."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import Message as Mail
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.unit.notify.test_channels import Notes
from tests.unit.reports.scenario import audit_report, ledger
from tracker.cli.messages import messages
from tracker.errors import UserError
from tracker.notify.channel import Channel, quiet_of
from tracker.notify.delivery import Delivered, Post, deliver
from tracker.notify.message import Message, hold

NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
TODAY = NOW.date()


@dataclass
class Hook:
    """A webhook and what it received; `answers` are given in turn, then 200."""

    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.received]


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.received.append((dict(self.headers.items()), body))
            status, headers = made.answers.pop(0) if made.answers else (200, {})
            if not status:
                return  # the connection ends without an answer
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    made.url = f"http://127.0.0.1:{server.server_port}/services/T0/B0/verysecretpath"
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Outside:
    """The clock and the waits of a delivery."""

    hook: Hook | None = None
    now: dt.datetime = NOW
    waits: list[float] = field(default_factory=list)

    def post(self) -> Post:
        environ = {"HOOK": self.hook.url if self.hook else "", "KEY": "s3cret", "USER": "u", "PASSWORD": "p"}
        return Post(self.now, environ, self.waits.append)


SLACK = Channel("team", "slack", url_env="HOOK")
ONE = Message("report", "channel team", "s", "t", payload={"text": "hello", "blocks": []})


def test_slack_receives_the_report_as_blocks(hook: Hook) -> None:
    made = messages(audit_report(), ledger(), SLACK, Notes(), only_changes=False)
    outcome = deliver(made, SLACK, Notes(), TODAY, Outside(hook).post())
    assert len(outcome.sent) == 1
    (body,) = hook.bodies()
    assert body["blocks"][0]["type"] == "header"
    assert hook.received[0][0]["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("answers", "waits"),
    [
        ([(429, {"Retry-After": "7"})], [7.0]),
        ([(429, {"Retry-After": "86400"})], [60.0]),
        ([(500, {}), (503, {}), (502, {})], [1.0, 2.0, 4.0]),
        ([(503, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"})], [1.0]),
    ],
)
def test_a_busy_webhook_is_tried_again_after_what_it_asks_for(
    hook: Hook, answers: list[tuple[int, dict[str, str]]], waits: list[float]
) -> None:
    hook.answers = list(answers)
    outside = Outside(hook)
    outcome = deliver([ONE], SLACK, Notes(), TODAY, outside.post())
    assert outcome.sent == (ONE,)
    assert outside.waits == waits
    assert len({body for _, body in hook.received}) == 1


@pytest.mark.parametrize(("status", "tries"), [(400, 1), (404, 1), (302, 1), (500, 4), (429, 4)])
def test_a_webhook_that_refuses_is_reported_without_its_address(hook: Hook, status: int, tries: int) -> None:
    hook.answers = [(status, {"Location": hook.url} if status == 302 else {})] * 9
    outcome = deliver([ONE], SLACK, Notes(), TODAY, Outside(hook).post())
    assert len(hook.received) == tries
    ((_, why),) = outcome.failed
    assert str(status) in why
    assert "verysecretpath" not in why


def test_a_webhook_that_is_not_there_is_tried_and_reported() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    outside = Outside(Hook(url=f"http://127.0.0.1:{port}/verysecretpath"))
    outcome = deliver([ONE], SLACK, Notes(), TODAY, outside.post())
    assert outside.waits == [1.0, 2.0, 4.0]
    assert "no connection" in outcome.failed[0][1]
    assert "verysecretpath" not in outcome.failed[0][1]


def test_a_message_whose_connection_broke_behind_it_is_not_posted_twice(hook: Hook) -> None:
    hook.answers = [(0, {})]
    outcome = deliver([ONE], SLACK, Notes(), TODAY, Outside(hook).post())
    assert len(hook.received) == 1
    assert "broke before it answered" in outcome.failed[0][1]
    assert "verysecretpath" not in outcome.failed[0][1]


def test_one_failed_message_does_not_stop_the_next(hook: Hook) -> None:
    hook.answers = [(400, {})]
    outcome = deliver([ONE, replace(ONE, subject="two")], SLACK, Notes(), TODAY, Outside(hook).post())
    assert [one.subject for one in outcome.sent] == ["two"]
    assert len(outcome.failed) == 1


def test_a_generic_webhook_is_signed_so_that_its_receiver_can_check_it(hook: Hook) -> None:
    channel = Channel("hook", "webhook", url_env="HOOK", secret_env="KEY", owners=True)
    made = messages(audit_report(), ledger(), channel, Notes(), only_changes=False)
    deliver(made, channel, Notes(), TODAY, Outside(hook).post())
    assert [body["event"] for body in hook.bodies()] == ["audit", "reminder"]
    for headers, body in hook.received:
        stamp = headers["X-Pmtrack-Timestamp"]
        expected = hmac.new(b"s3cret", stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        assert headers["X-Pmtrack-Signature"] == f"sha256={expected}"
        assert int(stamp) == NOW.timestamp()
    assert hook.bodies()[0]["report"]["totals"]["items"] > 0


def test_an_owner_hears_of_an_item_once_a_day(hook: Hook) -> None:
    channel = replace(SLACK, owners=True, managers=True)
    notes, outside = Notes(), Outside(hook)

    def run(today: dt.date) -> Delivered:
        made = messages(audit_report(), replace_day(today), channel, notes, only_changes=False)
        return deliver(made, channel, notes, today, outside.post())

    assert [one.kind for one in run(TODAY).sent] == ["report", "reminder", "escalation"]
    assert [one.kind for one in run(TODAY).sent] == ["report"]
    assert [one.kind for one in run(TODAY + dt.timedelta(days=1)).sent] == [
        "report",
        "reminder",
        "escalation",
    ]


def replace_day(today: dt.date) -> Any:
    made = ledger()
    return replace(made, lens=replace(made.lens, today=today))


def test_a_reminder_that_failed_is_sent_by_the_next_run(hook: Hook) -> None:
    channel, notes = replace(SLACK, owners=True), Notes()
    hook.answers = [(200, {}), (400, {})]
    first = deliver(
        messages(audit_report(), ledger(), channel, notes, only_changes=False),
        channel,
        notes,
        TODAY,
        Outside(hook).post(),
    )
    assert [one.kind for one, _ in first.failed] == ["reminder"]
    again = messages(audit_report(), ledger(), channel, notes, only_changes=False)
    assert [one.kind for one in again] == ["report", "reminder"]


def test_quiet_hours_hold_everything_and_the_next_run_sends_it_once(hook: Hook) -> None:
    channel, notes = replace(SLACK, owners=True, quiet=quiet_of("20:00-07:00", (), "UTC")), Notes()
    night = Outside(hook, now=NOW.replace(hour=2))
    made = messages(audit_report(), ledger(), channel, notes, only_changes=False)
    assert deliver(made, channel, notes, TODAY, night.post()).held == made
    assert hook.received == []
    # The morning's run has nothing to report (--only-changes) but a reminder, which replaces the one that waited.
    morning = [one for one in made if one.kind == "reminder"]
    outcome = deliver(morning, channel, notes, TODAY, Outside(hook).post())
    assert [one.kind for one in outcome.sent] == ["report", "reminder"]
    assert len(hook.received) == 2
    assert deliver([], channel, notes, TODAY, Outside(hook).post()).sent == ()


def test_a_delivery_without_its_address_says_which_variable_to_set() -> None:
    with pytest.raises(UserError, match="HOOK is not set"):
        deliver([ONE], SLACK, Notes(), TODAY, Outside().post())


# --- mail ------------------------------------------------------------------------------------------------------------


@dataclass
class Box:
    """A mail server's box; `answers` are given in turn to the end of a mail, then it is taken."""

    answers: list[str] = field(default_factory=list)
    mails: list[tuple[list[str], Mail]] = field(default_factory=list)
    refused: frozenset[str] = frozenset()
    farewell: str = "221 Bye"
    breaks: bool = False
    tries: int = 0
    port: int = 0

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if address in self.refused:
            return "550 unknown"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        return self.farewell

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        self.tries += 1
        if self.breaks:
            server.transport.abort()
        if self.answers:
            return self.answers.pop(0)
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content)))
        return "250 taken"


@pytest.fixture
def box() -> Iterator[Box]:
    made = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        made.port = free.getsockname()[1]
    controller = Controller(made, hostname="127.0.0.1", port=made.port)
    controller.start()
    yield made
    controller.stop()


def mail_channel(box: Box) -> Channel:
    return Channel(
        "mail", "email", host="127.0.0.1", port=box.port, security="none", sender="pmtrack@acme.example",
        to=("sre@acme.example",), owners=True, managers=True,
    )  # fmt: skip


def test_the_team_and_each_owner_get_a_mail_with_text_and_html(box: Box) -> None:
    channel = mail_channel(box)
    made = messages(audit_report(hostile=True), ledger(hostile=True), channel, Notes(), only_changes=False)
    outcome = deliver(made, channel, Notes(), TODAY, Outside().post())
    assert outcome.failed == ()
    assert [to for to, _ in box.mails] == [list(one.to) for one in made]
    for _, mail in box.mails:
        assert [part.get_content_type() for part in mail.walk()] == [
            "multipart/alternative",
            "text/plain",
            "text/html",
        ]
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["From"] == "pmtrack@acme.example"
        assert mail["Date"] == "Fri, 20 Nov 2026 09:00:00 +0000"
        html = mail.get_payload()[1].get_payload(decode=True).decode()  # type: ignore[union-attr, index]
        assert "<script" not in html


@pytest.mark.parametrize(
    ("answers", "tries", "sent"), [(["451 later"], 2, 1), (["451 later"] * 9, 3, 0), (["554 no"], 1, 0)]
)
def test_a_temporary_refusal_is_tried_again_and_a_final_one_is_not(
    box: Box, answers: list[str], tries: int, sent: int
) -> None:
    box.answers = list(answers)
    outcome = deliver(
        [Message("report", "x", "s", "t", ("sre@acme.example",))],
        mail_channel(box),
        Notes(),
        TODAY,
        Outside().post(),
    )
    assert (box.tries, len(outcome.sent), len(box.mails)) == (tries, sent, sent)
    assert sent or answers[0][:3] in outcome.failed[0][1]


def test_a_mail_that_was_taken_is_not_sent_again_whatever_the_farewell(box: Box) -> None:
    box.farewell = "421 shutting down"
    one = Message("report", "x", "s", "t", ("sre@acme.example",))
    outcome = deliver([one], mail_channel(box), Notes(), TODAY, Outside().post())
    assert (outcome.sent, len(box.mails)) == ((one,), 1)


def test_an_address_that_is_refused_among_others_is_told(box: Box) -> None:
    box.refused = frozenset({"gone@acme.example"})
    one = Message("report", "x", "s", "t", ("sre@acme.example", "gone@acme.example"))
    outcome = deliver([one], mail_channel(box), Notes(), TODAY, Outside().post())
    assert [to for to, _ in box.mails] == [["sre@acme.example"]]
    assert "refused gone@acme.example; the others have the mail" in outcome.failed[0][1]


def test_a_mail_that_some_refused_does_not_wait_to_be_sent_to_all_again(box: Box) -> None:
    box.refused, notes = frozenset({"gone@acme.example"}), Notes()
    hold(notes, "mail", [Message("report", "x", "s", "t", ("sre@acme.example", "gone@acme.example"))])
    for _ in range(2):
        deliver([], mail_channel(box), notes, TODAY, Outside().post())
    assert len(box.mails) == 1


def test_a_mail_whose_connection_broke_is_not_sent_twice(box: Box) -> None:
    box.breaks = True
    one = Message("report", "x", "s", "t", ("sre@acme.example",))
    outcome = deliver([one], mail_channel(box), Notes(), TODAY, Outside().post())
    assert box.tries == 1
    assert "it may have arrived" in outcome.failed[0][1]


def test_mail_in_the_clear_is_for_this_machine_only() -> None:
    channel = Channel(
        "mail", "email", host="mail.acme.example", security="none", sender="a@b.c", to=("d@e.f",)
    )
    with pytest.raises(UserError, match="on this machine only"):
        deliver([Message("report", "x", "s", "t", ("d@e.f",))], channel, Notes(), TODAY, Outside().post())


def test_a_server_without_starttls_is_not_trusted_with_a_mail(box: Box) -> None:
    channel = replace(mail_channel(box), security="starttls")
    outcome = deliver(
        [Message("report", "x", "s", "t", ("d@e.f",))], channel, Notes(), TODAY, Outside().post()
    )
    assert len(outcome.failed) == 1
    assert box.mails == []


def test_a_mail_server_that_is_not_there_is_reported() -> None:
    channel = replace(mail_channel(Box(port=1)), port=1)
    outcome = deliver(
        [Message("report", "x", "s", "t", ("d@e.f",))], channel, Notes(), TODAY, Outside().post()
    )
    assert "ConnectionRefusedError" in outcome.failed[0][1]
