"""Secrets that this process has learnt, from whatever place: nothing that it prints may show one.

Messages are never built with a secret on purpose. This is for what nobody built: a library's exception that quotes a header, the
traceback of a crash. What is learnt here is held in memory until the process ends, as the secret itself is.
"""

from __future__ import annotations

SHORTEST = 8
"""Characters; anything shorter would take ordinary words out of what is printed."""

_learnt: dict[str, str] = {}


def conceal(secret: str, name: str) -> str:
    """Learn a secret, to be shown as `[name]` from now on; gives the secret back."""
    if len(secret) >= SHORTEST:
        _learnt[secret] = name
    return secret


def without_secrets(text: str) -> str:
    """The text with every secret that was learnt replaced by its name."""
    # The longest first, for one secret may be the beginning of another.
    for secret, name in sorted(_learnt.items(), key=lambda pair: -len(pair[0])):
        if secret in text:
            text = text.replace(secret, f"[{name}]")
    return text
