"""`pmtrack sync` and `pmtrack plan`: the main job."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.context import Invocation, format_option

if TYPE_CHECKING:
    from tracker.sync.report import SyncOptions, SyncReport

_PATHS = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
_TRACKER = click.option("--tracker", metavar="NAME", help="Only this tracker of the configuration.")
_WRITE_BACK = click.option(
    "--write-back", is_flag=True, help="Put issue links and statuses into the documents."
)
_ALLOW_EMPTY = click.option(
    "--allow-empty", is_flag=True, help="A folder that had action items may have none now."
)
_FORMAT = format_option("text", "json")


def _with(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Options that both commands have, in this order."""

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@click.command("sync")
@_with(_PATHS, _TRACKER, _WRITE_BACK, _ALLOW_EMPTY, _FORMAT)
@click.option("--dry-run", is_flag=True, help="Show the plan and write nothing, as `pmtrack plan` does.")
@click.option(
    "--yes", is_flag=True, help="Do not ask, and do not refuse, above the limits of the configuration."
)
@click.option(
    "--wait", is_flag=True, help="Wait where a tracker's rate limit is used up instead of putting it off."
)
@click.option(
    "--lock-timeout",
    type=click.FloatRange(min=0),
    default=0.0,
    metavar="SECONDS",
    help="Wait so long for another run.",
)
@click.pass_obj
def sync(
    invocation: Invocation, /, *, paths: tuple[Path, ...], form: str, lock_timeout: float, **switches: Any
) -> int:
    """Bring the action items of documents and their issues into step.

    PATHS are files or folders; without any, the documents of the configuration are taken. Prints the plan, the outcome of each
    action and a summary. What was done is recorded at once: a run that broke off is simply run again.
    """
    from tracker.sync.report import SyncOptions

    return _run(invocation, paths, SyncOptions(lock_timeout_s=lock_timeout, **switches), form)


@click.command("plan")
@_with(_PATHS, _TRACKER, _WRITE_BACK, _ALLOW_EMPTY, _FORMAT)
@click.pass_obj
def plan(invocation: Invocation, /, *, paths: tuple[Path, ...], form: str, **switches: Any) -> int:
    """Show what a sync would do, and write nothing."""
    from tracker.sync.report import SyncOptions

    return _run(invocation, paths, SyncOptions(dry_run=True, **switches), form)


def _run(invocation: Invocation, paths: tuple[Path, ...], options: SyncOptions, form: str) -> int:
    from tracker.cli.progress import TerminalProgress
    from tracker.cli.sources import document_source
    from tracker.cli.stores import open_state
    from tracker.cli.trackers import Opener
    from tracker.sync.engine import run

    settings = invocation.settings
    source = document_source(paths, settings, allow_empty=options.allow_empty)
    progress = TerminalProgress(show=form == "text", quiet=invocation.quiet)
    opener = Opener(invocation, wait=options.wait, announce=progress.announce)
    with open_state(invocation, create=True) as store:
        opener.recall(store, writing=not options.dry_run)
        try:
            report = run(
                source,
                settings=settings,
                store=store,
                open_tracker=opener,
                options=options,
                now=invocation.now,
                progress=progress,
            )
        finally:
            progress.close()
    _show(report, options, form, quiet=invocation.quiet)
    return int(report.exit_code)


def _show(report: SyncReport, options: SyncOptions, form: str, *, quiet: bool) -> None:
    from tracker.cli import actions
    from tracker.cli.output import print_json, say

    if form == "json":
        print_json(actions.as_json(report))
        return
    for path, found in report.diagnostics.items():
        for one in found:
            told = any(message.startswith(f"{path}: {one.message}") for message in report.messages)
            if not told and (not quiet or one.severity == "error"):
                say(f"{path}:{one.line}:{one.column}: {one.severity.value}: {one.message} [{one.code}]")
    for message in report.messages:
        say(message)
    if not quiet:
        for line in actions.summary_lines(report, dry_run=options.dry_run):
            say(line)
