"""Where the token comes from: environment, command, keyring, or a GitHub App installation. Never kept, never shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from adapters import tokens
from adapters.github.answers import Answer, http_date, limit_of, reason_of
from adapters.github.config import AppOptions, GitHubOptions
from adapters.github.transport import NotConnected
from tracker.concealed import conceal
from tracker.errors import AuthError
from tracker.remote import TrackerContext
from tracker.values import dataclass

if TYPE_CHECKING:
    from github.Auth import Auth

# A token is renewed so long before its end: longer than any single request takes.
_MARGIN = dt.timedelta(minutes=5)
_APP_HINTS = {
    401: "Check the App's id and private key, and this machine's clock: the signature is valid for minutes only.",
    403: "The installation is suspended; ask the organisation's owner.",
    404: "Check installation_id: it is the number at the end of the installation's address in the organisation's settings.",
}


@dataclass(frozen=True, slots=True)
class Installation:
    """A token of a GitHub App's installation, which lives for an hour.

    Attributes:
        renew_at: From when on another one is to be asked for.
        permissions: What the installation may do, such as {"issues": "write"}.
    """

    token: str = field(repr=False)
    renew_at: dt.datetime
    permissions: Mapping[str, str]

    @classmethod
    def read(cls, answer: Answer, now: dt.datetime, tracker: str) -> Installation:
        """The token in GitHub's answer.

        Its life is counted by the service's own clock, so that a wrong clock here does not make it too old.

        Raises:
            NotConnected: the service is unwell; asking again later makes sense.
            AuthError: there is none.
        """
        record = answer.record()
        try:
            ends = dt.datetime.fromisoformat(str(record["expires_at"]))
            life = ends - (http_date(answer.headers.get("date")) or now)
            token = conceal(str(record["token"]), f"installation token of {tracker}")
            return cls(token, now + life - _MARGIN, dict(record.get("permissions") or {}))
        except (KeyError, ValueError, TypeError):
            reason = reason_of(answer) if answer.status >= 400 else "the answer holds no token"
        message = f"the GitHub App got no installation token: {reason}"
        if answer.status >= 500 or limit_of(answer, now):
            raise NotConnected(message)
        raise AuthError(message, tracker=tracker, hint=_APP_HINTS.get(answer.status))

    def is_due(self, now: dt.datetime) -> bool:
        """Whether it is time for another one."""
        return now >= self.renew_at


def app_authentication(app: AppOptions, context: TrackerContext, tracker: str) -> Auth:
    """What a GitHub App signs in with in order to get a token for its installation.

    Raises:
        AuthError: there is no private key, or it is none.
    """
    from github import Auth
    from jwt import PyJWTError

    auth = Auth.AppAuth(app.id, _private_key(app, context, tracker))
    try:
        auth.create_jwt()
    except (PyJWTError, ValueError, TypeError) as error:
        # The library's message may quote the key.
        raise AuthError(
            f"the App's private key is not one: {type(error).__name__}",
            tracker=tracker,
            hint="It must be the whole PEM text that GitHub gave when the key was made.",
        ) from None
    return auth


def token(options: GitHubOptions, context: TrackerContext, tracker: str) -> str:
    """The token, from the first place that has one.

    Raises:
        AuthError: no place has one, or a place that should be asked cannot be.
    """
    found = context.environ.get(options.token_env, "").strip()
    if not found and options.token_command:
        found = tokens.from_command(options.token_command, context, tracker)
    if not found and options.keyring:
        found = tokens.from_keyring(
            options.keyring, _owner(options), tracker=tracker, token_env=options.token_env
        )
    if found:
        return conceal(found, f"token of {tracker}")
    hint = f'Set {options.token_env}, or token_command = "gh auth token" in [trackers.{tracker}].'
    if options.keyring:
        hint = f"Run `keyring set {options.keyring} {_owner(options)}`, or set {options.token_env}."
    raise AuthError("there is no token", tracker=tracker, hint=hint)


def _owner(options: GitHubOptions) -> str:
    return options.repository.partition("/")[0]


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
