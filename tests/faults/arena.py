"""The fault campaigns: a real `pmtrack` process against a real tracker, killed or cut off at every point, and run again.

How an adapter joins: an `Arena` for its local server, and a row in `ARENAS` of `test_campaign.py`. The rest is the same
for all: two documents are synced while something goes wrong, then the run is repeated until nothing is left to do, and

* every action item has exactly one issue, whatever happened,
* nothing is lost: every item of the documents has its issue,
* the run after that plans nothing and writes nothing.

`make faults` runs every point at every occurrence; the suite a part of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SIGKILLED = -9
TITLES = (
    "Add alerting for payment queue depth",
    "Write a runbook for broker failover",
    "Raise the connection pool limit of the ledger",
    "Rotate the signing keys every quarter",
    "Test the restore of the order database",
)
_HEAD = (
    "# Outage {name}\n\n**Incident ID:** {name}\n**Date:** 2026-05-06\n\n## Action Items\n\n"
    "| ID | Action | Priority | Due Date | Status | Ticket |\n|---|---|---|---|---|---|\n"
)


class Arena:
    """One tracker that a process can reach, seen from the tracker's side."""

    name = ""

    def configuration(self) -> str:
        """The lines of `[trackers.arena]`, as TOML."""
        raise NotImplementedError

    def environ(self) -> Mapping[str, str]:
        """What the process needs in its environment."""
        return {}

    def titles(self) -> list[str]:
        """Titles of all issues that the tracker holds now."""
        raise NotImplementedError

    def writes(self) -> object:
        """Something that changes with every write that reaches the tracker."""
        raise NotImplementedError

    def misbehave(self, how: str) -> None:
        """Arm one fault of the server: `lost-answer`, `server-error-after-commit`, `refused`, ..."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop the server."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A process that ended."""

    code: int
    actions: list[dict[str, Any]]
    errors: str


class Ground:
    """A folder with documents and a configuration in which processes run."""

    def __init__(self, folder: Path, arena: Arena, *, state: str = "sqlite:///state.db") -> None:
        self.folder, self.arena = folder, arena
        (folder / "docs").mkdir(parents=True)
        text = f'state = "{state}"\ndefault_tracker = "arena"\n\n[trackers.arena]\n{arena.configuration()}\n'
        (folder / "pmtrack.toml").write_text(text, encoding="utf-8")
        self.write("INC-1", TITLES[:3])
        self.write("INC-2", TITLES[3:])

    def write(
        self, name: str, titles: tuple[str, ...], *, due: str = "2026-12-01", status: str = "Open"
    ) -> None:
        """Write a document with these items."""
        rows = "".join(f"|  | {title} | P1 | {due} | {status} |                    |\n" for title in titles)
        (self.folder / "docs" / f"{name}.md").write_text(_HEAD.format(name=name) + rows, encoding="utf-8")

    def start(self, *options: str, fault: str | None = None) -> subprocess.Popen[str]:
        """Start `pmtrack sync` on the documents."""
        env = {**os.environ, **self.arena.environ()} | ({"PMTRACK_FAULT": fault} if fault else {})
        command = [
            str(Path(sys.executable).with_name("pmtrack")),
            "sync",
            "docs",
            "--yes",
            "--format",
            "json",
        ]
        return subprocess.Popen(
            [*command, *options],
            cwd=self.folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def sync(self, *options: str, fault: str | None = None) -> Finished:
        """Run `pmtrack sync` on the documents to its end."""
        return finished(self.start(*options, fault=fault))

    def until_quiet(self, *options: str, most: int = 4) -> list[Finished]:
        """Run until a run plans nothing and writes nothing.

        Raises:
            AssertionError: that took too many runs, or one failed.
        """
        runs: list[Finished] = []
        while len(runs) < most:
            before = self.arena.writes()
            runs.append(self.sync(*options))
            assert runs[-1].code in (0, 5), runs[-1]
            if runs[-1].code == 0 and not runs[-1].actions:
                assert self.arena.writes() == before
                return runs
        raise AssertionError(f"it did not come to rest: {runs}")

    def check(self, titles: tuple[str, ...] = TITLES) -> None:
        """Exactly one issue for every item."""
        assert Counter(self.arena.titles()) == Counter(titles)


def finished(process: subprocess.Popen[str]) -> Finished:
    """Wait for a process and read what it printed."""
    out, err = process.communicate(timeout=110)
    printed = json.loads(out) if out.strip().startswith("{") else {}
    return Finished(process.returncode, printed.get("actions", []), err)
