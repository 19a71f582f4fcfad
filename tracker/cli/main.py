"""The `pmtrack` command: a table of subcommands that are imported only when they are called.

Start-up matters: this module imports click and the errors, nothing else. `run` is the entry point of the installed
command and the one place where exceptions become messages and exit codes.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn, cast

import click

from tracker import COLLECTOR, __version__
from tracker.cli.context import Invocation, verbosity_options
from tracker.errors import ExitCode, PmtrackError

# name -> where the command stands, and its one line in `pmtrack --help` (so that listing imports none of them;
# tests/unit/cli/test_main.py compares the line with the command's own help).
COMMANDS: Mapping[str, tuple[str, str]] = {
    "parse": (
        "tracker.cli.parse:parse",
        "Show the action items that documents hold; no state, no network.",
    ),
    "sync": ("tracker.cli.sync:sync", "Bring the action items of documents and their issues into step."),
    "plan": ("tracker.cli.sync:plan", "Show what a sync would do, and write nothing."),
    "status": ("tracker.cli.status:status", "Show tracked items with their issues."),
    "link": ("tracker.cli.link:link", "Decide which issue a row has, or that it is a new item."),
    "unlink": ("tracker.cli.link:unlink", "Part an item from its issue; the issue stays as it is."),
    "adopt": ("tracker.cli.link:adopt", "Link issues that carry an item's marker but have no link."),
    "check": (
        "tracker.cli.check:check",
        "Run the policy rules over documents; works without a state and without network.",
    ),
    "explain": (
        "tracker.cli.explain:explain",
        "Print the documentation of a policy rule, or the list of all rules.",
    ),
    "waive": ("tracker.cli.waive:waive", "Accept a finding until a day: adds an entry to the waiver file."),
    "audit": ("tracker.cli.audit:audit", "Report what became wrong since the last audit."),
    "review": ("tracker.cli.review:review", "Report whether the work from incidents gets done."),
    "state": (
        "tracker.cli.state:state",
        "Look after the state: what pmtrack remembers between runs.",
    ),
    "doctor": (
        "tracker.cli.doctor:doctor",
        "Check configuration, documents, state and trackers.",
    ),
    "init": ("tracker.cli.init:init", "Propose a pmtrack.toml for this folder."),
    "completion": ("tracker.cli.completion:completion", "Print the completion script of a shell."),
}

# What the shell sees when the reader of our output went away, as for any Unix tool (128 + SIGPIPE).
_BROKEN_PIPE = 141


class LazyGroup(click.Group):
    """A click group over `COMMANDS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """Names in the order of the table, which is the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click's signature
        """Import the command; `-v` and `-q` work behind its name too."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        return _with_verbosity(cast(click.Command, getattr(import_module(module), attribute)))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- click's signature
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, help_line) for name, (_, help_line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, naming the nearest command for a wrong one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            if not near or "Did you mean" in error.message:
                raise
            raise click.UsageError(f"{error.message} Did you mean '{near[0]}'?", ctx) from error


def _with_verbosity(command: click.Command) -> click.Command:
    """The command with `-v` and `-q` added, and the same for the commands of a group."""
    known = {option for parameter in command.params for option in parameter.opts}
    command.params.extend(option for option in verbosity_options() if not known & set(option.opts))
    if isinstance(command, click.Group):
        for below in command.commands.values():
            _with_verbosity(below)
    return command


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes and configuration: see the documentation, or `pmtrack init` to begin.",
)
@click.version_option(__version__, prog_name="pmtrack")
@click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="PMTRACK_CONFIG",
    help="Configuration file instead of the pmtrack.toml found upwards from here.",
)
@click.pass_context
def cli(ctx: click.Context, config: Path | None) -> None:
    """Turn the action items of incident post-mortems into tracked issues and keep both in step."""
    ctx.ensure_object(Invocation).config = config


cli.params.extend(verbosity_options())


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and leave the process with its exit code."""
    gc.set_threshold(*COLLECTOR)
    # Otherwise pydantic parses what every installed package declares, to look for plug-ins of its own (13 ms of a start).
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a character that the terminal does not know ends no run
            stream.reconfigure(errors="replace")
    code = main(sys.argv[1:] if arguments is None else arguments)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = _broken_pipe()
    gc.freeze()  # the interpreter's last collections would look at every object of the run, a tenth of a short one's time
    sys.exit(code)


def main(arguments: Sequence[str]) -> int:
    """Run the command line; every exception ends here as a message on standard error and an exit code."""
    invocation = Invocation()
    try:
        result: Any = cli.main(list(arguments), prog_name="pmtrack", standalone_mode=False, obj=invocation)
    except PmtrackError as error:
        _tell(error.message, error.hint)
        return int(error.exit_code)
    except click.ClickException as error:
        _tell_usage(error)
        return int(ExitCode.USAGE)
    except (click.Abort, KeyboardInterrupt):
        _tell("interrupted", "What was done is recorded. Run the same command again to go on.")
        return int(ExitCode.INTERRUPTED)
    except (BrokenPipeError, SystemExit):  # click itself turns EPIPE into SystemExit; nothing else here exits
        return _broken_pipe()
    except Exception as error:  # noqa: BLE001 -- the edge: whatever was not foreseen becomes a short message
        return _crash(error, verbose=invocation.verbosity > 0)
    return result if isinstance(result, int) else int(ExitCode.OK)


def _tell(message: str, hint: str | None = None) -> None:
    from tracker.cli.output import say

    say(f"pmtrack: {message}")
    if hint:
        say(f"  {hint}")


def _tell_usage(error: click.ClickException) -> None:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)  # the help itself, which is no mistake to be named
        return
    _tell(error.format_message())
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        click.echo(f"  Try '{context.command_path} --help'.", err=True)


def _crash(error: Exception, *, verbose: bool) -> int:
    if verbose:
        import traceback

        from tracker.cli.output import say

        say("".join(traceback.format_exception(error)).rstrip())
    if isinstance(error, OSError) and error.filename is not None:
        what = f"{error.filename}: {error.strerror or error}"
        _tell(what, "Check the path, its permissions and the free space, then run again.")
        return int(ExitCode.FAILED)
    _tell(
        f"unexpected {type(error).__name__}: {error}",
        "This is a bug in pmtrack. What was done is recorded. Please report it"
        + (" with the lines above." if verbose else " with what the same command prints with -v added."),
    )
    return int(ExitCode.FAILED)


def _broken_pipe() -> int:
    """Python would complain again when it flushes at exit; give it somewhere to flush to."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return _BROKEN_PIPE
