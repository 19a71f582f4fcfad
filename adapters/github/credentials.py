"""Where the token comes from: environment, command, keyring, or a GitHub App installation. Never kept, never shown."""

from __future__ import annotations

import shlex
import subprocess
from typing import TYPE_CHECKING

from adapters.github.config import AppOptions, GitHubOptions
from tracker.errors import AuthError
from tracker.remote import TrackerContext

if TYPE_CHECKING:
    from github.Auth import Auth

_COMMAND_TIMEOUT_S = 30


def authentication(options: GitHubOptions, context: TrackerContext, tracker: str) -> Auth:
    """What PyGithub authenticates with.

    Raises:
        AuthError: there is no token, or the command that should print it failed.
    """
    from github import Auth

    if options.app:
        key = _private_key(options.app, context, tracker)
        return Auth.AppAuth(options.app.id, key).get_installation_auth(options.app.installation_id)
    return Auth.Token(token(options, context, tracker))


def token(options: GitHubOptions, context: TrackerContext, tracker: str) -> str:
    """The token, from the first place that has one.

    Raises:
        AuthError: no place has one.
    """
    found = context.environ.get(options.token_env, "").strip()
    if not found and options.token_command:
        found = _from_command(options.token_command, context, tracker)
    if not found and options.keyring:
        found = _from_keyring(options.keyring, options.repository.partition("/")[0])
    if found:
        return found
    raise AuthError(
        "there is no token",
        tracker=tracker,
        hint=f'Set {options.token_env}, or token_command = "gh auth token" in [trackers.{tracker}].',
    )


def _from_command(command: str, context: TrackerContext, tracker: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the user's own configuration names the command
            shlex.split(command),
            cwd=context.root,
            env=dict(context.environ),
            capture_output=True,
            encoding="utf-8",
            timeout=_COMMAND_TIMEOUT_S,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        # What the command printed stays out of the message: it may be the token.
        raise AuthError(
            f"token_command could not be run: {type(error).__name__}",
            tracker=tracker,
            hint="Run it by hand; it must print the token and nothing else.",
        ) from None
    if done.returncode:
        raise AuthError(
            f"token_command left with exit code {done.returncode}",
            tracker=tracker,
            hint="Run it by hand; it must print the token and nothing else.",
        )
    return done.stdout.strip()


def _from_keyring(service: str, user: str) -> str:
    import keyring
    from keyring.errors import KeyringError

    try:
        return (keyring.get_password(service, user) or "").strip()
    except KeyringError:
        return ""


def _private_key(app: AppOptions, context: TrackerContext, tracker: str) -> str:
    if app.private_key_file:
        try:
            return (context.root / app.private_key_file).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise AuthError(
                f"the App's private key {app.private_key_file} cannot be read: {type(error).__name__}",
                tracker=tracker,
                hint="Check private_key_file and the file's permissions.",
            ) from error
    key = context.environ.get(app.private_key_env, "")
    if key.strip():
        return key.replace("\\n", "\n")
    raise AuthError(
        "there is no private key for the GitHub App",
        tracker=tracker,
        hint=f"Set {app.private_key_env}, or private_key_file in [trackers.{tracker}.app].",
    )
