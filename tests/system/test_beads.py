"""The installed `pmtrack` with the real `bd`, as a user has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bd import Beads, bd, beads, environment, new_beads
from tests.conftest import Command

__all__ = ["bd", "beads", "new_beads"]

DOCUMENT = """# Post-Mortem: Disk full

**Incident ID**: INC-1
**Date**: 2026-05-01

## Action Items

| Action | Owner | Due Date | Status | Beads Issue |
|---|---|---|---|---|
| Add an alert for the disk | Ada Byron | 2026-12-01 | Open |  |
| Write the runbook for a full disk | Bob Jones | 2026-12-15 | Open |  |
"""


@pytest.fixture
def project(beads: Beads) -> Path:
    """A project with one document, a local tracker and a Beads database."""
    (beads.folder / "docs").mkdir()
    (beads.folder / "docs" / "a.md").write_text(DOCUMENT, encoding="utf-8")
    configure(beads, default="local")
    return beads.folder


def configure(beads: Beads, default: str) -> None:
    (beads.folder / "pmtrack.toml").write_text(
        f'documents = ["docs/*.md"]\ndefault_tracker = "{default}"\n\n[trackers.local]\ntype = "local"\n\n'
        f'[trackers.beads]\ntype = "beads"\nprogram = "{beads.program}"\n',
        encoding="utf-8",
    )


def test_a_team_starts_without_bd_and_moves_to_it_with_one_command(
    pmtrack: Command, beads: Beads, project: Path
) -> None:
    assert pmtrack("sync", cwd=project).returncode == 0
    moved = pmtrack("state", "move", "--from", "local", "--to", "beads", cwd=project, env=environment())
    assert moved.returncode == 0, moved.stderr
    assert "2 issues of local are in beads, 2 links follow them." in moved.stderr
    assert 'default_tracker = "beads"' in moved.stderr
    last = json.loads(pmtrack("state", "info", "--format", "json", cwd=project).stdout)["last_run"]
    assert (last["command"], last["done"], last["exit_code"]) == ("state move", 2, 0)
    configure(beads, default="beads")
    again = pmtrack("sync", "--format", "json", cwd=project)
    assert (again.returncode, json.loads(again.stdout)["actions"]) == (0, [])
    text = DOCUMENT.replace("2026-12-15 | Open", "2026-12-15 | Done")
    (project / "docs" / "a.md").write_text(text, encoding="utf-8")
    assert pmtrack("sync", cwd=project).returncode == 0
    rows = beads.export()
    assert all(id_.startswith("pm-") for id_ in rows)
    assert {row["title"]: row["status"] for row in rows.values()} == {
        "Add an alert for the disk": "open",
        "Write the runbook for a full disk": "closed",
    }


def test_a_sync_says_how_many_processes_it_took(pmtrack: Command, beads: Beads, project: Path) -> None:
    configure(beads, default="beads")
    first = json.loads(pmtrack("sync", "--format", "json", cwd=project).stdout)
    second = json.loads(pmtrack("sync", "--format", "json", cwd=project).stdout)
    assert [action["action"] for action in first["actions"]] == ["create", "create"]
    assert second["actions"] == []
    assert first["requests"]["beads"] <= 6
    assert second["requests"]["beads"] == 1


def test_without_bd_a_sync_says_how_to_get_it(pmtrack: Command, beads: Beads, project: Path) -> None:
    configure(beads, default="beads")
    text = (project / "pmtrack.toml").read_text().replace(str(beads.program), "no-such-bd")
    (project / "pmtrack.toml").write_text(text)
    done = pmtrack("sync", cwd=project)
    assert done.returncode in (1, 5)
    assert "cannot find the program 'no-such-bd'" in done.stderr + done.stdout
    assert "https://github.com/steveyegge/beads" in pmtrack("doctor", cwd=project).stdout


def test_nothing_can_be_moved_to_the_same_tracker(pmtrack: Command, project: Path) -> None:
    assert pmtrack("sync", cwd=project).returncode == 0
    done = pmtrack("state", "move", "--from", "local", "--to", "local", cwd=project)
    assert done.returncode == 2
