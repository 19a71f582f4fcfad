"""One sync from end to end: read, match, pull, merge, plan, apply, record.

Reading never asks a tracker, planning does no I/O, applying decides nothing. What is committed when, and why a kill at any
point loses nothing: the documents' new contents, the identities and the bases are one commit before the first write;
every item that still needs a write is marked pending in it, so the next run looks at it even if nothing else changes;
each write has its intent committed before it and its answer after it.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import replace

from ulid import ULID

from tracker import faults
from tracker.errors import ExitCode, PmtrackError
from tracker.remote import Tracker
from tracker.settings import Settings
from tracker.state.lock import StateLock
from tracker.state.store import Store
from tracker.sync.apply import Application
from tracker.sync.foresight import sendable
from tracker.sync.guards import bulk_notice, check_bulk
from tracker.sync.plan import Planned
from tracker.sync.preparation import prepare
from tracker.sync.prepared import Preparation
from tracker.sync.recording import action_rows, record_plan
from tracker.sync.report import ActionRecord, Progress, SyncOptions, SyncReport
from tracker.sync.source import Source

__all__ = ["run"]


def run(
    source: Source,
    *,
    settings: Settings,
    store: Store,
    open_tracker: Callable[[str], Tracker],
    options: SyncOptions,
    now: Callable[[], dt.datetime],
    progress: Progress,
    sleep: Callable[[float], None] = time.sleep,
) -> SyncReport:
    """Bring documents and trackers into step.

    Args:
        source: The documents of the run.
        settings: The configuration.
        store: The state.
        open_tracker: Makes the adapter of a configured tracker; it is closed here.
        options: How this run is to be done.
        now: The clock, aware UTC.
        progress: Is told what happens, and asked when a guard wants a person.
        sleep: Waits while another run holds the lock.

    Raises:
        LockedError: another run holds the lock, or took it over.
        GuardError: a guard stopped the run before anything was written.
        StateError: the state cannot be used.
    """
    if options.dry_run:
        with prepare(source, settings, store, open_tracker, options=options, now=now()) as prepared:
            records = [each.record for each in prepared.shown()]
            if options.write_back:
                from tracker.sync.filling import fill_in

                records += fill_in(prepared, store, "", now=now(), dry_run=True)
            progress.planned(records)
            if not options.yes and (notice := bulk_notice(prepared.planned, settings.limits)):
                prepared.notes.append(notice)
            progress.warned(prepared.warnings())
            return _report(prepared, records)
    run_id = str(ULID())
    lock = store.lock(run_id)
    lock.acquire("pmtrack sync", timeout_s=options.lock_timeout_s, sleep=sleep)
    try:
        store.start_run("sync", run_id)
        with prepare(source, settings, store, open_tracker, options=options, now=now()) as prepared:
            report = _carry_out(
                prepared, store, options, run_id=run_id, lock=lock, now=now, progress=progress
            )
        # An adapter may still read when it is closed.
        report = replace(report, requests=_requests(prepared))
        _close_books(prepared, report, store, run_id, now)
    except PmtrackError as error:
        store.finish_run(run_id, done=0, failed=1, deferred=0, exit_code=int(error.exit_code))
        raise
    else:
        return report
    finally:
        lock.release()


def _carry_out(
    prepared: Preparation,
    store: Store,
    options: SyncOptions,
    *,
    run_id: str,
    lock: StateLock,
    now: Callable[[], dt.datetime],
    progress: Progress,
) -> SyncReport:
    shown = prepared.shown()
    progress.planned([each.record for each in shown])
    progress.warned(prepared.warnings())
    writes = sendable(prepared.planned)
    check_bulk(writes, prepared.settings.limits, yes=options.yes, progress=progress)
    lock.beat(force=True)
    with store.writing(run_id) as writer:
        record_plan(prepared, writer, now())
    for each in shown:
        _tell(each)
    progress.started(len(writes))
    for each in prepared.planned:
        if each.writes and each.record.outcome == "failed":
            progress.advanced(each.record)
    for desk in prepared.desks.values():
        mine = [each for each in writes if each.record.tracker == desk.name]
        if mine and desk.adapter is not None:
            Application(desk.adapter, store, run_id, lock.beat, progress.advanced).run(mine)
    records = [each.record for each in shown]
    if options.write_back:
        from tracker.sync.filling import fill_in

        records += fill_in(prepared, store, run_id, now=now(), dry_run=False)
    return _report(prepared, records)


def _tell(each: Planned) -> None:
    """What needs no write is done as soon as it stands in the state."""
    if each.writes or each.record.outcome != "planned":
        return
    manual = any(conflict.winner == "manual" for conflict in each.conflicts)
    error = "a person must settle it" if manual else None
    each.record = replace(each.record, outcome="deferred" if manual else "done", error=error)


def _close_books(
    prepared: Preparation, report: SyncReport, store: Store, run_id: str, now: Callable[[], dt.datetime]
) -> None:
    faults.reach("before-books")
    for desk in prepared.desks.values():
        store.save_tracker(desk.kept(now()))
    if report.actions:
        with store.writing(run_id) as writer:
            writer.actions(action_rows(report.actions))
    outcomes = [record.outcome for record in report.actions]
    store.finish_run(
        run_id,
        done=outcomes.count("done"),
        failed=outcomes.count("failed"),
        deferred=outcomes.count("deferred"),
        exit_code=int(report.exit_code),
    )


def _report(prepared: Preparation, records: list[ActionRecord]) -> SyncReport:
    return SyncReport(
        actions=tuple(records),
        requests=_requests(prepared),
        exit_code=_exit_code(prepared, records),
        messages=tuple(prepared.messages()),
        warnings=tuple(prepared.warnings()),
        diagnostics=prepared.sighting.diagnostics,
        documents=len(prepared.sighting.files),
        read=prepared.sighting.read,
        items=prepared.items,
        unread=len(prepared.sighting.unread),
        troubled=tuple(name for name, desk in sorted(prepared.desks.items()) if desk.trouble),
    )


def _requests(prepared: Preparation) -> dict[str, int]:
    return {
        name: desk.adapter.requests
        for name, desk in sorted(prepared.desks.items())
        if desk.adapter is not None
    }


def _exit_code(prepared: Preparation, records: list[ActionRecord]) -> ExitCode:
    troubled = [desk for desk in prepared.desks.values() if desk.trouble]
    if (
        troubled
        and len(troubled) == len(prepared.desks)
        and not any(each.outcome == "done" for each in records)
    ):
        return ExitCode.FAILED
    if (
        troubled
        or prepared.stranded()
        or prepared.sighting.unread
        or any(each.outcome in ("failed", "deferred") for each in records)
    ):
        return ExitCode.PARTIAL
    return ExitCode.OK
