"""Which document a related incident is, and whether it came before: one answer for the rules and the weekly review."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

from tracker.models import PostMortem
from tracker.patterns import pattern
from tracker.values import dataclass

_SUFFIX = pattern(r"\.[a-z]{2,8}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DocumentIndex:
    """The post-mortems, and each under every name by which others may call it."""

    post_mortems: tuple[PostMortem, ...]
    by_name: Mapping[str, PostMortem]


def index_documents(documents: Iterable[PostMortem]) -> DocumentIndex:
    """The post-mortems under their names: incident id, path, name of the file with and without its suffix.

    A name that two share means the first in the order of paths.
    """
    found = tuple(document for document in documents if document.kind == "post-mortem")
    names: dict[str, PostMortem] = {}
    for document in sorted(found, key=lambda one: one.path):
        for name in (document.incident_id, document.path, _stem(document.path)):
            if name:
                names.setdefault(_fold(name), document)
    return DocumentIndex(found, names)


def find_related(index: DocumentIndex, name: str) -> PostMortem | None:
    """The document that a related incident means; None where there is none."""
    return index.by_name.get(_fold(name)) or index.by_name.get(_fold(_stem(name.partition("#")[0])))


def earlier_relatives(index: DocumentIndex, document: PostMortem) -> Mapping[str, PostMortem]:
    """The documents of the related incidents that did not happen after this one, by the name that stands in it."""
    found = {name: find_related(index, name) for name in document.related}
    return {
        name: other
        for name, other in found.items()
        if other is not None and other.path != document.path and not _is_later(other, document)
    }


def _is_later(other: PostMortem, document: PostMortem) -> bool:
    return other.date is not None and document.date is not None and other.date > document.date


def _stem(path: str) -> str:
    return _SUFFIX.sub("", posixpath.basename(path.rstrip("/")))


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())
