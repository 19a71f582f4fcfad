"""`pmtrack state`: look after the state database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli.context import Invocation, format_option
from tracker.cli.move import move

if TYPE_CHECKING:
    import datetime as dt


@click.group("state")
def state() -> None:
    """Look after the state: what pmtrack remembers between runs."""


state.add_command(move)


@state.command("info")
@format_option("text", "json")
@click.pass_obj
def info(invocation: Invocation, form: str) -> None:
    """Say where the state is and what it holds."""
    from dataclasses import asdict, is_dataclass

    from tracker.cli.output import emit, print_json
    from tracker.cli.stores import open_state

    with open_state(invocation, create=False, migrate=False) as store:
        facts = dict(store.info())
        last = store.runs(limit=1)
    facts["last_run"] = last[0] if last else None
    if form == "json":
        print_json(
            {
                key: asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
                for key, value in facts.items()
            }
        )
        return
    for key, value in facts.items():
        emit(f"{key.replace('_', ' '):<14}{_shown(key, value)}")


def _shown(key: str, value: object) -> str:
    """A fact for people: times to the second, sizes in kB, runs and locks as a sentence."""
    from tracker.state.records import LockRecord
    from tracker.world import RunRecord

    if isinstance(value, LockRecord):
        return f"held by {value.command} on {value.host} since {_moment(value.acquired_at)}"
    if isinstance(value, RunRecord):
        end = f"exit code {value.exit_code}" if value.finished else "not finished"
        counts = f"{value.done} done, {value.failed} failed, {value.deferred} put off"
        return f"{value.command}, {_moment(value.started)}: {counts}, {end}"
    if key == "lock" and value is None:
        return "free"
    if key == "size" and isinstance(value, int):
        return f"{value / 1000:.0f} kB"
    return "-" if value is None else str(value)


def _moment(value: dt.datetime) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S} UTC"


@state.command("migrate")
@click.pass_obj
def migrate(invocation: Invocation) -> None:
    """Bring the schema of the state up to date, after a back-up copy.

    Every other command does so by itself when it needs the state; this one does nothing else.
    """
    from tracker.cli.output import say
    from tracker.cli.stores import open_state

    with open_state(invocation, create=False) as store:
        say(f"{store.place}: schema {store.info()['schema']} is up to date.")


@state.command("export")
@click.option("--output", type=click.Path(dir_okay=False), help="File to write; standard output by default.")
@click.pass_obj
def export(invocation: Invocation, output: str | None) -> None:
    """Write the whole state as JSON lines, for another database or for keeping."""
    from pathlib import Path

    from tracker import files
    from tracker.cli.output import emit, say
    from tracker.cli.stores import open_state
    from tracker.state.transfer import export_lines

    with open_state(invocation, create=False) as store:
        lines = list(export_lines(store))
    if output is None:
        for line in lines:
            emit(line)
        return
    files.replace(Path(output), "".join(f"{line}\n" for line in lines).encode())
    say(f"{len(lines) - 2} rows written to {output}.")


@state.command("import")
@click.argument("file", type=click.Path(dir_okay=False, exists=True))
@click.pass_obj
def import_(invocation: Invocation, file: str) -> None:
    """Read an exported state into an empty one, all or nothing."""
    from pathlib import Path

    from tracker.cli.output import say
    from tracker.cli.stores import open_state
    from tracker.state.transfer import import_lines

    with (
        open_state(invocation, create=True) as store,
        store.exclusively("pmtrack state import"),
        Path(file).open(encoding="utf-8") as lines,
    ):
        say(f"{import_lines(store, lines)} rows read into {store.place}.")


@state.command("rebuild")
@click.argument("paths", nargs=-1, type=click.Path())
@click.pass_obj
def rebuild(invocation: Invocation, paths: tuple[str, ...]) -> None:
    """Find the links of a lost state again, from the markers in the trackers' issues.

    PATHS are the documents; without any, those of the configuration. Needs an empty state; writes to no document and no tracker.
    """
    from tracker.cli.output import say
    from tracker.cli.sources import document_source
    from tracker.cli.stores import open_state
    from tracker.cli.trackers import Opener
    from tracker.sync.rebuild import rebuild as find_links

    source = document_source(paths, invocation.settings)
    with open_state(invocation, create=True) as store, store.exclusively("pmtrack state rebuild"):
        found = find_links(
            source,
            settings=invocation.settings,
            store=store,
            open_tracker=Opener(invocation),
            now=invocation.now(),
        )
    for message in found.messages:
        say(message)
    say(f"{found.linked} items linked, {found.removed} issues without a row, {found.unclear} rows unclear.")
