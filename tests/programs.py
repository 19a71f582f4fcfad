"""Programs of others that tests run: where `make bd`, `make dolt`, `make emulate` and `tools/toolchain/install` leave them."""

from __future__ import annotations

import os
from pathlib import Path


def cache() -> Path:
    """The cache of the person who runs the tests; the tests themselves have a home directory of their own."""
    named = os.environ.get("PMTRACK_TEST_CACHE") or os.environ.get("XDG_CACHE_HOME")
    return (Path(named) if named else Path.home() / ".cache") / "pmtrack"
