"""How documents name Jira issues: bare keys and addresses. Pure."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

KEY = re.compile(r"[A-Z][A-Z0-9_]{1,19}-[1-9][0-9]*")


def key_in(ref: str, url: str) -> str | None:
    """The key that a reference names, None where it is no reference to an issue of the Jira at `url`."""
    text = ref.strip()
    if KEY.fullmatch(text):
        return text
    parts, home = urlsplit(text), urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.netloc.casefold() != home.netloc.casefold():
        return None
    if not parts.path.startswith(home.path):
        return None
    chosen = parse_qs(parts.query).get("selectedIssue", [""])[0]
    last = parts.path.rstrip("/").rpartition("/")[2]
    return next((each for each in (chosen, last) if KEY.fullmatch(each)), None)


def number_of(key: str | None) -> int:
    """The number in a key, 0 for none."""
    digits = (key or "").rpartition("-")[2]
    return int(digits) if digits.isdigit() else 0
