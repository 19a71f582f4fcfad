"""The marker: a short stable token of an item, put into its issue so that it can be found again."""

from __future__ import annotations

import base64
import hashlib

MARKER_LENGTH = 12
_BYTES = 10  # in base 32 five bytes are eight characters


def marker_of(item_id: str) -> str:
    """Twelve characters of a-z and 2-7, derived from the item's id: 60 bits, safe in every tracker's text.

    A million items share a marker with a chance of one in two million.
    """
    digest = hashlib.sha256(f"pmtrack:{item_id}".encode()).digest()
    return base64.b32encode(digest[:_BYTES]).decode().lower()[:MARKER_LENGTH]
