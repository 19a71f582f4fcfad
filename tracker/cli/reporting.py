"""What `pmtrack audit` and `pmtrack review` share: their options, the state, the form, the file, the deliveries."""

from __future__ import annotations

import datetime as dt
import gc
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from tracker.cli.context import Invocation
from tracker.cli.output import emit, emit_parts, say
from tracker.errors import ExitCode, PmtrackError, UserError
from tracker.values import dataclass

if TYPE_CHECKING:
    from tracker.notify.channel import Channel
    from tracker.notify.message import Message
    from tracker.reports.ledger import Ledger
    from tracker.reports.report import Report
    from tracker.state.store import Store
    from tracker.world import World

FORMS = ("text", "markdown", "html", "json", "csv")


@contextmanager
def without_collector() -> Iterator[None]:
    """Half a million values without cycles are made once and kept: looking for garbage among them only costs time.

    They are set aside before the collector goes on, or its first round would look at all of them.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


Command = TypeVar("Command", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Asked:
    """The options of both commands.

    Attributes:
        output: File to write to, None for standard output.
        channels: Names of `[notify.NAME]` tables.
    """

    form: str
    output: Path | None
    as_of: str | None
    timezone: str | None
    channels: tuple[str, ...]
    only_changes: bool
    dry_run: bool


def report_options(command: Command) -> Command:
    """The options that both commands have; they arrive as keyword arguments for `Asked`."""
    options = (
        click.option("--format", "form", type=click.Choice(FORMS), default="text", show_default=True, help="How to write it."),
        click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write to a file instead of standard output."),
        click.option("--as-of", metavar="DATE", help="As it was at the end of that day, instead of now."),
        click.option("--timezone", metavar="ZONE", help="Count days in this time zone instead of the configured one."),
        click.option("--notify", "channels", multiple=True, metavar="NAME", help="Also deliver to [notify.NAME]; may be given several times."),
        click.option("--only-changes", is_flag=True, help="Deliver the report only when something changed."),
        click.option("--dry-run", is_flag=True, help="Deliver nothing; print what would be sent to whom."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def timezone_of(invocation: Invocation, asked: Asked) -> str:
    """The time zone of the report.

    Raises:
        UserError: the option names none.
    """
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    name = asked.timezone or invocation.settings.timezone
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UserError(
            f"--timezone {name!r} is no time zone", hint="Write one like Europe/Berlin."
        ) from error


def moment_of(invocation: Invocation, asked: Asked) -> dt.datetime:
    """The moment of the report: now, or the end of the day that was asked for."""
    from tracker.reports.periods import as_of_moment
    from tracker.reports.settings import report_settings

    calendar = report_settings(invocation.settings).calendar(timezone_of(invocation, asked))
    return as_of_moment(asked.as_of, invocation.now(), calendar)


def read_ledger(store: Store, invocation: Invocation, asked: Asked) -> Ledger:
    """The world of the state at the moment of the report, made ready."""
    from tracker.reports.ledger import ledger_of
    from tracker.reports.settings import report_settings
    from tracker.sync.checkout import linker_of

    settings = invocation.settings
    moment = moment_of(invocation, asked)
    as_of = moment if asked.as_of is not None else None
    world = store.world(moment, people=settings.people, as_of=as_of)
    return ledger_of(
        world,
        report_settings(settings),
        timezone=timezone_of(invocation, asked),
        link=linker_of(settings, _tops(world, settings.root)),
    )


def _tops(world: World, root: Path) -> Sequence[str]:
    """The files and folders beside the configuration in which the documents are: git need not look elsewhere."""
    return sorted({str(root / document.path.partition("/")[0]) for document in world.documents})


def put_out(report: Report, asked: Asked, invocation: Invocation) -> None:
    """Write the report to where it was asked for; before any delivery, so that it is kept whatever happens then."""
    from tracker.reports.report import parts, render

    if asked.output is not None:
        _write(asked.output, (part.encode() for part in parts(report, asked.form)))
        if not invocation.quiet:
            say(f"{report.page.title} written to {asked.output}: {report.page.headline}")
    elif asked.form == "text":
        from tracker.cli.output import console
        from tracker.reports.forms.text import write

        write(report, console())
    elif asked.form == "csv":
        sys.stdout.writelines(part.replace("\r\n", "\n") for part in parts(report, "csv"))
    elif asked.form == "json":
        emit_parts(parts(report, "json"))
    else:
        emit(render(report, asked.form).rstrip("\n"))


def _write(path: Path, data: Iterable[bytes]) -> None:
    """Replace the file at once, so that nobody reads half a report; a device or pipe is written to."""
    from tracker.files import replace

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and not path.is_file():  # /dev/null, a pipe: there is nothing to put in its place
            with path.open("wb") as file:
                file.writelines(data)
        else:
            replace(path, data)
    except OSError as error:
        raise PmtrackError(
            f"the report could not be written to {path}: {error.strerror or error}",
            hint="Name another file with --output.",
        ) from error


def deliver_all(
    report: Report, ledger: Ledger, asked: Asked, invocation: Invocation, store: Store
) -> ExitCode:
    """Deliver to every channel that was asked for; a failure of one does not stop the others.

    Raises:
        UserError: a channel lacks its address or a secret; the others have been delivered to.
    """
    from tracker.cli.messages import messages
    from tracker.notify.channel import channel_of

    channels = [channel_of(invocation.settings, name) for name in asked.channels]
    failed, wrong = False, list[UserError]()
    for channel in channels:
        made = messages(report, ledger, channel, store, only_changes=asked.only_changes)
        if asked.dry_run:
            _show(made, channel, invocation)
            continue
        try:
            failed = _deliver(made, channel, ledger.today, invocation, store) or failed
        except UserError as error:
            wrong.append(error)
    if wrong:
        raise wrong[0]
    return ExitCode.FAILED if failed else ExitCode.OK


def _show(messages: Sequence[Message], channel: Channel, invocation: Invocation) -> None:
    say(f"notify {channel.name}: {len(messages)} to send, nothing sent (--dry-run)")
    if channel.quiet.holds(invocation.now()):
        say("  these are quiet hours: they would wait for the next run after them")
    for one in messages:
        emit(f"--- {one.kind} to {one.recipient}: {one.subject}")
        emit(one.text.rstrip("\n"))


def _deliver(
    messages: Sequence[Message], channel: Channel, today: dt.date, invocation: Invocation, store: Store
) -> bool:
    """Whether anything failed."""
    import time

    from tracker.notify.delivery import Post, deliver

    outside = Post(invocation.now(), invocation.environ, time.sleep)
    outcome = deliver(messages, channel, store, today, outside)
    for one in outcome.sent:
        if not invocation.quiet:
            say(f"notify {channel.name}: {one.kind} sent to {one.recipient}")
    for one in outcome.held:
        say(f"notify {channel.name}: {one.kind} to {one.recipient} waits for the end of the quiet hours")
    for one, why in outcome.failed:
        say(f"pmtrack: {one.kind} to {one.recipient} was not delivered: {why}")
    return bool(outcome.failed)
