"""Where a token comes from besides the environment: a command, or the system keyring.

The value is handed on and never shown: no message here holds what a command printed or what a keyring says.
"""

from __future__ import annotations

import shlex
import subprocess

from tracker.errors import AuthError
from tracker.remote import TrackerContext

COMMAND_TIMEOUT_S = 60
"""A password manager may wait for a finger on a key."""


def from_command(command: str, context: TrackerContext, tracker: str) -> str:
    """The first line that `token_command` prints; it runs in the folder of the configuration, without a shell.

    Raises:
        AuthError: it cannot be run, or left with another exit code than 0.
    """
    try:
        done = subprocess.run(  # noqa: S603 - the person's own command, from the person's own configuration
            shlex.split(command),
            cwd=context.root,
            env=dict(context.environ),
            capture_output=True,
            encoding="utf-8",
            timeout=COMMAND_TIMEOUT_S,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        what = f"exit code {error.returncode}"
    except IndexError:
        what = "it is nothing but blanks"
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        what = type(error).__name__
    else:
        lines = done.stdout.strip().splitlines()
        return lines[0].strip() if lines else ""
    raise AuthError(
        f"token_command failed ({what})",
        tracker=tracker,
        hint="Run it by hand in the folder of pmtrack.toml; the first line that it prints must be the token.",
    )


def from_keyring(service: str, user: str, *, tracker: str, token_env: str) -> str:
    """The password of `user` for `service` in the system keyring, "" where it holds none.

    Raises:
        AuthError: the keyring cannot be asked.
    """
    import keyring
    from keyring.errors import KeyringError, KeyringLocked, NoKeyringError

    reasons = {NoKeyringError: "this machine has none", KeyringLocked: "it is locked"}
    try:
        return (keyring.get_password(service, user) or "").strip()
    except KeyringError as error:
        # The text of a backend's error may hold anything.
        what = reasons.get(type(error), type(error).__name__)
    raise AuthError(
        f"the system keyring cannot be asked: {what}",
        tracker=tracker,
        hint=f"Set {token_env} or token_command, or unlock the keyring; `keyring --list-backends` shows what there is.",
    )
