"""Channels as configured, quiet hours, the memory of reminders, and who gets which digest."""

from __future__ import annotations

import datetime as dt
import hmac
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.reports.scenario import audit_report, ledger
from tracker.cli.messages import messages
from tracker.errors import UserError
from tracker.notify.channel import Channel, channel_of, quiet_of, secret, web_target
from tracker.notify.message import Message, held, hold, remember_sent, reminded
from tracker.notify.post import sign
from tracker.reports.audit import Audit
from tracker.reports.digests import escalations, reminders
from tracker.settings import Settings

NOW = dt.datetime(2026, 11, 20, 7, 0, tzinfo=dt.UTC)  # a Friday
TODAY = NOW.date()


@dataclass
class Notes:
    """A memory that lasts as long as the test."""

    texts: dict[str, str] = field(default_factory=dict)

    def recall(self, key: str) -> str | None:
        return self.texts.get(key)

    def remember(self, key: str, value: str) -> None:
        self.texts[key] = value


def settings(**table: Any) -> Settings:
    return Settings(Path(), notify={"team": table}, timezone="Europe/Berlin")


# --- configuration ---------------------------------------------------------------------------------------------------


def test_a_channel_takes_the_time_zone_of_the_configuration() -> None:
    channel = channel_of(settings(type="slack", url_env="HOOK", quiet_hours="20:00-07:00"), "team")
    assert channel.quiet == quiet_of("20:00-07:00", (), "Europe/Berlin")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"type": "slack"}, 'needs "url_env"'),
        ({"type": "webhook", "url_env": "HOOK"}, "every delivery is signed"),
        ({"type": "email"}, 'needs "from"'),
        ({"type": "email", "from": "a@b.c"}, 'needs "to"'),
        ({"type": "email", "from": "a@b.c", "to": ["nobody"]}, "no mail address"),
        ({"type": "email", "from": "a@b.c", "to": ["a@b.c\nBcc: x@y.z"]}, "no mail address"),
        ({"type": "slack", "url": "https://x"}, "unknown key url, did you mean 'url_env'"),
        ({"type": "pager", "url_env": "HOOK"}, "type"),
        ({"type": "slack", "url_env": "HOOK", "quiet_hours": "late"}, "quiet_hours"),
        ({"type": "slack", "url_env": "HOOK", "timezone": "Mars/Base"}, "no time zone"),
    ],
)
def test_a_wrong_channel_is_explained(table: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError) as caught:
        channel_of(settings(**table), "team")
    assert said in caught.value.message


def test_a_channel_that_is_not_configured_names_those_that_are() -> None:
    with pytest.raises(UserError, match=r"no \[notify.tema\]") as caught:
        channel_of(settings(type="slack", url_env="HOOK"), "tema")
    assert "team" in (caught.value.hint or "")


@pytest.mark.parametrize("url", ["http://hooks.example/x", "ftp://x", "file:///etc/passwd", "hooks.example"])
def test_an_address_that_is_not_https_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(UserError) as caught:
        web_target(url, "team")
    assert url not in caught.value.message


def test_plain_http_is_fine_for_this_machine() -> None:
    assert web_target("http://127.0.0.1:8080/x", "team").endswith("/x")


def test_a_secret_that_is_not_set_is_named_by_its_variable() -> None:
    with pytest.raises(UserError, match="HOOK is not set"):
        secret("HOOK", {}, "team", "url_env")


# --- quiet hours -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "quiet"),
    [("18:59", False), ("19:00", True), ("23:30", True), ("02:20", True), ("05:59", True), ("06:00", False)],
)
def test_quiet_hours_span_midnight_and_follow_the_clocks_of_their_zone(clock: str, quiet: bool) -> None:
    hour, minute = map(int, clock.split(":"))
    moment = dt.datetime(2026, 11, 20, hour, minute, tzinfo=dt.UTC)  # an hour earlier than in Berlin
    assert quiet_of("20:00-07:00", (), "Europe/Berlin").holds(moment) is quiet


def test_quiet_hours_within_a_day_and_quiet_days() -> None:
    siesta = quiet_of("13:00-15:00", ("saturday", "sunday"), "UTC")
    assert siesta.holds(NOW.replace(hour=14))
    assert not siesta.holds(NOW.replace(hour=15))
    assert siesta.holds(NOW + dt.timedelta(days=1))
    assert not siesta.holds(NOW)


# --- memory ----------------------------------------------------------------------------------------------------------


def test_an_item_counts_as_reminded_of_on_that_day_only() -> None:
    notes = Notes()
    remember_sent(notes, "team", Message("reminder", "x", "s", "t", item_ids=("a", "b")), TODAY)
    assert reminded(notes, "team", "reminder", TODAY) == {"a", "b"}
    assert reminded(notes, "team", "escalation", TODAY) == frozenset()
    assert reminded(notes, "other", "reminder", TODAY) == frozenset()
    assert reminded(notes, "team", "reminder", TODAY + dt.timedelta(days=1)) == frozenset()


