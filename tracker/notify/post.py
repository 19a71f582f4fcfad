"""Sending JSON to a webhook: no redirects, tried again on 429, 5xx and a refused connection, then given up with a clear word.

The address of a Slack webhook is a secret; neither it nor an exception that quotes it becomes part of a message.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tracker.errors import PmtrackError

if TYPE_CHECKING:
    from requests import ConnectionError, Response  # noqa: A004 -- the library's name

TRIES = 4
TIMEOUT_S = 10.0
LONGEST_WAIT_S = 60.0
_TOO_MANY = 429


class DeliveryError(PmtrackError):
    """A message could not be delivered; the report itself is kept."""


class PartlyDeliveredError(DeliveryError):
    """Some of the recipients have the message, the others were refused: it is told, and not sent again."""


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The signature of a delivery: HMAC-SHA256 over `TIMESTAMP.BODY`, hex, after `sha256=`."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}"


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, channel: str, sleep: Callable[[float], None]
) -> None:
    """Send a body.

    Args:
        url: A checked address.
        body: JSON.
        headers: Beside the content type.
        channel: Its name, for messages.
        sleep: Waits so many seconds.

    Raises:
        DeliveryError: the last try failed, or the answer is one that a new try does not change.
    """
    for number in range(1, TRIES + 1):
        answer = _try(url, body, headers, channel, last=number == TRIES)
        if answer is not None and answer.ok and not answer.is_redirect:
            return
        if number == TRIES or (answer is not None and not _may_pass(answer.status_code)):
            status = answer.status_code if answer is not None else "nothing"
            raise DeliveryError(
                f"notify {channel}: the webhook answered {status} (try {number} of {TRIES})",
                hint=_advice(answer.status_code if answer is not None else None),
            )
        sleep(_wait(answer, number))


def _try(url: str, body: bytes, headers: Mapping[str, str], channel: str, *, last: bool) -> Response | None:
    """One request; None where no connection came about, which is worth another try."""
    import requests

    # Its log of requests would name the path of the address, which is the secret of a Slack webhook.
    logging.getLogger("urllib3.connectionpool").setLevel(logging.WARNING)
    try:
        return requests.post(
            url,
            data=body,
            headers={"Content-Type": "application/json; charset=utf-8", "User-Agent": "pmtrack", **headers},
            timeout=TIMEOUT_S,
            allow_redirects=False,
        )
    except requests.ConnectTimeout:
        failed = "no connection in time"
    except requests.ReadTimeout:
        # It may have arrived: a second try could post it twice.
        raise DeliveryError(
            f"notify {channel}: the webhook did not answer within {TIMEOUT_S:.0f} s"
        ) from None
    except requests.ConnectionError as error:
        if not _was_never_there(error):
            raise DeliveryError(
                f"notify {channel}: the connection to the webhook broke before it answered",
                hint="The message may have arrived: look there before you run the command again.",
            ) from None
        failed = "no connection"
    except requests.RequestException as error:
        raise DeliveryError(f"notify {channel}: {type(error).__name__}") from None
    if last:
        raise DeliveryError(
            f"notify {channel}: {failed} to the webhook ({TRIES} tries)",
            hint="Check the address and the network.",
        )
    return None


def _was_never_there(error: ConnectionError) -> bool:
    """Whether no connection came about, so that nothing can have been sent; a broken one gives a `ProtocolError` instead."""
    from urllib3.exceptions import MaxRetryError

    return bool(error.args) and isinstance(error.args[0], MaxRetryError)


def _may_pass(status: int) -> bool:
    return status == _TOO_MANY or status >= 500


def _wait(answer: Response | None, number: int) -> float:
    """What the other side asks for, at most a minute; else 1, 2, 4 seconds."""
    asked = answer.headers.get("Retry-After", "") if answer is not None else ""
    if asked.isdecimal():
        return min(float(asked), LONGEST_WAIT_S)
    return float(2 ** (number - 1))


def _advice(status: int | None) -> str:
    if status in (401, 403, 404, 410):
        return (
            "The webhook's address is wrong or was revoked; make a new one and put it into the environment."
        )
    if status is not None and 300 <= status < 400:
        return "It redirects; configure the address to which it leads. Redirects are not followed."
    return "The report itself is kept. Run the command again later."
