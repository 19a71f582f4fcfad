"""The engine against every tracker: texts that a tracker re-formats are no change, lost answers are found out at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal

import pytest

from tests.bd import HOW, Beads, copy_template, find_bd, make_template
from tests.contract.suite import World
from tests.contract.test_beads import BeadsWorld
from tests.contract.test_jira import JiraWorld
from tests.contract.test_local import LocalWorld
from tests.integration.sync.stage import Stage
from tests.jira import bench
from tests.servers.github.world import GitHubWorld
from tracker.models import IssueRef

DOCUMENT = """# Queue outage

**Incident ID:** INC-7
**Date:** 2026-05-06

## Action Items

- [ ] Add an alert for the queue_depth - Owner: Nobody Atall, Due: 2026-12-04
    - see https://wiki.example/queues_and_limits
    - the *old* one fires at 10_000 (too late!) - and [this](https://wiki.example/a) tells why
- [ ] Write a runbook for broker failover - Owner: Nobody Atall
"""
LINK_BASE = "https://git.example/acme/incidents/blob/main"

How = Literal["trimmed lines", "CRLF", "bullets", "escaped characters", "auto-links"]


@contextmanager
def jira(deployment: Literal["cloud", "datacenter"]) -> Iterator[World]:
    made = bench(deployment)
    yield JiraWorld(next(made))
    next(made, None)


@contextmanager
def github(folder: Path) -> Iterator[World]:
    world = GitHubWorld(folder)
    yield world
    world.server.stop()


@contextmanager
def beads(folder: Path) -> Iterator[World]:
    program = find_bd()
    if program is None:
        pytest.skip(HOW)
    folder.mkdir(parents=True, exist_ok=True)
    copy_template(make_template(program), folder)
    yield BeadsWorld(Beads(program, folder))


@contextmanager
def local(folder: Path) -> Iterator[World]:
    folder.mkdir(parents=True, exist_ok=True)
    yield LocalWorld(folder)


WORLDS: Mapping[str, Callable[[Path], object]] = {
    "local": local,
    "github": github,
    "jira-cloud": lambda _folder: jira("cloud"),
    "jira-datacenter": lambda _folder: jira("datacenter"),
    "beads": beads,
}


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with ExitStack() as stack:
        yield stack.enter_context(WORLDS[request.param](tmp_path / "tracker"))  # type: ignore[arg-type]


@pytest.fixture
def stage(world: World, tmp_path: Path) -> Stage:
    made = Stage(tmp_path, trackers={"local": world.tracker}, extra={"link_base": LINK_BASE})
    made.write("a.md", DOCUMENT)
    return made


def refs(stage: Stage) -> list[IssueRef]:
    with stage.store() as store:
        return [item.issue.ref for item in store.items() if item.issue]


def re_formatted(text: str, how: How, *, wiki: bool) -> str:
    """The text as a tracker gives it back; comments and the delimiters of the block are no text of its editor."""
    lines = text.split("\n")
    if how == "trimmed lines":
        return "\n".join(line.rstrip() for line in lines)
    if how == "CRLF":
        return "\r\n".join(f"{line} " for line in lines) + "\r\n"
    if how == "bullets":
        old, new = (r"^\* ", "- ") if wiki else (r"^(\s*)- ", r"\1* ")
        return "\n".join(re.sub(old, new, line) for line in lines)
    if how == "auto-links":
        shape = r"[\1|\1|smart-link]" if wiki else r"[\1](\1)"
        return re.sub(r"(?<![(|\[])(https?://[^\s|\])]+)", shape, text)
    inside = [line for line in lines if "pmtrack:" not in line]
    words = {line: re.sub(r"(?<=[a-z0-9 ])(?<!/)([!-])(?=[ a-z)])", r"\\\1", line) for line in inside}
    return "\n".join(words.get(line, line) if "http" not in line else line for line in lines)


def test_what_a_tracker_re_formats_is_no_change_and_sends_no_write(world: World, stage: Stage) -> None:
    """Trimmed lines, bullets, escaped characters, auto-links and CRLF, one by one and all together."""
    first = stage.sync()
    assert [record.outcome for record in first.actions] == ["done", "done"]
    wiki = isinstance(world, JiraWorld)
    (ref, _other) = refs(stage)
    world.surround_body(
        ref, ("* one \n* two\n\n" if wiki else "- one \n- two\n\n"), "\n\nwritten by a person \n"
    )
    sent = world.body(ref)
    hows: tuple[How, ...] = ("trimmed lines", "bullets", "escaped characters", "auto-links", "CRLF")
    one_by_one = [] if isinstance(world, BeadsWorld) else [(how,) for how in hows]
    for passes in (*one_by_one, hows):
        text = sent
        for how in passes:
            before, text = text, re_formatted(text, how, wiki=wiki)
            assert text != before, how
        world.put_body(ref, text)
        writes, stored = world.writes(), world.body(ref)
        report = stage.sync()
        assert report.actions == (), (passes, report.actions)
        assert (world.writes(), world.body(ref)) == (writes, stored), passes


def test_an_answer_that_was_lost_is_found_out_in_the_same_run(world: World, stage: Stage) -> None:
    if isinstance(world, LocalWorld):
        pytest.skip("a file has no answers to lose")
    world.lose_next_answer()
    report = stage.sync()
    assert [(record.action, record.outcome) for record in report.actions] == [("create", "done")] * 2
    assert all(record.issue for record in report.actions)
    assert world.count() == 2
    with stage.store() as store:
        assert store.open_intents() == []
    assert stage.sync().actions == ()
