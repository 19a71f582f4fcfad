"""Hyphens that word processors set in place of the plain one, with which keys and dates are written. Pure."""

from __future__ import annotations

_PLAIN = str.maketrans("\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{MINUS SIGN}", "----")


def plain_hyphens(text: str) -> str:
    """The text with plain hyphens, of the same length: `2025‑06‑05`, `OPS‑12`."""
    return text if text.isascii() else text.translate(_PLAIN)
