"""Addresses of services: which are sound, and which may be reached without encryption."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_loopback(host: str | None) -> bool:
    """Whether the host is this machine."""
    return host in LOOPBACK


def is_in_clear(url: str) -> bool:
    """Whether others could read what is sent there: plain http to another machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and not is_loopback(parts.hostname)


def service_address(url: str, example: str) -> str:
    """The address of a service, without a slash at its end.

    Args:
        url: As configured.
        example: What such an address looks like, for the message.

    Raises:
        ValueError: it is no http(s) address, or holds a user name or password; says so without showing it.
    """
    try:
        parts = urlsplit(url)
        is_sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_sound = False  # half an IPv6 address, or a port that is no number
    if not is_sound:
        raise ValueError(f"must be an http(s) address like {example}")
    if parts.username or parts.password:
        raise ValueError("must not hold a user name or password; use token_env or token_command")
    return url.rstrip("/")
