"""The contract on the real `bd`, whose people type commands."""

from __future__ import annotations

import json

import pytest

from adapters.beads import BeadsTracker
from tests.bd import Beads, bd, beads, new_beads
from tests.contract.suite import TrackerContract, World
from tracker.models import IssueRef, Person, Status

__all__ = ["bd", "beads", "new_beads"]


# The real program behind a shell script. "lose": it runs and commits, and its answer is thrown away as if it had been
# killed at that moment. "refuse": it is given a status that this database does not know, and refuses the row itself.
_ACCIDENTS = """#!/bin/sh
if [ "$1" = import ] && [ -e "{folder}/lose" ]; then
  rm "{folder}/lose"; "{bd}" "$@" >/dev/null 2>&1; kill -KILL $$
fi
if [ "$1" = import ] && [ -e "{folder}/refuse" ]; then
  rm "{folder}/refuse"; sed 's/"status":"open"/"status":"nonsense"/' | "{bd}" "$@"; exit $?
fi
exec "{bd}" "$@"
"""


class BeadsWorld(World):
    """A database and people with a shell."""

    known_person = ("Alice Smith", "asmith")
    other_account = "bob"
    people = (Person("alice", ("Alice Smith",), {"beads": "asmith"}),)

    def __init__(self, database: Beads) -> None:
        self.beads = database
        self._program = database.folder / "bd-with-accidents"
        self._program.write_text(_ACCIDENTS.format(bd=database.program, folder=database.folder))
        self._program.chmod(0o755)

    def tracker(self) -> BeadsTracker:
        return self.beads.tracker(program=str(self._program))

    def writes(self) -> int:
        # Every write of bd is a Dolt commit.
        return int(json.loads(self.beads.run("vc", "status", "--json"))["commit"], 36)

    def count(self) -> int:
        return len(self.beads.export())

    def body(self, ref: IssueRef) -> str:
        return str(self.beads.export()[ref.id]["description"])

    def edit_title(self, ref: IssueRef, title: str) -> None:
        self.beads.run("update", ref.id, "--title", title)

    def surround_body(self, ref: IssueRef, before: str, after: str) -> None:
        self.beads.run("update", ref.id, "--body-file", "-", stdin=before + self.body(ref) + after)

    def put_body(self, ref: IssueRef, text: str) -> None:
        self.beads.run("update", ref.id, "--body-file", "-", stdin=text)

    def reformat_body(self, ref: IssueRef) -> None:
        text = self.body(ref).replace("- from", "* from").replace("\n", " \r\n") + "\r\n"
        self.beads.run("update", ref.id, "--body-file", "-", stdin=text)

    def set_status(self, ref: IssueRef, status: Status) -> None:
        if status.is_closed:
            self.beads.run("close", ref.id, "--force", "--reason", "Done")
        else:
            self.beads.run("update", ref.id, "--status", status.value)

    def assign(self, ref: IssueRef, account: str | None) -> None:
        self.beads.run("update", ref.id, "--assignee", account or "")

    def add_label(self, ref: IssueRef, label: str) -> None:
        self.beads.run("label", "add", ref.id, label)

    def delete(self, ref: IssueRef) -> None:
        self.beads.run("delete", ref.id, "--force")

    def move(self, ref: IssueRef) -> str:
        self.beads.run("rename-prefix", "other-")
        return ref.id.replace("acme-", "other-")

    def make_unreadable(self, ref: IssueRef) -> None:
        (self.beads.folder / ".beads").rename(self.beads.folder / "beads-on-an-unmounted-disk")

    def forbid_closing(self, ref: IssueRef) -> None:
        blocker = self.beads.run("create", "Comes first", "--silent").strip()
        self.beads.run("dep", "add", ref.id, blocker)

    def drop_status(self, ref: IssueRef) -> str:
        self.beads.run("close", ref.id, "--force", "--reason", "Won't do: superseded")
        return "Won't do: superseded"

    def lose_next_answer(self) -> None:
        (self.beads.folder / "lose").touch()

    def refuse_next_write(self) -> None:
        (self.beads.folder / "refuse").touch()


class TestBeads(TrackerContract):
    """The Beads adapter keeps the contract."""

    @pytest.fixture
    def world(self, beads: Beads) -> World:
        return BeadsWorld(beads)
