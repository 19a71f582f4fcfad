"""`GET /search/issues`: what scripts use to look an issue up by its title. pmtrack itself never does, for the index is late."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.servers.github import shapes
from tests.servers.github.store import Store


def search(store: Store, query: Mapping[str, str], api: str) -> Mapping[str, Any]:
    """The answer to a query with `repo:`, `in:title` and words, which may stand in quotes; other qualifiers count as words."""
    text = query.get("q", "")
    repository = store.repository(next(iter(re.findall(r"\brepo:(\S+)", text)), ""))
    if repository is None:
        return {"total_count": 0, "incomplete_results": False, "items": []}
    words = re.sub(r"\b(?:repo|in|is|type|state):\S+", " ", text).replace('"', " ").casefold().split()
    found = [
        shapes.issue(store, repository, each, api) | {"score": 1.0}
        for each in store.listed(repository)
        if all(word in each.title.casefold() for word in words)
    ]
    return {
        "total_count": len(found),
        "incomplete_results": False,
        "search_type": "lexical",
        "items": found[:30],
    }
