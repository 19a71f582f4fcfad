"""Sending a mail: text and HTML parts, STARTTLS or TLS unless it stays on this machine, tried again on a temporary refusal."""

from __future__ import annotations

import contextlib
import datetime as dt
import smtplib
import ssl
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from tracker.addresses import is_loopback
from tracker.errors import UserError
from tracker.notify.channel import Channel, secret
from tracker.notify.message import Message
from tracker.notify.post import DeliveryError, PartlyDeliveredError

TRIES = 3
TIMEOUT_S = 20.0


def compose(message: Message, channel: Channel, now: dt.datetime) -> EmailMessage:
    """The mail with its headers; marked as automatic, so that no out-of-office note answers it (RFC 3834)."""
    made = EmailMessage()
    made["Subject"] = message.subject
    made["From"] = channel.sender
    made["To"] = ", ".join(message.to)
    made["Date"] = format_datetime(now)
    made["Message-ID"] = make_msgid(domain=channel.sender.rpartition("@")[2].rstrip(">") or "localhost")
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(message.text)
    if message.html is not None:
        made.add_alternative(message.html, subtype="html")
    return made


def send(
    message: Message,
    channel: Channel,
    environ: Mapping[str, str],
    *,
    now: dt.datetime,
    sleep: Callable[[float], None],
) -> None:
    """Send a mail.

    Raises:
        DeliveryError: the server refused it, or could not be reached.
        UserError: the channel would send in the clear to another machine, or lacks its credentials.
    """
    if channel.security == "none" and not is_loopback(channel.host):
        raise UserError(
            f'[notify.{channel.name}]: security = "none" is accepted for a mail server on this machine only',
            hint='Use "starttls" (port 587) or "tls" (port 465).',
        )
    mail = compose(message, channel, now)
    for number in range(1, TRIES + 1):
        try:
            return _send(mail, channel, environ)
        except (smtplib.SMTPException, OSError) as error:
            if number == TRIES or not _is_temporary(error):
                raise DeliveryError(
                    f"notify {channel.name}: {_told(error)} ({channel.host}:{channel.port}, try {number} of {TRIES})",
                    hint="The report itself is kept. Check the mail server's settings, or run again later.",
                ) from None
        sleep(float(2**number))
    return None


def _send(mail: EmailMessage, channel: Channel, environ: Mapping[str, str]) -> None:
    server = _connect(channel)
    try:
        if channel.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if channel.user_env is not None:
            user = secret(channel.user_env, environ, channel.name, "user_env")
            server.login(user, secret(channel.password_env, environ, channel.name, "password_env"))
        refused = _hand_over(server, mail, channel.name)
        with contextlib.suppress(smtplib.SMTPException, OSError):
            server.quit()  # the mail is taken: a farewell that fails is no reason to send it again
    finally:
        server.close()
    if refused:
        raise PartlyDeliveredError(
            f"notify {channel.name}: the mail server refused {', '.join(sorted(refused))}; the others have the mail",
            hint="Correct the addresses.",
        )


def _hand_over(server: smtplib.SMTP, mail: EmailMessage, channel: str) -> Mapping[str, object]:
    """Send the mail over an open connection; gives the recipients that were refused among others that were not."""
    try:
        return server.send_message(mail)
    except (smtplib.SMTPServerDisconnected, ConnectionError, TimeoutError):
        # It may have been taken: a second try could send it twice.
        raise DeliveryError(
            f"notify {channel}: the connection broke while the mail was sent; it may have arrived",
            hint="The report itself is kept. Look whether the mail is there before you run again.",
        ) from None


def _connect(channel: Channel) -> smtplib.SMTP:
    if channel.security == "tls":
        return smtplib.SMTP_SSL(
            channel.host, channel.port, timeout=TIMEOUT_S, context=ssl.create_default_context()
        )
    return smtplib.SMTP(channel.host, channel.port, timeout=TIMEOUT_S)


def _is_temporary(error: Exception) -> bool:
    """RFC 5321: 4yz replies are worth another try; so is a connection that did not come about."""
    if isinstance(error, smtplib.SMTPResponseException):
        return 400 <= error.smtp_code < 500
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(400 <= code < 500 for code, _ in error.recipients.values())
    return isinstance(error, (ConnectionError, smtplib.SMTPServerDisconnected, TimeoutError))


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "the mail server does not accept the user or password"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server answered {error.smtp_code}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "the mail server refused every recipient"
    return f"no mail could be sent ({type(error).__name__})"
