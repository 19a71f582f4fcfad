"""`pmtrack state`: look after the state database."""

from __future__ import annotations

import click

from tracker.cli.context import Invocation
from tracker.cli.move import move


@click.group("state")
def state() -> None:
    """Look after the state: what pmtrack remembers between runs."""


state.add_command(move)


@state.command("info")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print.",
)
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
        emit(f"{key.replace('_', ' '):<14}{_shown(value)}")


def _shown(value: object) -> str:
    from dataclasses import fields, is_dataclass

    if value is None:
        return "-"
    if is_dataclass(value) and not isinstance(value, type):
        return ", ".join(f"{one.name}={getattr(value, one.name)}" for one in fields(value))
    return str(value)


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
    say(f"{len(lines) - 1} rows written to {output}.")


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
