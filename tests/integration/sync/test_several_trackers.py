"""One run over several trackers: what is asked of one is not lost for the others."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.local import LocalTracker
from tests.integration.sync.stage import ALERT, POOL, RUNBOOK, Stage, document, names, row
from tracker.errors import AuthError, ExitCode
from tracker.settings import Route, Settings, TrackerSettings
from tracker.sync import settling
from tracker.sync.desk import route_of


@pytest.fixture
def two_trackers(tmp_path: Path) -> Stage:
    """Documents in `docs/far` go to a tracker of their own."""
    stage = Stage(tmp_path)
    configured = {name: TrackerSettings(name, "local") for name in ("local", "far")}
    stage.extra = {"trackers": configured, "routes": (Route("docs/far/**", "far"),)}
    stage.trackers["far"] = lambda: LocalTracker("far", tmp_path / "far.jsonl", stage.clock)
    stage.write("a.md", document(row(ALERT)))
    stage.write("far/b.md", document(row(RUNBOOK), incident="INC-8"))
    assert names(stage.sync()) == ["create", "create"]
    return stage


def test_an_edit_for_a_tracker_that_was_not_asked_for_waits(two_trackers: Stage) -> None:
    stage = two_trackers
    stage.write("a.md", document(row(ALERT, owner="Bob")))
    stage.write("far/b.md", document(row(RUNBOOK, owner="Bob"), incident="INC-8"))
    assert [record.item for record in stage.sync(tracker="local").actions] == [ALERT]
    assert [record.item for record in stage.sync().actions] == [RUNBOOK]
    assert stage.sync().actions == ()


def test_an_edit_for_a_tracker_that_is_not_configured_any_more_is_not_called_done(
    two_trackers: Stage,
) -> None:
    stage, configured = two_trackers, two_trackers.extra
    stage.extra = {}
    stage.write("far/b.md", document(row(RUNBOOK, owner="Bob"), incident="INC-8"))
    for _ in range(2):
        report = stage.sync()
        assert (report.actions, report.exit_code) == ((), ExitCode.PARTIAL)
        assert "tracker far is not configured any more; its items were left alone" in report.messages
    stage.extra = configured
    assert [record.item for record in stage.sync().actions] == [RUNBOOK]
    assert stage.sync().exit_code is ExitCode.OK


def test_a_tracker_that_is_down_does_not_stop_the_others(two_trackers: Stage) -> None:
    stage, far = two_trackers, two_trackers.root / "far.jsonl"
    whole = far.read_bytes()
    far.write_bytes(whole + b"<<<<<<< half of something\n")
    stage.write("a.md", document(row(ALERT, owner="Bob")))
    stage.write("far/b.md", document(row(RUNBOOK, owner="Bob"), row(POOL), incident="INC-8"))
    report = stage.sync()
    assert {(each.item, each.outcome) for each in report.actions} >= {(ALERT, "done"), (POOL, "deferred")}
    assert (report.exit_code, report.troubled) == (ExitCode.PARTIAL, ("far",))
    far.write_bytes(whole)
    assert {each.item for each in stage.sync().actions} == {RUNBOOK, POOL}
    assert stage.sync().actions == ()


def test_a_reference_that_several_trackers_could_own_means_the_one_of_the_document(
    two_trackers: Stage,
) -> None:
    key = "pm-aaaabbbbcccc"
    made = {"_type": "issue", "id": key, "title": "Made by a person", "status": "open", "priority": 2}
    for name in ("far.jsonl", ".pmtrack/issues.jsonl"):
        with (two_trackers.root / name).open("a", encoding="utf-8") as file:
            file.write(json.dumps(made) + "\n")
    two_trackers.write("far/b.md", document(row(RUNBOOK), row(POOL, ticket=key), incident="INC-8"))
    report = two_trackers.sync()
    assert (names(report)[0], {each.tracker for each in report.actions}) == ("link", {"far"})
    with two_trackers.store() as store:
        said = settling.link(
            "docs/far/b.md",
            12,
            key,
            settings=two_trackers.settings(),
            store=store,
            open_tracker=two_trackers.open,
            now=two_trackers.clock(),
        )
    assert said == f'"{POOL}" has {key} already'


@pytest.mark.parametrize(
    ("glob", "name", "far"),
    [("docs/*.md", "a.md", True), ("docs/*.md", "x/a.md", False), ("docs/**", "x/a.md", True), ("docs/**/x/*.md", "x/a.md", True)],
)  # fmt: skip
def test_the_glob_of_a_route_is_one_like_those_of_the_documents(
    tmp_path: Path, glob: str, name: str, far: bool
) -> None:
    settings = replace(Settings(tmp_path), routes=(Route(glob, "far"),))
    assert (route_of(f"docs/{name}", settings) == "far") is far


def test_what_to_do_about_a_tracker_follows_its_own_words_as_a_sentence(two_trackers: Stage) -> None:
    def signed_out() -> LocalTracker:
        raise AuthError("Client must be authenticated.", tracker="far", hint="Check the token.")

    two_trackers.trackers["far"] = signed_out
    assert "far: Client must be authenticated. Check the token." in two_trackers.sync().messages


def test_what_is_new_while_a_tracker_cannot_even_be_opened_is_created_later(two_trackers: Stage) -> None:
    stage, opened = two_trackers, dict(two_trackers.trackers)

    def signed_out() -> LocalTracker:
        raise AuthError("no token", tracker="far")

    stage.trackers["far"] = signed_out
    stage.write("far/b.md", document(row(RUNBOOK), row(POOL), incident="INC-8"))
    for _ in range(2):
        report = stage.sync()
        assert [(each.item, each.outcome, each.reason) for each in report.actions if each.item == POOL] == [
            (POOL, "deferred", "far: no token")
        ]
    stage.trackers = opened
    assert [(each.item, each.action) for each in stage.sync().actions] == [(POOL, "create")]
    assert stage.sync().actions == ()
