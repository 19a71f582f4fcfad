"""Documents to `PostMortem` values: text in, action items with their places out.

    from tracker.reading import read
    post_mortem = read("2026-05-06.md", data, {})

`tracker.reading.documents` finds and reads many; nothing heavy is imported before the first document is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tracker.models import PostMortem


def read(path: str | Path, data: bytes, settings: Mapping[str, Any] | None = None) -> PostMortem:
    """What one document holds; `settings` is the `[reading]` table of the configuration.

    Raises:
        UserError: the table is wrong. Never for anything in the document.
    """
    from tracker.reading import documents
    from tracker.reading.settings import make

    return documents.read(path, data, make(settings))
