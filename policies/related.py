"""Which document a related incident is: by its incident id, its path, or the name of its file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from policies.rule import fold
from policies.subjects import post_mortems
from tracker.models import PostMortem
from tracker.world import World

_SUFFIX = re.compile(r"\.[a-z]{2,8}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DocumentIndex:
    """The post-mortems, and each under every name by which others may call it."""

    post_mortems: tuple[PostMortem, ...]
    by_name: Mapping[str, PostMortem]


def index_documents(world: World) -> DocumentIndex:
    """All post-mortems of the world under their names; a name that two share means the first in the order of paths."""
    documents = tuple(post_mortems(world))
    names: dict[str, PostMortem] = {}
    for document in sorted(documents, key=lambda one: one.path):
        for name in (document.incident_id, document.path, _stem(document.path)):
            if name:
                names.setdefault(fold(name), document)
    return DocumentIndex(documents, names)


def find_related(index: DocumentIndex, name: str) -> PostMortem | None:
    """The document that a related incident means; None where there is none."""
    key = fold(name)
    return index.by_name.get(key) or index.by_name.get(fold(_stem(name.partition("#")[0])))


def _stem(path: str) -> str:
    return _SUFFIX.sub("", posixpath.basename(path.rstrip("/")))
