"""`pmtrack completion`: the completion script of a shell."""

from __future__ import annotations

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    bash: pmtrack completion bash > ~/.local/share/bash-completion/completions/pmtrack
    zsh:  pmtrack completion zsh > "${fpath[1]}/_pmtrack"
    fish: pmtrack completion fish > ~/.config/fish/completions/pmtrack.fish
    """  # noqa: D301 -- click needs the real character: it keeps these lines as they are
    from click.shell_completion import get_completion_class

    from tracker.cli.main import cli

    kind = get_completion_class(shell)
    if kind is None:  # click dropped the shell
        raise click.UsageError(f"no completion for {shell}")
    click.echo(kind(cli, {}, "pmtrack", "_PMTRACK_COMPLETE").source())
