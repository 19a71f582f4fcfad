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
