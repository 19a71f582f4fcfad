"""How documents name Jira issues: bare keys and addresses. Pure."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

KEY = re.compile(r"[A-Z][A-Z0-9_]{1,19}-[1-9][0-9]*")
_ID = re.compile(r"[0-9]{1,18}")


def is_id(name: str) -> bool:
    """Whether this is the id of an issue: a number. The state is shared and not trusted with anything else."""
    return _ID.fullmatch(name) is not None


def is_name(name: str) -> bool:
    """Whether this is an id or a key, and may stand in an address or a query."""
    return is_id(name) or KEY.fullmatch(name) is not None


def key_in(ref: str, url: str) -> str | None:
    """The key that a reference names, None where it is no reference to an issue of the Jira at `url`."""
    text = ref.strip()
    if KEY.fullmatch(text):
        return text
    try:
        parts, home = urlsplit(text), urlsplit(url)
    except ValueError:
        return None  # such as https://[company].atlassian.net in a template that nobody filled in
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
    return int(digits) if is_id(digits) else 0
