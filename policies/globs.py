"""Path patterns as people write them: `*` within a folder, `**` across folders; matched from any folder downwards."""

from __future__ import annotations

import re
from functools import lru_cache


def matches_glob(path: str, pattern: str) -> bool:
    """Whether the pattern describes the path or its end ("archive/**" matches "docs/archive/a.md")."""
    return _compile(pattern).fullmatch(path.replace("\\", "/")) is not None


@lru_cache(maxsize=512)
def _compile(pattern: str) -> re.Pattern[str]:
    out, at = [], 0
    text = pattern.removeprefix("./")
    while at < len(text):
        for sign, meaning in (("**/", "(?:.*/)?"), ("**", ".*"), ("*", "[^/]*"), ("?", "[^/]")):
            if text.startswith(sign, at):
                out.append(meaning)
                at += len(sign)
                break
        else:
            out.append(re.escape(text[at]))
            at += 1
    return re.compile("(?:.*/)?" + "".join(out).removeprefix("/"))
