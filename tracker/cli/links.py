"""Addresses of the issues that documents name: URLs as they are, `#45` with its repository put in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracker.settings import Settings
    from tracker.sync.permalink import Web


class Links:
    """Completes references; git is asked once per folder, and only where a reference lacks its repository.

    Args:
        settings: The configuration, which may name the repository.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[Path, Web | None] = {}

    def of(self, path: str, refs: Sequence[str]) -> list[str]:
        """The addresses of a document's references, as far as they are known."""
        addresses = []
        for ref in refs:
            if "://" in ref:
                addresses.append(ref)
            elif "#" in ref or "!" in ref:
                web = self._repository(path)
                addresses += [address] if web and (address := web.issue(ref)) else []
        return addresses

    def _repository(self, path: str) -> Web | None:
        from tracker.sync.checkout import repository_near

        folder = Path(path).parent
        if folder not in self._known:
            self._known[folder] = repository_near(self._settings, path)
        return self._known[folder]
