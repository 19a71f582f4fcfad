"""`pmtrack waive`: accept a finding for a stated reason until a stated day."""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from tracker.cli.context import Invocation


@click.command("waive")
@click.argument("code")
@click.argument("document")
@click.option("--item", help="Id, title or item id of the action item; all items of the document without it.")
@click.option("--reason", required=True, help="Why this is accepted.")
@click.option(
    "--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Last day on which it is accepted."
)
@click.option("--by", help="Who accepts it.")
@click.pass_obj
def waive(invocation: Invocation, /, code: str, document: str, **options: Any) -> None:
    """Accept a finding until a day: adds an entry to the waiver file."""
    from policies.registry import find_rule
    from policies.waiver_file import format_waiver
    from policies.waivers import Waiver
    from tracker import files
    from tracker.calendar import Calendar
    from tracker.cli.checking import policy_settings, read_waivers
    from tracker.cli.output import say
    from tracker.errors import UserError

    until: dt.datetime = options["until"]
    settings = invocation.settings
    today = Calendar(settings.timezone).day(invocation.now())
    if until.date() < today or not options["reason"].strip():
        raise UserError(
            f"a waiver needs a reason and an end in the future, not {until.date()}",
            hint="Give --reason and --until.",
        )
    path = settings.root / policy_settings(settings).waivers
    read_waivers(path)
    waiver = Waiver(
        code=find_rule(code).code,
        source=path.name,
        line=1,
        document=document,
        reason=options["reason"],
        until=until.date(),
        by=options["by"],
        item=options["item"],
    )
    before = path.read_bytes().rstrip(b"\r\n") + b"\n\n" if path.is_file() else b""
    files.replace(path, before + format_waiver(waiver).encode())
    say(f"{waiver.code} is accepted in {document} until {waiver.until}; see {path.name}.")
