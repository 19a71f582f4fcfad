"""What every command knows of its invocation: the configuration, how much to say, the clock and the environment."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from tracker.values import dataclass

Command = TypeVar("Command", bound=Callable[..., object])

if TYPE_CHECKING:
    import datetime as dt

    from tracker.settings import Settings


@dataclass
class Invocation:
    """One call of `pmtrack`; commands receive it with `@click.pass_obj`.

    Attributes:
        config: The file named with `--config`, None to look upwards from the working directory.
        verbosity: 0 normally, positive with `-v`, negative with `-q`.
        environ: The environment variables.
    """

    config: Path | None = None
    verbosity: int = 0
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    _settings: Settings | None = None

    @property
    def settings(self) -> Settings:
        """The settings, read and validated at the first use.

        Raises:
            UserError: the configuration is wrong.
        """
        if self._settings is None:
            from tracker.config import load

            self._settings = load(Path.cwd(), self.environ, self.config)
        return self._settings

    @property
    def quiet(self) -> bool:
        """With `-q`: errors and results only."""
        return self.verbosity < 0

    def now(self) -> dt.datetime:
        """The clock: an aware UTC time."""
        import datetime as dt

        return dt.datetime.now(dt.UTC)


def format_option(*choices: str) -> Callable[[Command], Command]:
    """`--format`, whose value arrives as `form`; the first choice is the default."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(choices),
        default=choices[0],
        show_default=True,
        help="How to print.",
    )


def verbosity_options() -> list[click.Option]:
    """`-v` and `-q`, made anew for each command; they only change the `Invocation`."""

    def louder(ctx: click.Context, _parameter: click.Parameter, count: int) -> None:
        _add(ctx, count)

    def quieter(ctx: click.Context, _parameter: click.Parameter, count: int) -> None:
        _add(ctx, -count)

    return [
        click.Option(
            ["-v", "--verbose"],
            count=True,
            expose_value=False,
            callback=louder,
            help="Say more; twice for requests.",
        ),
        click.Option(
            ["-q", "--quiet"],
            count=True,
            expose_value=False,
            callback=quieter,
            help="Say only results and errors.",
        ),
    ]


def _add(ctx: click.Context, amount: int) -> None:
    if not amount:
        return
    invocation = ctx.ensure_object(Invocation)
    invocation.verbosity += amount
    if invocation.verbosity > 0:
        import logging

        level = logging.INFO if invocation.verbosity == 1 else logging.DEBUG
        logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
        for name in ("tracker", "adapters", "policies"):
            logging.getLogger(name).setLevel(level)
