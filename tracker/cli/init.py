"""`pmtrack init`: propose a configuration for the folder."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tracker.cli.context import Invocation
from tracker.cli.proposal import TRACKERS

if TYPE_CHECKING:
    from tracker.cli.proposal import Choices
    from tracker.cli.survey import Surroundings
    from tracker.errors import UserError


@click.command("init")
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--tracker", type=click.Choice(TRACKERS), help="Where the issues go.")
@click.option(
    "--documents", multiple=True, metavar="GLOB", help="Where the post-mortems are; may be repeated."
)
@click.option("--repository", metavar="OWNER/NAME", help="GitHub repository.")
@click.option("--url", help="Address of Jira.")
@click.option("--project", metavar="KEY", help="Key of the Jira project.")
@click.option("--print", "print_only", is_flag=True, help="Print the proposal and write nothing.")
@click.option("--force", is_flag=True, help="Replace a pmtrack.toml that is there.")
@click.option("--yes", is_flag=True, help="Take the proposal without asking.")
@click.pass_obj
def init(
    invocation: Invocation,
    *,
    folders: tuple[Path, ...],
    tracker: str | None,
    documents: tuple[str, ...],
    repository: str | None,
    url: str | None,
    project: str | None,
    print_only: bool,
    force: bool,
    yes: bool,
) -> None:
    """Propose a pmtrack.toml for this folder.

    FOLDERS are those below it that hold the post-mortems; without any, they are looked for. Looks at the documents,
    the git remote, .beads and the environment, and asks only for what it cannot see. Without a terminal, or with --yes, nothing is asked: what cannot be seen has to be given as an option.
    """
    from tracker.cli.output import emit, say
    from tracker.cli.proposal import Choices, likely_tracker, propose
    from tracker.cli.survey import survey

    folder = Path.cwd().resolve()
    target = folder / "pmtrack.toml"
    _refuse_existing(target, allowed=force or print_only)
    around = survey(folder, invocation.environ, _below(folder, folders))
    ask = sys.stdin.isatty() and sys.stderr.isatty() and not yes
    likely = likely_tracker(around)
    if tracker is None and ask:
        tracker = click.prompt("Tracker", default=likely, type=click.Choice(TRACKERS), err=True)
    choices = Choices(
        tracker=tracker or likely,
        documents=documents or tuple(around.globs) or ("docs/postmortems/**/*.md",),
        repository=repository or around.repository,
        url=url or around.jira_url,
        project=project,
    )
    choices = _complete(choices, ask=ask)
    text = propose(choices, around)
    if print_only:
        emit(text.rstrip("\n"))
        return
    target.write_text(text, encoding="utf-8")
    say(f"Wrote {target.name}: {_where(choices)}")
    say(_next_step(around))


def _below(folder: Path, named: Sequence[Path]) -> list[Path]:
    """The named folders as they are below the configuration's, whose globs reach no further."""
    from tracker.errors import UserError

    found = [(folder / one).resolve() for one in named]
    for one in found:
        if not one.is_relative_to(folder):
            raise UserError(
                f"{one} is not below {folder}", hint="Run `pmtrack init` in a folder that holds both."
            )
    return found


def _refuse_existing(target: Path, *, allowed: bool) -> None:
    from tracker.errors import UserError

    if target.exists() and not allowed:
        raise UserError(
            f"{target.name} is here already",
            hint="`pmtrack doctor` checks it; `pmtrack init --print` shows a proposal, --force replaces the file.",
        )


def _complete(choices: Choices, *, ask: bool) -> Choices:
    """The choices with what the tracker needs: asked for on a terminal, an error without one."""
    from tracker.cli.proposal import missing

    while need := missing(choices):
        option, question = need
        if not ask:
            raise _told_all(choices)
        answer = click.prompt(question, err=True).strip()
        choices = _with(choices, option, answer)
    return choices


def _told_all(choices: Choices) -> UserError:
    """Everything that is missing, so that nobody learns of it one by one."""
    from tracker.cli.proposal import missing
    from tracker.errors import UserError

    needs: dict[str, str] = {}
    while need := missing(choices):
        needs[need[0]] = need[1]
        choices = _with(choices, need[0], "?")
    return UserError(
        f"tracker {choices.tracker} needs to know more: {'; '.join(needs.values())}",
        hint=f"Give {'it' if len(needs) == 1 else 'them'} with {' and '.join(f'--{option}' for option in needs)}, or choose another tracker with --tracker.",
    )


def _with(choices: Choices, option: str, answer: str) -> Choices:
    if option == "repository":
        return replace(choices, repository=answer)
    return replace(choices, url=answer) if option == "url" else replace(choices, project=answer)


def _where(choices: Choices) -> str:
    """Where the issues go, for somebody who did not choose."""
    if choices.tracker == "local":
        return "issues go into a file here; to send them elsewhere: --tracker jira, github or beads, and --force."
    place = {
        "github": f"GitHub, {choices.repository}",
        "jira": f"Jira, project {choices.project} of {choices.url}",
        "beads": "Beads",
    }
    return f"issues go to {place[choices.tracker]}."


def _next_step(around: Surroundings) -> str:
    if not around.globs:
        return "  No post-mortems were found: correct `documents` in it, then run `pmtrack doctor`."
    return "  Next: `pmtrack doctor` says what is missing, `pmtrack plan` what a sync would do."
