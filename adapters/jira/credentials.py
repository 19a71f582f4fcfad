"""The e-mail and token that Jira asks for: from the environment, a command or the system keyring, never from a file."""

from __future__ import annotations

import base64
import re
from dataclasses import field

from adapters import tokens
from adapters.jira.config import JiraOptions
from tracker.concealed import conceal
from tracker.errors import AuthError
from tracker.remote import TrackerContext
from tracker.values import dataclass


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


def find(name: str, options: JiraOptions, context: TrackerContext) -> Credentials:
    """The credentials of the tracker called `name`.

    Raises:
        AuthError: there is no token or no e-mail address, or a place that should be asked for it cannot be.
    """
    token = _token(name, options, context)
    if not token:
        raise AuthError(
            "there is no token",
            tracker=name,
            hint=f"Set {options.token_env} in the environment, or token_command or token_keyring in the configuration.",
        )
    conceal(token, f"token of {name}")
    email = options.email or context.environ.get(options.email_env, "").strip() or None
    if email:
        conceal(base64.b64encode(f"{email}:{token}".encode()).decode(), f"credentials of {name}")
    return Credentials(token, email if _wants_email(name, options, email) else None)


def _wants_email(name: str, options: JiraOptions, email: str | None) -> bool:
    if options.auth == "basic" and email is None:
        hint = f"Set `email`, or {options.email_env} in the environment."
        raise AuthError('there is no e-mail address, which auth = "basic" needs', tracker=name, hint=hint)
    if options.auth == "auto":
        return email is not None and options.deployment != "datacenter"
    return options.auth == "basic"


def _token(name: str, options: JiraOptions, context: TrackerContext) -> str:
    """The token, from the first place that has one; "" where none has."""
    found = context.environ.get(options.token_env, "").strip()
    if not found and options.token_command:
        found = tokens.from_command(options.token_command, context, name)
    if not found and options.token_keyring:
        service, _, user = options.token_keyring.partition(":")
        user = user or options.email or "token"
        found = tokens.from_keyring(service, user, tracker=name, token_env=options.token_env)
    return found
