"""The fixtures around the real `bd`."""

from __future__ import annotations

from tests.bd import bd, beads, new_beads

__all__ = ["bd", "beads", "new_beads"]
