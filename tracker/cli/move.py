"""`pmtrack state move`: from one tracker to another, with ids and links."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli.context import Invocation
from tracker.errors import ExitCode

if TYPE_CHECKING:
    from tracker.state.store import Store
    from tracker.sync.move import Moved


@click.command("move")
@click.option("--from", "source", required=True, metavar="NAME", help="The tracker that has the issues.")
@click.option("--to", "target", required=True, metavar="NAME", help="The tracker that gets them.")
@click.pass_obj
def move(invocation: Invocation, source: str, target: str) -> int:
    """Move issues from one tracker to another, keeping their ids and links.

    Both are names of the configuration, of the types local and beads. Issues that the target has already are left as they are, and
    the source stays as it is, so the command can be repeated.
    """
    from tracker.cli.output import say
    from tracker.cli.stores import open_state

    with open_state(invocation, create=False) as store:
        moved = _move(invocation, store, source, target)
    say(f"{moved.issues} issues of {source} are in {target}, {moved.links} links follow them.")
    for id_ in moved.lost:
        say(f"{id_} was not found in {target}; its link was left as it is.")
    if invocation.settings.default_tracker == source:
        say(f'Set `default_tracker = "{target}"` in the configuration, so that new issues go there too.')
    return int(ExitCode.PARTIAL if moved.lost else ExitCode.OK)


def _move(invocation: Invocation, store: Store, source: str, target: str) -> Moved:
    from contextlib import closing

    from tracker.cli.trackers import Opener
    from tracker.errors import UserError
    from tracker.sync.move import move as move_issues

    if source == target:
        raise UserError("--from and --to name the same tracker", hint="`pmtrack doctor` lists the trackers.")
    opener = Opener(invocation)
    opener.recall(store)
    with store.exclusively("pmtrack state move"):
        run_id = store.start_run("state move")
        with closing(opener(source)) as giver, closing(opener(target)) as taker:
            moved = move_issues(store, giver, taker, run_id)
        code = ExitCode.PARTIAL if moved.lost else ExitCode.OK
        store.finish_run(run_id, done=moved.links, failed=len(moved.lost), deferred=0, exit_code=int(code))
    return moved
