"""The long text of an issue in the form of its deployment: an Atlassian document on Cloud, wiki markup on Data Center."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Literal

from adapters.jira import adf_reading, description, document, markup
from tracker.values import dataclass

Mentions = Mapping[str, str]
NOBODY: Mentions = {}
Api = Literal["2", "3"]


@dataclass(frozen=True, slots=True)
class Block:
    """pmtrack's block as it was read; `context` and `words` are None where it is not whole."""

    marker: str | None = None
    context: str | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Style:
    """How one deployment stores long texts.

    Attributes:
        cloud: As documents, which version 3 of the API reads and writes; else as wiki markup through version 2.
    """

    cloud: bool

    @property
    def api(self) -> Api:
        """The version of the API that tells and takes this form."""
        return "3" if self.cloud else "2"

    def render(self, marker: str, context: str, mentions: Mentions) -> Any:
        """A new description with pmtrack's block."""
        render = document.render if self.cloud else description.render
        return render(marker, context, mentions)

    def replace(self, current: Any, marker: str, context: str, mentions: Mentions) -> Any:
        """The description with the inside of the block made anew and everything else as it is."""
        if self.cloud:
            return document.replace(current, marker, context, mentions)
        return description.replace(current, marker, context, mentions)

    def fitting(self, marker: str, context: str) -> tuple[str, bool]:
        """The context, cut where it is longer than Jira takes, and whether it was cut."""
        fitting = document.fitting if self.cloud else description.fitting
        return fitting(marker, context, description.LIMIT)

    def fitting_into(self, current: Any, marker: str, context: str) -> str:
        """The context, cut where it and what people wrote around the block are longer than Jira takes together."""
        empty = self.replace(current, marker, "", NOBODY)
        around = _length(empty) - _length(self.render(marker, "", NOBODY))
        fitting = document.fitting if self.cloud else description.fitting
        return fitting(marker, context, max(0, description.LIMIT - around))[0]

    def words(self, marker: str, context: str, mentions: Mentions) -> str:
        """The digest of the words that the block of this context shows."""
        return find(self.render(marker, context, mentions)).words or ""


def find(value: Any, handles: Mapping[str, str] = NOBODY) -> Block:
    """Pmtrack's block in a description of either form."""
    if isinstance(value, dict):
        marker, nodes = document.find(value)
        if nodes is None:
            return Block(marker)
        return Block(marker, document.context_of(nodes), _digest(adf_reading.words(nodes)))
    marker, inside = description.find(value if isinstance(value, str) else None)
    if inside is None:
        return Block(marker)
    return Block(marker, description.context_of(inside, handles), _digest(markup.words(inside)))


def _length(value: Any) -> int:
    return document.length(value) if isinstance(value, dict) else len(value or "")


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:20]
