"""The e-mail and token that Jira asks for: from the environment, a command or the system keyring, never from a file."""

from __future__ import annotations

import base64
import re
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import field

from adapters.jira.config import JiraOptions
from tracker.concealed import conceal
from tracker.errors import AuthError
from tracker.values import dataclass

COMMAND_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Credentials:
    """How to authenticate: `email` and `token` as basic authentication, or `token` alone as bearer."""

    token: str = field(repr=False)
    email: str | None = None

    @property
    def is_basic(self) -> bool:
        """True for e-mail and API token (Cloud), False for a bearer token (Data Center, OAuth)."""
        return self.email is not None

    def scrub(self, text: str) -> str:
        """The text without the token, whatever form it took in a header."""
        text = text.replace(self.token, "***") if self.token else text
        return re.sub(r"(?i)\b(basic|bearer)\s+[\w.~+/=:-]{8,}", r"\1 ***", text)


def find(name: str, options: JiraOptions, environ: Mapping[str, str]) -> Credentials:
    """The credentials of the tracker called `name`.

    Raises:
        AuthError: there is no token, or the command that should print it failed.
    """
    token = environ.get(options.token_env, "").strip() or _from_command(name, options, environ)
    token = token or _from_keyring(name, options)
    if not token:
        raise AuthError(
            "no token",
            tracker=name,
            hint=f"Set {options.token_env} in the environment, or token_command or token_keyring in the configuration.",
        )
    conceal(token, f"token of {name}")
    email = options.email or environ.get(options.email_env, "").strip() or None
    if email:
        conceal(base64.b64encode(f"{email}:{token}".encode()).decode(), f"credentials of {name}")
    return Credentials(token, email if options.auth != "bearer" and _wants_email(options, email) else None)


def _wants_email(options: JiraOptions, email: str | None) -> bool:
    if options.auth == "basic":
        return True
    return email is not None and options.deployment != "datacenter"


def _from_command(name: str, options: JiraOptions, environ: Mapping[str, str]) -> str:
    if not options.token_command:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - the person's own command, from the person's own configuration
            shlex.split(options.token_command),
            env=dict(environ),
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            check=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        # Neither its output nor the exception's text is shown: both may hold the secret.
        raise AuthError(
            f"token_command failed ({type(error).__name__})",
            tracker=name,
            hint=f"Run it by hand: {options.token_command}",
        ) from None
    lines = done.stdout.strip().splitlines()
    return lines[0].strip() if lines else ""


def _from_keyring(name: str, options: JiraOptions) -> str:
    if not options.token_keyring:
        return ""
    import keyring
    from keyring.errors import KeyringError

    service, _, user = options.token_keyring.partition(":")
    try:
        return keyring.get_password(service, user or options.email or "token") or ""
    except KeyringError as error:
        raise AuthError(
            f"the system keyring cannot be read: {error}",
            tracker=name,
            hint=f"Set {options.token_env} instead.",
        ) from error
