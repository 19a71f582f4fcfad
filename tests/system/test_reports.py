"""`pmtrack audit` as installed, in a process of its own, while a sync holds the lock."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from tests.conftest import Command
from tests.integration.reports.recorded import record
from tests.unit.reports.simulation import LAST, simulate


def test_the_installed_audit_prints_one_json_document_while_a_sync_holds_the_lock(
    pmtrack: Command, tmp_path: Path
) -> None:
    day = LAST - dt.timedelta(days=3)
    with record(simulate(5), tmp_path, dt.datetime.combine(LAST, dt.time(23, 59), dt.UTC)) as store:
        lock = store.lock(store.start_run("sync"))
        lock.acquire("sync")
        run = pmtrack("audit", "--as-of", day.isoformat(), "--format", "json", cwd=tmp_path)
        lock.release()
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["totals"]["open"] == len(simulate(5).days[day].open)
