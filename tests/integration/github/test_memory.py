"""What is kept between runs: written in the right order, so that a run that breaks off hides no edit of a person."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from adapters.github.adapter import GitHubTracker
from tests.integration.sync.stage import Stage, document, row
from tests.servers.github.world import REPOSITORY, GitHubWorld
from tracker.cli.trackers import Memory
from tracker.errors import StateError
from tracker.settings import TrackerSettings
from tracker.state.store import Store
from tracker.sync.report import ActionRecord, Progress

TITLES = ("Add alerting", "Write the runbook", "Rotate the keys", "Test the restore")


class Interrupted(Progress):
    """A person presses Ctrl-C at some point of the run."""

    def __init__(self, point: str) -> None:
        self._point = point

    def planned(self, actions: Sequence[ActionRecord]) -> None:
        """After everything was read, before anything is kept."""
        self._stop("planned")

    def started(self, total: int) -> None:
        """After the plan is kept, before the first write."""
        self._stop("started")

    def advanced(self, record: ActionRecord) -> None:
        """After a write was answered."""
        self._stop("advanced")

    def _stop(self, point: str) -> None:
        if point == self._point:
            raise KeyboardInterrupt


class GitHubStage(Stage):
    """Real engine, state and adapter; what the adapter remembers is kept in that state, as the command does it."""

    world: GitHubWorld

    def open(self, name: str) -> GitHubTracker:
        with self.store() as store:
            memory = Memory(store.trackers()[name].memory if name in store.trackers() else {})
        memory.keep = lambda: self.keep(name, memory)
        self.world.memory = memory  # type: ignore[assignment] # a mapping of texts, as the adapter wants it
        return self.world.tracker()

    def keep(self, name: str, memory: Memory) -> None:
        """Commit what the adapter remembers."""
        with self.store() as store:
            store.save_memory(name, "github", memory)

    def clock(self) -> dt.datetime:
        return self.world.clock.now()

    def changed_by_people(self) -> set[str]:
        """Titles in the state of issues as the trackers have them now."""
        with self.store() as store:
            known = store.issue_versions("github")
        reader = self.world.tracker()
        results = reader.fetch(list(known))
        return {each.issue.title for each in results if known[each.id] == each.issue.version}  # type: ignore[union-attr]


def staged(world: GitHubWorld, folder: Path, kind: type[GitHubStage] = GitHubStage) -> GitHubStage:
    """The stage on a server, without documents."""
    made = kind(folder / "ground")
    made.world = world
    made.extra = {
        "default_tracker": "github",
        "trackers": {"github": TrackerSettings("github", "github", {"repository": REPOSITORY})},
    }
    return made


@pytest.fixture
def stage(fast: GitHubWorld, tmp_path: Path) -> GitHubStage:
    made = staged(fast, tmp_path)
    made.write("a.md", text())
    made.sync()
    fast.clock.sleep(60)
    return made


def text(due: str = "2026-12-01", *more: str) -> str:
    return document(*(row(title, owner="", due=due) for title in (*TITLES, *more)))


@pytest.mark.parametrize("point", ["planned", "started", "advanced"])
def test_an_edit_that_a_broken_run_had_read_is_seen_by_the_next_run(stage: GitHubStage, point: str) -> None:
    stage.world.store.edit(stage.world.repository, 2, title="Write the runbook, by a person")
    stage.world.store.close(stage.world.repository, 3)
    stage.write("a.md", text("2027-02-01"))
    with pytest.raises(KeyboardInterrupt):
        stage.sync(progress=Interrupted(point))
    stage.world.clock.sleep(30)
    stage.sync()
    stage.world.clock.sleep(30)
    assert stage.sync().actions == ()
    assert stage.changed_by_people() == {*TITLES} - {"Write the runbook"} | {"Write the runbook, by a person"}
    with stage.store() as store:
        (item,) = [each for each in store.items() if each.item.title == "Rotate the keys"]
    assert item.base["status"][1] == "done"


def test_an_edit_between_a_broken_run_and_the_next_is_seen(stage: GitHubStage) -> None:
    stage.write("a.md", text("2027-02-01"))
    with pytest.raises(KeyboardInterrupt):
        stage.sync(progress=Interrupted("advanced"))
    stage.world.store.edit(stage.world.repository, 4, title="Test the restore twice")
    stage.sync()
    assert "Test the restore twice" in stage.changed_by_people()


def test_a_run_that_settled_its_writes_but_could_not_close_its_books_hides_nothing(
    stage: GitHubStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.write("a.md", text("2026-12-01", "One more"))

    def full(_store: Store, _record: object) -> None:
        raise StateError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "save_tracker", full)
        with pytest.raises(StateError, match="disk is full"):
            stage.sync()
    stage.world.store.edit(stage.world.repository, 1, title="Add alerting, by a person")
    stage.world.clock.sleep(60)
    stage.sync()
    assert "Add alerting, by a person" in stage.changed_by_people()
    assert stage.world.count() == 5


def test_an_edit_during_the_run_is_seen_by_the_next_one(stage: GitHubStage) -> None:
    stage.write("a.md", text("2026-12-01", "One more"))
    world = stage.world

    class Person(Progress):
        """Edits an issue while the run writes another one."""

        def advanced(self, record: ActionRecord) -> None:
            world.store.edit(world.repository, 2, title="Edited during the run")

    stage.sync(progress=Person())
    assert "Edited during the run" not in stage.changed_by_people()
    stage.sync()
    assert "Edited during the run" in stage.changed_by_people()


@pytest.mark.parametrize("hours", [-30, 400])
def test_a_clock_of_ours_that_is_wrong_hides_no_edit(stage: GitHubStage, hours: int) -> None:
    world = stage.world
    right = world.clock.now  # which the server goes on using
    world.clock.now = lambda: right() + dt.timedelta(hours=hours)  # type: ignore[method-assign]
    stage.sync()
    world.store.edit(world.repository, 1, title=f"Edited, {hours} hours off")
    stage.sync()
    assert f"Edited, {hours} hours off" in stage.changed_by_people()


def test_what_the_adapter_notes_is_committed_before_the_next_request(stage: GitHubStage) -> None:
    stage.write("a.md", text("2026-12-01", "One more", "And another"))
    seen: list[tuple[str, str | None]] = []
    world = stage.world
    original: Callable[..., object] = world.server.answer

    def answer(method: str, target: str, *rest: object) -> object:
        if method == "POST" and target.endswith("/issues"):
            with stage.store() as store:
                kept = store.trackers()["github"].memory
            seen.append((target, kept.get("last-write")))
        return original(method, target, *rest)

    world.server.answer = answer  # type: ignore[assignment]
    stage.sync()
    assert len(seen) == 2
    assert all(written == f"{world.clock.now().timestamp():.3f}" for _, written in seen)


def test_the_memory_of_another_run_is_not_used(stage: GitHubStage) -> None:
    stage.world.store.edit(stage.world.repository, 1, title="By a person")
    with stage.store() as store:
        record, known = store.trackers()["github"], list(store.issue_versions("github"))
        # As a run would leave it that had read the edit, and whose cursor was never kept.
        later = stage.world.tracker().changes(None, known).cursor
        memory = {**record.memory, "settled": json.dumps({"for": "another cursor", "cursor": later})}
        store.save_memory("github", "github", memory)
    stage.sync()
    assert "By a person" in stage.changed_by_people()
