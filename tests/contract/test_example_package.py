"""The example of a third-party package: installed as one, its adapter keeps the contract and its rule is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command
from tests.contract.suite import TrackerContract, World, created, new_issue
from tracker.errors import AdapterError
from tracker.models import IssueRef, Status
from tracker.remote import Field, IssueChange, NotSent, ProbeQuery, Tracker, Unproven


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """The folder into which the example package is installed, as pip does it for a user."""
    for needed in ("pip", "hatchling"):
        pytest.importorskip(needed, reason=f"{needed} is not in this environment; `make setup` installs it")
    target = tmp_path_factory.mktemp("site")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation",
         "--disable-pip-version-check", "--target", str(target), str(repository / "docs" / "example-package")],
        check=True, capture_output=True,
    )  # fmt: skip
    return target


@pytest.fixture
def visible(installed: Path) -> Iterator[Path]:
    """The example package can be imported during a test."""
    sys.path.insert(0, str(installed))
    yield installed
    sys.path.remove(str(installed))


class FolderWorld(World):
    """A folder, and people with an editor."""

    unknown_person = "Nobody"

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "issues"

    def tracker(self) -> Tracker:
        from pmtrack_example.folder import FolderTracker  # type: ignore[import-not-found]

        made: Tracker = FolderTracker("notes", self.folder)
        return made

    def writes(self) -> int:
        return sum(path.stat().st_mtime_ns for path in self.folder.glob("*"))

    def count(self) -> int:
        return len(list(self.folder.glob("*.json")))

    def body(self, ref: IssueRef) -> str:
        return str(json.loads(self._path(ref).read_text(encoding="utf-8"))["body"])

    def edit_title(self, ref: IssueRef, title: str) -> None:
        self._edit(ref, lambda record: record.update(title=title))

    def surround_body(self, ref: IssueRef, before: str, after: str) -> None:
        self._edit(ref, lambda record: record.update(body=before + record["body"] + after))

    def set_status(self, ref: IssueRef, status: Status) -> None:
        self._edit(ref, lambda record: record.update(status=status.value))

    def add_label(self, ref: IssueRef, label: str) -> None:
        self._edit(ref, lambda record: record["labels"].append(label))

    def delete(self, ref: IssueRef) -> None:
        self._path(ref).unlink()

    def make_unreadable(self, ref: IssueRef) -> None:
        self._path(ref).write_text("{", encoding="utf-8")

    def _path(self, ref: IssueRef) -> Path:
        return self.folder / f"{ref.id}.json"

    def _edit(self, ref: IssueRef, change: Callable[[dict[str, Any]], object]) -> None:
        record = json.loads(self._path(ref).read_text(encoding="utf-8"))
        change(record)
        self._path(ref).write_text(json.dumps(record), encoding="utf-8")


@pytest.mark.usefixtures("visible")
class TestFolder(TrackerContract):
    """The adapter of the example package keeps the contract."""

    @pytest.fixture
    def world(self, tmp_path: Path, visible: Path) -> World:
        return FolderWorld(tmp_path)


@pytest.mark.usefixtures("visible")
def test_an_issue_that_cannot_be_read_is_neither_written_over_nor_taken_for_absent(tmp_path: Path) -> None:
    world = FolderWorld(tmp_path)
    new = new_issue()
    (issue,) = created(world.tracker().create([new]))
    world.make_unreadable(issue.ref)
    tracker = world.tracker()
    (made,) = tracker.create([new])
    change = IssueChange(issue.ref, new.marker, {Field.TITLE: "Another"}, base=issue)
    (changed,) = tracker.update([change])
    (settled,) = tracker.probe([ProbeQuery(new.marker, None)])
    assert isinstance(made.outcome, NotSent)
    assert isinstance(changed.outcome, NotSent)
    assert isinstance(settled, Unproven)
    with pytest.raises(AdapterError):
        list(tracker.scan())
    assert world._path(issue.ref).read_text(encoding="utf-8") == "{"


CONFIGURATION = """
documents = ["*.md"]

[trackers.notes]
type = "folder"
path = "notes"
"""


def test_the_installed_commands_find_the_adapter(installed: Path, tmp_path: Path, pmtrack: Command) -> None:
    (tmp_path / "pmtrack.toml").write_text(CONFIGURATION, encoding="utf-8")
    (tmp_path / "a.md").write_text("## Action Items\n\n- [ ] REPLACE THE DISK NOW\n", encoding="utf-8")
    done = pmtrack("doctor", env={"PYTHONPATH": str(installed)})
    assert f"tracker notes: {tmp_path / 'notes'} can be written" in done.stdout
    assert done.returncode == 0


def test_a_key_that_the_adapter_does_not_know_is_named(
    installed: Path, tmp_path: Path, pmtrack: Command
) -> None:
    (tmp_path / "pmtrack.toml").write_text(CONFIGURATION + 'folder = "x"\n', encoding="utf-8")
    done = pmtrack("doctor", "-q", env={"PYTHONPATH": os.fspath(installed)})
    assert "unknown key 'folder'" in done.stdout
    assert done.returncode == 1


def test_the_rule_of_the_package_is_among_the_rules(installed: Path) -> None:
    code = "from policies.registry import all_rules; print([rule.code for rule in all_rules() if rule.slug == 'shouting'])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(installed)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "['EX001']"
