"""Worlds for the tests of the engine: documents as texts, read, without a state."""

from __future__ import annotations

import datetime as dt
from typing import Any

from policies.configuration import read_settings
from policies.engine import Request, run_check
from policies.registry import all_rules
from tracker.findings import CheckResult
from tracker.reading import read
from tracker.world import TrackedItem, World

NOW = dt.datetime(2026, 5, 6, 12, tzinfo=dt.UTC)
TASKS = "# Postmortem: spool full\n\n## Action items\n\n- [ ] Alert on a full disk\n- [ ] Rotate the logs (owner: Bob)\n"


def world_of(documents: dict[str, str]) -> World:
    read_all = tuple(read(path, text.encode()) for path, text in documents.items())
    items = tuple(TrackedItem("", item, document.path) for document in read_all for item in document.items)
    return World(NOW, read_all, items)


def run(documents: dict[str, str], policies: dict[str, Any] | None = None, **request: Any) -> CheckResult:
    settings = read_settings({"select": ["PM101", "PM104"], **(policies or {})})
    request = {"rules": all_rules(), **request}
    return run_check(world_of(documents), Request(settings=settings, **request))


def codes(result: CheckResult) -> list[str]:
    return [finding.code for finding in result.findings]