def test_the_memory_of_reminders_does_not_grow_without_end() -> None:
    notes = Notes()
    for number in range(30):
        day = TODAY + dt.timedelta(days=number)
        remember_sent(notes, "team", Message("reminder", "x", "s", "t", item_ids=(f"item-{number}",)), day)
    assert notes.texts["notify/team/reminder"].count("item-") <= 4


def test_held_messages_come_back_as_they_were() -> None:
    notes = Notes()
    one = Message("report", "channel team", "s", "t", ("a@b.c",), "<p>", {"k": [1]}, ("a",))
    hold(notes, "team", [one])
    assert held(notes, "team") == (one,)
    assert held(notes, "other") == ()


# --- digests ---------------------------------------------------------------------------------------------------------


def test_each_item_is_in_one_reminder_at_most_and_only_of_people_in_the_map() -> None:
    made = ledger()
    found = reminders(made.lines, made.world.people, made.today, due_soon_days=3, heard=())
    ids = [line.item_id for digest in found for line in digest.lines]
    assert len(ids) == len(set(ids))
    assert {digest.person.key for digest in found} <= set(made.world.people)
    due = made.today + dt.timedelta(days=3)
    expected = {
        line.item_id
        for line in made.lines
        if line.is_open
        and line.due
        and line.due <= due
        and line.owners
        and line.owners[0] in made.world.people
    }
    assert set(ids) == expected
    assert expected


def test_what_was_heard_of_today_is_left_out() -> None:
    made = ledger()
    every = reminders(made.lines, made.world.people, made.today, due_soon_days=3, heard=())
    heard = [line.item_id for digest in every[:1] for line in digest.lines]
    left = reminders(made.lines, made.world.people, made.today, due_soon_days=3, heard=heard)
    assert left == every[1:]


@pytest.mark.parametrize("after_days", [7, 20])
def test_managers_hear_of_what_is_late_for_longer_than_the_limit(after_days: int) -> None:
    made = ledger()
    found = escalations(made.lines, made.world.people, made.today, after_days=after_days, heard=())
    lines = [line for digest in found for line in digest.lines]
    assert {digest.person.key for digest in found} == {"grace"}
    assert all(line.due and (made.today - line.due).days > after_days for line in lines)
    expected = sum(
        line.late_days > after_days
        and bool(line.owners)
        and line.owners[0] in ("alice", "bob", "chandra", "dmitri")
        for line in made.lines
    )
    assert len(lines) == expected > 0


MAIL = Channel(
    "mail", "email", sender="pmtrack@acme.example", to=("sre@acme.example",), owners=True, managers=True
)
SLACK = Channel("team", "slack", url_env="HOOK", owners=True, managers=True)


def test_mail_goes_to_the_team_and_to_each_person_with_an_address() -> None:
    made = messages(audit_report(), ledger(), MAIL, Notes(), only_changes=False)
    assert [one.kind for one in made[:1]] == ["report"]
    assert all(len(one.to) == 1 for one in made)
    assert "grace <grace@acme.example>" in [one.recipient for one in made if one.kind == "escalation"]
    assert not [one for one in made if "erika" in one.recipient], "erika has no address"


def test_slack_gets_one_message_of_each_kind_and_mentions_only_mapped_people() -> None:
    made = messages(audit_report(hostile=True), ledger(hostile=True), SLACK, Notes(), only_changes=False)
    assert [one.kind for one in made] == ["report", "reminder", "escalation"]
    text = str([one.payload for one in made])
    accounts = {
        person.accounts["slack"] for person in ledger().world.people.values() if "slack" in person.accounts
    }
    assert set(re.findall(r"<@(\w+)>", text)) <= accounts
    assert re.findall(r"<!\w+>", text) == []


def test_nothing_is_reported_when_nothing_changed_and_only_changes_are_wanted() -> None:
    report = audit_report()
    assert isinstance(report.values, Audit)
    same = replace(report, values=replace(report.values, new=(), resolved=()))
    channel = replace(SLACK, owners=False, managers=False)
    assert messages(same, ledger(), channel, Notes(), only_changes=True) == ()
    assert len(messages(same, ledger(), channel, Notes(), only_changes=False)) == 1
    assert len(messages(report, ledger(), channel, Notes(), only_changes=True)) == 1


def test_the_signature_is_that_of_time_and_body() -> None:
    assert sign("key", 1_700_000_000, b"{}") == (
        "sha256=" + hmac.new(b"key", b"1700000000.{}", "sha256").hexdigest()
    )
    assert sign("key", 1_700_000_001, b"{}") != sign("key", 1_700_000_000, b"{}")
