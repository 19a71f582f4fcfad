"""`pmtrack link`, `unlink` and `adopt`: settle by hand what must not be guessed."""

from __future__ import annotations

import click

from tracker.cli.context import Invocation
from tracker.errors import UserError


@click.command("link")
@click.argument("row", metavar="DOCUMENT:LINE")
@click.argument("issue", required=False)
@click.option("--new", is_flag=True, help="The row is a new item, none of the candidates.")
@click.pass_obj
def link(invocation: Invocation, row: str, issue: str | None, new: bool) -> None:
    """Decide which issue a row has, or that it is a new item.

    DOCUMENT:LINE is the row as `pmtrack sync` and `pmtrack status` show it, ISSUE the key or URL of an issue. The next sync
    brings both into step.
    """
    from tracker.cli.output import say
    from tracker.cli.stores import open_state
    from tracker.cli.trackers import Opener
    from tracker.sync import settling
    from tracker.sync.source import key_of

    if new == (issue is not None):
        raise UserError("give either an issue or --new", hint="For example: pmtrack link docs/a.md:12 OPS-7")
    path, line = _place(row)
    key = key_of(path, invocation.settings.root)
    with open_state(invocation, create=False) as store, store.exclusively("pmtrack link"):
        if issue is None:
            say(settling.link_new(key, line, store=store, now=invocation.now()))
            return
        said = settling.link(
            key,
            line,
            issue,
            settings=invocation.settings,
            store=store,
            open_tracker=Opener(invocation),
            now=invocation.now(),
        )
        say(said)


@click.command("unlink")
@click.argument("issue")
@click.pass_obj
def unlink(invocation: Invocation, issue: str) -> None:
    """Part an item from its issue; the issue stays as it is.

    ISSUE is a key or URL. The item's row gets an issue of its own at the next sync, unless it names this one.
    """
    from tracker.cli.output import say
    from tracker.cli.stores import open_state
    from tracker.sync import settling

    with open_state(invocation, create=False) as store, store.exclusively("pmtrack unlink"):
        say(settling.unlink(issue, store=store, now=invocation.now()))


@click.command("adopt")
@click.option("--tracker", help="Only this tracker; all by default.")
@click.pass_obj
def adopt(invocation: Invocation, tracker: str | None) -> None:
    """Link issues that carry an item's marker but have no link."""
    from tracker.cli.output import say
    from tracker.cli.stores import open_state
    from tracker.cli.trackers import Opener
    from tracker.sync import settling

    names = [tracker] if tracker else list(invocation.settings.trackers)
    with open_state(invocation, create=False) as store, store.exclusively("pmtrack adopt"):
        for name in names:
            count, strangers = settling.adopt(
                name, store=store, open_tracker=Opener(invocation), now=invocation.now()
            )
            rest = f"; no item is known for {', '.join(strangers)}" if strangers else ""
            say(f"{name}: {count} {'issue' if count == 1 else 'issues'} linked{rest}.")


def _place(row: str) -> tuple[str, int]:
    path, _, line = row.rpartition(":")
    if not path or not line.isdecimal():
        raise UserError(f"{row!r} names no row", hint="Write DOCUMENT:LINE, for example docs/a.md:12.")
    return path, int(line)
