"""Front matter: the few lines of YAML, TOML or "key: value" before a document, read as plain strings.

Only top-level scalars matter to a post-mortem (title, date, severity); nested values are skipped, nothing is evaluated.
"""

from __future__ import annotations

_MOST_LINES = 500


def parse(content: str) -> dict[str, str]:
    """Top-level keys (casefolded) and their values without quotes."""
    out: dict[str, str] = {}
    for line in content.split("\n")[:_MOST_LINES]:
        if not line or line[0] in " \t#-[]{}":
            continue
        colon, equals = line.find(":"), line.find("=")
        at = colon if colon >= 0 and (equals < 0 or colon < equals) else equals
        if at > 0:
            out.setdefault(line[:at].strip().strip("\"'").casefold(), _value(line[at + 1 :]))
    return out


def _value(raw: str) -> str:
    value = raw.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    comment = value.find(" #")
    return value[:comment].rstrip() if comment >= 0 else value
