"""The engine against every tracker: texts that a tracker re-formats are no change, lost answers are found out at once."""

from __future__ import annotations

import re
from typing import Literal

import pytest

from tests.contract.suite import World
from tests.contract.test_beads import BeadsWorld
from tests.contract.test_jira import JiraWorld
from tests.contract.test_local import LocalWorld
from tests.integration.sync.stage import Stage
from tests.integration.sync.worlds import spare_beads, stage, world
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
__all__ = ["stage", "world"]

How = Literal["trimmed lines", "CRLF", "bullets", "escaped characters", "auto-links"]


def refs(stage: Stage) -> list[IssueRef]:
    with stage.store() as store:
        return [item.issue.ref for item in store.items() if item.issue]


def re_formatted(text: str, how: How, *, wiki: bool) -> str:
    """The text as a tracker gives it back; comments and the delimiters of the block are no text of its editor."""
    lines = text.replace("\r\n", "\n").split("\n")
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


HOWS: tuple[How, ...] = ("trimmed lines", "bullets", "escaped characters", "auto-links", "CRLF")


def ways(world: World) -> list[tuple[How, ...]]:
    """What is done to a body between two runs; where bodies are no text, what their editor does, as the empty tuple."""
    if isinstance(world, JiraWorld) and world.bench.site.deployment == "cloud":
        return [()]
    return [HOWS] if isinstance(world, BeadsWorld) else [*((how,) for how in HOWS), HOWS]


def re_format(world: World, ref: IssueRef, sent: str, passes: tuple[How, ...]) -> None:
    """Re-format a body; every way must change something."""
    if not passes:
        world.reformat_body(ref)
        return
    text = sent
    for how in passes:
        before, text = text, re_formatted(text, how, wiki=isinstance(world, JiraWorld))
        assert text != before, how
    world.put_body(ref, text)


def version(stage: Stage, ref: IssueRef) -> str | None:
    """The version of the issue that the last run read."""
    with stage.store() as store:
        (issue,) = [each.issue for each in store.items() if each.issue and each.issue.ref.id == ref.id]
    return issue.version


def test_what_a_tracker_re_formats_is_no_change_and_sends_no_write(world: World, stage: Stage) -> None:
    """Trimmed lines, bullets, escaped characters, auto-links and CRLF, one by one and all together."""
    stage.write("a.md", DOCUMENT)
    first = stage.sync()
    assert [record.outcome for record in first.actions] == ["done", "done"]
    (ref, _other) = refs(stage)
    bullet = "*" if isinstance(world, JiraWorld) else "-"
    world.surround_body(ref, f"{bullet} one \n{bullet} two\n\n", "\n\nwritten by a person \n")
    sent = world.body(ref)
    for passes in ways(world):
        re_format(world, ref, sent, passes)
        writes, stored, known = world.writes(), world.body(ref), version(stage, ref)
        report = stage.sync()
        assert report.actions == (), (passes, report.actions)
        assert (world.writes(), world.body(ref)) == (writes, stored), passes
        assert version(stage, ref) != known, "the run did not read the issue"


def test_an_answer_that_was_lost_is_found_out_in_the_same_run(world: World, stage: Stage) -> None:
    if isinstance(world, LocalWorld):
        pytest.skip("a file has no answers to lose")
    spare_beads(world)
    stage.write("a.md", DOCUMENT)
    world.lose_next_answer()
    report = stage.sync()
    assert [(record.action, record.outcome) for record in report.actions] == [("create", "done")] * 2
    assert all(record.issue for record in report.actions)
    assert world.count() == 2
    with stage.store() as store:
        assert store.open_intents() == []
    assert stage.sync().actions == ()
